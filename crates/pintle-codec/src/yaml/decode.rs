//! YAML into a [`Message`].

use super::node::Content;
use super::{Documents, Error, Node, Place};
use crate::error::Segment;
use crate::{Decoder, Message, TypeMeta, json};

impl Decoder {
    /// Fills `message` from a YAML document that stands alone, and says what the object claims to
    /// be. The document is read as JSON that is spelt in another way: what
    /// [`Decoder::decode_json`] says holds here too, and a number is no string.
    ///
    /// # Errors
    /// When the text is not one YAML document that has a form in JSON, or a value does not fit its
    /// field. The error has the line and column of either.
    pub fn decode_yaml(
        &mut self,
        text: &str,
        message: &mut dyn Message,
    ) -> Result<TypeMeta, Error> {
        let nothing = || Node::new(Place::new(1, 1), Content::Mapping(Vec::new()));
        let document = Documents::new(text).only()?.unwrap_or_else(nothing);
        let mut json = Vec::new();
        write(&document, &mut json::Writer::new(&mut json));
        self.decode_json(&json, message).map_err(|error| {
            let place = locate(&error, &document).place();
            Error::new(place, error.detail().to_owned()).at_path(error.path())
        })
    }
}

/// Writes a node with all its keys, so that strict reading meets those that come twice.
fn write(node: &Node, writer: &mut json::Writer<'_>) {
    match node.content() {
        Content::Scalar(value, _) => json::write_value(value, writer),
        Content::List(elements) => {
            writer.begin_array();
            for element in elements {
                writer.element();
                write(element, writer);
            }
            writer.end_array();
        }
        Content::Mapping(pairs) => {
            writer.begin_object();
            for (key, value) in pairs {
                writer.key(key.as_str());
                write(value, writer);
            }
            writer.end_object();
        }
    }
}

/// The value that an error is about.
fn locate<'n>(error: &crate::Error, document: &'n Node) -> &'n Node {
    let mut node = document;
    for segment in error.segments() {
        let inner = match segment {
            Segment::Field(name) => node.get(name),
            Segment::Index(index) => node.elements().and_then(|elements| elements.get(*index)),
        };
        match inner {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node
}
