//! Label selectors as objects have them: `matchLabels` and `matchExpressions`.

use pintle_codec::{Object, Value};
use pintle_meta::{LabelOperator, LabelRequirement, LabelSelector};

/// The selector that an object has, if nothing is wrong with it. It is to be asked of a selector that is
/// there: one that is not selects nothing, and one that is empty everything.
pub(crate) fn of_object(selector: &Value) -> Option<LabelSelector> {
    let labels = selector.get("matchLabels").and_then(Value::as_object);
    let labels = labels.into_iter().flat_map(Object::iter).map(equals);
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    let expressions = expressions.unwrap_or_default().iter().map(requirement);
    labels.chain(expressions).collect()
}

/// The selector of a map of labels, if nothing is wrong with it.
pub(crate) fn of_map(labels: &Object) -> Option<LabelSelector> {
    labels.iter().map(equals).collect()
}

fn equals((key, value): (&str, &Value)) -> Option<LabelRequirement> {
    let value = value.as_str().unwrap_or_default();
    LabelRequirement::new(key, LabelOperator::Equals, [value]).ok()
}

fn requirement(expression: &Value) -> Option<LabelRequirement> {
    let text = |field| expression.get(field).and_then(Value::as_str);
    let operator = match text("operator")? {
        "In" => LabelOperator::In,
        "NotIn" => LabelOperator::NotIn,
        "Exists" => LabelOperator::Exists,
        "DoesNotExist" => LabelOperator::DoesNotExist,
        _ => return None,
    };
    let values = expression.get("values").and_then(Value::as_array);
    let values = values.unwrap_or_default().iter().filter_map(Value::as_str);
    LabelRequirement::new(text("key").unwrap_or_default(), operator, values).ok()
}

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    fn written(selector: &str) -> Option<String> {
        let selector = json::parse(selector.as_bytes()).unwrap();
        Some(of_object(&selector)?.to_string())
    }

    #[test]
    fn a_selector_is_written_as_in_a_request() {
        assert_eq!(written("{}").as_deref(), Some(""));
        assert_eq!(
            written(
                r#"{"matchLabels":{"b":"2","a":"1"},"matchExpressions":[{"key":"c","operator":"In",
                "values":["y","x"]},{"key":"d","operator":"DoesNotExist"}]}"#
            )
            .as_deref(),
            Some("a=1,b=2,c in (x,y),!d")
        );
        let wrong = r#"{"matchExpressions":[{"key":"c","operator":"Near","values":["x"]}]}"#;
        assert_eq!(written(wrong), None);
    }
}
