//! [`ObjectList`], a list of objects of one kind.

use std::fmt;

use pintle_codec::{
    Element, Field, FieldFlags, List, Message, SlotMut, SlotRef, Table, equal, format_debug,
};

use crate::v1::ListMeta;
use crate::{Kind, Resource};

/// A list of objects, as the API server answers it: `PodList` is `ObjectList<Pod>`.
#[derive(Clone)]
pub struct ObjectList<K> {
    /// The version of the list and, when there is more, where to continue.
    pub metadata: ListMeta,
    /// The objects.
    pub items: List<K>,
}

impl<K> Default for ObjectList<K> {
    fn default() -> Self {
        Self {
            metadata: ListMeta::default(),
            items: List::new(),
        }
    }
}

impl<K: Resource> Kind for ObjectList<K> {
    const GROUP: &'static str = K::GROUP;
    const VERSION: &'static str = K::VERSION;
    const KIND: &'static str = K::LIST_KIND;
}

impl<K: Element + Default> Message for ObjectList<K> {
    fn table(&self) -> &'static Table {
        &TABLE
    }

    fn slot(&mut self, index: usize) -> SlotMut<'_> {
        match index {
            0 => Element::slot(&mut self.metadata),
            1 => Element::slot(&mut self.items),
            _ => unreachable!("the table has no such field"),
        }
    }

    fn get(&self, index: usize) -> SlotRef<'_> {
        match index {
            0 => Element::get(&self.metadata),
            1 => Element::get(&self.items),
            _ => unreachable!("the table has no such field"),
        }
    }
}

impl<K: Element + Default> Element for ObjectList<K> {
    fn slot(&mut self) -> SlotMut<'_> {
        SlotMut::Message(self)
    }

    fn get(&self) -> SlotRef<'_> {
        SlotRef::Message(self)
    }
}

impl<K: Element + Default> PartialEq for ObjectList<K> {
    fn eq(&self, other: &Self) -> bool {
        equal(self, other)
    }
}

impl<K: Element + Default> fmt::Debug for ObjectList<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format_debug(self, f)
    }
}

impl<K> IntoIterator for ObjectList<K> {
    type Item = K;
    type IntoIter = <List<K> as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, K> IntoIterator for &'a ObjectList<K> {
    type Item = &'a K;
    type IntoIter = std::slice::Iter<'a, K>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// Every list of the API has these two fields, under these numbers.
static TABLE: Table = Table::new("meta.v1.List", FIELDS, &[0, 1]);

const FIELDS: &[Field] = &[
    Field::new("metadata", 1, FieldFlags::OMIT_EMPTY.and(FieldFlags::VALUE)),
    Field::new("items", 2, FieldFlags::NONE),
];
