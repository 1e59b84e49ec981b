//! [`UnstructuredList`], a list of objects whose types are not known when the program is compiled.

use std::fmt;

use pintle_codec::{Decoder, Error, ErrorKind, Format, List, Str, TypeMeta, cbor, json};

use super::{State, Unstructured};
use crate::document::check_numbers;
use crate::v1::ListMeta;
use crate::{Body, list_body, no_such_format};

/// A list of objects whose types are not known when the program is compiled.
///
/// An item that does not say of what kind it is gets its kind from the list, as in Go: what
/// `PodList` is without `List`.
#[derive(Clone, Default, PartialEq)]
pub struct UnstructuredList {
    /// What the list says of its own type, such as `PodList` of `v1`.
    pub type_meta: TypeMeta,
    /// The version of the list and, when there is more, where to continue.
    pub metadata: ListMeta,
    /// The objects.
    pub items: List<Unstructured>,
}

impl UnstructuredList {
    /// The list that an object is: one with a list of `items`.
    ///
    /// # Errors
    /// When the object has no list of items, or something in it is not as it is in a list.
    pub fn from_object(list: &Unstructured) -> Result<Self, Error> {
        if !list.is_list() {
            let detail = "the object has no list of items";
            return Err(Error::new(ErrorKind::TypeMismatch, 0, detail).within_field("items"));
        }
        list.to()
    }

    fn encode_as(
        &self,
        type_meta: &TypeMeta,
        format: Format,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        if !Self::FORMATS.contains(&format) {
            return Err(no_such_format(format));
        }
        list_body::encode(&self.metadata, &self.items, type_meta, format, out)
    }

    fn read(document: &[u8], decoder: &mut Decoder) -> Result<Self, Error> {
        let mut list = Self::default();
        let mut items = Vec::new();
        let mut reader = json::Reader::new(document)?;
        reader.begin_object()?;
        let mut first = true;
        while let Some(key) = reader.next_key(&mut first)? {
            match key {
                "kind" => list.type_meta.kind = type_name(&mut reader, "kind")?,
                "apiVersion" => list.type_meta.api_version = type_name(&mut reader, "apiVersion")?,
                "metadata" => {
                    if reader.null()? {
                        continue;
                    }
                    // What is left out of objects is not left out of the list.
                    Decoder::new()
                        .decode_json_next(&mut reader, &mut list.metadata)
                        .map_err(|error| error.within_field("metadata"))?;
                }
                "items" => {
                    // Of a repeated key the last value counts.
                    items.clear();
                    if reader.null()? {
                        continue;
                    }
                    reader
                        .begin_array()
                        .map_err(|error| error.within_field("items"))?;
                    let mut first = true;
                    while reader.next_element(&mut first)? {
                        let item = reader.raw()?;
                        items.push((item, reader.offset() - item.len()));
                    }
                }
                _ => check_numbers(&mut reader)?,
            }
        }
        reader.finish()?;
        if list.type_meta.kind.is_empty() {
            let detail = "the list does not say of what kind it is";
            return Err(Error::new(ErrorKind::InvalidValue, 0, detail).within_field("kind"));
        }
        // What the list says of its type may come behind the items.
        list.items.reserve_exact(items.len());
        for (index, (item, start)) in items.into_iter().enumerate() {
            let within = |error: Error| {
                error
                    .shifted_by(start)
                    .within_index(index)
                    .within_field("items")
            };
            let item = Unstructured::keep_item(item.as_bytes(), &list.type_meta, decoder);
            list.items.push(item.map_err(within)?);
        }
        Ok(list)
    }
}

impl Unstructured {
    /// Whether the object is a list: whether it has a list of `items`.
    pub fn is_list(&self) -> bool {
        match &self.0 {
            State::Kept(kept) => kept
                .find(&["items"])
                .is_ok_and(|items| items.is_some_and(|items| items.starts_with('['))),
            State::Tree(tree) => {
                let items = tree.object.get("items");
                items.is_some_and(|items| items.as_array().is_some())
            }
        }
    }
}

impl Body for UnstructuredList {
    const FORMATS: &'static [Format] = Unstructured::FORMATS;

    /// Fails, as in Go, if the list does not say of what kind it is.
    fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        match format {
            Format::Json => Self::read(document, decoder),
            Format::Cbor => {
                let mut text = Vec::new();
                json::write(&cbor::parse(document)?, &mut text);
                Self::read(&text, decoder)
            }
            Format::Protobuf => Err(no_such_format(format)),
        }
    }

    fn decode_item(item: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        Self::decode(item, format, decoder)
    }

    fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        self.encode_as(&self.type_meta, format, out)
    }

    fn encode_item(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        self.encode_as(&TypeMeta::default(), format, out)
    }
}

/// Prints which objects are in the list, not what is in them.
impl fmt::Debug for UnstructuredList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnstructuredList")
            .field("type_meta", &self.type_meta)
            .field("metadata", &self.metadata)
            .field("items", &self.items)
            .finish()
    }
}

impl IntoIterator for UnstructuredList {
    type Item = Unstructured;
    type IntoIter = <List<Unstructured> as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a> IntoIterator for &'a UnstructuredList {
    type Item = &'a Unstructured;
    type IntoIter = std::slice::Iter<'a, Unstructured>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// A kind or an `apiVersion`; null is as good as none.
fn type_name(reader: &mut json::Reader<'_>, field: &'static str) -> Result<Str, Error> {
    if reader.null()? {
        return Ok(Str::new());
    }
    let text = reader.string().map(Str::from);
    text.map_err(|error| error.within_field(field))
}
