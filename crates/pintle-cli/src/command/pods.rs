//! The pods that a command line means by `POD` or `TYPE/NAME`, and their containers.

use std::time::Duration;

use pintle_client::Verb;
use pintle_codec::Value;
use pintle_meta::v1::ListOptions;

use crate::args::Selection;
use crate::discovery::{ResourceType, discover};
use crate::error::{Error, Kind};
use crate::listing::{self, OBJECTS, Scope};
use crate::output;
use crate::session::Session;
use crate::target;

/// A pod, and how it was found.
pub(super) struct Found {
    pub(super) pod: Value,
    /// What was named, if that was not the pod itself.
    pub(super) owner: Option<Value>,
}

/// The pod that `of` names. One of something that has no pods yet is waited for.
pub(super) async fn find(of: &str, patience: Duration, session: &Session) -> Result<Found, Error> {
    let (resource, name) = match of.split_once('/') {
        None => ("pods", of),
        Some(named) => {
            target::parse(&[of.to_owned()])?;
            named
        }
    };
    let catalog = discover(session, |it| it.knows([resource])).await?;
    let pods = catalog.find("pods")?;
    let resource = catalog.find(resource)?;
    let request = session.request(Verb::Get, resource, Some(session.namespace()));
    let object = session
        .send(request.name(name).header("accept", OBJECTS))
        .await?
        .into_value()?;
    if std::ptr::eq(resource, pods) {
        let (pod, owner) = (object, None);
        return Ok(Found { pod, owner });
    }
    let selector = selector_of(&object).ok_or_else(|| {
        let object_type = resource.object_type();
        Error::usage(format!("{object_type}/{name} has no pods"))
            .with_hint("name a pod, or something with a selector of pods such as deployment/NAME")
    })?;
    let mut found = select(&selector, pods, session).await?;
    let waiting = async {
        while found.is_empty() {
            tokio::time::sleep(PAUSE).await;
            found = select(&selector, pods, session).await?;
        }
        Ok::<_, Error>(())
    };
    match tokio::time::timeout(patience, waiting).await {
        Ok(waited) => waited?,
        Err(_) => return Err(Error::new(Kind::NotFound, format!("{of} has no pods"))),
    }
    // Of several, one that runs says most.
    found.sort_by_key(|pod| text(pod, &["status", "phase"]) != "Running");
    let several = found.len();
    let pod = found.swap_remove(0);
    if several > 1 {
        let name = text(&pod, &["metadata", "name"]);
        let message = format!("Found {several} pods, using pod/{name}");
        session.messages().line(&message);
    }
    let owner = Some(object);
    Ok(Found { pod, owner })
}

/// All pods that a selector matches.
pub(super) async fn selected(selector: &str, session: &Session) -> Result<Vec<Value>, Error> {
    let catalog = discover(session, |it| it.knows(["pods"])).await?;
    select(selector, catalog.find("pods")?, session).await
}

/// The container that a command is about unless it names one: the only one, that of the annotation, or
/// the first, which is said.
pub(super) fn default_container(pod: &Value, session: Option<&Session>) -> Result<String, Error> {
    let annotated = text(pod, &["metadata", "annotations", DEFAULT_CONTAINER]);
    if container_names(pod).any(|name| name == annotated) {
        return Ok(annotated.to_owned());
    }
    let mut names = names(pod, "containers");
    let Some(first) = names.next() else {
        let name = text(pod, &["metadata", "name"]);
        let message = format!("pod {name} has no containers");
        return Err(Error::new(Kind::NotFound, message));
    };
    if let (Some(_), Some(session)) = (names.next(), session) {
        let all = described(pod);
        let message = format!("Defaulted container {first:?} out of: {all}");
        session.messages().line(&message);
    }
    Ok(first.to_owned())
}

/// The names of a pod's containers, those that initialise it first.
pub(super) fn container_names(pod: &Value) -> impl Iterator<Item = &str> {
    names(pod, "initContainers")
        .chain(names(pod, "containers"))
        .chain(names(pod, "ephemeralContainers"))
}

/// The text at a path; empty if there is none.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    value.at(path).and_then(Value::as_str).unwrap_or_default()
}

/// How long a flag says.
pub(super) fn duration(flag: &str, text: &str) -> Result<Duration, Error> {
    let duration = text.parse::<pintle_meta::Duration>().ok();
    let duration = duration.and_then(|duration| Duration::try_from(duration).ok());
    let positive = duration.filter(|duration| !duration.is_zero());
    positive.ok_or_else(|| {
        Error::usage(format!("--{flag}={text} is not a duration"))
            .with_hint("write a positive number and a unit, such as 5s, 2m or 3h")
    })
}

/// The containers as kubectl lists them: the pod's own, then others with what they are for.
fn described(pod: &Value) -> String {
    let own = names(pod, "containers").map(str::to_owned);
    let ephemeral = names(pod, "ephemeralContainers").map(|name| format!("{name} (ephem)"));
    let init = names(pod, "initContainers").map(|name| format!("{name} (init)"));
    own.chain(ephemeral)
        .chain(init)
        .collect::<Vec<_>>()
        .join(", ")
}

fn names<'v>(pod: &'v Value, field: &str) -> impl Iterator<Item = &'v str> + use<'v> {
    let containers = pod.at(&["spec", field]).and_then(Value::as_array);
    let containers = containers.into_iter().flatten();
    containers.filter_map(|container| container.get("name")?.as_str())
}

async fn select(
    selector: &str,
    pods: &ResourceType,
    session: &Session,
) -> Result<Vec<Value>, Error> {
    let scope = Scope::new(pods, session, &Selection::default());
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

const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";
/// How long to wait before pods are looked for again.
const PAUSE: Duration = Duration::from_secs(1);
