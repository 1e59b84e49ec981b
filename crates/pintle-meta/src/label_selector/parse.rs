//! The text of a label selector, read as Go's `labels.Parse` reads it.

use std::fmt;
use std::str::FromStr;

use super::{InvalidRequirementError, LabelOperator, LabelRequirement, LabelSelector};

/// Text that is not a label selector: what was found, what was expected, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseLabelSelectorError {
    reason: String,
    offset: usize,
}

impl LabelSelector {
    /// Reads a selector. The empty text selects everything.
    ///
    /// # Errors
    /// When the text does not follow the grammar, or a key or value cannot be that of a label.
    pub fn parse(text: &str) -> Result<Self, ParseLabelSelectorError> {
        let mut parser = Parser {
            text,
            at: 0,
            next: None,
        };
        parser.selector()
    }
}

impl FromStr for LabelSelector {
    type Err = ParseLabelSelectorError;

    fn from_str(text: &str) -> Result<Self, ParseLabelSelectorError> {
        Self::parse(text)
    }
}

impl ParseLabelSelectorError {
    /// What is wrong, in the words of Kubernetes.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The byte at which the text is wrong.
    pub fn offset(&self) -> usize {
        self.offset
    }

    fn expected(found: Token<'_>, expected: &str) -> Self {
        Self {
            reason: format!("found '{}', expected: {expected}", found.text),
            offset: found.offset,
        }
    }

    fn invalid(error: &InvalidRequirementError, offset: usize) -> Self {
        Self {
            reason: error.to_string(),
            offset,
        }
    }
}

impl fmt::Display for ParseLabelSelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.offset, self.reason)
    }
}

impl std::error::Error for ParseLabelSelectorError {}

/// A piece of a selector. The words `in` and `notin` are names, which may stand for an operator.
#[derive(Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    offset: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name,
    Symbol,
    End,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// The token that was looked at and not taken.
    next: Option<Token<'a>>,
}

impl<'a> Parser<'a> {
    fn selector(&mut self) -> Result<LabelSelector, ParseLabelSelectorError> {
        let mut requirements = Vec::new();
        let mut first = self.peek();
        if first.kind != Kind::End && !first.begins_requirement() {
            let expected = "!, identifier, or 'end of string'";
            return Err(ParseLabelSelectorError::expected(first, expected));
        }
        while first.kind != Kind::End {
            requirements.push(
                self.requirement()
                    .map_err(|error| ParseLabelSelectorError {
                        reason: format!("unable to parse requirement: {}", error.reason),
                        ..error
                    })?,
            );
            let behind = self.take();
            if behind.kind == Kind::End {
                break;
            }
            if !behind.is(",") {
                let expected = "',' or 'end of string'";
                return Err(ParseLabelSelectorError::expected(behind, expected));
            }
            first = self.peek();
            if !first.begins_requirement() {
                let expected = "identifier after ','";
                return Err(ParseLabelSelectorError::expected(first, expected));
            }
        }
        Ok(requirements.into_iter().collect())
    }

    fn requirement(&mut self) -> Result<LabelRequirement, ParseLabelSelectorError> {
        let mut key = self.take();
        let negated = key.is("!");
        if negated {
            key = self.take();
        }
        if key.kind != Kind::Name {
            return Err(ParseLabelSelectorError::expected(key, "identifier"));
        }
        if let Some(error) = InvalidRequirementError::invalid_key("<nil>", key.text) {
            return Err(ParseLabelSelectorError::invalid(&error, key.offset));
        }
        let behind = self.peek();
        let (operator, values) = if negated {
            (LabelOperator::DoesNotExist, Vec::new())
        } else if behind.ends_requirement() {
            (LabelOperator::Exists, Vec::new())
        } else {
            let operator = self.operator()?;
            let values = match operator {
                LabelOperator::In | LabelOperator::NotIn => self.values()?,
                _ => vec![self.value()?],
            };
            (operator, values)
        };
        let texts = values.iter().map(|value| value.text);
        LabelRequirement::new(key.text, operator, texts).map_err(|error| {
            let at = error.value.map_or(key.offset, |value| values[value].offset);
            ParseLabelSelectorError::invalid(&error, at)
        })
    }

