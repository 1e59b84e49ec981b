//! [`DynamicClient`] and [`MetadataClient`]: access to resources whose types are not known when the
//! program is compiled, and to nothing but the metadata of any.

use pintle_meta::v1::PartialObjectMetadata;
use pintle_meta::{GroupVersionResource, Unstructured};

use crate::api::Target;
use crate::{AllNamespaces, Api, Client, ClusterWide, Place};

/// Access to resources whose types are not known when the program is compiled, by their names.
///
/// Whether the objects of a resource live in namespaces is for the caller to know; discovery says it.
///
/// ```no_run
/// use pintle_api::core::v1::Pod;
/// use pintle_client::{Client, DynamicClient};
/// use pintle_meta::v1::ListOptions;
/// use pintle_meta::{GroupVersion, Metadata, Object};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let dynamic = DynamicClient::new(&Client::infer().await?);
/// let pods = dynamic.namespaced(&GroupVersion::core("v1").with_resource("pods"));
/// for object in pods.namespace("kube-system").list(&ListOptions::new()).await? {
///     let pod: Pod = object.to()?;
///     println!("{} is {}", object.metadata().name(), pod.status.phase);
/// }
/// # Ok(())
/// # }
/// ```
///
/// client-go's `dynamic.DynamicClient`. Objects travel as JSON, which is what they are kept as.
#[derive(Clone, Debug)]
pub struct DynamicClient(Client);

/// Access to the metadata of any resource's objects, and to nothing else of them.
///
/// What a server sends is as small as the metadata is. client-go's `metadata.Client`. Objects can be
/// read, patched and deleted; to create or to replace one takes more than its metadata, and is
/// refused by the server.
#[derive(Clone, Debug)]
pub struct MetadataClient(Client);

impl DynamicClient {
    /// Access through a client.
    pub fn new(client: &Client) -> Self {
        Self(client.clone())
    }

    /// A resource whose objects live in namespaces.
    pub fn namespaced(&self, resource: &GroupVersionResource) -> Api<Unstructured, AllNamespaces> {
        self.at(resource, AllNamespaces)
    }

    /// A resource whose objects belong to the whole cluster.
    pub fn cluster_wide(&self, resource: &GroupVersionResource) -> Api<Unstructured, ClusterWide> {
        self.at(resource, ClusterWide)
    }

    /// A resource at a place that is decided when the program runs.
    pub fn at<P: Place>(&self, resource: &GroupVersionResource, place: P) -> Api<Unstructured, P> {
        let target = Target::dynamic(resource.resource.clone());
        Api::over(&self.0, &resource.group_version(), target, place)
    }
}

impl MetadataClient {
    /// Access through a client.
    pub fn new(client: &Client) -> Self {
        Self(client.clone())
    }

    /// A resource whose objects live in namespaces.
    pub fn namespaced(
        &self,
        resource: &GroupVersionResource,
    ) -> Api<PartialObjectMetadata, AllNamespaces> {
        self.at(resource, AllNamespaces)
    }

    /// A resource whose objects belong to the whole cluster.
    pub fn cluster_wide(
        &self,
        resource: &GroupVersionResource,
    ) -> Api<PartialObjectMetadata, ClusterWide> {
        self.at(resource, ClusterWide)
    }

    /// A resource at a place that is decided when the program runs.
    pub fn at<P: Place>(
        &self,
        resource: &GroupVersionResource,
        place: P,
    ) -> Api<PartialObjectMetadata, P> {
        let target = Target::metadata(resource.resource.clone());
        Api::over(&self.0, &resource.group_version(), target, place)
    }
}
