//! kubectl's JSONPath templates: text with expressions in braces, `{.items[*].metadata.name}`.
//!
//! The dialect is kubectl's and no other's: `range` and `end`, filters, unions, slices, and what is
//! printed of lists and objects. The tests hold it to answers that kubectl gave. Where Go prints a
//! map in any order, the order here is that of the keys.

mod evaluate;
mod filter;
mod parse;
mod print;
mod syntax;

#[cfg(test)]
mod tests;

use std::fmt;

use pintle_codec::Value;

pub(crate) use print::go as go_text;

/// A template.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    parts: Vec<syntax::Part>,
}

/// What is wrong with a template, or with what it is applied to. One line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Error(String);

impl Template {
    /// Reads a template.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let parts = parse::template(text)?;
        Ok(Self { parts })
    }

    /// Reads one path, with or without braces and leading dot: `{.spec.x}`, `.spec.x`, `spec.x`.
    pub(crate) fn parse_relaxed(path: &str) -> Result<Self, Error> {
        let inner = path
            .strip_prefix('{')
            .map_or(Some(path), |rest| rest.strip_suffix('}'));
        let inner = inner.filter(|inner| !inner.is_empty() && !inner.contains(['{', '}']));
        let Some(inner) = inner else {
            return Err(Error::new(format!(
                "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{{name1.name2}}' or \
                 '{{.name1.name2}}', not {path:?}"
            )));
        };
        match inner.starts_with(['.', '[', '$', '@']) {
            true => Self::parse(&format!("{{{inner}}}")),
            false => Self::parse(&format!("{{.{inner}}}")),
        }
    }

    /// What the parts of the template find in `root`, a list for each. What is not there is found
    /// nothing for.
    pub(crate) fn find<'a>(&'a self, root: &'a Value) -> Result<Vec<Vec<&'a Value>>, Error> {
        evaluate::parts(&self.parts, root)
    }

    /// The template filled in.
    pub(crate) fn render(&self, root: &Value) -> Result<String, Error> {
        let mut text = String::new();
        for found in self.find(root)? {
            print::line(&found, &mut text);
        }
        Ok(text)
    }

    /// What each part of the template finds, as a JSON array, indented.
    pub(crate) fn render_as_json(&self, root: &Value) -> Result<String, Error> {
        let arrays = self.find(root)?.into_iter().map(|found| {
            let found = found.into_iter().cloned().collect();
            crate::output::json(&Value::Array(found))
        });
        Ok(arrays.collect())
    }
}

impl Error {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
