//! [`Attributes`], what a request is about.

use http::Method;

/// What a request is about, as far as it can be known before its body is read: Kubernetes'
/// `ResourceAttributes` or `NonResourceAttributes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attributes<'a> {
    /// What is done: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`,
    /// `deletecollection`; of what is no resource, the method in lower case.
    pub verb: &'a str,
    /// The API group, empty for the core group.
    pub group: &'a str,
    /// The version of the group.
    pub version: &'a str,
    /// The resource, empty for what is none.
    pub resource: &'a str,
    /// What is below the object, empty for itself.
    pub subresource: &'a str,
    /// The namespace, empty for all or for none. That of a namespace is itself.
    pub namespace: &'a str,
    /// The object, empty for all of them.
    pub name: &'a str,
    /// The path of the request.
    pub path: &'a str,
    /// Whether it is about a resource.
    pub is_resource: bool,
}

/// The verb of a request for a resource, as the real server derives it. The second is what it is if no
/// object is named.
pub(crate) fn verb(method: &Method, watches: bool) -> (&'static str, &'static str) {
    match *method {
        Method::GET | Method::HEAD if watches => ("get", "watch"),
        Method::GET | Method::HEAD => ("get", "list"),
        Method::POST => ("create", "create"),
        Method::PUT => ("update", "update"),
        Method::PATCH => ("patch", "patch"),
        Method::DELETE => ("delete", "deletecollection"),
        _ => ("", ""),
    }
}
