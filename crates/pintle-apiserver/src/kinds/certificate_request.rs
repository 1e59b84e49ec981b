//! Requests for certificates: they say who made them, and nothing of that changes.

use pintle_codec::{Object, Value};

use super::{Kind, Occasion, Part, SelectableField};
use crate::{generated::certificates_v1::CERTIFICATE_SIGNING_REQUEST_CONDITION, schema::Tree};

pub(super) const KIND: Kind = Kind {
    name: crate::validation::NameRule::PathSegment,
    fields: &[SelectableField::of("spec.signerName")],
    on_create,
    on_update,
    ..Kind::PLAIN
};

fn on_create(request: &mut Tree, occasion: &Occasion<'_>) {
    for field in ["username", "uid", "groups", "extra"] {
        request.remove(&["spec", field]);
    }
    let Some(user) = occasion.user else {
        return;
    };
    let texts = |texts: &[String]| texts.iter().map(|text| text.as_str().into()).collect();
    request.set(&["spec", "username"], user.name.as_str().into());
    if !user.uid.is_empty() {
        request.set(&["spec", "uid"], user.uid.as_str().into());
    }
    if !user.groups.is_empty() {
        request.set(&["spec", "groups"], Value::Array(texts(&user.groups)));
    }
    if !user.extra.is_empty() {
        let extra = user.extra.iter();
        let extra: Object = extra
            .map(|(key, values)| (key.as_str(), Value::Array(texts(values))))
            .collect();
        request.set(&["spec", "extra"], extra.into());
    }
}

fn on_update(new: &mut Tree, old: &Tree, part: Part, occasion: &Occasion<'_>) {
    new.copy_from(old, &["spec"]);
    match part {
        Part::Status => {
            for kind in ["Approved", "Denied"] {
                keep_conditions(new, old, kind);
            }
            date_conditions(new, old, occasion);
        }
        Part::Approval => {
            date_conditions(new, old, occasion);
            let conditions = new.at(&CONDITIONS).cloned();
            new.copy_from(old, &["status"]);
            match conditions {
                Some(conditions) => new.set(&CONDITIONS, conditions),
                None => drop(new.remove(&CONDITIONS)),
            }
        }
        _ => {}
    }
}

/// Conditions of a kind stay as they were, unless there are more or fewer of them.
fn keep_conditions(new: &mut Tree, old: &Tree, kind: &str) {
    let is_of_kind = |condition: &&Value| of(condition, "type") == kind;
    let kept: Vec<&Value> = old.list(&CONDITIONS).iter().filter(is_of_kind).collect();
    if kept.len() != new.list(&CONDITIONS).iter().filter(is_of_kind).count() || kept.is_empty() {
        return;
    }
    let mut kept = kept.into_iter();
    let conditions = new.list(&CONDITIONS).iter().map(|condition| {
        let own = is_of_kind(&condition).then(|| kept.next()).flatten();
        own.unwrap_or(condition).clone()
    });
    let conditions = conditions.collect();
    new.set(&CONDITIONS, Value::Array(conditions));
}

/// Conditions say when they were written, and since when they are what they are.
fn date_conditions(new: &mut Tree, old: &Tree, occasion: &Occasion<'_>) {
    let now = || Value::from(occasion.now);
    let conditions = new.list(&CONDITIONS).iter().map(|condition| {
        let object = condition.as_object().cloned().unwrap_or_default();
        let mut condition = Tree::new(object, &CERTIFICATE_SIGNING_REQUEST_CONDITION);
        if is_undated(&condition, "lastUpdateTime") {
            condition.set(&["lastUpdateTime"], now());
        }
        if is_undated(&condition, "lastTransitionTime") {
            let same = |old: &&Value| {
                ["type", "status"]
                    .iter()
                    .all(|field| of(old, field) == condition.text(&[field]))
            };
            let before = old.list(&CONDITIONS).iter().filter(same);
            let since = before.map(|old| of(old, "lastTransitionTime"));
            let since = since.into_iter().find(|since| !since.is_empty());
            condition.set(&["lastTransitionTime"], since.map_or_else(now, Value::from));
        }
        Value::Object(condition.object().clone())
    });
    let conditions: Vec<_> = conditions.collect();
    if !conditions.is_empty() {
        new.set(&CONDITIONS, Value::Array(conditions));
    }
}

fn is_undated(condition: &Tree, field: &str) -> bool {
    condition.text(&[field]).is_empty()
}

fn of<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

const CONDITIONS: [&str; 2] = ["status", "conditions"];
