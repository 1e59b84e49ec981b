//! [`JSON`], a value of any kind within a schema.

use pintle_codec::{Element, SlotMut, SlotRef};
use pintle_meta::RawExtension;

/// `JSON` of apiextensions.k8s.io/v1: a value of any kind, such as a default.
///
/// Kept as it came, so that numbers and the order of keys stay what they were; `null` is kept as
/// nothing, as in Go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JSON(pub RawExtension);

impl Element for JSON {
    fn slot(&mut self) -> SlotMut<'_> {
        self.0.slot()
    }

    fn get(&self) -> SlotRef<'_> {
        self.0.get()
    }
}
