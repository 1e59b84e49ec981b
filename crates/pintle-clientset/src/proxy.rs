//! Requests that the API server passes on to a pod or a service.

use pintle_client::{Api, OneNamespace, Place as _, Request};
use pintle_meta::Resource;

/// A request about a part of an object.
pub(crate) fn object<K: Resource>(
    api: &Api<K, OneNamespace>,
    request: Request,
    name: &str,
    part: &str,
) -> Request {
    let request = request.resource(K::PLURAL).name(name).subresource([part]);
    match api.place().namespace() {
        Some(namespace) => request.namespace(namespace),
        None => request,
    }
}

/// How a port of an object is named: `https:web:8443`, `web:80`, `web`.
pub(crate) fn target(scheme: &str, name: &str, port: &str) -> String {
    match (scheme, port) {
        ("", "") => name.to_owned(),
        ("", port) => format!("{name}:{port}"),
        (scheme, port) => format!("{scheme}:{name}:{port}"),
    }
}

/// The path that is read there. It may be empty, and need not begin with a slash.
pub(crate) fn below(request: Request, path: &str) -> Request {
    request.suffix(path.split('/').filter(|segment| !segment.is_empty()))
}
