//! What the derive says of mistakes, and at which words.

use crate::expand::custom_resource;

/// The errors of an item: each with the words that it is at.
fn errors_of(item: &str) -> Vec<(String, String)> {
    let error = match custom_resource(item.parse().unwrap()) {
        Ok(expanded) => panic!("{item} is {expanded}"),
        Err(error) => error,
    };
    let errors = error.into_iter().map(|error| {
        let words = error.span().source_text().unwrap_or_default();
        (error.to_string(), words)
    });
    errors.collect()
}

/// The one error of a spec that is right but for this.
fn error(wrong: &str) -> (String, String) {
    let mut errors = errors_of(&format!(
        "#[pintle(group = \"example.com\", version = \"v1\", {wrong})] struct WebsiteSpec {{}}"
    ));
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}

fn check(wrong: &str, message: &str, words: &str) {
    assert_eq!(error(wrong), (message.to_owned(), words.to_owned()));
}

#[test]
fn an_object_and_its_list_are_made() {
    let item = "#[pintle(group = \"example.com\", version = \"v1\")] struct WebsiteSpec {}";
    let text = custom_resource(item.parse().unwrap()).unwrap().to_string();
    for made in [
        "struct Website {",
        "type WebsiteList =",
        ":: pintle :: __derive :: Kind for Website",
    ] {
        assert!(text.contains(made), "{made} in {text}");
    }
}

#[test]
fn which_resource_it_is_must_be_said() {
    let missing = |item: &str| errors_of(item).remove(0);
    for (item, form) in [
        ("struct WebsiteSpec {}", "group = \"example.com\""),
        (
            "#[pintle(group = \"example.com\")] struct WebsiteSpec {}",
            "version = \"v1\"",
        ),
        (
            "#[pintle(group = \"example.com\", version = \"v1\")] struct Website {}",
            "kind = \"Website\"",
        ),
    ] {
        let (message, words) = missing(item);
        let expected = format!("which resource is this the spec of? Say #[pintle({form})]");
        assert_eq!(message, expected);
        assert!(words.starts_with("Website"), "{words}");
    }
}

#[test]
fn words_that_are_not_known_are_refused() {
    let (message, words) = error("printer_colum(name: \"A\")");
    assert_eq!(
        message,
        "there is no `printer_colum`; did you mean `printer_column`?"
    );
    assert!(words.starts_with("printer_colum"), "{words}");
    // As another derive calls it.
    let (message, _) = error("shortname = \"ws\"");
    assert_eq!(
        message,
        "there is no `shortname`; did you mean `short_names`?"
    );
    let (message, _) = error("wibble");
    assert!(
        message.starts_with("there is no `wibble`; there are group, version, kind"),
        "{message}"
    );
    let (message, _) = error("scale(spec_replica = \".spec.replicas\")");
    assert_eq!(
        message,
        "there is no `spec_replica`; did you mean `spec_replicas`?"
    );
}

#[test]
fn how_a_word_is_written_is_said() {
    for (wrong, message) in [
        ("plural", "write `plural = \"…\"`"),
        ("plural(\"sites\")", "write `plural = \"…\"`"),
        (
            "plural = sites",
            "write `plural = \"…\"`: expected string literal",
        ),
        ("short_names = \"ws\"", "write `short_names(\"…\", \"…\")`"),
        (
            "served = \"yes\"",
            "write `served = false`: expected boolean literal",
        ),
        ("cluster = true", "`cluster` stands alone"),
        ("labels(\"a\", \"b\")", "expected `=`"),
        (
            "validation = \"self.spec.a\"",
            "write `validation(rule: \"…\", message: \"…\")`",
        ),
        (
            "validation(message = \"no\")",
            "`rule` is missing: write `validation(rule: \"…\", message: \"…\")`",
        ),
        (
            "printer_column(name: \"A\", type: \"string\")",
            "`json_path` is missing: write `printer_column(name: \"…\", type: \"string\", \
             json_path: \".spec.…\")`",
        ),
        ("validation(rule)", "write `rule: \"…\"`"),
        ("plural = \"a\", plural = \"b\"", "`plural` is said twice"),
        ("kind = \"A\", kind = \"B\"", "`kind` is said twice"),
    ] {
        assert_eq!(error(wrong).0, message, "{wrong}");
    }
}

