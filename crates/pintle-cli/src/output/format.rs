//! `--output` of commands that show objects.

use std::fmt;
use std::str::FromStr;

use super::CustomColumns;
use crate::jsonpath::Template;

/// How objects are shown.
#[derive(Clone, Debug)]
pub(crate) enum Format {
    /// A table.
    Table,
    /// A table with more columns.
    Wide,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// TYPE/NAME.
    Name,
    /// A template, filled in.
    JsonPath(Template),
    /// What a template finds, as JSON.
    JsonPathAsJson(Template),
    /// A table of what paths find.
    CustomColumns(CustomColumns),
}

/// Why a text is no format. One line.
#[derive(Debug)]
pub(crate) struct ParseFormatError(String);

impl Format {
    /// Whether it is laid out in columns, and may have headings.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self, Self::Table | Self::Wide | Self::CustomColumns(_))
    }
}

impl FromStr for Format {
    type Err = ParseFormatError;

    fn from_str(text: &str) -> Result<Self, ParseFormatError> {
        let (name, rest) = match text.split_once('=') {
            Some((name, rest)) => (name, Some(rest)),
            None => (text, None),
        };
        let template = |text: &str| Template::parse(text).map_err(ParseFormatError::new);
        let given = || match rest {
            Some(rest) if !rest.is_empty() => Ok(rest),
            _ => Err(ParseFormatError(format!(
                "{name} format specified but no template given"
            ))),
        };
        match (name, rest) {
            ("table", None) => Ok(Self::Table),
            ("wide", None) => Ok(Self::Wide),
            ("json", None) => Ok(Self::Json),
            ("yaml", None) => Ok(Self::Yaml),
            ("name", None) => Ok(Self::Name),
            ("jsonpath", _) => Ok(Self::JsonPath(template(given()?)?)),
            ("jsonpath-as-json", _) => Ok(Self::JsonPathAsJson(template(given()?)?)),
            ("jsonpath-file", _) => Ok(Self::JsonPath(template(&read(given()?)?)?)),
            ("custom-columns", _) => Ok(Self::CustomColumns(given()?.parse()?)),
            ("custom-columns-file", _) => {
                let columns = CustomColumns::parse_file(&read(given()?)?)?;
                Ok(Self::CustomColumns(columns))
            }
            _ => Err(ParseFormatError(format!(
                "{text:?} is not one of table, wide, json, yaml, name, jsonpath=TEMPLATE, \
                 jsonpath-as-json=TEMPLATE, jsonpath-file=FILE, custom-columns=HEADING:PATH,..., \
                 custom-columns-file=FILE"
            ))),
        }
    }
}

fn read(file: &str) -> Result<String, ParseFormatError> {
    std::fs::read_to_string(file)
        .map_err(|error| ParseFormatError(format!("cannot read {file}: {error}")))
}

impl ParseFormatError {
    pub(super) fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }
}

impl fmt::Display for ParseFormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseFormatError {}
