//! Who makes a request, and whether they may: before anything looks at it more closely.

use std::sync::Arc;

use http::{Method, Uri, request};
use pintle_meta::FieldSelector;

use super::{
    Api,
    flight::Flight,
    query::Query,
    route::{Route, Target},
};
use crate::{
    authn::{User, impersonate},
    authz::{Attributes, authorize, verb},
    status::Failure,
};

/// A request that was looked at.
pub(super) enum Admitted {
    /// It is of this user, and has its place among those that are being answered.
    Known(Arc<User>, Flight),
    /// There are too many.
    TooMany,
}

impl Api {
    /// The user as whom a request is made, who may make it. Credentials are taken out of its headers.
    pub(super) fn admit(
        &self,
        peer: Option<&Arc<User>>,
        head: &mut request::Parts,
        route: &Route,
    ) -> Result<Admitted, Failure> {
        let user = self.authenticator.authenticate(peer, &mut head.headers);
        let user = user.ok_or_else(Failure::unauthorized)?;
        let user = impersonate(user, &mut head.headers, &*self.authorizer)?;
        let selected = selected_name(route, Query::new(head.uri.query()));
        let attributes = attributes(route, &head.method, &head.uri, &selected);
        let Some(flight) = self.flights.take(&user, &attributes) else {
            return Ok(Admitted::TooMany);
        };
        authorize(&*self.authorizer, &user, &attributes)?;
        Ok(Admitted::Known(user, flight))
    }
}

/// What a request is about, by itself.
pub(super) struct About {
    route: Route,
    method: Method,
    uri: Uri,
    selected: String,
}

impl About {
    /// What the request with this head is about.
    pub(super) fn new(head: &request::Parts) -> Self {
        let route = Route::of(head.uri.path());
        Self {
            selected: selected_name(&route, Query::new(head.uri.query())),
            method: head.method.clone(),
            uri: head.uri.clone(),
            route,
        }
    }

    /// Its attributes.
    pub(super) fn attributes(&self) -> Attributes<'_> {
        attributes(&self.route, &self.method, &self.uri, &self.selected)
    }
}

/// What a request is about. `selected` is the name that its field selector asks for.
fn attributes<'a>(
    route: &'a Route,
    method: &'a Method,
    uri: &'a Uri,
    selected: &'a str,
) -> Attributes<'a> {
    let path = uri.path();
    match route {
        Route::Objects(target) => {
            target.attributes(method, path, Query::new(uri.query()), selected)
        }
        _ => Attributes {
            verb: of_path(method),
            path,
            ..Attributes::default()
        },
    }
}

/// The verb of a request for what is no resource.
fn of_path(method: &Method) -> &'static str {
    match *method {
        Method::GET => "get",
        Method::HEAD => "head",
        Method::POST => "post",
        Method::PUT => "put",
        Method::PATCH => "patch",
        Method::DELETE => "delete",
        Method::OPTIONS => "options",
        _ => "",
    }
}

impl Target {
    fn attributes<'a>(
        &'a self,
        method: &Method,
        path: &'a str,
        query: Query<'_>,
        selected: &'a str,
    ) -> Attributes<'a> {
        let (of_one, of_many) = verb(method, query.flag("watch").unwrap_or_default());
        let name = match (self.name.as_str(), of_many) {
            ("", "list" | "watch") => selected,
            (name, _) => name,
        };
        let is_namespace = self.group.is_empty() && self.resource == "namespaces";
        Attributes {
            verb: match self.name.as_str() {
                _ if self.watch => "watch",
                "" => of_many,
                _ => of_one,
            },
            group: &self.group,
            version: &self.version,
            resource: &self.resource,
            subresource: &self.subresource,
            namespace: match is_namespace {
                true => &self.name,
                false => &self.namespace,
            },
            name,
            path,
            is_resource: true,
        }
    }
}

/// The one name that the field selector of a request for many objects asks for, if it does.
fn selected_name(route: &Route, query: Query<'_>) -> String {
    let text = query.text("fieldSelector");
    match route {
        Route::Objects(target) if target.name.is_empty() && !text.is_empty() => {}
        _ => return String::new(),
    }
    let selector = text.parse::<FieldSelector>().unwrap_or_default();
    let name = selector.exact_value("metadata.name").unwrap_or_default();
    // What could be no part of a path is no name.
    match name.contains(['/', '%']) || matches!(name, "." | "..") {
        true => String::new(),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Verb, resource with subresource, namespace and name.
    fn attributes(method: Method, uri: &str) -> [String; 4] {
        let (head, ()) = http::Request::builder()
            .method(method)
            .uri(uri)
            .body(())
            .unwrap()
            .into_parts();
        let about = About::new(&head);
        let found = about.attributes();
        let resource = [found.resource, found.subresource].join("/");
        [
            found.verb,
            resource.trim_end_matches('/'),
            found.namespace,
            found.name,
        ]
        .map(str::to_owned)
    }

    // As kube-apiserver 1.36.3 named them when it refused them.
    #[test]
    fn attributes_are_the_real_servers() {
        use Method as M;
        for (method, uri, expected) in [
            (
                M::GET,
                "/api/v1/namespaces/d/pods",
                ["list", "pods", "d", ""],
            ),
            (
                M::GET,
                "/api/v1/namespaces/d/pods?watch=1",
                ["watch", "pods", "d", ""],
            ),
            (
                M::GET,
                "/api/v1/watch/namespaces/d/pods/x",
                ["watch", "pods", "d", "x"],
            ),
            (
                M::HEAD,
                "/api/v1/namespaces/d/pods/x",
                ["get", "pods", "d", "x"],
            ),
            (
                M::GET,
                "/api/v1/namespaces/d/pods/x/log",
                ["get", "pods/log", "d", "x"],
            ),
            (
                M::GET,
                "/api/v1/namespaces/d",
                ["get", "namespaces", "d", "d"],
            ),
            (M::GET, "/api/v1/namespaces", ["list", "namespaces", "", ""]),
            (
                M::PUT,
                "/api/v1/namespaces/d/finalize",
                ["update", "namespaces/finalize", "d", "d"],
            ),
            (M::GET, "/api/v1/nodes/x", ["get", "nodes", "", "x"]),
            (
                M::POST,
                "/api/v1/namespaces/d/pods/x/binding",
                ["create", "pods/binding", "d", "x"],
            ),
            (
                M::PATCH,
                "/api/v1/nodes/x/status",
                ["patch", "nodes/status", "", "x"],
            ),
            (
                M::DELETE,
                "/apis/apps/v1/namespaces/d/deployments",
                ["deletecollection", "deployments", "d", ""],
            ),
            (
                M::DELETE,
                "/apis/apps/v1/namespaces/d/deployments/x",
                ["delete", "deployments", "d", "x"],
            ),
            (
                M::GET,
                "/api/v1/pods?fieldSelector=metadata.name%3Dx",
                ["list", "pods", "", "x"],
            ),
            (
                M::GET,
                "/api/v1/pods?fieldSelector=metadata.name!%3Dx",
                ["list", "pods", "", ""],
            ),
            (M::OPTIONS, "/api/v1/pods", ["", "pods", "", ""]),
        ] {
            assert_eq!(
                attributes(method, uri),
                expected.map(str::to_owned),
                "{uri}"
            );
        }
    }
}
