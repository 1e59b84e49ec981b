//! Whose logs a command line means.

use pintle_client::{Request, Verb};
use pintle_codec::Value;
use pintle_meta::v1::ListOptions;

use crate::args::{Logs, Selection};
use crate::discovery::{Catalog, ResourceType, discover};
use crate::error::{Error, Kind};
use crate::listing::{self, OBJECTS, Scope};
use crate::output;
use crate::session::Session;
use crate::target;

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
        let text = |path: &[&str]| {
            let text = pod.at(path).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
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
    let catalog = discover(session).await?;
    let resource = catalog.find("pods")?;
    if let Some(selector) = &arguments.label_selector {
        let pods = select(selector, resource, session).await?;
        if pods.is_empty() {
            let namespace = session.namespace();
            session
                .messages()
                .line(&format!("No resources found in {namespace} namespace."));
        }
        return Ok(pods);
    }
    let of = arguments.of.as_deref().unwrap_or_default();
    let (owner, name) = match of.split_once('/') {
        None => (resource, of),
        Some(_) => named(of, &catalog)?,
    };
    let request = session.request(Verb::Get, owner, Some(session.namespace()));
    let object = session
        .send(request.name(name).header("accept", OBJECTS))
        .await?
        .into_value()?;
    if std::ptr::eq(owner, resource) {
        return Ok(vec![object]);
    }
    let selector = selector_of(&object).ok_or_else(|| {
        let object_type = owner.object_type();
        Error::usage(format!(
            "{object_type}/{name} has no pods whose logs could be shown"
        ))
        .with_hint("name a pod, or something with a selector of pods such as deployment/NAME")
    })?;
    let mut pods = select(&selector, resource, session).await?;
    // Of several, one that runs says most.
    pods.sort_by_key(|pod| pod.at(&["status", "phase"]).and_then(Value::as_str) != Some("Running"));
    let several = pods.len();
    let Some(pod) = pods.into_iter().next() else {
        return Err(Error::new(Kind::NotFound, format!("{of} has no pods")));
    };
    if several > 1 {
        let name = pod
            .at(&["metadata", "name"])
            .and_then(Value::as_str)
            .unwrap_or_default();
        let message = format!("Found {several} pods, using pod/{name}");
        session.messages().line(&message);
    }
    Ok(vec![pod])
}

fn named<'a, 'b>(of: &'b str, catalog: &'a Catalog) -> Result<(&'a ResourceType, &'b str), Error> {
    target::parse(&[of.to_owned()])?;
    let (resource, name) = of.split_once('/').expect("there is a slash");
    Ok((catalog.find(resource)?, name))
}

async fn select(
    selector: &str,
    resource: &ResourceType,
    session: &Session,
) -> Result<Vec<Value>, Error> {
    let scope = Scope::new(resource, session, &Selection::default());
    let options = ListOptions::new().labels(selector);
    let listing = listing::list(session, scope, &options, OBJECTS, output::items).await?;
    Ok(listing.pages.into_iter().flatten().collect())
}

/// The labels by which a workload knows its pods.
fn selector_of(object: &Value) -> Option<String> {
    let selector = object.at(&["spec", "selector"])?;
    let labels = match selector.get("matchLabels") {
        Some(labels) => labels,
        None if selector.get("matchExpressions").is_some() => return None,
        None => selector,
    };
    let pairs = labels.as_object()?.iter();
    let pairs: Option<Vec<String>> = pairs
        .map(|(name, value)| Some(format!("{name}={}", value.as_str()?)))
        .collect();
    pairs
        .map(|pairs| pairs.join(","))
        .filter(|selector| !selector.is_empty())
}

/// Which containers of a pod.
fn containers(pod: &Value, arguments: &Logs, session: &Session) -> Result<Vec<String>, Error> {
    let names = |field| {
        let containers = pod.at(&["spec", field]).and_then(Value::as_array);
        let containers = containers.into_iter().flatten();
        containers.filter_map(|container| Some(container.get("name")?.as_str()?.to_owned()))
    };
    let all = || {
        names("initContainers")
            .chain(names("containers"))
            .chain(names("ephemeralContainers"))
    };
    if arguments.all_containers {
        return Ok(all().collect());
    }
    let wanted = arguments
        .container
        .as_ref()
        .or(arguments.container_argument.as_ref());
    let pod_name = pod
        .at(&["metadata", "name"])
        .and_then(Value::as_str)
        .unwrap_or_default();
    if let Some(wanted) = wanted {
        if !all().any(|name| name == *wanted) {
            let message = format!("container {wanted} is not valid for pod {pod_name}");
            let there = all().collect::<Vec<_>>().join(", ");
            return Err(
                Error::new(Kind::NotFound, message).with_hint(format!("the pod has {there}"))
            );
        }
        return Ok(vec![wanted.clone()]);
    }
    let annotated = pod.at(&[
        "metadata",
        "annotations",
        "kubectl.kubernetes.io/default-container",
    ]);
    let annotated = annotated.and_then(Value::as_str).map(str::to_owned);
    let annotated = annotated.filter(|annotated| all().any(|name| name == *annotated));
    let mut others = names("containers");
    let first = others.next();
    let Some(name) = annotated.or_else(|| first.clone()) else {
        return Err(Error::new(
            Kind::NotFound,
            format!("pod {pod_name} has no containers"),
        ));
    };
    if others.next().is_some() && first.as_ref() == Some(&name) {
        let list = all().collect::<Vec<_>>().join(", ");
        let message = format!("Defaulted container {name:?} out of: {list}");
        session.messages().line(&message);
    }
    Ok(vec![name])
}
