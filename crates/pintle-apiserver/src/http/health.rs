//! `/healthz`, `/livez` and `/readyz`: whether the server works, lives, and takes requests.

use http::{HeaderValue, Response, StatusCode, header};

use super::{Api, Body, api::not_found, query::Query};
use crate::quote::Quoted;

/// What health is asked for by.
pub(super) const ROOTS: [&str; 3] = ["healthz", "livez", "readyz"];

/// Something that is right or not.
struct Check {
    name: &'static str,
    /// The roots that it is one of.
    roots: &'static [&'static str],
    /// What is not right, if something is.
    fault: fn(&Api) -> Option<&'static str>,
}

impl Api {
    /// Whether all is right that is one of a root, or one thing of it.
    pub(super) fn health(&self, root: &str, check: &str, query: Query<'_>) -> Response<Body> {
        let checks = CHECKS.iter().filter(|check| check.roots.contains(&root));
        if !check.is_empty() {
            let mut named = checks.filter(|known| known.name == check);
            let Some(check) = named.next() else {
                return not_found();
            };
            return match (check.fault)(self) {
                None => answer(StatusCode::OK, "ok".to_owned()),
                Some(fault) => {
                    let text = format!("internal server error: {fault}\n");
                    careful(answer(StatusCode::INTERNAL_SERVER_ERROR, text))
                }
            };
        }
        let excluded: Vec<_> = query.all("exclude").collect();
        let mut unknown = excluded.clone();
        let (mut report, mut failed) = (String::new(), false);
        for check in checks {
            let name = check.name;
            report += &if excluded.iter().any(|excluded| excluded == name) {
                unknown.retain(|excluded| excluded != name);
                format!("[+]{name} excluded: ok\n")
            } else if (check.fault)(self).is_some() {
                failed = true;
                // What is wrong is for those who may ask for this check alone.
                format!("[-]{name} failed: reason withheld\n")
            } else {
                format!("[+]{name} ok\n")
            };
        }
        if !unknown.is_empty() {
            unknown.sort();
            unknown.dedup();
            let names = unknown.iter().map(|name| Quoted(name).to_string());
            let names: Vec<_> = names.collect();
            report += &format!(
                "warn: some health checks cannot be excluded: no matches for {}\n",
                names.join(",")
            );
        }
        careful(if failed {
            let text = format!("{report}{root} check failed\n");
            answer(StatusCode::INTERNAL_SERVER_ERROR, text)
        } else if query.flag("verbose").is_some() {
            answer(StatusCode::OK, format!("{report}{root} check passed\n"))
        } else {
            answer(StatusCode::OK, "ok".to_owned())
        })
    }
}

/// The checks in the order in which they are reported. Those after the end of a start are named as
/// kube-apiserver names them, for clients that wait for one.
const CHECKS: &[Check] = &[
    Check {
        name: "ping",
        roots: &ROOTS,
        fault: |_| None,
    },
    Check {
        name: "log",
        roots: &ROOTS,
        fault: |_| None,
    },
    // The store is where etcd is elsewhere, and there as long as the server is.
    Check {
        name: "etcd",
        roots: &ROOTS,
        fault: |_| None,
    },
    Check {
        name: "etcd-readiness",
        roots: &["readyz"],
        fault: |_| None,
    },
    Check {
        name: "informer-sync",
        roots: &["readyz"],
        fault: |_| None,
    },
    Check {
        name: "poststarthook/start-system-namespaces-controller",
        roots: &ROOTS,
        fault: |_| None,
    },
    Check {
        name: "shutdown",
        roots: &["readyz"],
        fault: |api| {
            let shuts_down = api.shutdown.is_requested();
            shuts_down.then_some("process is shutting down")
        },
    },
];

fn answer(code: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(Body::whole(text));
    *response.status_mut() = code;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache, private"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// An answer that browsers are not to take for something else.
fn careful(mut response: Response<Body>) -> Response<Body> {
    let nosniff = HeaderValue::from_static("nosniff");
    response
        .headers_mut()
        .insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// All paths of health.
pub(super) fn paths() -> impl Iterator<Item = String> {
    ROOTS.iter().flat_map(|root| {
        let own = CHECKS.iter().filter(|check| check.roots.contains(root));
        let own = own.map(move |check| format!("/{root}/{}", check.name));
        own.chain([format!("/{root}")])
    })
}
