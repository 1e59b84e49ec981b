//! `/`: the paths that there are, but for those of objects.

use std::collections::BTreeSet;

use http::{HeaderValue, Response, header};

use super::{Api, Body, health, negotiate::JSON};

impl Api {
    /// The paths, indented as kube-apiserver indents them.
    pub(super) fn index(&self) -> Response<Body> {
        let mut paths: BTreeSet<String> = ALWAYS.iter().map(|path| (*path).to_owned()).collect();
        paths.extend(health::paths());
        for served in self.registry.resources() {
            let (group, version) = (served.facts.group, served.facts.version);
            if group.is_empty() {
                paths.insert(format!("/api/{version}"));
            } else {
                paths.insert(format!("/apis/{group}"));
                paths.insert(format!("/apis/{group}/{version}"));
            }
        }
        let paths: Vec<_> = paths.iter().map(|path| format!("    \"{path}\"")).collect();
        let text = format!("{{\n  \"paths\": [\n{}\n  ]\n}}", paths.join(",\n"));
        let mut response = Response::new(Body::whole(text));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
        let no_cache = HeaderValue::from_static("no-cache, private");
        headers.insert(header::CACHE_CONTROL, no_cache);
        response
    }
}

const ALWAYS: [&str; 10] = [
    "/.well-known/openid-configuration",
    "/api",
    "/apis",
    "/apis/",
    "/metrics",
    "/openapi/v2",
    "/openapi/v3",
    "/openapi/v3/",
    "/openid/v1/jwks",
    "/version",
];
