//! The types of the crate k8s-openapi are resources too, behind the feature `k8s-openapi`.
//!
//! A program that has them can go on using them, or go over one type at a time:
//! `client.api::<k8s_openapi::api::core::v1::Pod>()` lists, watches and writes as it does with the
//! types of pintle-api. They are read and written through serde, so in JSON, and take the time and
//! memory that they take elsewhere.
//!
//! Which version of Kubernetes k8s-openapi speaks is for the program to say, as that crate's
//! documentation has it: the program depends on it with one of its features `v1_*`. Without one it
//! does not build, and neither does this.
//!
//! ```
//! use k8s_openapi::api::core::v1::Pod;
//! use pintle_meta::{Kind, Lazy, Metadata, Object, Resource, decode_json};
//!
//! let document = br#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0","labels":{"app":"web"}}}"#;
//! let pod: Pod = decode_json(document)?;
//! assert_eq!(Object::metadata(&pod).name(), "web-0");
//! assert_eq!((Pod::PLURAL, <Pod as Resource>::LIST_KIND), ("pods", "PodList"));
//! let lazy: Lazy<Pod> = decode_json(document)?;
//! assert_eq!(lazy.label("app"), Some("web"));
//! # Ok::<(), pintle_codec::Error>(())
//! ```

use ::k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use ::k8s_openapi::{ClusterResourceScope, ListableResource, NamespaceResourceScope};
use pintle_codec::{Decoder, Error, Format};
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use crate::{Body, Cluster, Kind, Metadata, Namespaced, Object, Resource, Scope, via_serde};

impl<T> Body for T
where
    T: ::k8s_openapi::Resource + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    const FORMATS: &'static [Format] = via_serde::FORMATS;

    fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        via_serde::decode(document, format, decoder)
    }

    fn decode_item(item: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        via_serde::decode(item, format, decoder)
    }

    fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        via_serde::encode(self, format, out)
    }

    fn encode_item(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        via_serde::encode_item(self, format, out)
    }
}

impl<T> Kind for T
where
    T: ::k8s_openapi::Resource + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    const GROUP: &'static str = T::GROUP;
    const VERSION: &'static str = T::VERSION;
    const KIND: &'static str = T::KIND;
}

impl<T> Object for T
where
    T: ::k8s_openapi::Metadata<Ty = ObjectMeta>,
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
{
    type Metadata = ObjectMeta;

    fn metadata(&self) -> &ObjectMeta {
        ::k8s_openapi::Metadata::metadata(self)
    }
}

impl<T> Resource for T
where
    T: ListableResource + ::k8s_openapi::Metadata<Ty = ObjectMeta>,
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    <T as ::k8s_openapi::Resource>::Scope: Within,
{
    type Scope = <<T as ::k8s_openapi::Resource>::Scope as Within>::Scope;
    const PLURAL: &'static str = T::URL_PATH_SEGMENT;
    const LIST_KIND: &'static str = T::LIST_KIND;
}

/// The scope that a scope of k8s-openapi is. Subresources have none: they are no resources of their
/// own.
pub trait Within {
    /// That scope.
    type Scope: Scope;
}

impl Within for NamespaceResourceScope {
    type Scope = Namespaced;
}

impl Within for ClusterResourceScope {
    type Scope = Cluster;
}

impl Metadata for ObjectMeta {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or_default()
    }

    fn uid(&self) -> &str {
        self.uid.as_deref().unwrap_or_default()
    }

    fn resource_version(&self) -> &str {
        self.resource_version.as_deref().unwrap_or_default()
    }

    fn generation(&self) -> i64 {
        self.generation.unwrap_or_default()
    }

    fn is_deleting(&self) -> bool {
        self.deletion_timestamp.is_some()
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.labels.as_ref()?.get(key).map(String::as_str)
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(key).map(String::as_str)
    }

    fn is_pruned(&self) -> bool {
        false
    }
}
