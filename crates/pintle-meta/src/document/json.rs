//! Metadata in JSON.

use pintle_codec::json::{self, Reader, Token};
use pintle_codec::{Error, ErrorKind, Map, Scalar as _, Str, Value};

use super::Found;
use super::index::{Index, Span};
use super::texts::Texts;
use crate::Time;

/// What stands at the top of an object besides its metadata.
#[derive(Default)]
pub(crate) struct Head {
    pub(crate) kind: Str,
    pub(crate) api_version: Str,
    /// The first of `kind`, `apiVersion` and the metadata that is of another type than it should
    /// be, and was taken for absent, or that came before, and was forgotten.
    pub(crate) mismatch: Option<Error>,
}

/// Which numbers are let through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Any that are well-formed.
    Any,
    /// Those that fit into 64 bits, whole or not.
    Representable,
}

/// The text of a document, without the line end behind it.
pub(super) fn text(document: &[u8]) -> Result<&str, Error> {
    match std::str::from_utf8(document) {
        Ok(text) => Ok(text.trim_end_matches([' ', '\n', '\r', '\t'])),
        Err(error) => {
            let detail = "text that is not UTF-8";
            Err(Error::new(ErrorKind::Syntax, error.valid_up_to(), detail))
        }
    }
}

/// Finds the metadata of an object, and checks the syntax of all of it.
pub(super) fn index(object: &str, numbers: Numbers) -> Result<(Index, Head), Error> {
    let mut source = Source {
        reader: Reader::over(object),
        numbers,
        index: Index::default(),
        head: Head::default(),
        has_metadata: false,
    };
    source.object()?;
    source.reader.finish()?;
    Ok((source.index, source.head))
}

struct Source<'a> {
    reader: Reader<'a>,
    numbers: Numbers,
    index: Index,
    head: Head,
    has_metadata: bool,
}