    fn operator(&mut self) -> Result<LabelOperator, ParseLabelSelectorError> {
        let found = self.take();
        Ok(match found.text {
            "in" => LabelOperator::In,
            "notin" => LabelOperator::NotIn,
            "=" => LabelOperator::Equals,
            "==" => LabelOperator::DoubleEquals,
            "!=" => LabelOperator::NotEquals,
            ">" => LabelOperator::GreaterThan,
            "<" => LabelOperator::LessThan,
            _ => {
                let expected = "in, notin, =, ==, !=, gt, lt";
                return Err(ParseLabelSelectorError::expected(found, expected));
            }
        })
    }

    /// The value behind an operator; where there is none it is the empty one.
    fn value(&mut self) -> Result<Token<'a>, ParseLabelSelectorError> {
        let next = self.peek();
        if next.ends_requirement() {
            return Ok(next.nothing());
        }
        match self.take() {
            name if name.kind == Kind::Name => Ok(name),
            found => Err(ParseLabelSelectorError::expected(found, "identifier")),
        }
    }

    /// The values of a set, in order and each once. Where a name is missing stands the empty value.
    fn values(&mut self) -> Result<Vec<Token<'a>>, ParseLabelSelectorError> {
        let open = self.take();
        if !open.is("(") {
            return Err(ParseLabelSelectorError {
                reason: format!("found '{}' expected: '('", open.text),
                offset: open.offset,
            });
        }
        let mut values = Vec::new();
        let mut expected = "',', ')' or identifier";
        loop {
            // A value, or nothing, and then what ends it.
            let mut next = self.take();
            if next.kind == Kind::Name {
                values.push(next);
                next = self.take();
                expected = "',' or ')'";
            } else if next.is(",") || next.is(")") {
                values.push(next.nothing());
            }
            if next.is(")") {
                break;
            }
            if !next.is(",") {
                return Err(ParseLabelSelectorError::expected(next, expected));
            }
            expected = "',', or identifier";
        }
        values.sort_by_key(|value| value.text);
        values.dedup_by_key(|value| value.text);
        Ok(values)
    }

    fn peek(&mut self) -> Token<'a> {
        let next = self.take();
        self.next = Some(next);
        next
    }

    fn take(&mut self) -> Token<'a> {
        self.next.take().unwrap_or_else(|| self.scan())
    }

    fn scan(&mut self) -> Token<'a> {
        let bytes = self.text.as_bytes();
        let run = |from: usize, belongs: fn(u8) -> bool| {
            let rest = bytes[from..].iter();
            from + rest.take_while(|byte| belongs(**byte)).count()
        };
        let start = run(self.at, is_space);
        let (kind, end) = match &bytes[start..] {
            // A zero byte ends the text, as in Go, unless it stands directly behind a token.
            [] | [0, ..] => (Kind::End, start),
            [b'=' | b'!', b'=', ..] => (Kind::Symbol, start + 2),
            [symbol, ..] if is_symbol(*symbol) => (Kind::Symbol, start + 1),
            _ => (Kind::Name, run(start, is_part_of_name)),
        };
        self.at = end;
        if kind != Kind::End && bytes.get(end) == Some(&0) {
            self.at += 1;
        }
        Token {
            kind,
            text: &self.text[start..end],
            offset: start,
        }
    }
}

impl Token<'_> {
    fn is(self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    fn begins_requirement(self) -> bool {
        self.kind == Kind::Name || self.is("!")
    }

    fn ends_requirement(self) -> bool {
        self.kind == Kind::End || self.is(",")
    }

    /// The empty value, in this token's place.
    fn nothing(self) -> Self {
        Token {
            kind: Kind::Name,
            text: "",
            ..self
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_symbol(byte: u8) -> bool {
    matches!(byte, b'=' | b'!' | b'(' | b')' | b',' | b'>' | b'<')
}

fn is_part_of_name(byte: u8) -> bool {
    !(byte == 0 || is_space(byte) || is_symbol(byte))
}
