//! Paths into objects, as columns, subresources and selectable fields name them.

use pintle_api::apiextensions::v1::JSONSchemaProps;

use crate::Error;
use crate::error::ErrorKind;

/// The schema of the field at a path such as `.spec.url`.
///
/// `None` where the schema says nothing of it: in metadata, in what is left open, and where the
/// path is more than names.
pub(crate) fn find<'s>(
    schema: &'s JSONSchemaProps,
    path: &str,
) -> Result<Option<&'s JSONSchemaProps>, Error> {
    let Some(names) = path.strip_prefix('.') else {
        return Err(Error::new(
            ErrorKind::InvalidPath,
            format!("the path {path:?} does not begin with a dot, as \".spec.name\" does"),
        ));
    };
    let is_plain = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        !name.is_empty() && name.bytes().all(plain)
    };
    if !names.split('.').all(is_plain) || names == "metadata" || names.starts_with("metadata.") {
        return Ok(None);
    }
    let mut schema = schema;
    for name in names.split('.') {
        let values = schema.additional_properties.as_ref();
        schema = match schema.properties.get(name) {
            Some(property) => property,
            None if schema.x_kubernetes_preserve_unknown_fields == Some(true) => return Ok(None),
            None => match values.and_then(|values| values.schema.as_deref()) {
                Some(values) => values,
                None => return Err(leads_nowhere(path, name, schema)),
            },
        };
    }
    Ok(Some(schema))
}

fn leads_nowhere(path: &str, name: &str, schema: &JSONSchemaProps) -> Error {
    let known: Vec<&str> = schema.properties.keys().collect();
    let known = match known[..] {
        [] => "nothing".to_owned(),
        _ => known.join(", "),
    };
    let detail = format!("the path {path:?} leads nowhere: where it says {name}, there is {known}");
    Error::new(ErrorKind::InvalidPath, detail)
}
