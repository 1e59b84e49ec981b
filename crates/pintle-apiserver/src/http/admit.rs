//! Who makes a request, and whether they may: before anything looks at it more closely.

use std::sync::Arc;

use http::{Method, request};
use pintle_meta::FieldSelector;

use super::{
    Api,
    query::Query,
    route::{Route, Target},
};
use crate::{
    authn::{User, impersonate},
    authz::{Attributes, authorize, verb},
    status::Failure,
};

impl Api {
    /// The user as whom a request is made, who may make it. Credentials are taken out of its headers.
    pub(super) fn admit(
        &self,
        peer: Option<&Arc<User>>,
        head: &mut request::Parts,
        route: &Route,
    ) -> Result<Arc<User>, Failure> {
        let user = self.authenticator.authenticate(peer, &mut head.headers);
        let user = user.ok_or_else(Failure::unauthorized)?;
        let user = impersonate(user, &mut head.headers, &*self.authorizer)?;
        let (path, query) = (head.uri.path(), Query::new(head.uri.query()));
        match route {
            Route::Objects(target) => {
                let selected = selected_name(target, query);
                let attributes = target.attributes(&head.method, path, query, &selected);
                authorize(&*self.authorizer, &user, &attributes)?;
            }
            _ => {
                let verb = head.method.as_str().to_ascii_lowercase();
                let attributes = Attributes {
                    verb: &verb,
                    path,
                    ..Attributes::default()
                };
                authorize(&*self.authorizer, &user, &attributes)?;
            }
        }
        Ok(user)
    }
}

impl Target {
    /// What a request for this is about. `selected` is the name that its field selector asks for.
    pub(super) fn attributes<'a>(
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
fn selected_name(target: &Target, query: Query<'_>) -> String {
    let text = query.text("fieldSelector");
    if text.is_empty() || !target.name.is_empty() {
        return String::new();
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
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let Route::Objects(target) = Route::of(path) else {
            panic!("{path} names no objects");
        };
        let query = Query::new(Some(query));
        let selected = selected_name(&target, query);
        let found = target.attributes(&method, path, query, &selected);
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
