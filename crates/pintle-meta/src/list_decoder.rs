//! [`ListDecoder`], which decodes the items of a list while it arrives.

use std::fmt;
use std::marker::PhantomData;

use pintle_codec::{Decoder, Error, Format, ListReader, TypeMeta};

use crate::v1::ListMeta;
use crate::{Body, Kind as _, ObjectList, Resource, UndecodableObject, described};

/// Decodes the items of a list one by one while the list arrives, so that a list of any length takes
/// the memory of what its reader keeps.
///
/// Bytes come in by [`push`](Self::push), in chunks of any size; [`next_item`](Self::next_item) is
/// called until there is none. At the end of the input, [`finish`](Self::finish) says whether the
/// list was whole, and what it says of itself: in JSON that may come behind the items.
///
/// An item that cannot be decoded is an item nevertheless: it is handed out as an error, and the
/// ones behind it follow.
///
/// ```
/// use pintle_codec::{Decoder, Format};
/// use pintle_meta::{ListDecoder, Metadata, Unstructured};
///
/// let mut list = ListDecoder::<Unstructured>::of_any_kind(Format::Json, Decoder::new());
/// list.push(br#"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"}},"#);
/// let Some(Ok(pod)) = list.next_item()? else { panic!("an item has arrived") };
/// assert_eq!((pod.kind(), pod.name()), ("Pod", "a"));
/// assert!(list.next_item()?.is_none());
///
/// list.push(br#"{"metadata":{"name":7}}],"metadata":{"resourceVersion":"12"}}"#);
/// assert!(list.next_item()?.is_some());
/// assert!(list.next_item()?.is_none());
/// assert_eq!(list.finish()?.resource_version, "12");
/// # Ok::<(), pintle_codec::Error>(())
/// ```
pub struct ListDecoder<K> {
    reader: ListReader,
    format: Format,
    decoder: Decoder,
    /// What the list is to be; nothing in particular if empty.
    expected: TypeMeta,
    kind: PhantomData<fn() -> K>,
}

impl<K: Resource> ListDecoder<K> {
    /// A decoder of a list of these objects in `format`, whose items `decoder` decodes.
    pub fn new(format: Format, decoder: Decoder) -> Self {
        Self {
            expected: ObjectList::<K>::type_meta(),
            ..Self::of_any_kind(format, decoder)
        }
    }
}

impl<K: Body> ListDecoder<K> {
    /// A decoder of a list that may be of any kind: of objects whose type is not known, or of which
    /// only a part is read.
    pub fn of_any_kind(format: Format, decoder: Decoder) -> Self {
        Self {
            reader: ListReader::new(format),
            format,
            decoder,
            expected: TypeMeta::default(),
            kind: PhantomData,
        }
    }

    /// Refuses a list that says to be of another kind. The default is to take any.
    #[must_use]
    pub fn expecting(mut self, list: TypeMeta) -> Self {
        self.expected = list;
        self
    }

    /// Refuses items of more than `bytes`. The default is 16 MiB
    /// ([`MAX_ITEM`](pintle_codec::MAX_ITEM)).
    #[must_use]
    pub fn item_limit(mut self, bytes: usize) -> Self {
        self.reader = self.reader.item_limit(bytes);
        self
    }

    /// Takes in what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.reader.push(bytes);
    }

    /// The next item, or why it cannot be decoded; `None` until more bytes arrive.
    ///
    /// # Errors
    /// When the input is no list, or one of another kind, or an item is too long. The list cannot be
    /// read on then.
    pub fn next_item(&mut self) -> Result<Option<Result<K, UndecodableObject>>, Error> {
        let Some(item) = self.reader.next_item()? else {
            return Ok(None);
        };
        check_kind(item.list(), &self.expected)?;
        let (bytes, format) = (item.bytes(), self.format);
        let decoded = K::decode_list_item(bytes, item.list(), format, &mut self.decoder);
        Ok(Some(decoded.map_err(|error| {
            let error = error.shifted_by(item.offset());
            UndecodableObject::new(error, bytes, format).at_index(item.index())
        })))
    }

    /// What the list claims to be, as far as that is known.
    pub fn type_meta(&self) -> &TypeMeta {
        self.reader.type_meta()
    }

    /// How many items there were so far.
    pub fn items(&self) -> usize {
        self.reader.items()
    }

    /// What the list says of itself: its version and, when there is more, where to continue. To be
    /// called when all input was pushed and all items were taken.
    ///
    /// # Errors
    /// When the list did not end, is of another kind, or says what cannot be read.
    pub fn finish(&self) -> Result<ListMeta, Error> {
        self.reader.finish()?;
        check_kind(self.type_meta(), &self.expected)?;
        let mut metadata = ListMeta::default();
        let bytes = self.reader.metadata();
        if bytes.is_empty() {
            return Ok(metadata);
        }
        // What is left out of objects is not left out of the list.
        let decoder = &mut Decoder::new();
        match self.format {
            Format::Json => decoder.decode_json(bytes, &mut metadata).map(drop),
            Format::Protobuf => decoder.decode_protobuf_item(bytes, &mut metadata),
            Format::Cbor => decoder.decode_cbor(bytes, &mut metadata).map(drop),
        }
        .map_err(|error| error.within_field("metadata"))?;
        Ok(metadata)
    }
}

fn check_kind(found: &TypeMeta, expected: &TypeMeta) -> Result<(), Error> {
    if expected.kind.is_empty() {
        return Ok(());
    }
    described::check_kind(found, expected)
}

/// Says how far it came, not what it holds.
impl<K> fmt::Debug for ListDecoder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListDecoder")
            .field("type_meta", self.reader.type_meta())
            .field("items", &self.reader.items())
            .finish_non_exhaustive()
    }
}
