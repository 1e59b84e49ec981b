//! Where the objects are that an [`Api`](crate::Api)(crate::Api) reaches, as types.

use pintle_meta::{Cluster, Namespaced, Scope};

/// Reaches the objects of all namespaces, to list and to watch.
#[derive(Clone, Copy, Debug)]
pub struct AllNamespaces;

/// Reaches the objects of one namespace.
#[derive(Clone, Debug)]
pub struct OneNamespace(pub(super) String);

/// Reaches the objects of a resource without namespaces.
#[derive(Clone, Copy, Debug)]
pub struct ClusterWide;

/// What an [`Api`](crate::Api) of some scope reaches before it is narrowed down.
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

/// Where the objects that an [`Api`](crate::Api) reaches are.
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