#[test]
fn names_that_kubernetes_does_not_take_are_refused_where_they_stand() {
    let label = "a label: lower-case letters, digits and dashes, a letter first, at most 63";
    check(
        "plural = \"Sites\"",
        &format!("the plural \"Sites\" is not {label}"),
        "\"Sites\"",
    );
    check(
        "short_names(\"ws\", \"W S\")",
        &format!("\"W S\" is not {label}"),
        "\"W S\"",
    );
    check(
        "kind = \"website\"",
        "\"website\" is no kind: it is spelled LikeThis, in letters and digits",
        "\"website\"",
    );
    check(
        "struct_name = \"A B\"",
        "\"A B\" is no name of a type",
        "\"A B\"",
    );
    check(
        "list_kind = \"Website\"",
        "a list is of another kind than its objects",
        "\"Website\"",
    );
    let errors = errors_of("#[pintle(group = \"example\", version = \"V1\")] struct ASpec {}");
    assert_eq!(
        errors,
        [
            (
                format!("the version \"V1\" is not {label}"),
                "\"V1\"".to_owned()
            ),
            (
                "\"example\" is no group: it is a domain with a dot, such as \"example.com\""
                    .to_owned(),
                "\"example\"".to_owned()
            ),
        ]
    );
}

#[test]
fn what_does_not_go_together_is_refused() {
    check(
        "namespaced, cluster",
        "a resource is `namespaced` or of the `cluster`, not both",
        "cluster",
    );
    check(
        "scale(spec_replicas: \".spec.replicas\", status_replicas: \".status.replicas\")",
        "a resource that is scaled says how many there are: give it a status, `status = \"…\"`",
        "\".status.replicas\"",
    );
    check(
        "derive(Debug, Clone)",
        "an object is `Clone` anyway: leave it out",
        "Clone",
    );
    check(
        "derive(serde::Serialize)",
        "an object is `Serialize` anyway: leave it out",
        "Serialize",
    );
    check(
        "kind = \"WebsiteSpec\"",
        "the spec and the object would both be named WebsiteSpec: name the spec WebsiteSpecSpec, or \
         the object with `struct_name = \"…\"`",
        "WebsiteSpec",
    );
}

#[test]
fn columns_paths_and_rules_are_checked() {
    check(
        "printer_column(name: \"A\", type: \"text\", json_path: \".spec.a\")",
        "\"text\" is no type of a column; there are boolean, date, integer, number, string",
        "\"text\"",
    );
    check(
        "printer_column(name: \"A\", type: \"string\", format: \"uri\", json_path: \".spec.a\")",
        "\"uri\" is no format of a column; there are byte, date, date-time, double, float, int32, \
         int64, password",
        "\"uri\"",
    );
    check(
        "selectable_field(\"spec.url\")",
        "\"spec.url\" is no path: it begins with a dot, as \".spec.name\" does",
        "\"spec.url\"",
    );
    check(
        "status = S, scale(spec_replicas: \".replicas\", status_replicas: \".status.replicas\")",
        "\".replicas\" is not a path within the spec, such as \".spec.replicas\"",
        "\".replicas\"",
    );
    check(
        "validation(rule: \"true\", reason: \"Bad\")",
        "\"Bad\" is no reason; there are FieldValueDuplicate, FieldValueForbidden, \
         FieldValueInvalid, FieldValueRequired",
        "\"Bad\"",
    );
    check(
        "validation(rule: \" \")",
        "there is nothing in it: leave it out",
        "\" \"",
    );
    check(
        "validation(rule: \"a\\nb\")",
        "a rule of several lines cannot stand for its message: say `message: \"…\"` too",
        "\"a\\nb\"",
    );
    check(
        "deprecated = \"\"",
        "the warning is one line of 1 to 256 bytes; without one, write `deprecated` alone",
        "\"\"",
    );
}

#[test]
fn a_spec_is_a_type_without_parameters() {
    let attribute = "#[pintle(group = \"example.com\", version = \"v1\")]";
    let generic = errors_of(&format!("{attribute} struct WebsiteSpec<T> {{ field: T }}"));
    assert_eq!(
        generic,
        [(
            "a spec has no parameters: a resource is one type".to_owned(),
            "<T>".to_owned()
        )]
    );
    let union = errors_of(&format!("{attribute} union WebsiteSpec {{ a: u8 }}"));
    assert_eq!(union[0].0, "a spec is a struct or an enum");
}
