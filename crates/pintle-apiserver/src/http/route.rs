//! What a path is about, as the API lays its paths out.

use percent_encoding::percent_decode_str;

use super::health;

/// What a path is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/version`.
    Version,
    /// `/`: the paths that there are.
    Index,
    /// `/healthz`, `/livez`, `/readyz`, or one check below them.
    Health {
        /// Without its slash.
        root: &'static str,
        /// Empty for all of them.
        check: String,
    },
    /// `/metrics`.
    Metrics,
    /// `/.well-known/openid-configuration`: who issues the tokens of service accounts.
    TokenIssuer,
    /// `/openid/v1/jwks`: the keys that those tokens are checked with.
    TokenKeys,
    /// `/api`: the versions of the core group.
    CoreVersions,
    /// `/apis`: the other groups.
    Groups,
    /// `/apis/GROUP`.
    Group(String),
    /// `/api/VERSION` or `/apis/GROUP/VERSION`: the resources of a group version.
    Resources {
        /// The group, empty for the core group.
        group: String,
        /// The version.
        version: String,
    },
    /// `/openapi/v2`.
    OpenApiV2,
    /// `/openapi/v3`, or the document of this name below it.
    OpenApiV3(Option<String>),
    /// Objects.
    Objects(Target),
    /// Nothing that the server knows.
    Unknown,
}

/// The objects that a path names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// The group, empty for the core group.
    pub(crate) group: String,
    /// The version.
    pub(crate) version: String,
    /// The resource.
    pub(crate) resource: String,
    /// The namespace, empty for all or for none.
    pub(crate) namespace: String,
    /// The object, empty for a collection.
    pub(crate) name: String,
    /// What is below the object, empty for itself.
    pub(crate) subresource: String,
    /// What is below the subresource, for the one below which there is something: `proxy`.
    pub(crate) below: String,
    /// Whether the path is one of those that watch, which are older than the parameter.
    pub(crate) watch: bool,
}

impl Route {
    /// What a path is about.
    pub(crate) fn of(path: &str) -> Self {
        let path = percent_decode_str(path).decode_utf8_lossy();
        if let Some(name) = path.strip_prefix("/openapi/v3/") {
            return Self::OpenApiV3(Some(name.to_owned()));
        }
        if path == "/" {
            return Self::Index;
        }
        for root in health::ROOTS {
            let below = path
                .strip_prefix('/')
                .and_then(|path| path.strip_prefix(root));
            let check = match below {
                Some("") => "",
                Some(below) => match below.strip_prefix('/') {
                    Some(check) if !check.is_empty() => check,
                    _ => continue,
                },
                None => continue,
            };
            let check = check.to_owned();
            return Self::Health { root, check };
        }
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match parts.as_slice() {
            ["version"] => Self::Version,
            ["metrics"] => Self::Metrics,
            [".well-known", "openid-configuration"] => Self::TokenIssuer,
            ["openid", "v1", "jwks"] => Self::TokenKeys,
            ["openapi", "v2"] if path.ends_with('2') => Self::OpenApiV2,
            ["openapi", "v3"] => Self::OpenApiV3(None),
            ["api"] => Self::CoreVersions,
            ["apis"] => Self::Groups,
            ["apis", group] => Self::Group((*group).to_owned()),
            ["api", version] => Self::Resources {
                group: String::new(),
                version: (*version).to_owned(),
            },
            ["apis", group, version] => Self::Resources {
                group: (*group).to_owned(),
                version: (*version).to_owned(),
            },
            ["api", version, rest @ ..] => Self::objects("", version, rest),
            ["apis", group, version, rest @ ..] => Self::objects(group, version, rest),
            _ => Self::Unknown,
        }
    }

