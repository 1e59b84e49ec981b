//! What a request is counted as, and `/metrics`, which tells.

use http::{HeaderMap, HeaderValue, Method, Response, header, request};

use super::{
    Api, Body,
    query::Query,
    route::{Route, Target},
};
use crate::{
    authz,
    metrics::{CONTENT_TYPE, Measured, Subject},
    schema::Subresource,
};

impl Api {
    /// A request begins.
    pub(super) fn measure(&self, route: &Route, head: &request::Parts) -> Measured {
        let query = Query::new(head.uri.query());
        let subject = match route {
            Route::Objects(target) => self.subject(target, &head.method, query, &head.headers),
            route => path(route).map(|path| Subject {
                verb: method(&head.method),
                group: "",
                version: "",
                resource: "",
                subresource: path,
                scope: "",
                dry_run: "",
            }),
        };
        self.metrics().begin(subject)
    }

    /// `/metrics`.
    pub(super) fn told(&self) -> Response<Body> {
        let mut response = Response::new(Body::whole(self.metrics().text(&self.registry)));
        let headers = response.headers_mut();
        let content_type = HeaderValue::from_static(CONTENT_TYPE);
        headers.insert(header::CONTENT_TYPE, content_type);
        let no_cache = HeaderValue::from_static("no-cache, private");
        headers.insert(header::CACHE_CONTROL, no_cache);
        response
    }

    /// What a request for objects is counted as; nothing if there are no such objects, so that nobody
    /// can make up what is to be counted.
    fn subject(
        &self,
        target: &Target,
        method: &Method,
        query: Query<'_>,
        headers: &HeaderMap,
    ) -> Option<Subject> {
        let served = self
            .registry
            .find(&target.group, &target.version, &target.resource)?;
        let facts = served.facts;
        let below = match target.subresource.as_str() {
            "" => None,
            name => Some(facts.subresource(name)?),
        };
        let watches = target.watch || query.flag("watch").unwrap_or_default();
        let (of_one, of_many) = authz::verb(method, watches);
        let named = !target.name.is_empty();
        let passed_through = below.is_some_and(Subresource::connects);
        let verb = match if named && !target.watch {
            of_one
        } else {
            of_many
        } {
            _ if passed_through => "CONNECT",
            "get" => "GET",
            "list" => "LIST",
            "watch" => "WATCH",
            "create" => "POST",
            "update" => "PUT",
            "patch" if applies(headers) => "APPLY",
            "patch" => "PATCH",
            "delete" => "DELETE",
            "deletecollection" => "DELETECOLLECTION",
            _ => return None,
        };
        let scope = if named || verb == "POST" {
            "resource"
        } else if target.namespace.is_empty() {
            "cluster"
        } else {
            "namespace"
        };
        let dry = query.all("dryRun").any(|value| !value.is_empty());
        Some(Subject {
            verb,
            group: facts.group,
            version: facts.version,
            resource: facts.resource,
            subresource: below.map_or("", |below| below.name),
            scope,
            dry_run: if dry { "All" } else { "" },
        })
    }
}

/// What a path that is no resource is counted as.
fn path(route: &Route) -> Option<&'static str> {
    Some(match route {
        Route::Index => "/",
        Route::Version => "/version",
        Route::Metrics => "/metrics",
        Route::Health { root: "livez", .. } => "/livez",
        Route::Health { root: "readyz", .. } => "/readyz",
        Route::Health { .. } => "/healthz",
        Route::TokenIssuer => "/.well-known/openid-configuration",
        Route::TokenKeys => "/openid/v1/jwks",
        Route::CoreVersions => "api",
        Route::Groups => "apis",
        Route::Group(_) | Route::Resources { .. } => "apis/",
        Route::OpenApiV2 => "openapi/v2",
        Route::OpenApiV3(None) => "openapi/v3",
        Route::OpenApiV3(Some(_)) => "openapi/v3/",
        Route::Objects(_) | Route::Unknown => return None,
    })
}

fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET | Method::HEAD => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn applies(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| text.trim_start().starts_with("application/apply-patch"))
}
