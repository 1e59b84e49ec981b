//! The parameters of a request.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::status::Failure;

/// The query of a URL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// The query of a URL that may have none.
    pub(crate) fn new(query: Option<&'a str>) -> Self {
        Self(query.unwrap_or_default())
    }

    /// All values of a parameter.
    pub(crate) fn all(self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        self.0
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .filter(move |(key, _)| decode(key) == name)
            .map(|(_, value)| decode(value))
    }

    /// The first value of a parameter; empty if there is none.
    pub(crate) fn text(self, name: &str) -> Cow<'a, str> {
        self.all(name).next().unwrap_or_default()
    }

    /// A truth value, if the parameter is there. Anything but `false` and `0` is true.
    pub(crate) fn flag(self, name: &str) -> Option<bool> {
        let value = self.all(name).next()?;
        Some(!matches!(value.to_lowercase().as_str(), "false" | "0"))
    }

    /// A number, if the parameter is there.
    pub(crate) fn integer(self, name: &str) -> Result<Option<i64>, Failure> {
        let value = self.text(name);
        if value.is_empty() {
            return Ok(None);
        }
        let number = value.parse().map_err(|error: std::num::ParseIntError| {
            use std::num::IntErrorKind::{NegOverflow, PosOverflow};
            let why = match error.kind() {
                NegOverflow | PosOverflow => "value out of range",
                _ => "invalid syntax",
            };
            let value = crate::quote::Quoted(&value);
            Failure::bad_request(format!("strconv.ParseInt: parsing {value}: {why}"))
        });
        number.map(Some)
    }
}

/// Resolves escapes. What is not UTF-8 in the end can match nothing and is replaced.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['+', '%']) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let query = Query::new(Some(
            "a=1&b=x%3Dy+z&a=2&flag&no=False&&n=%zz&num=12&big=99999999999999999999",
        ));
        assert_eq!(query.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(query.text("b"), "x=y z");
        assert_eq!(query.text("missing"), "");
        assert_eq!(query.flag("flag"), Some(true));
        assert_eq!(query.flag("no"), Some(false));
        assert_eq!(query.flag("missing"), None);
        assert_eq!(query.integer("num").unwrap(), Some(12));
        assert_eq!(query.integer("missing").unwrap(), None);
        assert_eq!(
            query.integer("b").unwrap_err().to_string(),
            "strconv.ParseInt: parsing \"x=y z\": invalid syntax (BadRequest, 400)"
        );
        assert!(
            query
                .integer("big")
                .unwrap_err()
                .to_string()
                .contains("value out of range")
        );
    }
}
