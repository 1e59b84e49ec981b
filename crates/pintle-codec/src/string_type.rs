//! [`string_type!`](crate::string_type), for the API's named string types.

/// Defines a named string type of the API with its known values as constants.
///
/// The type holds any string: a newer server may send a value that is not known here, and nothing
/// is lost.
///
/// ```
/// use pintle_codec::string_type;
///
/// string_type! {
///     /// The phase of a pod.
///     PodPhase {
///         PENDING "Pending",
///         RUNNING "Running",
///     }
/// }
///
/// assert_eq!(PodPhase::RUNNING, "Running");
/// assert_eq!(PodPhase::from("Unheard-of").as_str(), "Unheard-of");
/// ```
#[macro_export]
macro_rules! string_type {
    ($(
        $(#[$doc:meta])*
        $type:ident { $($constant:ident $value:literal,)* }
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type($crate::Str);

        impl $type {
            $(
                #[doc = concat!("`", $value, "`")]
                pub const $constant: Self = Self($crate::Str::from_static($value));
            )*

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl $crate::Element for $type {
            #[inline]
            fn slot(&mut self) -> $crate::SlotMut<'_> {
                $crate::SlotMut::Str(&mut self.0)
            }

            #[inline]
            fn get(&self) -> $crate::SlotRef<'_> {
                $crate::SlotRef::Str(&self.0)
            }

            #[inline]
            fn is_present(&self) -> bool {
                !self.0.is_empty()
            }
        }

        impl ::core::ops::Deref for $type {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl ::core::convert::From<&str> for $type {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl ::core::convert::From<String> for $type {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl ::core::convert::From<$type> for $crate::Str {
            fn from(text: $type) -> Self {
                text.0
            }
        }

        impl ::core::cmp::PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl ::core::cmp::PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl ::core::fmt::Display for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self.as_str(), f)
            }
        }

        impl ::core::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(self.as_str(), f)
            }
        }

        $crate::interop!($type);
    )*};
}
