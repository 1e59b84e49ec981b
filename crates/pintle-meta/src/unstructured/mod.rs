//! [`Unstructured`], an object whose type is not known when the program is compiled.
//!
//! The invariant: an object that is only read stays the bytes that came, numbers and unknown fields
//! included. It becomes a tree when it is edited.

mod error;
mod fields;
mod list;
mod metadata;

use std::fmt;
use std::sync::Arc;

use pintle_codec::{Decoder, Error, ErrorKind, Format, TypeMeta, Value, cbor, json};

pub use self::error::FieldError;
pub use self::list::UnstructuredList;
use crate::document::{Check, Document};
use crate::{Body, GroupVersion, GroupVersionKind, Metadata, Object, ObjectName, no_such_format};

/// An object whose type is not known when the program is compiled: a custom resource, or whatever a
/// dynamic client meets.
///
/// It keeps the JSON that came, and finds a field when it is asked for. Fields are named by the
/// path to them; as in Go, a path goes through objects, not into lists. An edit turns it into a
/// tree. A clone of an object that was not edited is the same object: it counts a reference.
///
/// ```
/// use pintle_codec::{Decoder, Format};
/// use pintle_meta::{Body, Metadata, Unstructured};
///
/// let json = br#"{"kind":"Gadget","apiVersion":"example.com/v1",
///     "metadata":{"name":"a"},"spec":{"replicas":3}}"#;
/// let mut gadget = Unstructured::decode(json, Format::Json, &mut Decoder::new())?;
/// assert_eq!(gadget.name(), "a");
/// assert_eq!(gadget.int64(&["spec", "replicas"])?, Some(3));
/// assert_eq!(gadget.string(&["spec", "flavour"])?, None);
///
/// gadget.set(&["spec", "flavour"], "sweet")?;
/// assert_eq!(gadget.string(&["spec", "flavour"])?.as_deref(), Some("sweet"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Unstructured(State);

#[derive(Clone)]
enum State {
    /// As it came.
    Kept(Arc<Kept>),
    /// Edited.
    Tree(Box<Tree>),
}

struct Kept {
    /// JSON, an object, in which every number fits into 64 bits.
    document: Document,
    type_meta: TypeMeta,
}

#[derive(Clone)]
struct Tree {
    object: pintle_codec::Object,
    /// Parts of the object were left out when it was read.
    is_pruned: bool,
}

impl Unstructured {
    /// An object of a kind, with nothing in it.
    pub fn new(kind: &GroupVersionKind) -> Self {
        let mut object = pintle_codec::Object::new();
        object.insert("kind", kind.kind.clone().into());
        object.insert("apiVersion", kind.group_version().to_string().into());
        object.into()
    }

    /// The object of a type that is known, as it would be sent.
    ///
    /// # Errors
    /// When the object has no form in JSON.
    pub fn of<T: Object>(object: &T) -> Result<Self, Error> {
        let mut document = Vec::new();
        object.encode(Format::Json, &mut document)?;
        let mut decoder = Decoder::new().incomplete(object.metadata().is_pruned());
        Self::decode(&document, Format::Json, &mut decoder)
    }

    /// The object as one of a type that is known. Fields that the type does not have are left out.
    ///
    /// # Errors
    /// When it is of another kind, or a value does not fit its field; the error has the path to it.
    pub fn to<T: Body>(&self) -> Result<T, Error> {
        let mut decoder = Decoder::new().incomplete(self.is_pruned());
        match &self.0 {
            State::Kept(kept) => T::decode(kept.document.as_bytes(), Format::Json, &mut decoder),
            State::Tree(tree) => {
                let mut document = Vec::new();
                tree.write(&mut document);
                T::decode(&document, Format::Json, &mut decoder)
            }
        }
    }

    /// The kind; empty if the object does not say.
    pub fn kind(&self) -> &str {
        match &self.0 {
            State::Kept(kept) => &kept.type_meta.kind,
            State::Tree(tree) => tree.text(&["kind"]),
        }
    }

