//! Apply configurations as the body of a request.

use pintle_codec::json::Writer;
use pintle_codec::{Error, ErrorKind, Format, Object, TypeMeta, Value, json};
use pintle_meta::{described, no_such_format};

/// The formats of an apply configuration: a tree has no form in protobuf.
pub(crate) const FORMATS: &[Format] = &[Format::Json];

pub(crate) fn decode(
    document: &[u8],
    format: Format,
    expected: &TypeMeta,
) -> Result<Object, Error> {
    let Format::Json = format else {
        return Err(no_such_format(format));
    };
    let Value::Object(tree) = json::parse(document)? else {
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
    let Format::Json = format else {
        return Err(no_such_format(format));
    };
    let mut writer = Writer::new(out);
    writer.begin_object();
    for (field, value) in tree.iter() {
        writer.key(field);
        json::write_value(value, &mut writer);
    }
    writer.end_object();
    Ok(())
}
