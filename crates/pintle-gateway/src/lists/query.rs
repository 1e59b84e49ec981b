//! What is asked for of a resource.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use pintle_codec::{Object, Value, json};
use pintle_meta::{FieldSelector, LabelSelector};

use super::Failure;
use crate::board::{Item, Key};

/// The parameters of a list or a stream.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) namespace: String,
    labels: Option<LabelSelector>,
    fields: Option<FieldSelector>,
    /// The parts of objects that are wanted; all where there is none.
    parts: Vec<Vec<String>>,
    pub(crate) limit: usize,
    /// The last object of the page before.
    pub(crate) after: Option<Key>,
    /// Whether errors have statuses of their own.
    pub(crate) http_status: Option<bool>,
}

impl Query {
    /// Reads a query string. Unknown parameters are nobody's.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(value)?;
            match &*decoded(name)? {
                "namespace" => query.namespace = value.into_owned(),
                "labelSelector" => {
                    let selector = LabelSelector::parse(&value).map_err(Failure::bad_request)?;
                    query.labels = Some(selector).filter(|selector| !selector.is_empty());
                }
                "fieldSelector" => {
                    let selector: FieldSelector = value.parse().map_err(Failure::bad_request)?;
                    query.fields = Some(selector).filter(|selector| !selector.is_empty());
                }
                "fields" => {
                    let paths = value.split(',').filter(|path| !path.is_empty());
                    let steps = |path: &str| path.split('.').map(str::to_owned).collect();
                    query.parts = paths.map(steps).collect();
                }
                "limit" => {
                    let message = "limit is not a number of objects";
                    query.limit = value.parse().map_err(|_| Failure::bad_request(message))?;
                }
                "continue" if !value.is_empty() => {
                    let (namespace, name) = value.split_once('/').ok_or_else(|| {
                        Failure::bad_request("continue is not what a list has ended with")
                    })?;
                    query.after = Some(Key {
                        namespace: namespace.into(),
                        name: name.into(),
                    });
                }
                "httpStatus" => query.http_status = Some(&*value == "true"),
                _ => {}
            }
        }
        Ok(query)
    }

    /// Whether all objects are asked for, whole.
    pub(crate) fn is_everything(&self) -> bool {
        self.selects_everything()
            && self.parts.is_empty()
            && self.limit == 0
            && self.after.is_none()
    }

    pub(crate) fn selects_everything(&self) -> bool {
        self.namespace.is_empty() && self.labels.is_none() && self.fields.is_none()
    }

    /// Whether parts of objects are asked for.
    pub(crate) fn has_parts(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Whether an object is among those that are asked for.
    pub(crate) fn selects(&self, item: &Item) -> bool {
        let here = self.namespace.is_empty() || item.key.namespace == self.namespace.as_str();
        let labelled = || {
            let labels = self.labels.as_ref();
            labels.is_none_or(|labels| labels.matches_with(|name| item.label(name)))
        };
        here && labelled() && self.fields.as_ref().is_none_or(|fields| has(item, fields))
    }

    /// The parts of an object that are asked for, as JSON.
    pub(crate) fn parts_of(&self, item: &Item) -> Vec<u8> {
        let object = json::parse(item.json()).unwrap_or_default();
        let mut kept = Value::Object(Object::new());
        for path in &self.parts {
            let steps: Vec<&str> = path.iter().map(String::as_str).collect();
            if let Some(value) = object.at(&steps) {
                put(&mut kept, &steps, value);
            }
        }
        let mut out = Vec::new();
        json::write(&kept, &mut out);
        out
    }
}

/// Whether an object's fields are as a selector wants them. Only metadata is known without a look.
fn has(item: &Item, fields: &FieldSelector) -> bool {
    let in_key = |field: &str| match field {
        "metadata.name" => Some(item.key.name.as_str()),
        "metadata.namespace" => Some(item.key.namespace.as_str()),
        _ => None,
    };
    let mut others = fields
        .requirements()
        .iter()
        .filter(|one| in_key(&one.field).is_none());
    if others.next().is_none() {
        return fields.matches(|field| in_key(field).unwrap_or_default());
    }
    let object = json::parse(item.json()).unwrap_or_default();
    fields.requirements().iter().all(|wanted| {
        let text = match in_key(&wanted.field) {
            Some(text) => Cow::Borrowed(text),
            None => text_at(&object, &wanted.field),
        };
        (text == wanted.value.as_str()) == wanted.equals
    })
}

fn text_at<'a>(object: &'a Value, path: &str) -> Cow<'a, str> {
    let steps: Vec<&str> = path.split('.').collect();
    match object.at(&steps) {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(Value::Bool(truth)) => Cow::Owned(truth.to_string()),
        Some(Value::Int(number)) => Cow::Owned(number.to_string()),
        _ => Cow::Borrowed(""),
    }
}

fn put(object: &mut Value, path: &[&str], value: &Value) {
    let Some(((first, rest), fields)) = path.split_first().zip(object.as_object_mut()) else {
        return;
    };
    let slot = fields.entry(first);
    if rest.is_empty() {
        *slot = value.clone();
        return;
    }
    if slot.is_null() {
        *slot = Value::Object(Object::new());
    }
    put(slot, rest, value);
}

fn decoded(text: &str) -> Result<Cow<'_, str>, Failure> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    match decoded {
        Ok(decoded) => Ok(Cow::Owned(decoded.into_owned())),
        Err(_) => Err(Failure::bad_request("a parameter is not UTF-8")),
    }
}
