//! Labels and label selectors as texts.

use pintle_codec::Value;

use super::{
    field::{list, text, texts},
    join::{join, join_with, or_none},
};
use crate::selector::labels;

/// A map of labels, or `<none>`.
pub(super) fn labels(map: Option<&Value>) -> String {
    let labels = texts(map).map(|(key, value)| format!("{key}={value}"));
    or_none(&join(labels)).to_owned()
}

/// A label selector of an object as it is written in a request; `<none>` if it asks for nothing, and
/// `<error>` if nothing can be asked so.
pub(super) fn selector(selector: Option<&Value>) -> String {
    match written(selector) {
        Some(selector) => or_none(&selector).to_owned(),
        None => "<error>".to_owned(),
    }
}

/// As [`selector`], where deployments have other words: nothing, and `<invalid>`.
pub(super) fn deployment_selector(selector: Option<&Value>) -> String {
    written(selector).unwrap_or_else(|| "<invalid>".to_owned())
}

/// The text of a selector, if nothing is wrong with it. That of one that is not there is empty, as
/// that of one that asks for nothing is.
fn written(selector: Option<&Value>) -> Option<String> {
    let Some(selector) = selector else {
        return Some(String::new());
    };
    labels::of_object(selector).map(|selector| selector.to_string())
}

/// A label selector as Go prints the struct.
pub(super) fn go_selector(selector: &Value) -> String {
    let labels: String = texts(selector.get("matchLabels"))
        .map(|(key, value)| format!("{key}: {value},"))
        .collect();
    let expressions: String = list(selector, "matchExpressions")
        .iter()
        .map(|expression| {
            let values = list(expression, "values").iter().filter_map(Value::as_str);
            format!(
                "LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
                text(expression, "key"),
                text(expression, "operator"),
                join_with(" ", values),
            )
        })
        .collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},\
         MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
    )
}
