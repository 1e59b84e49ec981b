//! [`Target`], the resource that an [`Api`](super::Api) is about, and how its objects are read.

use pintle_codec::{Format, Prune, Str, TypeMeta};
use pintle_meta::v1::PartialObjectMetadata;
use pintle_meta::{Body, Kind as _, ObjectList, Resource, Unstructured};

use crate::ContentConfig;
use crate::watch::Decode;

/// The resource that an `Api` is about, and how its objects are read.
pub(crate) struct Target<K> {
    /// The lower-case plural.
    pub(crate) resource: Str,
    /// What its lists say to be; empty if they may be any.
    pub(crate) list: TypeMeta,
    /// The parameters of a media type that ask for an object, and for a list, as something else.
    pub(crate) as_object: &'static str,
    pub(crate) as_list: &'static str,
    /// The formats that its objects have.
    pub(crate) formats: &'static [Format],
    pub(crate) read: Decode<K>,
    /// What is left out of its objects.
    pub(crate) prune: Option<Prune>,
}

impl<K: Resource> Target<K> {
    /// The resource of a type.
    pub(crate) fn typed() -> Self {
        Self {
            resource: Str::from_static(K::PLURAL),
            list: ObjectList::<K>::type_meta(),
            as_object: "",
            as_list: "",
            formats: K::FORMATS,
            read: K::decode,
            prune: None,
        }
    }
}

impl Target<Unstructured> {
    /// A resource of which nothing but its name is known.
    pub(crate) fn dynamic(resource: Str) -> Self {
        Self {
            resource,
            list: TypeMeta::default(),
            as_object: "",
            as_list: "",
            formats: Unstructured::FORMATS,
            read: Unstructured::decode,
            prune: None,
        }
    }
}

impl Target<PartialObjectMetadata> {
    /// The metadata of a resource's objects.
    pub(crate) fn metadata(resource: Str) -> Self {
        Self {
            resource,
            // A server that cannot answer with metadata alone answers with a list of the objects.
            list: TypeMeta::default(),
            as_object: ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
            as_list: ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
            formats: PartialObjectMetadata::FORMATS,
            read: PartialObjectMetadata::decode_any,
            prune: None,
        }
    }
}

impl<K> Target<K> {
    /// The `Accept` header for objects, or lists, in the form `as_`.
    pub(crate) fn accept(&self, content: &ContentConfig, as_: &str) -> String {
        let mut accept = content.accept_header(self.formats, as_);
        if !as_.is_empty() {
            // For servers that do not know the form.
            accept.push(',');
            accept.push_str(Format::Json.media_type());
        }
        accept
    }
}

impl<K> Clone for Target<K> {
    fn clone(&self) -> Self {
        Self {
            resource: self.resource.clone(),
            list: self.list.clone(),
            as_object: self.as_object,
            as_list: self.as_list,
            formats: self.formats,
            read: self.read,
            prune: self.prune.clone(),
        }
    }
}
