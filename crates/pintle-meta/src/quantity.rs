//! [`Quantity`], an amount of a resource.

use std::fmt;

use pintle_codec::json::{Reader, Token, Writer};
use pintle_codec::{Error, ErrorKind, Str};

use crate::scalar::scalar;

/// An amount with a unit, such as `500m` of a CPU or `64Mi` of memory, in the spelling of the
/// server.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Quantity(Str);

impl Quantity {
    /// The text, as the server wrote it; empty for an amount that was never set.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Quantity {
    fn from(text: &str) -> Self {
        Self(text.into())
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
        let start = reader.offset();
        // People write `cpu: 1`; Kubernetes reads the digits.
        if reader.peek()? == Token::Number {
            let text = reader.raw()?;
            self.0 = text.into();
            return Ok(());
        }
        let text = reader.string()?;
        if !is_well_formed(text) {
            let detail = format!("{text:?} is not a quantity such as 500m or 64Mi");
            return Err(Error::new(ErrorKind::InvalidValue, start, detail));
        }
        self.0 = text.into();
        Ok(())
    }

    fn encode_json(&self, writer: &mut Writer<'_>) {
        writer.string(if self.0.is_empty() { "0" } else { &self.0 });
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
});

/// A signed decimal number and a suffix: none, a power of ten or of 1024, or an exponent.
fn is_well_formed(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number = unsigned
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(number);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let exponent = |text: &str| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    digits > 0
        && number.matches('.').count() <= 1
        && (SUFFIXES.contains(&suffix) || suffix.strip_prefix(['e', 'E']).is_some_and(exponent))
}

const SUFFIXES: [&str; 16] = [
    "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
];

#[cfg(test)]
mod tests {
    use super::is_well_formed;

    #[test]
    fn knows_what_is_a_quantity() {
        for text in [
            "0", "500m", "1.5Gi", "-3", "+1e3", "1E-2", ".5", "5.", "1E", "12Ei",
        ] {
            assert!(is_well_formed(text), "{text}");
        }
        for text in [
            "", "m", "1.2.3", "1 Gi", "1gi", "1e", "1e+", "0x1", "--1", "1Kim",
        ] {
            assert!(!is_well_formed(text), "{text}");
        }
    }
}
