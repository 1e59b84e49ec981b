//! JSON into a [`Message`].

use std::sync::Arc;

use super::{Reader, Token};
use crate::byte_string::from_base64;
use crate::choice::{self, Sort, Unfit, choose};
use crate::decoder::{Decoder, Rules, ViolationKind, note_pruned};
use crate::key::{Found, find};
use crate::{Error, ErrorKind, Mapped, Message, Prune, Repeated, SlotMut, Str, TypeMeta};

type Result<T> = std::result::Result<T, Error>;

/// Fills `message` from a JSON object. Unknown fields are passed over; `null` leaves a field as it
/// is.
///
/// # Errors
/// When the document is not one well-formed object, or a value does not fit its field.
pub fn decode(document: &[u8], message: &mut dyn Message) -> Result<()> {
    decode_object(document, message).map(drop)
}

/// As [`decode`], and also says what `kind` and `apiVersion` the object claims to be.
///
/// # Errors
/// As [`decode`].
pub fn decode_object(document: &[u8], message: &mut dyn Message) -> Result<TypeMeta> {
    Decoder::new().decode_json(document, message)
}

/// Fills `message` as `decoder` is set.
pub(crate) fn decode_with(
    decoder: &mut Decoder,
    document: &[u8],
    message: &mut dyn Message,
) -> Result<TypeMeta> {
    let mut reader = Reader::new(document)?;
    let type_meta = decode_next(decoder, &mut reader, message)?;
    reader.finish()?;
    Ok(type_meta)
}

/// Fills `message` from the object that comes next, as `decoder` is set.
pub(crate) fn decode_next(
    decoder: &mut Decoder,
    reader: &mut Reader<'_>,
    message: &mut dyn Message,
) -> Result<TypeMeta> {
    decoder.begin();
    let prune: Option<Arc<Prune>> = decoder.rules();
    let pruned = decoder.is_incomplete();
    let mut source = Source {
        reader,
        strict: decoder.is_strict(),
        decoder,
        rules: Rules::new(prune.as_deref()),
        pruned,
    };
    let mut type_meta = TypeMeta::default();
    let read = source.message(message, Some(&mut type_meta));
    if source.pruned {
        note_pruned(message);
    }
    read.map(|()| type_meta)
}

struct Source<'r, 'a, 'd> {
    reader: &'r mut Reader<'a>,
    decoder: &'d mut Decoder,
    /// What is left out of the object that is being read.
    rules: Rules<'d>,
    strict: bool,
    pruned: bool,
}

