//! Which resources are followed, and for how long.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Response, StatusCode};
use pintle_cache::InformerFactory;
use pintle_client::Client;
use pintle_codec::Value;
use pintle_env::Metrics;
use pintle_meta::{GroupVersion, GroupVersionResource};
use tokio::sync::OwnedSemaphorePermit;

use super::answer::{self, Failure};
use super::followed::{Followed, SOON};
use super::{Events, Query};
use crate::body::Body;

/// A resource, as a path names it.
pub(crate) type Gvr = GroupVersionResource;

pub(crate) fn gvr(group: &str, version: &str, resource: &str) -> Gvr {
    GroupVersion::new(group, version).with_resource(resource)
}

/// The resources that are followed.
pub(crate) struct Resources {
    client: Client,
    informers: InformerFactory,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    entries: HashMap<Gvr, Entry>,
    /// How often idle resources were looked for.
    sweeps: u64,
}

struct Entry {
    followed: Arc<Followed>,
    /// Followed whether or not somebody asks.
    is_usual: bool,
    /// The sweep before which somebody asked last.
    used: u64,
}

impl Resources {
    /// Follows the usual resources from now on.
    pub(crate) fn new(client: Client, metrics: Metrics) -> Self {
        let informers = InformerFactory::builder(client.clone())
            .resync(RESYNC)
            .metrics(metrics)
            .build();
        let resources = Self {
            client,
            informers,
            table: Mutex::default(),
        };
        for (group, version, resource) in USUAL {
            let gvr = gvr(group, version, resource);
            let entry = resources.entry(&gvr, true);
            resources.lock().entries.insert(gvr, entry);
        }
        resources
    }

    /// Answers with the objects of a resource.
    pub(crate) async fn list(
        &self,
        gvr: &Gvr,
        query: &Query,
        request: &HeaderMap,
    ) -> Result<Response<Body>, Failure> {
        let followed = self.get(gvr).await?;
        followed.wait(gvr).await?;
        Ok(answer::list(&followed, query, request))
    }

    /// Answers with what happens to the objects of a resource; the stream has its place until it ends.
    pub(crate) async fn stream(
        &self,
        gvr: &Gvr,
        query: Query,
        last_id: Option<&str>,
        place: OwnedSemaphorePermit,
    ) -> Result<Events, Failure> {
        let followed = self.get(gvr).await?;
        followed.wait(gvr).await?;
        Ok(Events::new(followed, query, last_id, place))
    }

    /// The usual resources that were never read whole, each with the reason if there is one.
    pub(crate) fn unready(&self) -> Vec<String> {
        let table = self.lock();
        let usual = table.entries.iter().filter(|(_, entry)| entry.is_usual);
        let lack = |(gvr, entry): (&Gvr, &Entry)| {
            let lack = entry.followed.lacks()?;
            Some(format!("{}: {lack}", gvr.resource))
        };
        let mut unready: Vec<String> = usual.filter_map(lack).collect();
        unready.sort();
        unready
    }

    /// How many objects there are of each resource.
    pub(crate) fn counts(&self) -> Vec<(String, usize)> {
        let table = self.lock();
        let entries = table.entries.iter();
        entries
            .map(|(gvr, entry)| (name(gvr), entry.followed.board().len()))
            .collect()
    }

    /// Stops following what nobody has asked for since some sweeps.
    pub(crate) fn sweep(&self) {
        let mut table = self.lock();
        table.sweeps += 1;
        let now = table.sweeps;
        table.entries.retain(|_, entry| {
            // A stream has it, besides this.
            let is_streamed = Arc::strong_count(&entry.followed) > 1;
            if is_streamed {
                entry.used = now;
            }
            entry.is_usual || now - entry.used <= IDLE_SWEEPS
        });
    }

