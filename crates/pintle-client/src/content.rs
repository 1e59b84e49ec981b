//! [`ContentConfig`], the formats in which objects are asked for and sent.

use pintle_codec::Format;

/// The formats in which a client asks for objects and sends them.
///
/// What is asked for is a list in the order of preference: the server answers in the first that the
/// resource has. Only formats that a type has are asked for or sent, and every type has JSON.
/// client-go's `rest.ContentConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentConfig {
    /// Never empty.
    accepted: Vec<Format>,
    sent: Format,
}

impl ContentConfig {
    /// JSON in both directions.
    pub fn json() -> Self {
        Self {
            accepted: vec![Format::Json],
            sent: Format::Json,
        }
    }

    /// Protobuf in both directions for types that have it, JSON for the others: the built-in types in
    /// their smallest and fastest form.
    pub fn protobuf() -> Self {
        Self {
            accepted: vec![Format::Protobuf, Format::Json],
            sent: Format::Protobuf,
        }
    }

    /// What to ask for, the preferred format first; JSON if nothing is named.
    #[must_use]
    pub fn accept(mut self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.accepted = formats.into_iter().collect();
        if self.accepted.is_empty() {
            self.accepted.push(Format::Json);
        }
        self
    }

    /// What to send. A server that does not take it (415) is sent JSON instead, from then on.
    #[must_use]
    pub fn send(mut self, format: Format) -> Self {
        self.sent = format;
        self
    }

    /// The formats to ask for, of those that a type has.
    pub(crate) fn accepted<'a>(
        &'a self,
        formats: &'a [Format],
    ) -> impl Iterator<Item = Format> + 'a {
        let accepted = self.accepted.iter().copied();
        accepted.filter(|format| formats.contains(format))
    }

    /// The `Accept` header for a type of these formats, each with the parameters `as_`.
    pub(crate) fn accept_header(&self, formats: &[Format], as_: &str) -> String {
        let mut header = String::new();
        for format in self.accepted(formats) {
            if !header.is_empty() {
                header.push(',');
            }
            header.push_str(format.media_type());
            header.push_str(as_);
        }
        if header.is_empty() {
            // The type has nothing that is preferred: the server is asked for what it has.
            header.push_str(formats.first().unwrap_or(&Format::Json).media_type());
            header.push_str(as_);
        }
        header
    }

    /// The format in which to send a type of these formats.
    pub(crate) fn sent(&self, formats: &[Format]) -> Format {
        if formats.contains(&self.sent) {
            return self.sent;
        }
        let json = formats.iter().find(|format| **format == Format::Json);
        *json.or(formats.first()).unwrap_or(&Format::Json)
    }
}

/// JSON in both directions.
impl Default for ContentConfig {
    fn default() -> Self {
        Self::json()
    }
}

#[cfg(test)]
mod tests {
    use pintle_codec::Format::{Cbor, Json, Protobuf};

    use super::ContentConfig;

    #[test]
    fn a_type_is_asked_for_in_formats_that_it_has() {
        let protobuf = ContentConfig::protobuf();
        assert_eq!(
            protobuf.accept_header(&[Json, Protobuf, Cbor], ""),
            "application/vnd.kubernetes.protobuf,application/json"
        );
        assert_eq!(protobuf.accept_header(&[Json], ""), "application/json");
        let cbor = ContentConfig::json().accept([Cbor, Json]).send(Cbor);
        assert_eq!(
            cbor.accept_header(&[Json, Cbor], ";as=X"),
            "application/cbor;as=X,application/json;as=X"
        );
        assert_eq!(cbor.sent(&[Json]), Json);
        assert_eq!(cbor.sent(&[Json, Cbor]), Cbor);
        assert_eq!(
            cbor.accept([]).accept_header(&[Json], ""),
            "application/json"
        );
    }
}
