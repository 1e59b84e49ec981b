//! The conditions in the status of a pod that the server itself sets.

use pintle_codec::{Object, Value};

use crate::{generated::core_v1::POD_CONDITION, schema::Tree};

/// A condition that holds.
pub(super) struct Condition<'a> {
    pub(super) kind: &'a str,
    /// May be empty, as the message.
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
}

/// Says that a condition of a pod holds, since `now` unless it was said before.
pub(super) fn set_condition(pod: &mut Tree, condition: &Condition<'_>, now: &str) {
    let mut new = Tree::new(Object::default(), &POD_CONDITION);
    new.set(&["type"], condition.kind.into());
    new.set(&["status"], "True".into());
    new.set(&["lastTransitionTime"], now.into());
    for (field, text) in [("reason", condition.reason), ("message", condition.message)] {
        if !text.is_empty() {
            new.set(&[field], text.into());
        }
    }
    let text = |of: &Value, field| of.get(field).and_then(Value::as_str).map(str::to_owned);
    let mut conditions = pod.list(&CONDITIONS).to_vec();
    let before = conditions
        .iter_mut()
        .find(|before| text(before, "type").as_deref() == Some(condition.kind));
    if let Some(before) = before {
        if text(before, "status").as_deref() == Some("True")
            && let Some(since) = text(before, "lastTransitionTime")
        {
            new.set(&["lastTransitionTime"], since.into());
        }
        *before = new.into_object().into();
    } else {
        conditions.push(new.into_object().into());
    }
    pod.set(&CONDITIONS, conditions.into());
}

/// Whether a condition of a pod holds.
pub(super) fn holds(pod: &Tree, kind: &str) -> bool {
    let text = |of: &Value, field, is| of.get(field).and_then(Value::as_str) == Some(is);
    let mut conditions = pod.list(&CONDITIONS).iter();
    conditions.any(|condition| text(condition, "type", kind) && text(condition, "status", "True"))
}

const CONDITIONS: [&str; 2] = ["status", "conditions"];
