//! `pintle delete`.

use std::time::Duration;

use pintle_client::Verb;
use pintle_codec::Value;
use pintle_meta::v1::{DeleteOptions, DeletionPropagation, ListOptions};
use pintle_meta::{FieldSelector, WatchEvent};

use super::apply;
use crate::args::Delete;
use crate::discovery::{Catalog, ResourceType, discover};
use crate::error::{Error, Failures};
use crate::listing::{self, Scope, TABLE};
use crate::manifest;
use crate::output::{Stdout, Table};
use crate::session::Session;
use crate::target;

/// Deletes objects and, unless told otherwise, waits until the last of them is gone.
pub(super) async fn run(
    arguments: &Delete,
    session: &Session,
    out: &mut Stdout,
) -> Result<(), Failures> {
    // What is wrong with the arguments shows before a server is asked.
    let (named, manifests) = match arguments.files.is_empty() {
        true => (named(arguments)?, Vec::new()),
        false => (Vec::new(), manifest::read(&arguments.files)?),
    };
    let catalog = discover(session, |it| {
        let names = named.iter().map(|named| &*named.resource);
        it.knows(names) && apply::are_known(&manifests, it)
    })
    .await?;
    let mut doomed = selected(named, &catalog, arguments, session).await?;
    for wanted in apply::plan(manifests, &catalog, session)? {
        doomed.push(Doomed {
            resource: wanted.resource,
            namespace: wanted.namespace,
            name: wanted.name,
        });
    }
    if doomed.is_empty() {
        session.messages().line("No resources found");
    }

    let mut failures = Failures::new();
    let mut ending = Vec::new();
    for object in doomed {
        match object.delete(session).await {
            Err(error) if error.is_not_found() && arguments.ignore_not_found => {}
            Err(error) => failures.push(error.into()),
            Ok(uid) => {
                out.line(&object.farewell())?;
                ending.push((object, uid));
            }
        }
    }
    if arguments.wait {
        for (object, uid) in ending {
            failures.check(object.wait_until_gone(&uid, session).await);
        }
    }
    failures.finish()
}

/// An object that is to be deleted.
struct Doomed<'a> {
    resource: &'a ResourceType,
    namespace: Option<String>,
    name: String,
}

impl Doomed<'_> {
    /// Asks the server to delete the object; its answer is the uid of what was there.
    async fn delete(&self, session: &Session) -> Result<String, pintle_client::Error> {
        let background = DeletionPropagation::BACKGROUND;
        let options = DeleteOptions::new().propagation_policy(background);
        let request = self.request(Verb::Delete, session).body(&options);
        let answer = session.send(request).await?.into_value()?;
        // A Status where the object is gone, otherwise the object with the time of its end.
        let uid = answer
            .at(&["details", "uid"])
            .or_else(|| answer.at(&["metadata", "uid"]));
        Ok(uid.and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// As kubectl says it.
    fn farewell(&self) -> String {
        let object_type = self.resource.object_type();
        let name = &self.name;
        match &self.namespace {
            Some(namespace) => {
                format!("{object_type} \"{name}\" deleted from {namespace} namespace")
            }
            None => format!("{object_type} \"{name}\" deleted"),
        }
    }

    /// Looks whether the object is there, and watches it end. Another object of the same name does
    /// not count. Someone who may not look does not wait.
    async fn wait_until_gone(&self, uid: &str, session: &Session) -> Result<(), Error> {
        loop {
            let version = match session.send(self.request(Verb::Get, session)).await {
                Err(error) if error.is_not_found() || error.is_forbidden() => return Ok(()),
                answer => {
                    let object = answer?.into_value()?;
                    let metadata = |field| {
                        let text = object.at(&["metadata", field]).and_then(Value::as_str);
                        text.unwrap_or_default()
                    };
                    if !uid.is_empty() && metadata("uid") != uid {
                        return Ok(());
                    }
                    metadata("resourceVersion").to_owned()
                }
            };
            if !self.watch_until_gone(&version, session).await {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Waits for the deletion as long as a watch goes on; whether there was a watch.
    async fn watch_until_gone(&self, version: &str, session: &Session) -> bool {
        let options = ListOptions::new()
            .fields(FieldSelector::name(&*self.name).to_string())
            .resource_version(version);
        let watch = session
            .request(Verb::Get, self.resource, self.namespace.as_deref())
            .versioned_params(&options)
            .watch_values();
        let Ok(mut watch) = watch.await else {
            return false;
        };
        // How it ends does not matter: whether the object is gone is looked at anew.
        while let Ok(Some(event)) = watch.try_next().await {
            if matches!(event, WatchEvent::Deleted(_)) {
                return true;
            }
        }
        false
    }

    fn request(&self, verb: Verb, session: &Session) -> pintle_client::Request {
        let request = session.request(verb, self.resource, self.namespace.as_deref());
        request.name(&*self.name)
    }
}

fn named(arguments: &Delete) -> Result<Vec<target::Named<String>>, Error> {
    let named = target::parse(&arguments.what)?;
    let selection = &arguments.selection;
    let selects = selection.label_selector.is_some() || selection.field_selector.is_some();
    for target in &named {
        match (target.names.is_empty(), selects || arguments.all) {
            (true, false) => {
                return Err(Error::usage("a type was named, but no object of it")
                    .with_hint("name objects, select them with -l, or delete them --all"));
            }
            (false, true) => {
                return Err(
                    Error::usage("names do not go together with selectors or --all")
                        .with_hint("leave out one of the two"),
                );
            }
            (false, false) if selection.all_namespaces => {
                return Err(Error::usage(
                    "a resource cannot be deleted by name across all namespaces",
                )
                .with_hint("leave out -A and name a namespace with -n"));
            }
            _ => {}
        }
    }
    Ok(named)
}

/// The objects that the command line names or selects.
async fn selected<'a>(
    named: Vec<target::Named<String>>,
    catalog: &'a Catalog,
    arguments: &Delete,
    session: &Session,
) -> Result<Vec<Doomed<'a>>, Error> {
    let mut doomed = Vec::new();
    for target in target::resolve(named, catalog)? {
        let resource = target.resource;
        let scope = Scope::new(resource, session, &arguments.selection);
        let mut add = |namespace: Option<&str>, name: String| {
            doomed.push(Doomed {
                resource,
                namespace: namespace.map(str::to_owned),
                name,
            });
        };
        if !target.names.is_empty() {
            let names = target.names.into_iter();
            names.for_each(|name| add(scope.namespace, name));
            continue;
        }
        let options = listing::options(&arguments.selection);
        let read = |page: Value| Table::read(&page);
        let listing = listing::list(session, scope, &options, TABLE, read).await?;
        for row in listing.pages.into_iter().flat_map(|table| table.rows) {
            let namespace = resource.namespaced.then_some(row.namespace.as_str());
            add(namespace, row.name);
        }
    }
    Ok(doomed)
}

/// Between two looks at an object that cannot be watched.
const PAUSE: Duration = Duration::from_secs(1);
