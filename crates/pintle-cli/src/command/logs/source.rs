//! Whose logs a command line means.

use std::time::Duration;

use pintle_client::{Request, Verb};
use pintle_codec::Value;

use crate::args::Logs;
use crate::command::pods;
use crate::error::{Error, Kind};
use crate::session::Session;

/// A container of a pod.
pub(super) struct Source {
    namespace: String,
    pod: String,
    container: String,
}

impl Source {
    pub(super) fn request(&self, session: &Session) -> Request {
        let rest = session
            .client()
            .rest(&pintle_meta::GroupVersion::core("v1"));
        rest.verb(Verb::Get)
            .namespace(&*self.namespace)
            .resource("pods")
            .name(&*self.pod)
            .subresource(["log"])
            .param("container", &*self.container)
    }

    /// What stands before its lines.
    pub(super) fn prefix(&self, wanted: bool) -> String {
        match wanted {
            true => format!("[pod/{}/{}] ", self.pod, self.container),
            false => String::new(),
        }
    }
}

/// The containers that the command line means.
pub(super) async fn sources(arguments: &Logs, session: &Session) -> Result<Vec<Source>, Error> {
    let pods = pods(arguments, session).await?;
    let mut sources = Vec::new();
    for pod in &pods {
        let text = |path: &[&str]| pods::text(pod, path).to_owned();
        for container in containers(pod, arguments, session)? {
            sources.push(Source {
                namespace: text(&["metadata", "namespace"]),
                pod: text(&["metadata", "name"]),
                container,
            });
        }
    }
    Ok(sources)
}

async fn pods(arguments: &Logs, session: &Session) -> Result<Vec<Value>, Error> {
    if let Some(selector) = &arguments.label_selector {
        let pods = pods::selected(selector, session).await?;
        if pods.is_empty() {
            let namespace = session.namespace();
            session
                .messages()
                .line(&format!("No resources found in {namespace} namespace."));
        }
        return Ok(pods);
    }
    let of = arguments.of.as_deref().unwrap_or_default();
    // Pods that are not there have no logs to wait for.
    let found = pods::find(of, Duration::ZERO, session).await?;
    Ok(vec![found.pod])
}

/// Which containers of a pod.
fn containers(pod: &Value, arguments: &Logs, session: &Session) -> Result<Vec<String>, Error> {
    if arguments.all_containers {
        return Ok(pods::container_names(pod).map(str::to_owned).collect());
    }
    let wanted = arguments
        .container
        .as_ref()
        .or(arguments.container_argument.as_ref());
    let Some(wanted) = wanted else {
        return Ok(vec![pods::default_container(pod, Some(session))?]);
    };
    if !pods::container_names(pod).any(|name| name == wanted) {
        let pod_name = pods::text(pod, &["metadata", "name"]);
        let message = format!("container {wanted} is not valid for pod {pod_name}");
        let there = pods::container_names(pod).collect::<Vec<_>>().join(", ");
        return Err(Error::new(Kind::NotFound, message).with_hint(format!("the pod has {there}")));
    }
    Ok(vec![wanted.clone()])
}
