//! What the derive's code names: not for programs, and subject to change without notice.

pub use pintle_api::apiextensions::v1::{
    CustomResourceColumnDefinition, CustomResourceDefinition, CustomResourceSubresourceScale,
};
pub use pintle_codec as codec;
pub use pintle_codec::Str;
pub use pintle_meta::v1::ObjectMeta;
pub use pintle_meta::{Body, Cluster, Kind, Namespaced, Object, ObjectList, Resource, via_serde};
pub use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

pub use crate::object::{NoStatus, Parts, deserialize, serialize};
pub use crate::{CustomResource, Definition, Error, Rule};
