//! [`ObjectList`], a list of objects of one kind.

use pintle_codec::{
    Decoder, Element, Error, Field, FieldFlags, Format, List, Message, SlotMut, SlotRef, Table,
    TypeMeta, json,
};

use crate::list_body::{self, Items, Parts};
use crate::v1::ListMeta;
use crate::{Body, Kind, Resource};

/// A list of objects, as the API server answers it: `PodList` is `ObjectList<Pod>`.
#[derive(Clone, Debug, PartialEq)]
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

impl<K: Resource> Body for ObjectList<K> {
    const FORMATS: &'static [Format] = K::FORMATS;

    fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        let mut list = Self::default();
        list_body::decode(
            document,
            format,
            decoder,
            &mut list.parts(&Self::type_meta()),
        )?;
        Ok(list)
    }

    fn decode_item(item: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        let mut list = Self::default();
        list_body::decode_item(item, format, decoder, &mut list.parts(&Self::type_meta()))?;
        Ok(list)
    }

    fn decode_next(reader: &mut json::Reader<'_>, decoder: &mut Decoder) -> Result<Self, Error> {
        let mut list = Self::default();
        list_body::decode_next(reader, decoder, &mut list.parts(&Self::type_meta()))?;
        Ok(list)
    }

    fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        list_body::encode(&self.metadata, &self.items, &Self::type_meta(), format, out)
    }

    fn encode_item(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        let nothing = TypeMeta::default();
        list_body::encode(&self.metadata, &self.items, &nothing, format, out)
    }
}

impl<K: Resource> ObjectList<K> {
    fn parts<'a>(&'a mut self, expected: &'a TypeMeta) -> Parts<'a> {
        Parts {
            expected,
            metadata: &mut self.metadata,
            items: &mut self.items,
        }
    }
}

impl<K: Body> Items for List<K> {
    fn len(&self) -> usize {
        self.as_ref().len()
    }

    fn push(&mut self, item: &[u8], format: Format, decoder: &mut Decoder) -> Result<(), Error> {
        List::push(self, K::decode_item(item, format, decoder)?);
        Ok(())
    }

    fn push_next(
        &mut self,
        reader: &mut json::Reader<'_>,
        decoder: &mut Decoder,
    ) -> Result<(), Error> {
        List::push(self, K::decode_next(reader, decoder)?);
        Ok(())
    }

    fn settle(&mut self) {
        self.shrink_to_fit();
    }

    fn encode(&self, index: usize, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        self[index].encode_item(format, out)
    }
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
static TABLE: Table = Table::new("meta.v1.List", FIELDS, &[0, 1], &[1, 0]);

const FIELDS: &[Field] = &[
    Field::new("metadata", 1, FieldFlags::OMIT_EMPTY.and(FieldFlags::VALUE)),
    Field::new("items", 2, FieldFlags::NONE),
];
