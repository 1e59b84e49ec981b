//! Which resources are followed, and for how long.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Response, StatusCode};
use pintle_client::{Client, DynamicClient};
use pintle_codec::Value;
use pintle_env::{Random as _, SystemRandom};
use pintle_meta::{GroupVersion, GroupVersionResource};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::answer::{self, Failure};
use super::follow::follow;
use super::{Events, Query};
use crate::board::Board;
use crate::body::Body;

/// A resource, as a path names it.
pub(crate) type Gvr = GroupVersionResource;

pub(crate) fn gvr(group: &str, version: &str, resource: &str) -> Gvr {
    GroupVersion::new(group, version).with_resource(resource)
}

/// The resources that are followed.
pub(crate) struct Resources {
    client: Client,
    followed: Mutex<Followed>,
}

#[derive(Default)]
struct Followed {
    resources: HashMap<Gvr, Entry>,
    /// How often idle resources were looked for.
    sweeps: u64,
}

struct Entry {
    shared: Arc<Shared>,
    /// Followed whether or not somebody asks.
    is_usual: bool,
    /// The sweep before which somebody asked last.
    used: u64,
    /// What follows it. It ends with this.
    _task: JoinSet<()>,
}

/// One resource, for all that ask for it.
pub(crate) struct Shared {
    board: Mutex<Board>,
    /// Tells this board's numbers from those of another run.
    epoch: u64,
    changes: watch::Sender<u64>,
    whole: watch::Sender<bool>,
    trouble: Mutex<String>,
}

