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

/// How closely everything is looked at that are no metadata.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// Only to find where it ends: it will be checked when it is decoded.
    Ends,
    /// It is well-formed, and all numbers in it fit into 64 bits.
    Values,
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
pub(super) fn index(object: &str, check: Check) -> Result<(Index, Head), Error> {
    let mut source = Source {
        reader: Reader::over(object),
        check,
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
    check: Check,
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
                "generation" => {
                    self.index.generation = 0;
                    match self.reader.integer() {
                        Ok(generation) => self.index.generation = generation,
                        Err(error) => self.unless_null(Some(error), &["metadata", "generation"])?,
                    }
                }
                "deletionTimestamp" => self.deletion_timestamp()?,
                "labels" => self.index.labels = self.map("labels")?,
                "annotations" => self.index.annotations = self.map("annotations")?,
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

    /// A map of texts; nothing if it is none.
    fn map(&mut self, name: &'static str) -> Result<Span, Error> {
        if self.reader.peek()? != Token::Object {
            let found = self.reader.begin_object().err();
            self.unless_null(found, &["metadata", name])?;
            return Ok(Span::default());
        }
        let start = self.reader.offset();
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
        let map = Span::new(start..self.reader.offset());
        Ok(if is_map { map } else { Span::default() })
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
        match self.check {
            Check::Ends => self.reader.pass().map(drop),
            Check::Values => check_numbers(&mut self.reader),
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

/// Looks for the value of `key` in a map of texts, which was checked; nothing is in no map.
pub(super) fn find<'a>(map: &'a str, key: &str) -> Found<'a> {
    if map.is_empty() {
        return Found::Nothing;
    }
    find_value(map, key).expect("the map was checked when it was found")
}

fn find_value<'a>(map: &'a str, key: &str) -> Result<Found<'a>, Error> {
    let mut reader = Reader::over(map);
    let mut found = Found::Nothing;
    let mut first = true;
    reader.begin_object()?;
    while let Some(at) = reader.next_key(&mut first)? {
        let is_wanted = at == key;
        let value = reader.pass()?;
        // Of a repeated key the last value counts.
        if is_wanted {
            found = match value
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
            {
                // It is null.
                None => Found::Text(""),
                Some(text) if text.contains('\\') => Found::Spelt,
                Some(text) => Found::Text(text),
            };
        }
    }
    Ok(found)
}
