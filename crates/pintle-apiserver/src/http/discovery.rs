//! The discovery documents over HTTP: forms, formats, and word that a client has them already.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header, request, uri::Authority};
use pintle_codec::{
    TypeMeta, Value, json,
    protobuf::{Envelope, Writer},
    yaml,
};

use super::{Api, Body, accept, api::not_found, condition, negotiate::JSON, route::Route};
use crate::{
    discovery::Discovery,
    generated::{apidiscovery_v2, apidiscovery_v2beta1, meta_v1},
    schema::{Struct, encode_protobuf},
    status::Failure,
};

impl Api {
    /// A discovery document.
    pub(super) fn discover(
        &self,
        route: &Route,
        head: &request::Parts,
    ) -> Result<Response<Body>, Failure> {
        let headers = &head.headers;
        match route {
            Route::CoreVersions | Route::Groups => {
                let core = *route == Route::CoreVersions;
                match liked(headers, true)? {
                    (format, Some(form)) => Ok(self.aggregated(core, form, format, headers)),
                    (format, None) if core => {
                        let document = Discovery::core_versions(address(head));
                        Ok(answered(format, document, &meta_v1::API_VERSIONS))
                    }
                    (format, None) => {
                        let document = self.discovery.groups();
                        Ok(answered(format, document, &meta_v1::API_GROUP_LIST))
                    }
                }
            }
            Route::Group(group) => {
                let Some(document) = self.discovery.group(group) else {
                    return Ok(not_found());
                };
                let (format, _) = liked(headers, false)?;
                Ok(answered(format, document, &meta_v1::API_GROUP))
            }
            Route::Resources { group, version } => {
                let document = self.discovery.resources(group, version);
                let document = document.ok_or_else(Failure::no_such_resource)?;
                let (format, _) = liked(headers, false)?;
                Ok(answered(format, document, &meta_v1::API_RESOURCE_LIST))
            }
            _ => Err(Failure::no_such_resource()),
        }
    }

    fn aggregated(
        &self,
        core: bool,
        form: &'static str,
        format: Format,
        headers: &HeaderMap,
    ) -> Response<Body> {
        let document = self.discovery.aggregated(core, form);
        let tag = format!("\"{}\"", document.hash);
        let mut response = if condition::has(headers, &tag) {
            let mut response = Response::new(Body::whole(Bytes::new()));
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            let schema = match form {
                "v2" => &apidiscovery_v2::API_GROUP_DISCOVERY_LIST,
                _ => &apidiscovery_v2beta1::API_GROUP_DISCOVERY_LIST,
            };
            answered(format, document.json.clone(), schema)
        };
        let name = format.name();
        let content_type =
            format!("{name};g=apidiscovery.k8s.io;v={form};as=APIGroupDiscoveryList");
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, content_type.as_str()),
            (header::ETAG, &tag),
            (header::CACHE_CONTROL, "public"),
            (header::VARY, "Accept"),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// What a document may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Yaml,
    Protobuf,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Json => JSON,
            Self::Yaml => "application/yaml",
            Self::Protobuf => "application/vnd.kubernetes.protobuf",
        }
    }

    /// A document in this format, which comes in JSON.
    fn spell(self, document: Bytes, schema: &'static Struct) -> Bytes {
        if self == Self::Json {
            return document;
        }
        let tree = json::parse(&document).unwrap_or_default();
        let Self::Protobuf = self else {
            return yaml::write(&tree).into();
        };
        let text = |field| tree.get(field).and_then(Value::as_str).unwrap_or_default();
        let type_meta = TypeMeta {
            api_version: text("apiVersion").into(),
            kind: text("kind").into(),
        };
        let mut writer = Writer::new();
        Envelope::write(&type_meta, &mut writer, |writer| {
            if let Some(document) = tree.as_object() {
                encode_protobuf(document, schema, writer);
            }
        });
        writer.written().to_vec().into()
    }
}

/// The format that a client likes best, and the form: that one of the newer form if there is one.
fn liked(headers: &HeaderMap, newer: bool) -> Result<(Format, Option<&'static str>), Failure> {
    let Some(clauses) = accept::clauses(headers) else {
        return Ok((Format::Json, None));
    };
    let offered = |clause: &accept::Clause<'_>| {
        let format = match clause.media_type.as_str() {
            JSON | "application/*" | "*/*" => Format::Json,
            "application/yaml" => Format::Yaml,
            "application/vnd.kubernetes.protobuf" => Format::Protobuf,
            _ => return None,
        };
        let asked = ["as", "g", "v"].map(|name| clause.parameter(name));
        let form = match asked {
            ["", "", _] => None,
            ["APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2"] if newer => Some("v2"),
            ["APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2beta1"] if newer => Some("v2beta1"),
            _ => return None,
        };
        Some((format, form))
    };
    let mut liked = clauses.iter().filter_map(offered);
    liked
        .next()
        .ok_or_else(|| Failure::not_acceptable(ACCEPTED))
}

/// The address by which the client knows the server: that of the request.
fn address(head: &request::Parts) -> Option<&str> {
    let authority = head.uri.authority().map(Authority::as_str);
    let host = || head.headers.get(header::HOST)?.to_str().ok();
    authority.or_else(host)
}

fn answered(format: Format, document: Bytes, schema: &'static Struct) -> Response<Body> {
    let mut response = Response::new(Body::whole(format.spell(document, schema)));
    let headers = response.headers_mut();
    let content_type = HeaderValue::from_static(format.name());
    headers.insert(header::CONTENT_TYPE, content_type);
    let no_cache = HeaderValue::from_static("no-cache, private");
    headers.insert(header::CACHE_CONTROL, no_cache);
    response
}

/// What discovery comes in.
const ACCEPTED: &str = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
