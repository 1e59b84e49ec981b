//! [`Dialect`], what the two versions of OpenAPI differ in.

use pintle_codec::{Object, Value};

/// The version of OpenAPI that a document is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Swagger 2.0: one document for everything. Without defaults, as kube-apiserver's.
    V2,
    /// OpenAPI 3.0: a document a group version.
    V3,
}

impl Dialect {
    /// A reference to a component.
    pub(super) fn reference(self, component: &str) -> Value {
        let place = match self {
            Self::V2 => "#/definitions/",
            Self::V3 => "#/components/schemas/",
        };
        Object::from([("$ref", Value::from(format!("{place}{component}")))]).into()
    }
}
