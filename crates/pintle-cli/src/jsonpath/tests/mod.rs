//! What kubectl answers.
//!
//! `answers.json` is a record of kubectl 1.32, `kubectl annotate --local -f pod.json a=b -o
//! jsonpath=TEMPLATE`, of templates whose answer does not depend on the order of a Go map.

use pintle_codec::{Value, json};

use super::Template;

#[test]
fn templates_print_what_kubectl_prints() {
    let pod = json::parse(include_bytes!("pod.json")).unwrap();
    let answers = json::parse(include_bytes!("answers.json")).unwrap();
    let answers = answers.as_array().unwrap();
    assert!(answers.len() > 95, "{}", answers.len());
    let mut differ = Vec::new();
    for answer in answers {
        let text = |key| answer.get(key).and_then(Value::as_str);
        let template = text("template").unwrap();
        let found = Template::parse(template).and_then(|template| template.render(&pod));
        let same = match &found {
            Ok(printed) => text("prints") == Some(printed),
            // Go says of an object which type it has there.
            Err(error) => {
                let expected =
                    text("fails").map(|text| text.replace("map[string]interface {}", "object"));
                expected.as_deref() == Some(&*error.to_string())
            }
        };
        if !same {
            differ.push(format!("{template}: {found:?}, kubectl: {answer:?}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn everything_below_is_found_in_order() {
    let pod = json::parse(include_bytes!("pod.json")).unwrap();
    let render = |text| Template::parse(text).unwrap().render(&pod).unwrap();
    assert_eq!(render("{..name}"), "web-0 main side");
    assert_eq!(render("{.metadata.labels.*}"), "web front");
}

#[test]
fn a_path_may_leave_out_what_is_clear() {
    let pod = json::parse(include_bytes!("pod.json")).unwrap();
    for path in [
        "{.metadata.name}",
        ".metadata.name",
        "metadata.name",
        "{metadata.name}",
    ] {
        let path = Template::parse_relaxed(path).unwrap();
        assert_eq!(path.render(&pod).unwrap(), "web-0");
    }
    for path in ["", "{}", "{.a", "a}b", "{.a}{.b}"] {
        assert!(Template::parse_relaxed(path).is_err(), "{path}");
    }
}

#[test]
fn values_are_printed_as_go_prints_them() {
    let pod = json::parse(br#"{"b":[1,null,"x"],"a":{"z":true,"y":1.5}}"#).unwrap();
    assert_eq!(
        super::go_text(&pod),
        "map[a:map[y:1.5 z:true] b:[1 <nil> x]]"
    );
}
