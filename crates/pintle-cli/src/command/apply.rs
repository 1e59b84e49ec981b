//! `pintle apply`.

use pintle_client::Verb;
use pintle_codec::{Object, Value, json};

use super::overlay::overlay;
use crate::args::Apply;
use crate::discovery::{Catalog, ResourceType, discover};
use crate::error::{Error, Failures, Kind};
use crate::manifest::{self, Manifest, Place};
use crate::output::Stdout;
use crate::session::Session;

/// Creates the objects of files, or lays the files over those that exist. Nothing is sent before all of them are understood; one
/// that the server refuses does not keep it from the others.
pub(super) async fn run(
    arguments: &Apply,
    session: &Session,
    out: &mut Stdout,
) -> Result<(), Failures> {
    let manifests = manifest::read(&arguments.files)?;
    let catalog = discover(session, |it| are_known(&manifests, it)).await?;
    let wanted = plan(manifests, &catalog, session)?;
    let mut failures = Failures::new();
    for wanted in wanted {
        let applied = apply(&wanted, session).await;
        if let Some(outcome) = failures.check(applied.map_err(|error| error.at(&wanted.place))) {
            let object_type = wanted.resource.object_type();
            out.line(&format!(
                "{object_type}/{} {}",
                wanted.name,
                outcome.as_str()
            ))?;
        }
    }
    failures.finish()
}

/// An object of a file, with all that is needed to ask the server about it.
pub(super) struct Wanted<'a> {
    pub(super) resource: &'a ResourceType,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
    object: Value,
    place: Place,
}

/// Whether the types of all objects of a file are known.
pub(super) fn are_known(manifests: &[Manifest], catalog: &Catalog) -> bool {
    let mut kinds = manifests.iter().map(|manifest| &manifest.kind);
    kinds.all(|kind| catalog.find_kind(kind).is_some())
}

/// Finds out what each object of a file is and where it belongs; reports all that is wrong.
pub(super) fn plan<'a>(
    manifests: Vec<Manifest>,
    catalog: &'a Catalog,
    session: &Session,
) -> Result<Vec<Wanted<'a>>, Failures> {
    let mut failures = Failures::new();
    let wanted = manifests.into_iter().filter_map(|manifest| {
        let resource = failures.check(known(&manifest, catalog))?;
        let namespace = failures.check(namespace(&manifest, resource, session))?;
        let mut object = manifest.object;
        set_namespace(&mut object, namespace.as_deref());
        Some(Wanted {
            resource,
            namespace,
            name: manifest.name,
            object: Value::Object(object),
            place: manifest.place,
        })
    });
    let wanted = wanted.collect();
    failures.finish()?;
    Ok(wanted)
}

fn known<'a>(manifest: &Manifest, catalog: &'a Catalog) -> Result<&'a ResourceType, Error> {
    let wanted = &manifest.kind;
    catalog.find_kind(wanted).ok_or_else(|| {
        let message = format!(
            "{}: the server has no kind {:?} in apiVersion {:?}",
            manifest.place,
            wanted.kind.as_str(),
            wanted.group_version().to_string(),
        );
        let versions = catalog.versions_of_kind(&wanted.kind);
        let hint = match versions.is_empty() {
            true => "check the kind and the apiVersion; a custom resource needs its CustomResourceDefinition in the cluster first".to_owned(),
            false => format!("the server has the kind in apiVersion {}", versions.join(", ")),
        };
        Error::new(Kind::Input, message).with_hint(hint)
    })
}

/// The namespace of an object: its own, which must be that of the command line, else the session's.
fn namespace(
    manifest: &Manifest,
    resource: &ResourceType,
    session: &Session,
) -> Result<Option<String>, Error> {
    if !resource.namespaced {
        return Ok(None);
    }
    match (manifest.namespace(), session.explicit_namespace()) {
        (Some(own), Some(explicit)) if own != explicit => Err(Error::new(
            Kind::Input,
            format!(
                "{}: the namespace from the provided object {own:?} does not match the namespace {explicit:?}",
                manifest.place
            ),
        )
        .with_hint(format!("pass '--namespace={own}' to perform this operation"))),
        (Some(own), _) => Ok(Some(own.to_owned())),
        (None, _) => Ok(Some(session.namespace().to_owned())),
    }
}

fn set_namespace(object: &mut Object, namespace: Option<&str>) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else {
        return;
    };
    match namespace {
        Some(namespace) => metadata.insert("namespace", namespace.into()),
        None => metadata.remove("namespace"),
    };
}

/// What became of an object.
#[derive(Clone, Copy)]
enum Outcome {
    Created,
    Configured,
    Unchanged,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Configured => "configured",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Reads the live object, and creates or changes it. Where someone else was faster in between, what
/// they left is read, and it is tried again.
async fn apply(wanted: &Wanted<'_>, session: &Session) -> Result<Outcome, Error> {
    let mut attempt = 1;
    loop {
        let done = match live(wanted, session).await? {
            None => create(wanted, session).await,
            Some(live) => change(wanted, &live, session).await,
        };
        match done {
            Err(error) if is_race(&error, wanted) && attempt < ATTEMPTS => attempt += 1,
            done => return done.map_err(Into::into),
        }
    }
}

/// Whether another writer came in between. A version that the file itself names stays wrong.
fn is_race(error: &pintle_client::Error, wanted: &Wanted<'_>) -> bool {
    let own_version = wanted.object.at(&["metadata", "resourceVersion"]).is_some();
    error.is_already_exists() || (error.is_conflict() && !own_version)
}

async fn live(
    wanted: &Wanted<'_>,
    session: &Session,
) -> Result<Option<Value>, pintle_client::Error> {
    let request = session.request(Verb::Get, wanted.resource, wanted.namespace.as_deref());
    match session.send(request.name(&*wanted.name)).await {
        Ok(answer) => answer.into_value().map(Some),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn create(wanted: &Wanted<'_>, session: &Session) -> Result<Outcome, pintle_client::Error> {
    let request = session.request(Verb::Post, wanted.resource, wanted.namespace.as_deref());
    write(request, &wanted.object, session).await?;
    Ok(Outcome::Created)
}

/// Lays the file over the live object. Its version comes along, so that nobody else's change is undone.
async fn change(
    wanted: &Wanted<'_>,
    live: &Value,
    session: &Session,
) -> Result<Outcome, pintle_client::Error> {
    let object = overlay(live, &wanted.object);
    if object == *live {
        return Ok(Outcome::Unchanged);
    }
    let request = session.request(Verb::Put, wanted.resource, wanted.namespace.as_deref());
    let stored = write(request.name(&*wanted.name), &object, session).await?;
    // What differs may still mean the same: 0.5 and 500m. A server that has nothing to change leaves the
    // version as it is.
    let version = |object: &Value| object.at(&["metadata", "resourceVersion"]).cloned();
    Ok(match version(&stored) == version(live) {
        true => Outcome::Unchanged,
        false => Outcome::Configured,
    })
}

async fn write(
    request: pintle_client::Request,
    object: &Value,
    session: &Session,
) -> Result<Value, pintle_client::Error> {
    let mut body = Vec::new();
    json::write(object, &mut body);
    let request = request
        .param("fieldManager", "pintle")
        // A misspelt field is an error, not a field that silently does nothing.
        .param("fieldValidation", "Strict")
        .body_bytes("application/json", body);
    session.send(request).await?.into_value()
}

/// How often a race is lost before it is reported.
const ATTEMPTS: u32 = 5;