impl Source<'_, '_, '_> {
    fn message(
        &mut self,
        message: &mut dyn Message,
        mut type_meta: Option<&mut TypeMeta>,
    ) -> Result<()> {
        let table = message.table();
        if table.is_choice() {
            return self.choice(message);
        }
        self.reader.begin_object()?;
        let fields = table.fields();
        let mut first = true;
        // Writers keep the order of the struct, so the next key is mostly the field after the last.
        let mut expected = 0;
        let mut seen = Vec::new();
        while self.reader.begin_key(&mut first)? {
            let found = match self.reader.known_key(fields, expected) {
                Some(index) => Found::Field(index),
                None => {
                    let key = self.reader.key()?;
                    match find(&*message, key, type_meta.is_some()) {
                        Found::Unknown if self.strict => {
                            self.decoder.note(ViolationKind::Unknown, key);
                            Found::Unknown
                        }
                        found => found,
                    }
                }
            };
            match (found, type_meta.as_deref_mut()) {
                (Found::Field(index), _) => {
                    expected = index + 1;
                    let name = fields[index].json();
                    if self.strict || self.rules.any() {
                        self.careful(name, &mut seen, |source| source.slot(message.slot(index)))?;
                    } else if !self.reader.null()? {
                        self.slot(message.slot(index))
                            .map_err(|error| error.within_field(name))?;
                    }
                }
                (found @ Found::Inline(..), _) => {
                    let name = found.field(message).json();
                    self.careful(name, &mut seen, |source| source.slot(found.slot(message)))?;
                }
                (Found::Kind, Some(type_meta)) if self.reader.peek()? == Token::String => {
                    type_meta.kind = self.reader.string()?.into();
                }
                (Found::ApiVersion, Some(type_meta)) if self.reader.peek()? == Token::String => {
                    type_meta.api_version = self.reader.string()?.into();
                }
                _ => self.reader.skip()?,
            }
        }
        Ok(())
    }

    /// Reads the one field that stands for a struct.
    #[cold]
    fn choice(&mut self, message: &mut dyn Message) -> Result<()> {
        let sort = match self.reader.peek()? {
            Token::Object => Sort::Struct,
            Token::Array => Sort::List,
            Token::Bool => Sort::Bool,
            Token::String | Token::Number | Token::Null => Sort::Other,
        };
        match choose(message, sort) {
            Ok(slot) => self.slot(slot),
            Err(Unfit::Ignored) => self.reader.skip(),
            Err(Unfit::Refused) => Err(self.reader.mismatch(choice::EXPECTED)),
        }
    }

    /// Reads the value of a field by `read`, unless it is to be left out; notes whether the field
    /// came before.
    fn careful(
        &mut self,
        name: &'static str,
        seen: &mut Vec<&'static str>,
        read: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        if self.strict {
            if seen.contains(&name) {
                self.decoder.note(ViolationKind::Duplicate, name);
            }
            seen.push(name);
        }
        self.within(name, |source| {
            if source.reader.null()? {
                return Ok(());
            }
            read(source).map_err(|error| error.within_field(name))
        })
    }

    /// Reads the value of a field or key by `read` under the rules for it.
    fn within(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let outer = self.rules;
        let Some(rules) = outer.within(name) else {
            self.pruned = true;
            return self.reader.skip();
        };
        self.rules = rules;
        let before = self.decoder.noted();
        read(self)?;
        self.decoder.within(before, || name.into());
        self.rules = outer;
        Ok(())
    }

    fn slot(&mut self, slot: SlotMut<'_>) -> Result<()> {
        let reader = &mut *self.reader;
        match slot {
            SlotMut::Str(text) => *text = self.decoder.string(reader.string()?),
            SlotMut::Message(message) => return self.message(message, None),
            SlotMut::Bool(truth) => *truth = reader.boolean()?,
            SlotMut::I32(number) => {
                let wide = reader.integer()?;
                *number = i32::try_from(wide).map_err(|_| {
                    reader.error(
                        ErrorKind::InvalidValue,
                        format!("{wide} does not fit into 32 bits"),
                    )
                })?;
            }
            SlotMut::I64(number) => *number = reader.integer()?,
            SlotMut::F64(number) => *number = reader.float()?,
            SlotMut::Bytes(bytes) => {
                let start = reader.offset();
                *bytes = from_base64(reader.string()?.as_bytes(), start)?;
            }
            SlotMut::Scalar(scalar) => return scalar.decode_json_with(reader, self.decoder),
            SlotMut::List(list) => return self.list(list),
            SlotMut::Map(map) => return self.map(map),
        }
        Ok(())
    }

    fn list(&mut self, list: &mut dyn Repeated) -> Result<()> {
        self.reader.begin_array()?;
        list.clear();
        let mut first = true;
        while self.reader.next_element(&mut first)? {
            let index = list.len();
            let slot = list.push();
            if self.reader.null()? {
                continue;
            }
            let before = self.decoder.noted();
            self.slot(slot).map_err(|error| error.within_index(index))?;
            self.decoder.within(before, || format!("[{index}]").into());
        }
        list.settle();
        Ok(())
    }

    fn map(&mut self, map: &mut dyn Mapped) -> Result<()> {
        self.reader.begin_object()?;
        let mut first = true;
        let mut seen = std::collections::BTreeSet::new();
        while self.reader.begin_key(&mut first)? {
            let key = self.decoder.string(self.reader.key()?);
            if self.strict && !seen.insert(key.clone()) {
                self.decoder.note(ViolationKind::Duplicate, &key);
            }
            if self.strict || self.rules.any() {
                self.within(&key, |source| source.entry(map, key.clone()))?;
            } else {
                self.entry(map, key)?;
            }
        }
        map.settle();
        Ok(())
    }

    fn entry(&mut self, map: &mut dyn Mapped, key: Str) -> Result<()> {
        let slot = map.push(key);
        if self.reader.null()? {
            return Ok(());
        }
        self.slot(slot).map_err(|error| {
            let (key, _) = map.at(map.len() - 1);
            error.within_field(key.to_owned())
        })
    }
}