impl Source<'_> {
    fn object(&mut self) -> Result<(), Error> {
        self.reader.begin_object()?;
        let mut first = true;
        while let Some(key) = self.reader.next_key(&mut first)? {
            match key {
                "kind" => self.head.kind = self.type_name("kind")?,
                "apiVersion" => self.head.api_version = self.type_name("apiVersion")?,
                "metadata" => self.metadata()?,
                _ => self.skip()?,
            }
        }
        Ok(())
    }

    fn metadata(&mut self) -> Result<(), Error> {
        // Of a repeated key the last value counts, where it is not merged with the others.
        self.index = Index::default();
        if std::mem::replace(&mut self.has_metadata, true) {
            let detail = "an object that has two metadata";
            let repeated = self.reader.error(ErrorKind::Syntax, detail);
            self.head.mismatch.get_or_insert(repeated);
        }
        let is_object = self.reader.peek()? == Token::Object;
        if !is_object {
            let found = self.reader.begin_object().err();
            return self.unless_null(found, &["metadata"]);
        }
        let start = self.reader.offset();
        self.reader.begin_object()?;
        let mut first = true;
        while let Some(key) = self.reader.next_key(&mut first)? {
            match key {
                "name" => self.index.name = self.text("name")?,
                "namespace" => self.index.namespace = self.text("namespace")?,
                "uid" => self.index.uid = self.text("uid")?,
                "resourceVersion" => self.index.resource_version = self.text("resourceVersion")?,
                "generation" => match self.reader.integer() {
                    Ok(generation) => self.index.generation = generation,
                    Err(error) => self.unless_null(Some(error), &["metadata", "generation"])?,
                },
                "deletionTimestamp" => self.deletion_timestamp()?,
                "labels" => self.index.no_labels = !self.map("labels")?,
                "annotations" => self.index.no_annotations = !self.map("annotations")?,
                _ => self.skip()?,
            }
        }
        self.index.metadata = Span::new(start..self.reader.offset());
        Ok(())
    }

    fn type_name(&mut self, name: &'static str) -> Result<Str, Error> {
        if self.reader.peek()? == Token::String {
            return self.reader.string().map(Str::from);
        }
        let found = self.reader.string().err();
        self.unless_null(found, &[name])?;
        Ok(Str::new())
    }

    fn text(&mut self, name: &'static str) -> Result<Span, Error> {
        if self.reader.peek()? != Token::String {
            let found = self.reader.string().err();
            self.unless_null(found, &["metadata", name])?;
            return Ok(Span::default());
        }
        let text = self.reader.raw()?;
        let end = self.reader.offset();
        if text.contains('\\') {
            return Ok(Span::SPELT);
        }
        // Without the quotes.
        Ok(Span::new(end - text.len() + 1..end - 1))
    }

    fn deletion_timestamp(&mut self) -> Result<(), Error> {
        let path = ["metadata", "deletionTimestamp"];
        let mut time = Time::default();
        self.index.is_deleting = false;
        if self.reader.peek()? != Token::String {
            let found = self.reader.string().err();
            return self.unless_null(found, &path);
        }
        match time.decode_json(&mut self.reader) {
            Ok(()) => self.index.is_deleting = !time.is_zero(),
            Err(error) => self.note(error, &path),
        }
        Ok(())
    }

    /// Passes over a map of texts, and says whether it is one.
    fn map(&mut self, name: &'static str) -> Result<bool, Error> {
        if self.reader.peek()? != Token::Object {
            let found = self.reader.begin_object().err();
            self.unless_null(found, &["metadata", name])?;
            return Ok(false);
        }
        self.reader.begin_object()?;
        let (mut first, mut is_map) = (true, true);
        while self.reader.next_key(&mut first)?.is_some() {
            if self.reader.peek()? == Token::String {
                self.reader.skip()?;
            } else {
                is_map &= self.reader.peek()? == Token::Null;
                let found = self.reader.string().err();
                self.unless_null(found, &["metadata", name])?;
            }
        }
        Ok(is_map)
    }

    /// Passes over a value that is of another type than it should be, and notes it, unless it is
    /// null.
    fn unless_null(&mut self, found: Option<Error>, path: &[&'static str]) -> Result<(), Error> {
        let is_null = self.reader.peek()? == Token::Null;
        self.skip()?;
        if let (false, Some(error)) = (is_null, found) {
            self.note(error, path);
        }
        Ok(())
    }

    fn note(&mut self, error: Error, path: &[&'static str]) {
        if self.head.mismatch.is_none() {
            let within = |error: Error, name: &&'static str| error.within_field(*name);
            self.head.mismatch = Some(path.iter().rev().fold(error, within));
        }
    }

    fn skip(&mut self) -> Result<(), Error> {
        match self.numbers {
            Numbers::Any => self.reader.skip(),
            Numbers::Representable => check_numbers(&mut self.reader),
        }
    }
}

/// Passes over a value in which all numbers are to fit into 64 bits.
pub(crate) fn check_numbers(reader: &mut Reader<'_>) -> Result<(), Error> {
    match reader.peek()? {
        Token::Number => reader.number().map(drop),
        Token::Object => {
            reader.begin_object()?;
            let mut first = true;
            while reader.next_key(&mut first)?.is_some() {
                check_numbers(reader)?;
            }
            Ok(())
        }
        Token::Array => {
            reader.begin_array()?;
            let mut first = true;
            while reader.next_element(&mut first)? {
                check_numbers(reader)?;
            }
            Ok(())
        }
        Token::String | Token::Bool | Token::Null => reader.skip(),
    }
}

/// Reads the texts of metadata, which were checked. What is no text is taken for absent.
pub(super) fn texts(metadata: &str) -> Texts {
    let metadata = json::parse(metadata.as_bytes()).unwrap_or_default();
    let text = |name| {
        metadata
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .into()
    };
    let map = |name| {
        let map = metadata.get(name).and_then(Value::as_object);
        let entries = map.into_iter().flat_map(pintle_codec::Object::iter);
        let text = |(key, value): (&str, &Value)| {
            let value = value.as_str().unwrap_or_default();
            (Str::from(key), Str::from(value))
        };
        entries.map(text).collect::<Map<Str>>()
    };
    Texts {
        name: text("name"),
        namespace: text("namespace"),
        uid: text("uid"),
        resource_version: text("resourceVersion"),
        labels: map("labels"),
        annotations: map("annotations"),
        ..Texts::default()
    }
}

/// Looks for the value of `key` in the map `name` of the metadata, which were checked.
pub(super) fn find<'a>(metadata: &'a str, name: &str, key: &str) -> Found<'a> {
    let mut reader = Reader::over(metadata);
    let found = walk(&mut reader, name, |reader| {
        if reader.peek()? != Token::Object {
            reader.skip()?;
            return Ok(Found::Nothing);
        }
        walk(reader, key, |reader| {
            Ok(match reader.peek()? {
                Token::String => {
                    let text = reader.raw()?;
                    match text.contains('\\') {
                        true => Found::Spelt,
                        false => Found::Text(&text[1..text.len() - 1]),
                    }
                }
                Token::Null => {
                    reader.skip()?;
                    Found::Text("")
                }
                _ => {
                    reader.skip()?;
                    Found::Nothing
                }
            })
        })
    });
    found.unwrap_or(Found::Nothing)
}

/// What `read` makes of the value of `key` in the object that comes next, the last one if there are
/// several.
fn walk<'a>(
    reader: &mut Reader<'a>,
    key: &str,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<Found<'a>, Error>,
) -> Result<Found<'a>, Error> {
    let mut found = Found::Nothing;
    let mut first = true;
    reader.begin_object()?;
    while let Some(at) = reader.next_key(&mut first)? {
        if at == key {
            found = read(reader)?;
        } else {
            reader.skip()?;
        }
    }
    Ok(found)
}
