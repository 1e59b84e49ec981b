//! The discovery documents over HTTP: forms, formats, and word that a client has them already.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header, request, uri::Authority};

use super::{
    Api, Body,
    api::not_found,
    condition,
    negotiate::{Negotiated, Offer, Representation, negotiate},
    query::Query,
    route::Route,
};
use crate::{
    discovery::Discovery,
    encoding::{self, Encoding},
    generated::{
        apidiscovery_v2, apidiscovery_v2beta1,
        meta_v1::{API_GROUP, API_GROUP_LIST, API_RESOURCE_LIST, API_VERSIONS},
    },
    schema::Struct,
    status::Failure,
};

impl Api {
    /// A discovery document.
    pub(super) fn discover(
        &self,
        route: &Route,
        head: &request::Parts,
    ) -> Result<Response<Body>, Failure> {
        let query = Query::new(head.uri.query());
        let negotiated = |offer| negotiate(offer, &head.headers, query);
        match route {
            Route::CoreVersions | Route::Groups => {
                let core = *route == Route::CoreVersions;
                let offer = if core {
                    &Offer::CORE_VERSIONS
                } else {
                    &Offer::GROUPS
                };
                let Negotiated { encoding, form } = negotiated(offer)?;
                if let Representation::Discovery(version) = form {
                    return Ok(self.aggregated(core, version, encoding, &head.headers));
                }
                if core {
                    let versions = Discovery::core_versions(address(head));
                    return Ok(answered(versions, &API_VERSIONS, encoding));
                }
                Ok(answered(self.discovery.groups(), &API_GROUP_LIST, encoding))
            }
            Route::Group(group) => {
                let Some(document) = self.discovery.group(group) else {
                    return Ok(not_found());
                };
                let encoding = negotiated(&Offer::GROUP)?.encoding;
                Ok(answered(document, &API_GROUP, encoding))
            }
            Route::Resources { group, version } => {
                let document = self.discovery.resources(group, version);
                let document = document.ok_or_else(Failure::no_such_resource)?;
                let encoding = negotiated(&Offer::RESOURCES)?.encoding;
                Ok(answered(document, &API_RESOURCE_LIST, encoding))
            }
            _ => Err(Failure::no_such_resource()),
        }
    }

    fn aggregated(
        &self,
        core: bool,
        form: &'static str,
        encoding: Encoding,
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
            answered(document.json.clone(), schema, encoding)
        };
        let name = encoding.format.media_type();
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

/// The address by which the client knows the server: that of the request.
fn address(head: &request::Parts) -> Option<&str> {
    let authority = head.uri.authority().map(Authority::as_str);
    let host = || head.headers.get(header::HOST)?.to_str().ok();
    authority.or_else(host)
}

/// A document in an encoding, which comes in JSON.
fn answered(document: Bytes, schema: &'static Struct, encoding: Encoding) -> Response<Body> {
    let body = encoding::answer(document.to_vec(), schema, encoding);
    let mut response = Response::new(Body::whole(body));
    let headers = response.headers_mut();
    let content_type = HeaderValue::from_static(encoding.format.media_type());
    headers.insert(header::CONTENT_TYPE, content_type);
    let no_cache = HeaderValue::from_static("no-cache, private");
    headers.insert(header::CACHE_CONTROL, no_cache);
    response
}
