//! What `/version` answers.

use bytes::Bytes;

use crate::{
    generated::resources::KUBERNETES,
    schema::{Field, Rules, Shape, Struct, Unset},
};

/// The document of `/version`, indented as kube-apiserver indents it.
pub(crate) fn document() -> Bytes {
    let fields = fields().map(|(name, value)| format!("  \"{name}\": \"{value}\""));
    format!("{{\n{}\n}}", fields.join(",\n")).into()
}

/// What the server is: the Kubernetes version that the API is, with pintle's own as build metadata.
/// Nothing in it needs to be escaped.
pub(crate) fn fields() -> [(&'static str, String); 13] {
    let mut numbers = KUBERNETES.split('.').map(str::to_owned);
    let major = numbers.next().unwrap_or_default();
    let minor = numbers.next().unwrap_or_default();
    let older = minor.parse::<u32>().unwrap_or_default().saturating_sub(1);
    let own = env!("CARGO_PKG_VERSION");
    [
        ("major", major.clone()),
        ("minor", minor.clone()),
        ("emulationMajor", major.clone()),
        ("emulationMinor", minor),
        ("minCompatibilityMajor", major),
        ("minCompatibilityMinor", older.to_string()),
        ("gitVersion", format!("v{KUBERNETES}+pintle.{own}")),
        ("gitCommit", String::new()),
        ("gitTreeState", "clean".to_owned()),
        ("buildDate", "1970-01-01T00:00:00Z".to_owned()),
        ("goVersion", String::new()),
        ("compiler", "rustc".to_owned()),
        (
            "platform",
            format!("{}/{}", std::env::consts::OS, architecture()),
        ),
    ]
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
    unset: Unset::NOTHING,
}
.indexed();

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