    /// The group and version as `apiVersion` has them; empty if the object does not say.
    pub fn api_version(&self) -> &str {
        match &self.0 {
            State::Kept(kept) => &kept.type_meta.api_version,
            State::Tree(tree) => tree.text(&["apiVersion"]),
        }
    }

    /// The kind with its group and version; `None` if `apiVersion` is none.
    pub fn group_version_kind(&self) -> Option<GroupVersionKind> {
        let group_version: GroupVersion = self.api_version().parse().ok()?;
        Some(group_version.with_kind(self.kind()))
    }

    /// The object's name and namespace.
    pub fn key(&self) -> ObjectName {
        ObjectName::of(self)
    }

    /// The JSON that the object is kept as; `None` if it is a tree, since it was edited or made.
    pub fn as_json(&self) -> Option<&str> {
        match &self.0 {
            State::Kept(kept) => Some(kept.text()),
            State::Tree(_) => None,
        }
    }

    /// The object as a tree.
    pub fn to_tree(&self) -> pintle_codec::Object {
        match &self.0 {
            State::Kept(kept) => kept.to_tree(),
            State::Tree(tree) => tree.object.clone(),
        }
    }

    /// The object as a tree, to be edited freely.
    pub fn edit(&mut self) -> &mut pintle_codec::Object {
        &mut self.tree_mut().object
    }

    /// The object as a tree. What was read is turned into one.
    fn tree_mut(&mut self) -> &mut Tree {
        if let State::Kept(kept) = &self.0 {
            self.0 = State::Tree(Box::new(Tree {
                object: kept.to_tree(),
                is_pruned: kept.document.is_pruned(),
            }));
        }
        match &mut self.0 {
            State::Tree(tree) => tree,
            State::Kept(_) => unreachable!("what was kept is a tree now"),
        }
    }

    /// Keeps an object in JSON that need not say of what kind it is.
    fn keep(object: &[u8], decoder: &Decoder) -> Result<Self, Error> {
        let (document, head) = Document::read_json(object, decoder, Check::Values)?;
        let type_meta = TypeMeta {
            api_version: head.api_version,
            kind: head.kind,
        };
        let kept = Kept {
            document,
            type_meta,
        };
        Ok(Self(State::Kept(Arc::new(kept))))
    }

    /// Keeps an element of a list that says to be `list`. If neither kind nor version stand in the
    /// element, they are those of the list: servers leave them out where the list has but one.
    fn keep_item(item: &[u8], list: &TypeMeta, decoder: &Decoder) -> Result<Self, Error> {
        let mut object = Self::keep(item, decoder)?;
        let says_nothing = object.kind().is_empty() && object.api_version().is_empty();
        if !says_nothing || list.kind.is_empty() {
            return Ok(object);
        }
        let type_meta = TypeMeta {
            api_version: list.api_version.clone(),
            kind: list.kind.strip_suffix("List").unwrap_or(&list.kind).into(),
        };
        let mut whole = Vec::new();
        match &object.0 {
            State::Kept(kept) if kept.has_neither() => kept.write_as(&type_meta, &mut whole),
            _ => {
                let tree = object.edit();
                tree.insert("kind", type_meta.kind.into());
                tree.insert("apiVersion", type_meta.api_version.into());
                object.encode_item(Format::Json, &mut whole)?;
            }
        }
        Self::keep(&whole, &Decoder::new().incomplete(object.is_pruned()))
    }
}

impl Body for Unstructured {
    const FORMATS: &'static [Format] = &[Format::Json, Format::Cbor];

