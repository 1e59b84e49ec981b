//! What a path leads to.

use crate::lists::{Gvr, gvr};
use crate::page::Asset;

/// What a path leads to. Query parameters are the affair of what is there.
#[derive(Debug, PartialEq)]
pub(crate) enum Route {
    /// The page, and what it consists of.
    Page(&'static Asset),
    Ping,
    /// Whether the gateway runs.
    Health,
    /// Whether it can do what it is for.
    Ready,
    Metrics,
    /// The objects of a resource, from what the gateway knows.
    List(Gvr),
    /// What happens to them.
    Stream(Gvr),
    /// The API server.
    Proxy,
    Nothing,
}

impl Route {
    pub(crate) fn of(path: &str) -> Self {
        match path {
            "/ping" => return Self::Ping,
            "/healthz" | "/livez" => return Self::Health,
            "/readyz" => return Self::Ready,
            "/metrics" => return Self::Metrics,
            "/pod/list" => return Self::List(gvr("", "v1", "pods")),
            _ => {}
        }
        if let Some(asset) = Asset::at(path) {
            return Self::Page(asset);
        }
        let first = path.trim_start_matches('/').split('/').next();
        match first {
            Some("api" | "apis" | "openapi" | "version") => Self::Proxy,
            Some("stream") => {
                let path = path.strip_prefix("/stream").unwrap_or_default();
                resource(path).map_or(Self::Nothing, Self::Stream)
            }
            _ => resource(path).map_or(Self::Nothing, Self::List),
        }
    }

    /// Whether it is for everybody, having nothing of the cluster in it.
    pub(crate) fn is_public(&self) -> bool {
        matches!(
            self,
            Self::Page(_) | Self::Ping | Self::Health | Self::Ready
        )
    }

    /// How metrics call it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Page(_) => "page",
            Self::Ping => "ping",
            Self::Health => "healthz",
            Self::Ready => "readyz",
            Self::Metrics => "metrics",
            Self::List(_) => "list",
            Self::Stream(_) => "stream",
            Self::Proxy => "proxy",
            Self::Nothing => "nothing",
        }
    }
}

/// `/resource/group/version`, the group empty or `core` for the core group.
fn resource(path: &str) -> Option<Gvr> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let (resource, group, version) = (parts.next()?, parts.next()?, parts.next()?);
    let group = if group == "core" { "" } else { group };
    let is_name = |text: &str| {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        text.bytes().all(allowed) && text.len() < 254
    };
    let valid = !resource.is_empty() && !version.is_empty() && parts.next().is_none();
    let valid = valid && [resource, group, version].into_iter().all(is_name);
    valid.then(|| gvr(group, version, resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_named_by_paths() {
        let list = |path: &str| match Route::of(path) {
            Route::List(gvr) => format!("{}|{}|{}", gvr.resource, gvr.group, gvr.version),
            Route::Stream(gvr) => format!("stream {}|{}|{}", gvr.resource, gvr.group, gvr.version),
            other => other.name().to_owned(),
        };
        assert_eq!(list("/pod/list"), "pods||v1");
        assert_eq!(list("/pods/core/v1"), "pods||v1");
        assert_eq!(list("/pods//v1"), "pods||v1");
        assert_eq!(list("/deployments/apps/v1"), "deployments|apps|v1");
        assert_eq!(list("/stream/jobs/batch/v1"), "stream jobs|batch|v1");
        assert_eq!(list("/stream/pods//v1"), "stream pods||v1");
        for other in [
            "/pods/core",
            "/pods/core/v1/x",
            "/pods/core/",
            "//core/v1",
            "/Pods/core/v1",
            "/stream/pods/core",
            "/a%20/b/v1",
        ] {
            assert_eq!(list(other), "nothing", "{other}");
        }
    }

    #[test]
    fn paths_lead_where_they_say() {
        for (path, name) in [
            ("/", "page"),
            ("/page.js", "page"),
            ("/ping", "ping"),
            ("/ping/", "nothing"),
            ("/api", "proxy"),
            ("/api/v1/pods", "proxy"),
            ("/apis/apps/v1", "proxy"),
            ("/openapi/v3", "proxy"),
            ("/version", "proxy"),
            ("/apiss", "nothing"),
            ("/logs/kube-apiserver.log", "nothing"),
            ("/debug/pprof", "nothing"),
        ] {
            assert_eq!(Route::of(path).name(), name, "{path}");
        }
    }
}
