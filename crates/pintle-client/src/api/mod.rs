//! [`Api`], access to the objects of one resource.
//!
//! Invariant: how far an `Api` reaches is part of its type, so that a request without the
//! namespace that it needs, or with one that makes no sense, does not compile.

mod apply;
mod connect;
mod create;
mod delete;
mod edit;
mod get;
mod list;
mod pages;
mod patch;
mod place;
mod subresource;
mod target;
mod update;
mod watch;

use std::fmt;
use std::sync::Arc;

use pintle_codec::{Decoder, Prune};
use pintle_meta::{GroupVersion, Metadata as _, Object, Resource};

use crate::{Client, Error, Request, Response, RestClient};

pub use delete::Deleted;
pub use pages::Pages;
pub use patch::{JsonPatch, Patch};
pub use place::{AllNamespaces, ClusterWide, Holds, OneNamespace, Place, Reach};
pub(crate) use target::Target;

/// Reads and writes the objects of one resource.
///
/// An `Api<Pod>` reaches one namespace, an `Api<Pod, AllNamespaces>` lists and watches all, an
/// `Api<Node, ClusterWide>` reaches the objects of a resource without namespaces. Objects whose type
/// is not known when the program is compiled are read and written by the same methods: a
/// [`DynamicClient`](crate::DynamicClient) gives an `Api<Unstructured>`. Cheap to clone.
///
/// Built-in types travel as protobuf where the server takes it, all others as JSON; see
/// [`Client::content`].
pub struct Api<K, P = OneNamespace> {
    rest: RestClient,
    default_namespace: Arc<str>,
    place: P,
    target: Arc<Target<K>>,
}

impl<K: Object> Api<K, AllNamespaces> {
    /// Access to one namespace.
    pub fn namespace(&self, namespace: impl Into<String>) -> Api<K, OneNamespace> {
        Api {
            rest: self.rest.clone(),
            default_namespace: self.default_namespace.clone(),
            place: OneNamespace(namespace.into()),
            target: self.target.clone(),
        }
    }

    /// Access to the namespace of the configuration.
    pub fn default_namespace(&self) -> Api<K, OneNamespace> {
        self.namespace(&*self.default_namespace)
    }
}

impl<K: Resource, P: Place> Api<K, P> {
    pub(crate) fn everything(client: &Client) -> Self
    where
        P: Default,
    {
        Self::at_place(client, P::default())
    }

    pub(crate) fn at_place(client: &Client, place: P) -> Self {
        let group_version = GroupVersion::new(K::GROUP, K::VERSION);
        Self::over(client, &group_version, Target::typed(), place)
    }
}

impl<K: Object, P: Place> Api<K, P> {
    pub(crate) fn over(
        client: &Client,
        group_version: &GroupVersion,
        target: Target<K>,
        place: P,
    ) -> Self {
        Self {
            rest: client.typed_rest(group_version),
            default_namespace: client.default_namespace_shared(),
            place,
            target: target.into(),
        }
    }
}

impl<K: Object, P: Place> Api<K, P> {
    /// The client underneath.
    pub fn rest_client(&self) -> &RestClient {
        &self.rest
    }

    /// Where the objects are.
    pub fn place(&self) -> &P {
        &self.place
    }

    /// The same access, which leaves parts out of all objects that it reads. They are never
    /// allocated, and the objects are marked, so that an [`update`](Self::update) refuses them;
    /// [`edit`](Api::edit) leaves what was not read as it is.
    #[must_use]
    pub fn prune(mut self, prune: Prune) -> Self {
        self.target = Arc::new(Target {
            prune: Some(prune),
            ..(*self.target).clone()
        });
        self
    }

    /// A request for the resource, which asks for objects.
    fn at(&self, request: Request) -> Request {
        self.place_of(request, self.target.as_object)
    }

    /// A request for the resource, which asks for a list.
    fn at_list(&self, request: Request) -> Request {
        self.place_of(request, self.target.as_list)
    }

    fn place_of(&self, request: Request, as_: &str) -> Request {
        let accept = self.target.accept(self.rest.connection().content(), as_);
        let request = request
            .resource(self.target.resource.as_str())
            .header(http::header::ACCEPT.as_str(), &accept);
        match self.place.namespace() {
            Some(namespace) => request.namespace(namespace),
            None => request,
        }
    }

    fn decoder(&self) -> Decoder {
        match &self.target.prune {
            Some(prune) => Decoder::new().prune(prune.clone()),
            None => Decoder::new(),
        }
    }

    /// The object that a response carries.
    fn object(&self, response: &Response) -> Result<K, Error> {
        // A Status has no name, and every object that a server answers has one.
        let nameless = |object: &K| object.metadata().name().is_empty();
        response.read(&mut self.decoder(), self.target.read, nameless)
    }
}

impl<K, P: Clone> Clone for Api<K, P> {
    fn clone(&self) -> Self {
        Self {
            rest: self.rest.clone(),
            default_namespace: self.default_namespace.clone(),
            place: self.place.clone(),
            target: self.target.clone(),
        }
    }
}

impl<K, P: Place> fmt::Debug for Api<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("group_version", self.rest.api_version())
            .field("resource", &self.target.resource)
            .field("namespace", &self.place.namespace())
            .finish_non_exhaustive()
    }
}
