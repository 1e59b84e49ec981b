//! What to wait for: conditions of objects of any type.

use pintle_codec::Value;
use pintle_meta::{Metadata as _, Object, Unstructured};

/// That the object is there.
pub fn exists<K>() -> impl Fn(Option<&K>) -> bool {
    |object| object.is_some()
}

/// That the object with this uid is gone, whether or not there is another one of its name.
pub fn is_deleted<K: Object>(uid: impl Into<String>) -> impl Fn(Option<&K>) -> bool {
    let uid = uid.into();
    move |object| object.is_none_or(|object| object.metadata().uid() != uid)
}

/// That one of the conditions in the status of an object is as said: `has_condition("Ready", "True")`.
pub fn has_condition(
    type_: impl Into<String>,
    status: impl Into<String>,
) -> impl Fn(Option<&Unstructured>) -> bool {
    let (type_, status) = (type_.into(), status.into());
    move |object| {
        let conditions = object.and_then(|it| it.list(&["status", "conditions"]).ok()?);
        conditions.unwrap_or_default().iter().any(|condition| {
            let says = |field: &str, value: &str| {
                condition.get(field).and_then(Value::as_str) == Some(value)
            };
            says("type", &type_) && says("status", &status)
        })
    }
}
