//! What every [`Scalar`](pintle_codec::Scalar) of this crate shares.

/// Implements `Scalar` and `Element` for a type that is `Default`, `PartialEq` and `Debug`; the
/// body brings `decode_json`, `encode_json`, `schema`, `is_zero`, and `query` if it has that form.
macro_rules! scalar {
    ($type:ty { $($method:item)* }) => {
        impl pintle_codec::Scalar for $type {
            $($method)*

            fn equals(&self, other: &dyn pintle_codec::Scalar) -> bool {
                let other: &dyn std::any::Any = other;
                other.downcast_ref::<Self>() == Some(self)
            }

            fn format_debug(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }

        impl pintle_codec::Element for $type {
            fn slot(&mut self) -> pintle_codec::SlotMut<'_> {
                pintle_codec::SlotMut::Scalar(self)
            }

            fn get(&self) -> pintle_codec::SlotRef<'_> {
                pintle_codec::SlotRef::Scalar(self)
            }
        }

        pintle_codec::interop!($type);
    };
}

pub(crate) use scalar;