    async fn get(&self, gvr: &Gvr) -> Result<Arc<Followed>, Failure> {
        if let Some(followed) = self.known(gvr)? {
            return Ok(followed);
        }
        self.discover(gvr).await?;
        let mut table = self.lock();
        let now = table.sweeps;
        // Somebody else may have been as fast.
        let entry = table.entries.entry(gvr.clone());
        let entry = entry.or_insert_with(|| self.entry(gvr, false));
        entry.used = now;
        Ok(entry.followed.clone())
    }

    /// A resource that is followed already.
    fn known(&self, gvr: &Gvr) -> Result<Option<Arc<Followed>>, Failure> {
        let mut table = self.lock();
        let now = table.sweeps;
        let is_full = table.entries.len() >= MOST;
        match table.entries.get_mut(gvr) {
            Some(entry) => {
                entry.used = now;
                Ok(Some(entry.followed.clone()))
            }
            None if is_full => {
                let message = format!("the gateway follows {MOST} resources already");
                Err(Failure::new(StatusCode::SERVICE_UNAVAILABLE, message))
            }
            None => Ok(None),
        }
    }

    /// Asks the API server whether there is such a resource, and whether it can be followed.
    async fn discover(&self, gvr: &Gvr) -> Result<(), Failure> {
        let path = match gvr.group.as_str() {
            "" => format!("/api/{}", gvr.version),
            group => format!("/apis/{group}/{}", gvr.version),
        };
        let unknown = || {
            let message = format!("the server has no resource {}", name(gvr));
            Failure::new(StatusCode::NOT_FOUND, message)
        };
        let request = self.client.rest(&gvr.group_version()).get().abs_path(path);
        let request = request.header("accept", "application/json").timeout(SOON);
        let answer = request
            .send()
            .await
            .and_then(pintle_client::Response::into_value);
        let list = answer.map_err(|error| match error.is_not_found() {
            true => unknown(),
            false => Failure::new(StatusCode::BAD_GATEWAY, line(&error)),
        })?;
        let resources = list.get("resources").and_then(Value::as_array);
        let named = |one: &&Value| one.get("name").and_then(Value::as_str) == Some(&gvr.resource);
        let found = resources
            .into_iter()
            .flatten()
            .find(named)
            .ok_or_else(unknown)?;
        let verbs = found
            .get("verbs")
            .and_then(Value::as_array)
            .unwrap_or_default();
        let has = |verb: &str| verbs.iter().any(|one| one.as_str() == Some(verb));
        if !has("list") || !has("watch") {
            let message = format!("{} cannot be listed and watched", name(gvr));
            return Err(Failure::new(StatusCode::METHOD_NOT_ALLOWED, message));
        }
        Ok(())
    }

    fn entry(&self, gvr: &Gvr, is_usual: bool) -> Entry {
        Entry {
            followed: Arc::new(Followed::new(&self.informers, gvr)),
            is_usual,
            used: 0,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources").finish_non_exhaustive()
    }
}

pub(super) fn name(gvr: &Gvr) -> String {
    match gvr.group.as_str() {
        "" => format!("{}.{}", gvr.resource, gvr.version),
        group => format!("{}.{}.{group}", gvr.resource, gvr.version),
    }
}

/// An error and its causes on one line.
pub(super) fn line(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        line = format!("{line}: {cause}");
        next = cause.source();
    }
    line
}

/// Followed from the start: group, version, resource.
const USUAL: &[(&str, &str, &str)] = &[
    ("", "v1", "pods"),
    ("", "v1", "services"),
    ("", "v1", "namespaces"),
    ("apps", "v1", "deployments"),
    ("apps", "v1", "statefulsets"),
    ("apps", "v1", "daemonsets"),
];

/// How often informers show everything again.
const RESYNC: Duration = Duration::from_secs(60);

/// How many resources are followed at once.
const MOST: usize = 200;

/// Between two sweeps.
pub(crate) const SWEEP: Duration = Duration::from_secs(10);

/// After five minutes without a request, a resource is not followed any more.
const IDLE_SWEEPS: u64 = 30;
