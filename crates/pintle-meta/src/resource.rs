//! What makes a type a kind of the API, and what makes a kind a resource.

use pintle_codec::{Element, Error, ErrorKind, Message, Str, TypeMeta, json};

use crate::GroupVersion;
use crate::v1::ObjectMeta;

/// A kind of the API: a type whose objects stand for themselves and say what they are.
pub trait Kind: Message + Element + Clone + Default + 'static {
    /// The API group; empty for the core group.
    const GROUP: &'static str;
    /// The version.
    const VERSION: &'static str;
    /// The kind.
    const KIND: &'static str;

    /// `kind` and `apiVersion`, as objects of this kind carry them.
    fn type_meta() -> TypeMeta {
        let group_version = GroupVersion::new(Self::GROUP, Self::VERSION);
        TypeMeta {
            api_version: group_version.to_string().into(),
            kind: Str::from_static(Self::KIND),
        }
    }
}

/// A kind whose objects the API server stores: it has a name in paths, a scope and metadata.
pub trait Resource: Kind {
    /// Whether objects live in a namespace.
    type Scope: Scope;
    /// The name of the resource in paths: the lower-case plural.
    const PLURAL: &'static str;
    /// The kind of a list of objects.
    const LIST_KIND: &'static str;

    /// The object's metadata.
    fn metadata(&self) -> &ObjectMeta;

    /// The object's metadata, to change it.
    fn metadata_mut(&mut self) -> &mut ObjectMeta;
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

/// Reads an object of kind `K` from JSON.
///
/// An object that does not say what it is, is taken for a `K`, as the items of a list are.
///
/// # Errors
/// When the document is malformed, a value does not fit its field, or the object says that it is
/// of another kind.
pub fn decode_json<K: Kind>(document: &[u8]) -> Result<K, Error> {
    let mut object = K::default();
    let found = json::decode_object(document, &mut object)?;
    let expected = K::type_meta();
    let kind_differs = !found.kind.is_empty() && found.kind != expected.kind;
    let version_differs =
        !found.api_version.is_empty() && found.api_version != expected.api_version;
    if kind_differs || version_differs {
        let detail = format!(
            "expected {} of {}, found {} of {}",
            expected.kind, expected.api_version, found.kind, found.api_version
        );
        return Err(Error::new(ErrorKind::TypeMismatch, 0, detail));
    }
    Ok(object)
}

/// Writes an object as JSON, `kind` and `apiVersion` first, in Go's order of fields.
pub fn encode_json<K: Kind>(object: &K) -> Vec<u8> {
    let mut out = Vec::new();
    json::encode_object(object, &K::type_meta(), &mut out);
    out
}

/// Implements [`Kind`] for types of one API group and version.
#[macro_export]
macro_rules! kinds {
    ($group:literal $version:literal { $($type:ident)* }) => {$(
        impl $crate::Kind for $type {
            const GROUP: &'static str = $group;
            const VERSION: &'static str = $version;
            const KIND: &'static str = stringify!($type);
        }
    )*};
}

/// Implements [`Resource`] for kinds that have a field `metadata`, and names their lists.
#[macro_export]
macro_rules! resources {
    ($($type:ident $list:ident $plural:literal $scope:ident)*) => {$(
        impl $crate::Resource for $type {
            type Scope = $crate::$scope;
            const PLURAL: &'static str = $plural;
            const LIST_KIND: &'static str = stringify!($list);

            fn metadata(&self) -> &$crate::v1::ObjectMeta {
                &self.metadata
            }

            fn metadata_mut(&mut self) -> &mut $crate::v1::ObjectMeta {
                &mut self.metadata
            }
        }

        #[doc = concat!("A list of [`", stringify!($type), "`] objects.")]
        pub type $list = $crate::ObjectList<$type>;
    )*};
}
