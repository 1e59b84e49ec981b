//! What makes a type an object of the API, a kind, and a resource.

use pintle_codec::{Str, TypeMeta};

use crate::GroupVersion;
use crate::body::Body;
use crate::v1::ObjectMeta;

/// A kind of the API: a type whose documents say what they are.
pub trait Kind: Body {
    /// The API group; empty for the core group.
    const GROUP: &'static str;
    /// The version.
    const VERSION: &'static str;
    /// The kind.
    const KIND: &'static str;

    /// `kind` and `apiVersion`, as objects of this kind carry them.
    fn type_meta() -> TypeMeta {
        let api_version = if Self::GROUP.is_empty() {
            Str::from_static(Self::VERSION)
        } else {
            GroupVersion::new(Self::GROUP, Self::VERSION)
                .to_string()
                .into()
        };
        TypeMeta {
            api_version,
            kind: Str::from_static(Self::KIND),
        }
    }
}

/// An object with metadata: of a type known when the program is compiled, or of any.
pub trait Object: Body + Clone {
    /// The type of the metadata. [`ObjectMeta`], but for objects that other crates define.
    type Metadata: Metadata;

    /// The object's metadata.
    fn metadata(&self) -> &Self::Metadata;
}

/// A kind whose objects the API server stores: it has a name in paths and a scope.
pub trait Resource: Kind + Object {
    /// Whether objects live in a namespace.
    type Scope: Scope;
    /// The name of the resource in paths: the lower-case plural.
    const PLURAL: &'static str;
    /// The kind of a list of objects.
    const LIST_KIND: &'static str;
}

/// What clients and caches look at in the metadata of any object.
pub trait Metadata: Send + Sync {
    /// The name; unique in a namespace among the objects of a resource.
    fn name(&self) -> &str;

    /// The namespace; empty for an object of the whole cluster.
    fn namespace(&self) -> &str;

    /// What tells the object from others of its name, before it and after it.
    fn uid(&self) -> &str;

    /// The version of the object; empty if it was never stored.
    fn resource_version(&self) -> &str;

    /// The number of the desired state; 0 for resources that do not count.
    fn generation(&self) -> i64;

    /// Whether the object was deleted and lives on until its finalizers are gone.
    fn is_deleting(&self) -> bool;

    /// The value of a label.
    fn label(&self, key: &str) -> Option<&str>;

    /// The value of an annotation.
    fn annotation(&self, key: &str) -> Option<&str>;

    /// Whether parts of the object were left out when it was read. Such an object is not to be
    /// written back as a whole.
    fn is_pruned(&self) -> bool;
}

impl Metadata for ObjectMeta {
    fn name(&self) -> &str {
        &self.name
    }

    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn uid(&self) -> &str {
        &self.uid
    }

    fn resource_version(&self) -> &str {
        &self.resource_version
    }

    fn generation(&self) -> i64 {
        self.generation
    }

    fn is_deleting(&self) -> bool {
        self.deletion_timestamp.is_some()
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(Str::as_str)
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(Str::as_str)
    }

    fn is_pruned(&self) -> bool {
        self.pruned.is_set()
    }
}

/// Whether a resource's objects live in a namespace: [`Namespaced`] or [`Cluster`].
pub trait Scope: Clone + Send + Sync + 'static {
    /// Whether objects live in a namespace.
    const NAMESPACED: bool;
}

/// The scope of resources whose objects live in a namespace, such as pods.
#[derive(Clone, Copy, Debug)]
pub struct Namespaced;

/// The scope of resources whose objects belong to the whole cluster, such as nodes.
#[derive(Clone, Copy, Debug)]
pub struct Cluster;

impl Scope for Namespaced {
    const NAMESPACED: bool = true;
}

impl Scope for Cluster {
    const NAMESPACED: bool = false;
}

/// Implements [`Kind`] and [`Body`] for types of one API group and version that
/// [`message!`](pintle_codec::message) describes.
#[macro_export]
macro_rules! kinds {
    ($group:literal $version:literal { $($type:ident)* }) => {$(
        impl $crate::Kind for $type {
            const GROUP: &'static str = $group;
            const VERSION: &'static str = $version;
            const KIND: &'static str = stringify!($type);
        }

        impl $crate::Body for $type {
            const FORMATS: &'static [$crate::codec::Format] = $crate::described::FORMATS;

            fn description() -> Option<Box<dyn $crate::codec::Message>> {
                Some(Box::<Self>::default())
            }

            fn decode(
                document: &[u8],
                format: $crate::codec::Format,
                decoder: &mut $crate::codec::Decoder,
            ) -> Result<Self, $crate::codec::Error> {
                let mut object = Self::default();
                $crate::described::decode(document, format, decoder, &mut object)?;
                Ok(object)
            }

            fn decode_item(
                item: &[u8],
                format: $crate::codec::Format,
                decoder: &mut $crate::codec::Decoder,
            ) -> Result<Self, $crate::codec::Error> {
                let mut object = Self::default();
                $crate::described::decode_item(item, format, decoder, &mut object)?;
                Ok(object)
            }

            fn decode_next(
                reader: &mut $crate::codec::json::Reader<'_>,
                decoder: &mut $crate::codec::Decoder,
            ) -> Result<Self, $crate::codec::Error> {
                let mut object = Self::default();
                $crate::described::decode_next(reader, decoder, &mut object)?;
                Ok(object)
            }

            fn encode(
                &self,
                format: $crate::codec::Format,
                out: &mut Vec<u8>,
            ) -> Result<(), $crate::codec::Error> {
                $crate::described::encode(self, format, out)
            }

            fn encode_item(
                &self,
                format: $crate::codec::Format,
                out: &mut Vec<u8>,
            ) -> Result<(), $crate::codec::Error> {
                $crate::described::encode_item(self, format, out)
            }
        }
    )*};
}

/// Implements [`Object`] and [`Resource`] for kinds that have a field `metadata`, and names their
/// lists.
#[macro_export]
macro_rules! resources {
    ($($type:ident $list:ident $plural:literal $scope:ident)*) => {$(
        impl $crate::Object for $type {
            type Metadata = $crate::v1::ObjectMeta;

            fn metadata(&self) -> &$crate::v1::ObjectMeta {
                &self.metadata
            }
        }

        impl $crate::Resource for $type {
            type Scope = $crate::$scope;
            const PLURAL: &'static str = $plural;
            const LIST_KIND: &'static str = stringify!($list);
        }

        #[doc = concat!("A list of [`", stringify!($type), "`] objects.")]
        pub type $list = $crate::ObjectList<$type>;
    )*};
}
