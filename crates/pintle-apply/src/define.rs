//! What generated code defines apply configurations with.
//!
//! A type is a name for a [`Tree`](crate::tree::Tree), a setter a name for a field of it: nothing
//! of a type is compiled but what a program calls.

/// Defines apply configurations, each field with how its setter takes values:
///
/// - `value`: a value of the type; `into`: what turns into one;
/// - `list`, `list_into`, `lists`: elements, of which the last are lists of text themselves;
/// - `map`, `map_into`, `map_lists`: entries, in the same way;
/// - `part`: fields of a struct, of which those that were set stay.
///
/// Behind it stands how server-side apply divides the field, unless it owns it as a whole.
macro_rules! apply_configurations {
    ($(
        $(#[$doc:meta])*
        $type:ident {
            $(
                $(#[$field_doc:meta])*
                $field:ident $json:literal $how:ident $element:ty $(, $shape:ident ($($divided:tt)*))?;
            )*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq)]
        pub struct $type($crate::tree::Tree);

        #[allow(clippy::should_implement_trait, reason = "a setter has the name of its field")]
        impl $type {
            $(
                $crate::define::setter! {
                    $(#[$field_doc])*
                    $how $field $json $element
                }
            )*
        }

        impl $crate::ApplyConfiguration for $type {
            fn tree(&self) -> &pintle_codec::Object {
                &self.0.0
            }

            fn into_tree(self) -> pintle_codec::Object {
                self.0.0
            }

            fn from_tree(tree: pintle_codec::Object) -> Self {
                Self($crate::tree::Tree(tree))
            }

            fn schema() -> &'static $crate::schema::Schema {
                static SCHEMA: $crate::schema::Schema = $crate::schema::Schema(&[$($(
                    ($json, $crate::define::shape!($shape ($($divided)*))),
                )?)*]);
                &SCHEMA
            }
        }

        impl $crate::tree::IntoValue for $type {
            fn into_value(self) -> pintle_codec::Value {
                self.0.into_value()
            }
        }

        impl From<$type> for pintle_codec::Value {
            fn from(configuration: $type) -> Self {
                $crate::tree::IntoValue::into_value(configuration)
            }
        }

        impl core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.format_debug(stringify!($type), f)
            }
        }
    )*};
}

