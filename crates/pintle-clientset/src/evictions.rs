//! [`Evictions`], by which pods are evicted.
#![cfg(feature = "policy")]

use std::fmt;
use std::marker::PhantomData;

use pintle_client::{Client, Error, RestClient};
use pintle_meta::v1::Status;
use pintle_meta::{GroupVersion, Kind};

/// Evicts pods of a namespace. They are a subresource of pods: see [`Pods::evict`](crate::Pods::evict).
pub struct Evictions<K> {
    core: RestClient,
    namespace: String,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Evictions<K> {
    pub(crate) fn new(client: &Client, namespace: &str) -> Self {
        Self {
            core: client.typed_rest(&GroupVersion::core("v1")),
            namespace: namespace.to_owned(),
            kind: PhantomData,
        }
    }

    /// Asks for a pod to be evicted: deleted, if disruption budgets allow it now.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_too_many_requests`] while a budget does not allow it.
    pub async fn evict(&self, pod: &str, eviction: &K) -> Result<Status, Error> {
        let request = self
            .core
            .post()
            .namespace(&self.namespace)
            .resource("pods")
            .name(pod);
        let request = request.subresource(["eviction"]).accept::<Status>();
        request.body(eviction).send().await?.into_object()
    }
}

impl<K> Clone for Evictions<K> {
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
            namespace: self.namespace.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Evictions<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evictions")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}
