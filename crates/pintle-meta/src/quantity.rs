//! [`Quantity`], an amount of a resource.

use std::fmt;
use std::str::FromStr;

use pintle_codec::json::{Reader, Token, Writer};
use pintle_codec::{Error, ErrorKind, Str};

use crate::scalar::scalar;

/// An amount with a unit, such as `500m` of a CPU or `64Mi` of memory, in the spelling of the
/// server.
///
/// Equality is that of the spelling, until there is arithmetic: `1` and `1000m` are one amount and
/// two spellings. A server spells one amount in one way.
///
/// ```
/// use pintle_meta::Quantity;
///
/// let memory: Quantity = "64Mi".parse()?;
/// assert_eq!(memory.as_str(), "64Mi");
/// assert!("64 megabytes".parse::<Quantity>().is_err());
/// # Ok::<(), pintle_meta::ParseQuantityError>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Quantity(Str);

/// Text that is not a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseQuantityError(String);

impl Quantity {
    /// The text, as the server wrote it; empty for an amount that was never set.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Quantity {
    type Err = ParseQuantityError;

    /// Reads what Kubernetes reads, without white space around it.
    fn from_str(text: &str) -> Result<Self, ParseQuantityError> {
        if is_well_formed(text) {
            Ok(Self(text.into()))
        } else {
            Err(ParseQuantityError(text.to_owned()))
        }
    }
}

impl TryFrom<&str> for Quantity {
    type Error = ParseQuantityError;

    fn try_from(text: &str) -> Result<Self, ParseQuantityError> {
        text.parse()
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "0" } else { &self.0 })
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

scalar!(Quantity {
    fn decode_json(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let token = reader.peek()?;
        let start = reader.offset();
        let text = match token {
            // People write `cpu: 1`; Kubernetes reads the digits.
            Token::Number => reader.raw()?,
            // Kubernetes looks at what stands between the quotes, escapes and all.
            Token::String => reader.raw()?.trim_matches('"'),
            // Fails, and says what was found.
            _ => reader.string()?,
        };
        *self = text.trim().parse().map_err(|error: ParseQuantityError| {
            Error::new(ErrorKind::InvalidValue, start, error.to_string())
        })?;
        Ok(())
    }

    fn encode_json(&self, writer: &mut Writer<'_>) {
        writer.string(if self.0.is_empty() { "0" } else { &self.0 });
    }

    fn decode_protobuf(&mut self, payload: &[u8]) -> Result<(), Error> {
        let mut reader = pintle_codec::protobuf::Reader::new(payload);
        while let Some(field) = reader.next_field()? {
            if let (1, pintle_codec::protobuf::Payload::Bytes(text)) = field {
                let text = String::from_utf8_lossy(text);
                *self = text.parse().map_err(|error: ParseQuantityError| {
                    Error::new(ErrorKind::InvalidValue, 0, error.to_string())
                })?;
            }
        }
        Ok(())
    }

    fn encode_protobuf(&self, writer: &mut pintle_codec::protobuf::Writer) {
        writer.bytes(1, if self.0.is_empty() { b"0" } else { self.0.as_bytes() });
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
});

impl fmt::Display for ParseQuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a quantity such as 500m or 64Mi", self.0)
    }
}

impl std::error::Error for ParseQuantityError {}

/// A signed decimal number and a suffix: none, a power of ten or of 1024, or an exponent.
///
/// The number may have no digits, as in Kubernetes, which reads `m` as zero.
fn is_well_formed(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number = unsigned
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(number);
    let exponent = |text: &str| text.parse::<i64>().is_ok();
    !text.is_empty()
        && number.matches('.').count() <= 1
        && (SUFFIXES.contains(&suffix) || suffix.strip_prefix(['e', 'E']).is_some_and(exponent))
}

const SUFFIXES: [&str; 16] = [
    "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
];

#[cfg(test)]
mod tests {
    use pintle_codec::Scalar as _;
    use pintle_codec::json::Reader;

    use super::Quantity;

    /// What Go's `resource.ParseQuantity` accepts and refuses.
    #[test]
    fn knows_what_is_a_quantity() {
        for text in [
            "0", "500m", "1.5Gi", "-3", "+1e3", "1E-2", ".5", "5.", "1E", "12Ei", "1e400", "00",
            "m", ".", "-", ".Ki",
        ] {
            assert_eq!(text.parse::<Quantity>().unwrap().as_str(), text);
        }
        for text in [
            "",
            " 1",
            "1.2.3",
            "1 Gi",
            "1gi",
            "1e",
            "1e+",
            "0x1",
            "--1",
            "1Kim",
            "1e99999999999999999999",
            "oops",
        ] {
            let error = Quantity::try_from(text).unwrap_err();
            let expected = format!("{text:?} is not a quantity such as 500m or 64Mi");
            assert_eq!(error.to_string(), expected);
        }
    }

    /// What Go's `Quantity.UnmarshalJSON` accepts and refuses.
    #[test]
    fn is_read_from_strings_and_numbers() {
        let read = |json: &str| {
            let mut quantity = Quantity::default();
            let read = quantity.decode_json(&mut Reader::over(json));
            read.map(|()| quantity.as_str().to_owned())
        };
        for (json, text) in [
            (r#"" 64Mi ""#, "64Mi"),
            ("\"1\u{a0}\"", "1"),
            ("1.50", "1.50"),
            ("1e400", "1e400"),
        ] {
            assert_eq!(read(json).unwrap(), text);
        }
        for json in [r#""""#, r#"" ""#, r#""\u0031""#, r#""1\n""#, "true", "{}"] {
            assert!(read(json).is_err(), "{json}");
        }
        assert_eq!(read(r#"  "oops""#).unwrap_err().offset(), 2);
    }
}
