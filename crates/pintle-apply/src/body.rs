//! Apply configurations as the body of a request.

use pintle_codec::{Error, ErrorKind, Format, Object, TypeMeta, Value, cbor, json};
use pintle_meta::{described, no_such_format};

/// The formats of an apply configuration: a tree has no form in protobuf.
pub(crate) const FORMATS: &[Format] = &[Format::Json, Format::Cbor];

pub(crate) fn decode(
    document: &[u8],
    format: Format,
    expected: &TypeMeta,
) -> Result<Object, Error> {
    let value = match format {
        Format::Json => json::parse(document)?,
        Format::Cbor => cbor::parse(document)?,
        Format::Protobuf => return Err(no_such_format(format)),
    };
    let Value::Object(tree) = value else {
        let detail = "an apply configuration is an object";
        return Err(Error::new(ErrorKind::TypeMismatch, 0, detail));
    };
    let text = |field| tree.get(field).and_then(Value::as_str).unwrap_or_default();
    let found = TypeMeta {
        api_version: text("apiVersion").into(),
        kind: text("kind").into(),
    };
    described::check_kind(&found, expected)?;
    Ok(tree)
}

pub(crate) fn encode(tree: &Object, format: Format, out: &mut Vec<u8>) -> Result<(), Error> {
    let value = Value::Object(tree.clone());
    match format {
        Format::Json => json::write(&value, out),
        Format::Cbor => {
            out.extend_from_slice(cbor::MAGIC);
            cbor::write(&value, out);
        }
        Format::Protobuf => return Err(no_such_format(format)),
    }
    Ok(())
}
