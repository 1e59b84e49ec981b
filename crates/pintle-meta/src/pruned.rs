//! [`Pruned`], the note that parts of an object were left out.

use pintle_codec::{Element, SlotMut, SlotRef};

/// Whether parts of an object were left out when it was read.
///
/// A reader that leaves out parts sets it. It is no part of the object: it is never written, and
/// does not count when objects are compared. Clients refuse to update an object that has it set,
/// since the update would remove what was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pruned(bool);

impl Pruned {
    /// Whether parts were left out.
    pub fn is_set(self) -> bool {
        self.0
    }
}

impl Element for Pruned {
    fn slot(&mut self) -> SlotMut<'_> {
        SlotMut::Bool(&mut self.0)
    }

    fn get(&self) -> SlotRef<'_> {
        SlotRef::Bool(self.0)
    }
}
