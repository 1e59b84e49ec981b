//! What `/version` answers.

use bytes::Bytes;
use pintle_codec::{Object, Value, json};

use crate::{
    generated::resources::KUBERNETES,
    schema::{Field, Rules, Shape, Struct},
};

/// The document of `/version`: the Kubernetes version that the API is, with pintle's own as build
/// metadata.
pub(crate) fn document() -> Bytes {
    let mut numbers = KUBERNETES.split('.');
    let (major, minor) = (numbers.next(), numbers.next());
    let minor = minor.unwrap_or_default();
    let older = minor.parse::<u32>().unwrap_or_default().saturating_sub(1);
    let platform = format!("{}/{}", std::env::consts::OS, architecture());
    let own = env!("CARGO_PKG_VERSION");
    let document = Object::from([
        ("major", Value::from(major.unwrap_or_default())),
        ("minor", Value::from(minor)),
        ("emulationMajor", Value::from(major.unwrap_or_default())),
        ("emulationMinor", Value::from(minor)),
        (
            "minCompatibilityMajor",
            Value::from(major.unwrap_or_default()),
        ),
        ("minCompatibilityMinor", Value::from(older.to_string())),
        (
            "gitVersion",
            Value::from(format!("v{KUBERNETES}+pintle.{own}")),
        ),
        ("gitCommit", Value::from("")),
        ("gitTreeState", Value::from("clean")),
        ("buildDate", Value::from("1970-01-01T00:00:00Z")),
        ("goVersion", Value::from("")),
        ("compiler", Value::from("rustc")),
        ("platform", Value::from(platform)),
    ]);
    let mut text = Vec::new();
    json::write(&document.into(), &mut text);
    text.into()
}

/// The processor as Go names it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// What the document consists of.
pub(crate) static INFO: Struct = Struct {
    name: "Info",
    package: "io.k8s.apimachinery.pkg.version",
    atomic: false,
    unions: "",
    fields: &[
        required("major"),
        required("minor"),
        optional("emulationMajor"),
        optional("emulationMinor"),
        optional("minCompatibilityMajor"),
        optional("minCompatibilityMinor"),
        required("gitVersion"),
        required("gitCommit"),
        required("gitTreeState"),
        required("buildDate"),
        required("goVersion"),
        required("compiler"),
        required("platform"),
    ],
    wire: &[],
};

const fn required(name: &'static str) -> Field {
    const RULES: &Rules = &Rules {
        required: true,
        ..Rules::NONE
    };
    Field::new(name, Shape::String, "string").rules(RULES)
}

const fn optional(name: &'static str) -> Field {
    Field::new(name, Shape::String, "string").omit_empty()
}