impl Resources {
    /// Follows the usual resources from now on.
    pub(crate) fn new(client: Client) -> Self {
        let resources = Self {
            client,
            followed: Mutex::default(),
        };
        for (group, version, resource, is_namespaced) in USUAL {
            let gvr = gvr(group, version, resource);
            let entry = resources.entry(&gvr, *is_namespaced, true);
            resources.lock().resources.insert(gvr, entry);
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
        let shared = self.get(gvr).await?;
        shared.wait(gvr).await?;
        Ok(answer::list(&shared, query, request))
    }

    /// Answers with what happens to the objects of a resource.
    pub(crate) async fn stream(
        &self,
        gvr: &Gvr,
        query: Query,
        last_id: Option<&str>,
    ) -> Result<Events, Failure> {
        let shared = self.get(gvr).await?;
        shared.wait(gvr).await?;
        Ok(Events::new(shared, query, last_id))
    }

    /// The usual resources that were never read whole, each with the reason if there is one.
    pub(crate) fn unready(&self) -> Vec<String> {
        let followed = self.lock();
        let usual = followed
            .resources
            .iter()
            .filter(|(_, entry)| entry.is_usual);
        let mut unready: Vec<String> = usual
            .filter(|(_, entry)| !entry.shared.is_synced())
            .map(|(gvr, entry)| format!("{}: {}", gvr.resource, entry.shared.trouble()))
            .collect();
        unready.sort();
        unready
    }

    /// How many objects there are of each resource.
    pub(crate) fn counts(&self) -> Vec<(String, usize)> {
        let followed = self.lock();
        let entries = followed.resources.iter();
        entries
            .map(|(gvr, entry)| (name(gvr), entry.shared.lock().len()))
            .collect()
    }

    /// Stops following what nobody has asked for since some sweeps.
    pub(crate) fn sweep(&self) {
        let mut followed = self.lock();
        followed.sweeps += 1;
        let now = followed.sweeps;
        followed.resources.retain(|_, entry| {
            // A stream has it, besides this and what follows it.
            let is_streamed = Arc::strong_count(&entry.shared) > 2;
            if is_streamed {
                entry.used = now;
            }
            entry.is_usual || now - entry.used <= IDLE_SWEEPS
        });
    }

    async fn get(&self, gvr: &Gvr) -> Result<Arc<Shared>, Failure> {
        let known = {
            let mut followed = self.lock();
            let now = followed.sweeps;
            if followed.resources.len() >= MOST && !followed.resources.contains_key(gvr) {
                let message = format!("the gateway follows {MOST} resources already");
                return Err(Failure::new(StatusCode::SERVICE_UNAVAILABLE, message));
            }
            followed.resources.get_mut(gvr).map(|entry| {
                entry.used = now;
                entry.shared.clone()
            })
        };
        if let Some(shared) = known {
            return Ok(shared);
        }
        let is_namespaced = self.discover(gvr).await?;
        let mut followed = self.lock();
        let now = followed.sweeps;
        // Somebody else may have been as fast.
        let entry = followed.resources.entry(gvr.clone());
        let entry = entry.or_insert_with(|| self.entry(gvr, is_namespaced, false));
        entry.used = now;
        Ok(entry.shared.clone())
    }

    /// Asks the API server whether there is such a resource, and whether it lives in namespaces.
    async fn discover(&self, gvr: &Gvr) -> Result<bool, Failure> {
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
        Ok(found.get("namespaced").and_then(Value::as_bool) == Some(true))
    }

    fn entry(&self, gvr: &Gvr, is_namespaced: bool, is_usual: bool) -> Entry {
        let shared = Arc::new(Shared::new());
        let dynamic = DynamicClient::new(&self.client);
        let mut task = JoinSet::new();
        match is_namespaced {
            true => task.spawn(follow(dynamic.namespaced(gvr), shared.clone())),
            false => task.spawn(follow(dynamic.cluster_wide(gvr), shared.clone())),
        };
        Entry {
            shared,
            is_usual,
            used: 0,
            _task: task,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn new() -> Self {
        Self {
            board: Mutex::default(),
            epoch: SystemRandom.next_u64(),
            changes: watch::Sender::new(0),
            whole: watch::Sender::new(false),
            trouble: Mutex::new("it was not read yet".to_owned()),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the board, and wakes the streams.
    pub(super) fn write(&self, change: impl FnOnce(&mut Board)) {
        let last = {
            let mut board = self.lock();
            change(&mut board);
            board.last()
        };
        self.changes.send_if_modified(|known| {
            let is_new = *known != last;
            *known = last;
            is_new
        });
    }

    pub(super) fn note_whole(&self) {
        self.whole.send_replace(true);
        // Who waits for the first change to come is told that there is none.
        self.changes.send_modify(|_| {});
    }

    pub(super) fn note_trouble(&self, error: &pintle_client::Error) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = line(error);
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Whether the resource was read whole at least once.
    pub(super) fn is_synced(&self) -> bool {
        *self.whole.borrow()
    }

    fn trouble(&self) -> String {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn wait(&self, gvr: &Gvr) -> Result<(), Failure> {
        let mut whole = self.whole.subscribe();
        let waited = timeout(SOON, whole.wait_for(|whole| *whole)).await;
        match waited {
            Ok(Ok(_)) => Ok(()),
            _ => {
                let message = format!("{} is not there yet: {}", name(gvr), self.trouble());
                Err(Failure::new(StatusCode::SERVICE_UNAVAILABLE, message))
            }
        }
    }

    /// What stands for a list of this number.
    pub(super) fn tag(&self, number: u64) -> String {
        format!("\"{}\"", self.id(number))
    }

    /// What a stream tells its client to remember.
    pub(super) fn id(&self, number: u64) -> String {
        format!("{:016x}-{number}", self.epoch)
    }

    /// The number that a client has remembered, if it is of this run.
    pub(super) fn number(&self, id: &str) -> Option<u64> {
        let (epoch, number) = id.split_once('-')?;
        let epoch = u64::from_str_radix(epoch, 16).ok()?;
        (epoch == self.epoch).then(|| number.parse().ok()).flatten()
    }
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources").finish_non_exhaustive()
    }
}

fn name(gvr: &Gvr) -> String {
    match gvr.group.as_str() {
        "" => format!("{}.{}", gvr.resource, gvr.version),
        group => format!("{}.{}.{group}", gvr.resource, gvr.version),
    }
}

/// An error and its causes on one line.
fn line(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        line = format!("{line}: {cause}");
        next = cause.source();
    }
    line
}

/// Followed from the start: group, version, resource, and whether it lives in namespaces.
const USUAL: &[(&str, &str, &str, bool)] = &[
    ("", "v1", "pods", true),
    ("", "v1", "services", true),
    ("", "v1", "namespaces", false),
    ("apps", "v1", "deployments", true),
    ("apps", "v1", "statefulsets", true),
    ("apps", "v1", "daemonsets", true),
];

/// How many resources are followed at once.
const MOST: usize = 200;

/// How long a request waits for a resource to be there.
const SOON: Duration = Duration::from_secs(10);

/// Between two sweeps.
pub(crate) const SWEEP: Duration = Duration::from_secs(10);

/// After five minutes without a request, a resource is not followed any more.
const IDLE_SWEEPS: u64 = 30;