    fn objects(group: &str, version: &str, rest: &[&str]) -> Self {
        let (watch, rest) = match rest {
            ["watch", rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let (namespace, rest) = match rest {
            // Of what is below a namespace, some is its own.
            ["namespaces", _, "status" | "finalize", ..] => ("", rest),
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (*namespace, rest),
            rest => ("", rest),
        };
        let (rest, below) = match rest {
            [_, _, "proxy", below @ ..] if group.is_empty() => (&rest[..3], below.join("/")),
            // Nothing is below another subresource, nor has it a name.
            [_, _, _, _, ..] => (&[][..], String::new()),
            rest => (rest, String::new()),
        };
        let part = |at: usize| rest.get(at).copied().unwrap_or_default().to_owned();
        Self::Objects(Target {
            group: group.to_owned(),
            version: version.to_owned(),
            resource: part(0),
            namespace: namespace.to_owned(),
            name: part(1),
            subresource: part(2),
            below,
            watch,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(path: &str) -> [String; 6] {
        match Route::of(path) {
            Route::Objects(t) => [
                t.group,
                t.version,
                t.resource,
                t.namespace,
                t.name,
                t.subresource,
            ],
            other => panic!("{path} is {other:?}"),
        }
    }

    #[test]
    fn paths_name_objects() {
        assert_eq!(objects("/api/v1/pods"), ["", "v1", "pods", "", "", ""]);
        assert_eq!(
            objects("/api/v1/namespaces"),
            ["", "v1", "namespaces", "", "", ""]
        );
        assert_eq!(
            objects("/api/v1/namespaces/ns"),
            ["", "v1", "namespaces", "", "ns", ""]
        );
        assert_eq!(
            objects("/api/v1/namespaces/ns/finalize"),
            ["", "v1", "namespaces", "", "ns", "finalize"]
        );
        assert_eq!(
            objects("/api/v1/namespaces/ns/pods/p/status"),
            ["", "v1", "pods", "ns", "p", "status"]
        );
        assert_eq!(
            objects("/apis/apps/v1/namespaces/ns/deployments/"),
            ["apps", "v1", "deployments", "ns", "", ""]
        );
        assert_eq!(
            objects("/api/v1/namespaces/a%2Fb/pods"),
            ["", "v1", "b", "a", "pods", ""],
            "an escaped slash is a slash, as in the real server"
        );
    }

    #[test]
    fn something_is_below_a_proxy() {
        for (path, below) in [
            ("/api/v1/nodes/n/proxy", ""),
            ("/api/v1/nodes/n/proxy/", ""),
            ("/api/v1/nodes/n/proxy/a", "a"),
            ("/api/v1/namespaces/ns/pods/p:80/proxy/a//b%2Fc/", "a//b/c"),
        ] {
            let Route::Objects(target) = Route::of(path) else {
                panic!("{path} is no object");
            };
            assert_eq!((&*target.subresource, &*target.below), ("proxy", below));
        }
    }

    #[test]
    fn older_paths_watch() {
        let Route::Objects(target) = Route::of("/api/v1/watch/namespaces/ns/pods/p") else {
            panic!("not objects");
        };
        assert!(target.watch);
        assert_eq!((&*target.namespace, &*target.name), ("ns", "p"));
    }

    #[test]
    fn other_paths_are_known_or_not() {
        assert_eq!(Route::of("/version"), Route::Version);
        let health = |root, check: &str| Route::Health {
            root,
            check: check.to_owned(),
        };
        assert_eq!(Route::of("/livez"), health("livez", ""));
        assert_eq!(Route::of("/readyz/ping"), health("readyz", "ping"));
        assert_eq!(Route::of("/healthz/a/b"), health("healthz", "a/b"));
        assert_eq!(Route::of("/"), Route::Index);
        assert_eq!(Route::of("/api/"), Route::CoreVersions);
        assert_eq!(Route::of("/apis"), Route::Groups);
        assert_eq!(Route::of("/apis/apps"), Route::Group("apps".into()));
        assert!(matches!(
            Route::of("/apis/apps/v1"),
            Route::Resources { .. }
        ));
        assert_eq!(objects("/api/v1/namespaces/ns/pods/p/log/x")[2], "");
        for unknown in ["", "/foo", "/healthz/", "/healthzz"] {
            assert_eq!(Route::of(unknown), Route::Unknown, "{unknown}");
        }
    }
}
