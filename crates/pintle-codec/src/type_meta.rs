//! [`TypeMeta`], what an object says of its own type.

use crate::{Str, message};

/// What an object says of its own type.
///
/// A document says it of itself, and so do some objects within others, where it is a field of theirs:
/// kube-apiserver writes it into the `volumeClaimTemplates` of a StatefulSet. JSON, YAML and CBOR carry
/// it there; protobuf does not.
#[derive(Clone, Default, Eq)]
pub struct TypeMeta {
    /// `apiVersion`: group and version; empty if the object does not say.
    pub api_version: Str,
    /// `kind`; empty if the object does not say.
    pub kind: Str,
}

message! {
    TypeMeta "meta.v1.TypeMeta" {
        0 kind "kind" 0 [OMIT_EMPTY],
        1 api_version "apiVersion" 0 [OMIT_EMPTY],
    }
}
