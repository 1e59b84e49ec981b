//! [`Api`], typed access to the objects of one resource.
//!
//! Invariant: how far an `Api` reaches is part of its type, so that a request without the
//! namespace that it needs, or with one that makes no sense, does not compile.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use pintle_meta::v1::{
    CreateOptions, DeleteOptions, GetOptions, ListOptions, Status, UpdateOptions,
};
use pintle_meta::{
    Cluster, GroupVersion, Kind as _, Metadata as _, Namespaced, ObjectList, Resource, Scope,
};

use crate::list_watch::BoxFuture;
use crate::{Client, Error, Lister, Request, RestClient, WatchStream, Watcher};

/// Reads and writes the objects of one resource.
///
/// An `Api<Pod>` reaches one namespace, an `Api<Pod, AllNamespaces>` lists and watches all, an
/// `Api<Node, ClusterWide>` reaches the objects of a resource without namespaces. Cheap to clone.
pub struct Api<K, P = OneNamespace> {
    rest: RestClient,
    default_namespace: String,
    place: P,
    kind: PhantomData<fn() -> K>,
}

/// Reaches the objects of all namespaces, to list and to watch.
#[derive(Clone, Copy, Debug)]
pub struct AllNamespaces;

/// Reaches the objects of one namespace.
#[derive(Clone, Debug)]
pub struct OneNamespace(String);

/// Reaches the objects of a resource without namespaces.
#[derive(Clone, Copy, Debug)]
pub struct ClusterWide;

/// What an [`Api`] of some scope reaches before it is narrowed down.
pub trait Reach: Scope {
    /// Where all objects are.
    type Everything: Place + Default;
}

impl Reach for Namespaced {
    type Everything = AllNamespaces;
}

impl Reach for Cluster {
    type Everything = ClusterWide;
}

impl Default for AllNamespaces {
    fn default() -> Self {
        Self
    }
}

impl Default for ClusterWide {
    fn default() -> Self {
        Self
    }
}

/// Where the objects that an [`Api`] reaches are.
pub trait Place: Clone + Send + Sync + 'static {
    /// The namespace, if there is one.
    fn namespace(&self) -> Option<&str>;
}

/// A place in which a name names one object.
pub trait Holds: Place {}

impl Place for AllNamespaces {
    fn namespace(&self) -> Option<&str> {
        None
    }
}

impl Place for ClusterWide {
    fn namespace(&self) -> Option<&str> {
        None
    }
}

impl Place for OneNamespace {
    fn namespace(&self) -> Option<&str> {
        Some(&self.0)
    }
}

impl Holds for ClusterWide {}
impl Holds for OneNamespace {}

/// What the server answered to a delete.
///
/// Which of the two it is, depends on the resource, not on whether the object is gone: pods,
/// services and namespaces answer with the object even when it is gone at once. Whether it is shows
/// in a get, or in a watch.
///
/// Exhaustive: the API has no third answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Deleted<K> {
    /// A Status of success.
    Status(Status),
    /// The object: as it last was, or as it is while it has finalizers or time to end.
    Object(Box<K>),
}

impl<K: Resource> Api<K, AllNamespaces> {
    /// Access to one namespace.
    pub fn namespace(&self, namespace: impl Into<String>) -> Api<K, OneNamespace> {
        Api {
            rest: self.rest.clone(),
            default_namespace: self.default_namespace.clone(),
            place: OneNamespace(namespace.into()),
            kind: PhantomData,
        }
    }

    /// Access to the namespace of the configuration.
    pub fn default_namespace(&self) -> Api<K, OneNamespace> {
        self.namespace(&self.default_namespace)
    }
}

impl<K: Resource, P: Place> Api<K, P> {
    pub(crate) fn everything(client: &Client) -> Self
    where
        P: Default,
    {
        Self {
            rest: client.rest(&GroupVersion::new(K::GROUP, K::VERSION)),
            default_namespace: client.default_namespace().to_owned(),
            place: P::default(),
            kind: PhantomData,
        }
    }

    /// The client underneath.
    pub fn rest_client(&self) -> &RestClient {
        &self.rest
    }

