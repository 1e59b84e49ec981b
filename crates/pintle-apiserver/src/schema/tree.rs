//! Changing value trees without leaving schema order.

use pintle_codec::{Object, Value};

use super::Struct;

/// Sets a field, in its place if it is new. A field that the schema does not have comes last.
pub(crate) fn set(object: &mut Object, schema: &'static Struct, field: &str, value: Value) {
    if let Some(slot) = object.get_mut(field) {
        *slot = value;
        return;
    }
    let order = |name: &str| schema.fields.iter().position(|field| field.json == name);
    let place = order(field).unwrap_or(usize::MAX);
    let mut entries = std::mem::take(object).into_entries();
    let behind = |name: &str| order(name).unwrap_or(usize::MAX) > place;
    let at = entries.iter().position(|(name, _)| behind(name));
    entries.insert(at.unwrap_or(entries.len()), (field.into(), value));
    *object = Object::from_entries(entries);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::meta_v1::OBJECT_META;

    #[test]
    fn a_new_field_takes_its_place() {
        let mut metadata = Object::from([("name", Value::from("a")), ("labels", Value::Null)]);
        set(&mut metadata, &OBJECT_META, "uid", "u".into());
        set(&mut metadata, &OBJECT_META, "name", "b".into());
        set(&mut metadata, &OBJECT_META, "finalizers", Value::Null);
        let fields: Vec<_> = metadata.iter().map(|(name, _)| name).collect();
        assert_eq!(fields, ["name", "uid", "labels", "finalizers"]);
        assert_eq!(metadata.get("name"), Some(&Value::from("b")));
    }
}
