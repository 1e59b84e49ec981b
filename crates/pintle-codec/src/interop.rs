//! What a type that is described once has of other crates' traits, by feature: serde's and
//! schemars'.
//!
//! The invariant: a type costs a few lines of delegation, and nothing without the feature. A
//! condition in a macro is evaluated where the macro is expanded, in a crate that does not have the
//! features of this one; so each macro below is defined twice, and is empty without its feature.

/// Implements serde's and schemars' traits for a type that is an [`Element`](crate::Element) and
/// `Default`.
///
/// [`message!`](crate::message) and [`string_type!`](crate::string_type) call it; so does whoever
/// implements [`Scalar`](crate::Scalar).
#[macro_export]
macro_rules! interop {
    ($type:ty) => {
        // Features must not ask for more than the type had to have without them.
        const _: fn() -> $type = <$type as ::core::default::Default>::default;
        $crate::interop_serde!($type);
        $crate::interop_schemars!($type);
    };
}

#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! interop_serde {
    ($type:ty) => {
        impl $crate::serde::Serialize for $type {
            fn serialize<S: $crate::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::serde::serialize($crate::Element::get(self), serializer)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let mut value = <$type as ::core::default::Default>::default();
                $crate::serde::deserialize($crate::Element::slot(&mut value), deserializer)?;
                ::core::result::Result::Ok(value)
            }
        }
    };
}

#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! interop_serde {
    ($type:ty) => {};
}

#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! interop_schemars {
    ($type:ty) => {
        impl $crate::schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                let value = <$type as ::core::default::Default>::default();
                $crate::schemars::is_inline($crate::Element::get(&value))
            }

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                let value = <$type as ::core::default::Default>::default();
                $crate::schemars::name($crate::Element::get(&value), stringify!($type))
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($type)).into()
            }

            fn json_schema(
                generator: &mut $crate::schemars::SchemaGenerator,
            ) -> $crate::schemars::Schema {
                let mut value = <$type as ::core::default::Default>::default();
                $crate::schemars::schema($crate::Element::slot(&mut value), generator)
            }
        }
    };
}

#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! interop_schemars {
    ($type:ty) => {};
}
