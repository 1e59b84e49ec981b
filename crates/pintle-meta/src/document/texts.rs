//! [`Texts`], the metadata that are texts, read.

use pintle_codec::{Map, Str, message};

use crate::Time;

/// The metadata that anything asks of every object, where they cannot be handed out as they stand.
#[derive(Clone, Default)]
pub(super) struct Texts {
    pub(super) name: Str,
    pub(super) namespace: Str,
    pub(super) uid: Str,
    pub(super) resource_version: Str,
    pub(super) generation: i64,
    pub(super) deletion_timestamp: Option<Time>,
    pub(super) labels: Map<Str>,
    pub(super) annotations: Map<Str>,
}

/// An object, as far as these metadata.
#[derive(Clone, Default)]
pub(super) struct Whole {
    pub(super) metadata: Texts,
}

message! {
    Texts "meta.v1.ObjectMeta" {
        0 name "name" 1 [],
        1 namespace "namespace" 3 [],
        2 uid "uid" 5 [],
        3 resource_version "resourceVersion" 6 [],
        4 generation "generation" 7 [],
        5 deletion_timestamp "deletionTimestamp" 9 [OPTIONAL],
        6 labels "labels" 11 [],
        7 annotations "annotations" 12 [],
    }
    Whole "meta.v1.PartialObjectMetadata" {
        0 metadata "metadata" 1 [],
    }
}

/// The numbers of the metadata in protobuf.
pub(super) const NAME: u32 = 1;
pub(super) const NAMESPACE: u32 = 3;
pub(super) const UID: u32 = 5;
pub(super) const RESOURCE_VERSION: u32 = 6;
pub(super) const GENERATION: u32 = 7;
pub(super) const DELETION_TIMESTAMP: u32 = 9;
pub(super) const LABELS: u32 = 11;
pub(super) const ANNOTATIONS: u32 = 12;
