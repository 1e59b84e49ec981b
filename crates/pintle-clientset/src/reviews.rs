//! [`Reviews`], what is created to be answered, and not kept.

use std::fmt;
use std::marker::PhantomData;

use pintle_client::{Client, Error, Request, RestClient};
use pintle_meta::v1::CreateOptions;
use pintle_meta::{GroupVersion, Kind};

/// Objects that are created to be answered, and not kept: who somebody is, what somebody may do.
pub struct Reviews<K> {
    rest: RestClient,
    plural: &'static str,
    namespace: Option<String>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Reviews<K> {
    #[cfg_attr(
        not(any(feature = "authentication", feature = "authorization")),
        allow(dead_code, reason = "only these groups have reviews")
    )]
    pub(crate) fn new(client: &Client, plural: &'static str, namespace: Option<&str>) -> Self {
        let group_version = GroupVersion::new(K::GROUP, K::VERSION);
        Self {
            rest: client.typed_rest(&group_version),
            plural,
            namespace: namespace.map(str::to_owned),
            kind: PhantomData,
        }
    }

    /// Sends a question, and returns it with its answer.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn create(&self, object: &K, options: &CreateOptions) -> Result<K, Error> {
        let request = self.place(self.rest.post());
        let request = request.accept::<K>().versioned_params(options).body(object);
        request.send().await?.into_object()
    }

    fn place(&self, request: Request) -> Request {
        let request = request.resource(self.plural);
        match &self.namespace {
            Some(namespace) => request.namespace(namespace),
            None => request,
        }
    }
}

impl<K> Clone for Reviews<K> {
    fn clone(&self) -> Self {
        Self {
            rest: self.rest.clone(),
            plural: self.plural,
            namespace: self.namespace.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Reviews<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reviews")
            .field("resource", &self.plural)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}
