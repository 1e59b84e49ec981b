//! [`AnyObject`], an object of a kind that is known at run time only.

use std::any::Any;
use std::fmt;

use pintle_codec::{
    Decoder, Error, ErrorKind, Format, Message, TypeMeta, equal, format_debug, message,
};
use pintle_meta::Kind;

use super::{Registered, find};

/// An object of any built-in kind.
pub struct AnyObject {
    kind: &'static Registered,
    object: Box<dyn Erased>,
}

/// An object whose type is hidden.
pub(super) trait Erased: Message + Any {
    fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error>;
}

impl<K: Kind + Message> Erased for K {
    fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        K::encode(self, format, out)
    }
}

/// Reads an object of the kind that it says it is.
///
/// # Errors
/// When the document is malformed, a value does not fit its field, or no type is compiled in for
/// the kind.
pub fn decode(document: &[u8], format: Format, decoder: &mut Decoder) -> Result<AnyObject, Error> {
    let TypeMeta { api_version, kind } =
        fill(&mut Nothing {}, document, format, &mut Decoder::new())?;
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", &api_version));
    let Some(registered) = find(group, version, &kind) else {
        let detail = format!("no type for kind `{kind}` of `{api_version}` is compiled in");
        return Err(Error::new(ErrorKind::TypeMismatch, 0, detail));
    };
    let mut object = registered.empty();
    fill(object.message_mut(), document, format, decoder)?;
    Ok(object)
}

fn fill(
    message: &mut dyn Message,
    document: &[u8],
    format: Format,
    decoder: &mut Decoder,
) -> Result<TypeMeta, Error> {
    match format {
        Format::Json => decoder.decode_json(document, message),
        Format::Protobuf => decoder.decode_protobuf(document, message),
        Format::Cbor => decoder.decode_cbor(document, message),
    }
}

impl AnyObject {
    pub(super) fn new(kind: &'static Registered, object: Box<dyn Erased>) -> Self {
        Self { kind, object }
    }

    /// What kind it is of.
    pub fn kind(&self) -> &'static Registered {
        self.kind
    }

    /// The object, as the formats see it.
    pub fn message(&self) -> &dyn Message {
        &*self.object
    }

    /// The object, to be filled.
    pub fn message_mut(&mut self) -> &mut dyn Message {
        &mut *self.object
    }

    /// The object, if it is a `K`.
    pub fn downcast_ref<K: Kind>(&self) -> Option<&K> {
        let object: &dyn Any = &*self.object;
        object.downcast_ref()
    }

    /// The object, to change it, if it is a `K`.
    pub fn downcast_mut<K: Kind>(&mut self) -> Option<&mut K> {
        let object: &mut dyn Any = &mut *self.object;
        object.downcast_mut()
    }

    /// The object itself, if it is a `K`.
    ///
    /// # Errors
    /// With what was there, if it is of another kind.
    pub fn downcast<K: Kind>(self) -> Result<Box<K>, Self> {
        if self.downcast_ref::<K>().is_none() {
            return Err(self);
        }
        let object: Box<dyn Any> = self.object;
        Ok(object.downcast().expect("the type was just looked at"))
    }

    /// Appends the document to `out`.
    ///
    /// # Errors
    /// When the kind has no such format.
    pub fn encode(&self, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
        self.object.encode(format, out)
    }
}

/// Equal are objects of one kind that are equal field by field.
impl PartialEq for AnyObject {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.kind, other.kind) && equal(self.message(), other.message())
    }
}

impl fmt::Debug for AnyObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format_debug(self.message(), f)
    }
}

/// A struct without fields: reading it tells what an object says it is.
#[derive(Default)]
struct Nothing {}

message! {
    Nothing "Nothing" {}
}
