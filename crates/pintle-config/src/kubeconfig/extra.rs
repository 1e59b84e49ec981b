//! Fields that this version has no use for.
//!
//! Invariant: they are written back as they were read, and `Debug` shows their names only, because
//! their values may be secrets.

use std::collections::BTreeMap;
use std::fmt;

use pintle_codec::{Object, Value};

/// The fields of a stanza that have no place in its type.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Extra(BTreeMap<String, Value>);

impl Extra {
    /// What the field says, if it is there.
    pub(crate) fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// Takes the fields of `other` that are not here yet.
    pub(super) fn merge(&mut self, other: Self) {
        for (name, value) in other.0 {
            self.0.entry(name).or_insert(value);
        }
    }

    pub(super) fn write(&self, fields: &mut Object) {
        for (name, value) in &self.0 {
            fields.insert(name, value.clone());
        }
    }
}

impl FromIterator<(String, Value)> for Extra {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