    /// Fails, as in Go, if the object does not say of what kind it is.
    fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        let object = Self::decode_item(document, format, decoder)?;
        if object.kind().is_empty() {
            let detail = "the object does not say of what kind it is";
            return Err(Error::new(ErrorKind::InvalidValue, 0, detail).within_field("kind"));
        }
        Ok(object)
    }

    fn decode_item(item: &[u8], format: Format, decoder: &mut Decoder) -> Result<Self, Error> {
        Self::decode_list_item(item, &TypeMeta::default(), format, decoder)
    }

    fn decode_list_item(
        item: &[u8],
        list: &TypeMeta,
        format: Format,
        decoder: &mut Decoder,
    ) -> Result<Self, Error> {
        match format {
            Format::Json => Self::keep_item(item, list, decoder),
            Format::Cbor => {
                let mut text = Vec::new();
                json::write(&cbor::parse(item)?, &mut text);
                Self::keep_item(&text, list, decoder)
            }
            Format::Protobuf => Err(no_such_format(format)),
        }
    }

    fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        if format == Format::Cbor {
            out.extend_from_slice(cbor::MAGIC);
        }
        self.encode_item(format, out)
    }

    /// As [`Unstructured::encode`]: the object says of what kind it is in a list too.
    fn encode_item(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        match (format, &self.0) {
            (Format::Json, State::Kept(kept)) => out.extend_from_slice(kept.document.as_bytes()),
            (Format::Json, State::Tree(tree)) => tree.write(out),
            (Format::Cbor, _) => cbor::write(&Value::Object(self.to_tree()), out),
            (Format::Protobuf, _) => return Err(no_such_format(format)),
        }
        Ok(())
    }
}

/// As in Go, it is its own metadata.
impl Object for Unstructured {
    type Metadata = Self;

    fn metadata(&self) -> &Self {
        self
    }
}

impl From<pintle_codec::Object> for Unstructured {
    fn from(object: pintle_codec::Object) -> Self {
        let is_pruned = false;
        Self(State::Tree(Box::new(Tree { object, is_pruned })))
    }
}

/// Equality of what is in the objects: neither the order of fields nor the spelling of values
/// counts.
impl PartialEq for Unstructured {
    fn eq(&self, other: &Self) -> bool {
        if let (State::Kept(one), State::Kept(other)) = (&self.0, &other.0)
            && one.document.as_bytes() == other.document.as_bytes()
        {
            return true;
        }
        self.to_tree() == other.to_tree()
    }
}

/// Prints which object it is, not what is in it: it may be a secret.
impl fmt::Debug for Unstructured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unstructured({} ", self.api_version())?;
        write!(f, "{} {})", self.kind(), self.key())
    }
}

impl Kept {
    fn text(&self) -> &str {
        self.document
            .as_json()
            .expect("an unstructured object is kept as JSON")
    }

    /// Whether neither a kind nor a version stands in the text, of whatever type.
    fn has_neither(&self) -> bool {
        [["kind"], ["apiVersion"]]
            .iter()
            .all(|path| self.find(path) == Ok(None))
    }

    /// Writes the object with the kind and the version first.
    fn write_as(&self, type_meta: &TypeMeta, out: &mut Vec<u8>) {
        let mut writer = json::Writer::new(out);
        writer.begin_object();
        writer.type_meta(type_meta);
        let members = self.text().trim_start()[1..].trim_start();
        if members != "}" {
            out.push(b',');
        }
        out.extend_from_slice(members.as_bytes());
    }

    fn to_tree(&self) -> pintle_codec::Object {
        match json::parse(self.text().as_bytes()) {
            Ok(Value::Object(object)) => object,
            _ => unreachable!("the text was checked to be an object when it was read"),
        }
    }
}

impl Tree {
    /// The text at a path; empty if there is none.
    fn text(&self, path: &[&str]) -> &str {
        let (first, rest) = path.split_first().expect("a path has a step");
        let value = self.object.get(first).and_then(|value| value.at(rest));
        value.and_then(Value::as_str).unwrap_or_default()
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut writer = json::Writer::new(out);
        writer.begin_object();
        for (key, value) in self.object.iter() {
            writer.key(key);
            json::write_value(value, &mut writer);
        }
        writer.end_object();
    }
}