    /// The objects that `options` select, as of one version of the store. With a limit, the list's
    /// metadata says where to continue.
    ///
    /// `timeout_seconds` is the deadline of the request as well.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// See [`Request::send`].
    pub async fn list(&self, options: &ListOptions) -> Result<ObjectList<K>, Error> {
        let mut request = self.at(self.rest.get()).versioned_params(options);
        if let Some(seconds) = options.timeout_seconds.and_then(|s| u64::try_from(s).ok()) {
            request = request.timeout(Duration::from_secs(seconds));
        }
        request.send().await?.into_object()
    }

    /// What happens to the objects that `options` select, from the version that they name; from
    /// the present if they name none, beginning with one `Added` for each object there is.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// See [`Request::watch`].
    pub async fn watch(&self, options: &ListOptions) -> Result<WatchStream<K>, Error> {
        let options = ListOptions {
            watch: true,
            ..options.clone()
        };
        self.at(self.rest.get())
            .versioned_params(&options)
            .watch()
            .await
    }

    fn at(&self, request: Request) -> Request {
        let request = request.resource(K::PLURAL);
        match self.place.namespace() {
            Some(namespace) => request.namespace(namespace),
            None => request,
        }
    }
}

impl<K: Resource, P: Holds> Api<K, P> {
    /// One object.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none of this name; see [`Request::send`].
    pub async fn get(&self, name: &str) -> Result<K, Error> {
        self.get_with(name, &GetOptions::default()).await
    }

    /// One object, with options.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn get_with(&self, name: &str, options: &GetOptions) -> Result<K, Error> {
        self.at(self.rest.get())
            .name(name)
            .versioned_params(options)
            .send()
            .await?
            .into_object()
    }

    /// Stores a new object and returns it as the server completed it.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] when there is one of its name; see [`Request::send`].
    pub async fn create(&self, object: &K, options: &CreateOptions) -> Result<K, Error> {
        let request = self
            .at(self.rest.post())
            .versioned_params(options)
            .body(object);
        request.send().await?.into_object()
    }

    /// Replaces an object and returns it as the server completed it.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_conflict`] when the object has changed since its resource version; a misuse when
    /// parts of the object were left out when it was read; see [`Request::send`].
    pub async fn update(&self, object: &K, options: &UpdateOptions) -> Result<K, Error> {
        let metadata = object.metadata();
        if metadata.is_pruned() {
            return Err(Error::misuse(format!(
                "{:?} was read without some of its parts, which an update would remove; patch it, \
                 or read it whole",
                metadata.name()
            )));
        }
        let request = self
            .at(self.rest.put())
            .name(metadata.name())
            .versioned_params(options)
            .body(object);
        request.send().await?.into_object()
    }

    /// Deletes an object, at once or in time.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none of this name, [`Error::is_conflict`] when a
    /// precondition does not hold; see [`Request::send`].
    pub async fn delete(&self, name: &str, options: &DeleteOptions) -> Result<Deleted<K>, Error> {
        let response = self
            .at(self.rest.delete())
            .name(name)
            .body(options)
            .send()
            .await?;
        let kind = response.clone().into_value()?;
        if kind.get("kind").and_then(|kind| kind.as_str()) == Some(Status::KIND) {
            return response.into_object().map(Deleted::Status);
        }
        response.into_object().map(Box::new).map(Deleted::Object)
    }
}

impl<K: Resource, P: Place> Lister<K> for Api<K, P> {
    fn list(&self, options: ListOptions) -> BoxFuture<'_, Result<ObjectList<K>, Error>> {
        Box::pin(async move { Api::list(self, &options).await })
    }
}

impl<K: Resource, P: Place> Watcher<K> for Api<K, P> {
    fn watch(&self, options: ListOptions) -> BoxFuture<'_, Result<WatchStream<K>, Error>> {
        Box::pin(async move { Api::watch(self, &options).await })
    }
}

impl<K, P: Clone> Clone for Api<K, P> {
    fn clone(&self) -> Self {
        Self {
            rest: self.rest.clone(),
            default_namespace: self.default_namespace.clone(),
            place: self.place.clone(),
            kind: PhantomData,
        }
    }
}

impl<K: Resource, P: Place> fmt::Debug for Api<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printer = f.debug_struct("Api");
        printer
            .field("kind", &K::KIND)
            .field("namespace", &self.place.namespace());
        printer.finish_non_exhaustive()
    }
}
