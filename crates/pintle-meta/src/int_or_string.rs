//! [`IntOrString`], a number or a text.

use std::fmt;

use pintle_codec::json::{Reader, Token, Writer};
use pintle_codec::{Error, ErrorKind, Str, cbor, protobuf};

use crate::scalar::scalar;
use crate::wire;

/// A whole number or a text, such as a port by number or by name, or `25%`.
///
/// Exhaustive: it is one or the other, as the name says.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum IntOrString {
    /// A number.
    Int(i32),
    /// A text.
    String(Str),
}

/// A text that is no percentage, where a share of a total was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPercentageError(Str);

impl IntOrString {
    /// Reads a number of 32 bits as a number, and everything else as a text.
    pub fn parse(text: &str) -> Self {
        match text.parse() {
            Ok(number) => Self::Int(number),
            Err(_) => Self::String(text.into()),
        }
    }

    /// The number, or the number that the text spells, if it is one of 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some((*number).into()),
            Self::String(text) => text.parse().ok(),
        }
    }

    /// The number; or, of a percentage, its share of `total`, rounded up. It is what
    /// `intstr.GetScaledValueFromIntOrPercent` is in Go.
    ///
    /// ```
    /// use pintle_meta::IntOrString;
    ///
    /// let max_surge = IntOrString::from("25%");
    /// assert_eq!(max_surge.scaled_up(10), Ok(3));
    /// assert_eq!(max_surge.scaled_down(10), Ok(2));
    /// ```
    ///
    /// # Errors
    /// When it is a text, and not a whole number with a percent sign behind it.
    pub fn scaled_up(&self, total: i64) -> Result<i64, NotAPercentageError> {
        self.scaled(total, f64::ceil)
    }

    /// The number; or, of a percentage, its share of `total`, rounded down.
    ///
    /// # Errors
    /// When it is a text, and not a whole number with a percent sign behind it.
    pub fn scaled_down(&self, total: i64) -> Result<i64, NotAPercentageError> {
        self.scaled(total, f64::floor)
    }

    fn scaled(&self, total: i64, round: fn(f64) -> f64) -> Result<i64, NotAPercentageError> {
        match self {
            Self::Int(number) => Ok((*number).into()),
            Self::String(text) => {
                let percent = text
                    .strip_suffix('%')
                    .and_then(|text| text.parse::<i64>().ok());
                let percent = percent.ok_or_else(|| NotAPercentageError(text.clone()))?;
                // In floating point, as in Go.
                Ok(round(percent as f64 * total as f64 / 100.0) as i64)
            }
        }
    }
}

impl fmt::Display for NotAPercentageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is neither a number nor a percentage such as 25%",
            self.0
        )
    }
}

impl std::error::Error for NotAPercentageError {}

impl Default for IntOrString {
    fn default() -> Self {
        Self::Int(0)
    }
}

impl From<i32> for IntOrString {
    fn from(number: i32) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for IntOrString {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl fmt::Display for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::String(text) => text.fmt(f),
        }
    }
}

impl fmt::Debug for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::String(text) => fmt::Debug::fmt(text, f),
        }
    }
}

scalar!(IntOrString {
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        if reader.peek()? == Token::String {
            *self = Self::String(reader.string()?.into());
            return Ok(());
        }
        let start = reader.offset();
        let number = reader.integer()?;
        *self = Self::Int(i32::try_from(number).map_err(|_| {
            Error::new(ErrorKind::InvalidValue, start, format!("{number} does not fit into 32 bits"))
        })?);
        Ok(())
    }

    fn encode_json(&self, writer: &mut Writer<'_>) {
        match self {
            Self::Int(number) => writer.integer((*number).into()),
            Self::String(text) => writer.string(text),
        }
    }

    fn decode_cbor(&mut self, item: cbor::Item<'_>) -> Result<(), Error> {
        if let Ok(text) = item.text() {
            *self = Self::String(text.unwrap_or_default().into());
            return Ok(());
        }
        let number = item.integer()?;
        *self = Self::Int(i32::try_from(number).map_err(|_| {
            Error::new(ErrorKind::InvalidValue, 0, format!("{number} does not fit into 32 bits"))
        })?);
        Ok(())
    }

    fn encode_cbor(&self, writer: &mut cbor::Writer<'_>) {
        match self {
            Self::Int(number) => writer.integer((*number).into()),
            Self::String(text) => writer.string(text),
        }
    }

    fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
        let (mut type_, mut number, mut text) = (INT, 0, Str::new());
        let mut fields = protobuf::Reader::new(payload);
        while let Some((field, payload)) = fields.next_field()? {
            match field {
                1 => type_ = wire::number(payload, &fields)?,
                2 => number = wire::number(payload, &fields)? as i32,
                3 => text = wire::text(payload, &fields)?.into(),
                _ => {}
            }
        }
        *self = match type_ {
            INT => Self::Int(number),
            STRING => Self::String(text),
            _ => {
                let detail = format!("{type_} is neither the type of numbers nor that of texts");
                return Err(Error::new(ErrorKind::InvalidValue, 0, detail));
            }
        };
        Ok(())
    }

    fn encode_protobuf(&self, writer: &mut protobuf::Writer) {
        let (type_, number, text) = match self {
            Self::Int(number) => (INT, *number, ""),
            Self::String(text) => (STRING, 0, text.as_str()),
        };
        writer.bytes(3, text.as_bytes());
        writer.varint(2, i64::from(number) as u64);
        writer.varint(1, type_);
    }

    fn schema(&self) -> &'static str {
        r#"{"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true}"#
    }

    fn is_zero(&self) -> bool {
        *self == Self::default()
    }
});

/// The types as protobuf numbers them.
const INT: u64 = 0;
const STRING: u64 = 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::IntOrString;

    #[test]
    fn only_percentages_are_shares() {
        let refused = IntOrString::from("http").scaled_up(10).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "\"http\" is neither a number nor a percentage such as 25%"
        );
        assert_eq!(IntOrString::from(7).scaled_down(10), Ok(7));
    }

    proptest! {
        #[test]
        fn numbers_are_told_from_texts(text in "[-+0-9a%]{0,12}", number in any::<i32>()) {
            let parsed = IntOrString::parse(&text);
            prop_assert_eq!(matches!(parsed, IntOrString::Int(_)), text.parse::<i32>().is_ok());
            prop_assert_eq!(IntOrString::parse(&number.to_string()), number.into());
        }

        #[test]
        fn a_share_is_one_apart_at_most(percent in 0i64..200, total in 0i64..1_000_000) {
            let share = IntOrString::String(format!("{percent}%").into());
            let (up, down) = (share.scaled_up(total).unwrap(), share.scaled_down(total).unwrap());
            prop_assert_eq!(up - down, i64::from(percent * total % 100 != 0));
            prop_assert_eq!(down, percent * total / 100);
        }
    }
}