macro_rules! setter {
    ($(#[$doc:meta])* value $field:ident $json:literal $type:ty) => {
        $(#[$doc])*
        #[must_use]
        #[inline]
        pub fn $field(mut self, value: $type) -> Self {
            self.0.set($json, value);
            self
        }
    };
    ($(#[$doc:meta])* into $field:ident $json:literal $type:ty) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(mut self, value: impl Into<$type>) -> Self {
            let value: $type = value.into();
            self.0.set($json, value);
            self
        }
    };
    ($(#[$doc:meta])* list $field:ident $json:literal $type:ty) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(mut self, elements: impl IntoIterator<Item = $type>) -> Self {
            self.0.append($json, elements);
            self
        }
    };
    ($(#[$doc:meta])* list_into $field:ident $json:literal $type:ty) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(mut self, elements: impl IntoIterator<Item = impl Into<$type>>) -> Self {
            self.0.append($json, elements.into_iter().map(Into::<$type>::into));
            self
        }
    };
    ($(#[$doc:meta])* map $field:ident $json:literal $type:ty) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(
            mut self,
            entries: impl IntoIterator<Item = (impl Into<pintle_codec::Str>, $type)>,
        ) -> Self {
            self.0.insert($json, entries);
            self
        }
    };
    ($(#[$doc:meta])* map_into $field:ident $json:literal $type:ty) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(
            mut self,
            entries: impl IntoIterator<Item = (impl Into<pintle_codec::Str>, impl Into<$type>)>,
        ) -> Self {
            let entries = entries.into_iter();
            self.0.insert($json, entries.map(|(key, value)| (key, Into::<$type>::into(value))));
            self
        }
    };
    ($(#[$doc:meta])* map_lists $field:ident $json:literal $type:ty) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(
            mut self,
            entries: impl IntoIterator<
                Item = (impl Into<pintle_codec::Str>, impl IntoIterator<Item = impl Into<$type>>),
            >,
        ) -> Self {
            let entries = entries.into_iter().map(|(key, elements)| {
                let elements: Vec<$type> = elements.into_iter().map(Into::into).collect();
                (key, elements)
            });
            self.0.insert($json, entries);
            self
        }
    };
    ($(#[$doc:meta])* part $field:ident $json:literal $type:ty) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(mut self, part: $type) -> Self {
            self.0.merge($json, $crate::ApplyConfiguration::into_tree(part));
            self
        }
    };
}

/// How server-side apply divides a field.
macro_rules! shape {
    (fields ($type:ty)) => {
        $crate::schema::Shape::Struct(<$type as $crate::ApplyConfiguration>::schema)
    };
    (map ()) => {
        $crate::schema::Shape::Map(&$crate::schema::Shape::Whole)
    };
    (map ($shape:ident ($($divided:tt)*))) => {
        $crate::schema::Shape::Map(&$crate::define::shape!($shape ($($divided)*)))
    };
    (set ()) => {
        $crate::schema::Shape::Set
    };
    (keyed ($type:ty $(, $key:literal $(= $default:literal)?)*)) => {
        $crate::schema::Shape::Keyed {
            keys: &[$($crate::schema::Key::new($key)$(.or($default))?,)*],
            elements: <$type as $crate::ApplyConfiguration>::schema,
        }
    };
}

/// Defines how the apply configurations of parts of objects come into being: with nothing set.
macro_rules! parts {
    ($($type:ident)*) => {$(
        impl $type {
            /// An apply configuration in which nothing is set.
            #[inline]
            pub fn new() -> Self {
                Self($crate::tree::Tree::default())
            }
        }

        impl Default for $type {
            fn default() -> Self {
                Self::new()
            }
        }
    )*};
}

/// Defines how the apply configurations of whole objects come into being, and what they are of.
macro_rules! kinds {
    ($group:literal $version:literal { $($type:ident $kind:literal)* }) => {$(
        impl $type {
            /// An apply configuration of the object of this name, in which nothing else is set.
            pub fn new(name: impl Into<pintle_codec::Str>) -> Self {
                Self($crate::tree::Tree::of_kind(<Self as pintle_meta::Kind>::type_meta(), name.into()))
            }

            /// What `field_manager` applied to an object, as its `managedFields` say, to be changed
            /// and applied again. Nothing but the name is set when it applied nothing, or when
            /// others have taken over every field.
            ///
            /// # Errors
            /// When the object is of another kind, when parts of it were left out as it was read,
            /// or when its `managedFields` are malformed.
            pub fn extract(
                object: &impl pintle_meta::Object,
                field_manager: &str,
            ) -> Result<Self, $crate::Error> {
                $crate::extract::extract(object, field_manager, "")
            }

            /// What `field_manager` applied through a subresource, such as `status`.
            ///
            /// The object is the whole one: what a subresource answers does not say who owns what.
            ///
            /// # Errors
            /// As for [`Self::extract`].
            pub fn extract_subresource(
                object: &impl pintle_meta::Object,
                field_manager: &str,
                subresource: &str,
            ) -> Result<Self, $crate::Error> {
                $crate::extract::extract(object, field_manager, subresource)
            }
        }

        impl $crate::ApplyKind for $type {
            fn new(name: pintle_codec::Str) -> Self {
                Self::new(name)
            }
        }

        impl pintle_meta::Kind for $type {
            const GROUP: &'static str = $group;
            const VERSION: &'static str = $version;
            const KIND: &'static str = $kind;
        }

        impl pintle_meta::Body for $type {
            const FORMATS: &'static [pintle_codec::Format] = $crate::body::FORMATS;

            fn decode(
                document: &[u8],
                format: pintle_codec::Format,
                _: &mut pintle_codec::Decoder,
            ) -> Result<Self, pintle_codec::Error> {
                let expected = <Self as pintle_meta::Kind>::type_meta();
                let tree = $crate::body::decode(document, format, &expected)?;
                Ok(Self($crate::tree::Tree(tree)))
            }

            fn decode_item(
                item: &[u8],
                format: pintle_codec::Format,
                decoder: &mut pintle_codec::Decoder,
            ) -> Result<Self, pintle_codec::Error> {
                Self::decode(item, format, decoder)
            }

            fn encode(
                &self,
                format: pintle_codec::Format,
                out: &mut Vec<u8>,
            ) -> Result<(), pintle_codec::Error> {
                $crate::body::encode(&self.0.0, format, out)
            }

            fn encode_item(
                &self,
                format: pintle_codec::Format,
                out: &mut Vec<u8>,
            ) -> Result<(), pintle_codec::Error> {
                self.encode(format, out)
            }
        }
    )*};
}

/// Lets what is mostly set of an object's metadata be set without a detour.
macro_rules! metadata {
    ($($type:ident)*) => {$(
        impl $type {
            /// Sets the namespace of the object.
            #[must_use]
            pub fn namespace(mut self, namespace: impl Into<pintle_codec::Str>) -> Self {
                self.0.change_metadata(|metadata| metadata.namespace(namespace));
                self
            }

            /// Adds labels of the object.
            #[must_use]
            pub fn labels(
                mut self,
                labels: impl IntoIterator<
                    Item = (impl Into<pintle_codec::Str>, impl Into<pintle_codec::Str>),
                >,
            ) -> Self {
                self.0.change_metadata(|metadata| metadata.labels(labels));
                self
            }

            /// Adds annotations of the object.
            #[must_use]
            pub fn annotations(
                mut self,
                annotations: impl IntoIterator<
                    Item = (impl Into<pintle_codec::Str>, impl Into<pintle_codec::Str>),
                >,
            ) -> Self {
                self.0.change_metadata(|metadata| metadata.annotations(annotations));
                self
            }

            /// Adds owners of the object, with which it is deleted.
            #[must_use]
            pub fn owner_references(
                mut self,
                owners: impl IntoIterator<Item = $crate::meta::v1::OwnerReferenceApply>,
            ) -> Self {
                self.0.change_metadata(|metadata| metadata.owner_references(owners));
                self
            }

            /// Adds finalizers of the object, which must be removed before it is.
            #[must_use]
            pub fn finalizers(
                mut self,
                finalizers: impl IntoIterator<Item = impl Into<pintle_codec::Str>>,
            ) -> Self {
                self.0.change_metadata(|metadata| metadata.finalizers(finalizers));
                self
            }
        }
    )*};
}

pub(crate) use {apply_configurations, kinds, metadata, parts, setter, shape};
