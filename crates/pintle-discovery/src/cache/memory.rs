//! [`MemoryCache`], which asks a server once.
//!
//! Invariant: the lock is never held while something is asked; whoever comes meanwhile waits for the
//! same answer.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pintle_client::BoxFuture;
use pintle_meta::GroupVersion;
use pintle_meta::v1::{APIGroup, APIResourceList};

use crate::{Discovery, DiscoveryClient, Error, Groups, OpenApiIndex, parallel};

/// Keeps what a server says of itself, from the first question until it is told to forget.
///
/// It may be shared by any number of tasks, which ask the server once between them. A group version
/// that failed for a reason that passes is asked for again when somebody wants it. A group version
/// that the server did not have is not looked for again before
/// [`invalidate`](Discovery::invalidate). client-go's `memory.NewMemCacheClient`.
pub struct MemoryCache {
    live: DiscoveryClient,
    state: Mutex<State>,
    /// Held by the one that asks the server.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    /// How often everything was forgotten.
    epoch: u64,
    answers: Option<Answers>,
    openapi: Option<Arc<OpenApiIndex>>,
}

#[derive(Clone)]
struct Answers {
    groups: Vec<APIGroup>,
    resources: BTreeMap<GroupVersion, Answer>,
    aggregated: bool,
}

type Answer = Result<Arc<APIResourceList>, Error>;

impl MemoryCache {
    /// Remembers what `live` answers. Nothing is asked yet.
    pub fn new(live: DiscoveryClient) -> Self {
        Self {
            live,
            state: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is read from the answers, once they are there.
    async fn read<T>(&self, read: impl Fn(&Answers) -> T) -> Result<T, Error> {
        loop {
            if let Some(answers) = &self.state().answers {
                return Ok(read(answers));
            }
            let _asking = self.asking.lock().await;
            let epoch = {
                let state = self.state();
                if let Some(answers) = &state.answers {
                    return Ok(read(answers));
                }
                state.epoch
            };
            let answers = self.ask().await?;
            if answers.groups.is_empty() {
                // A server that serves nothing is starting; what it says is not kept.
                return Ok(read(&answers));
            }
            let mut state = self.state();
            // What was answered before everything was to be forgotten is forgotten too.
            if state.epoch == epoch {
                state.answers = Some(answers);
            }
        }
    }

    async fn ask(&self) -> Result<Answers, Error> {
        let Groups {
            groups,
            resources,
            failed,
        } = self.live.groups().await?;
        if let Some(resources) = resources {
            let failed = failed
                .into_iter()
                .map(|(version, error)| (version, Err(error)));
            let resources = resources
                .into_iter()
                .map(|(version, list)| (version, Ok(list)));
            return Ok(Answers {
                groups,
                resources: resources.chain(failed).collect(),
                aggregated: true,
            });
        }
        let mut versions = Vec::new();
        for group in &groups {
            for version in &group.versions {
                versions.push(GroupVersion::new(
                    group.name.clone(),
                    version.version.clone(),
                ));
            }
        }
        let asked = versions
            .iter()
            .map(|version| self.ask_for(version))
            .collect();
        let answers = parallel::all(asked).await;
        Ok(Answers {
            groups,
            resources: versions.into_iter().zip(answers).collect(),
            aggregated: false,
        })
    }

    fn ask_for<'a>(&'a self, version: &GroupVersion) -> BoxFuture<'a, Answer> {
        let version = version.clone();
        Box::pin(async move {
            let list = self.live.resources(&version).await?;
            if list.resources.is_empty() {
                return Err(Error::empty(&version));
            }
            Ok(list)
        })
    }

    /// Asks again for a group version that failed.
    async fn ask_again(&self, version: &GroupVersion) -> Answer {
        let _asking = self.asking.lock().await;
        let epoch = {
            let state = self.state();
            let known = state.answers.as_ref();
            match known.and_then(|answers| answers.resources.get(version)) {
                // Somebody else has asked meanwhile.
                Some(Ok(list)) => return Ok(list.clone()),
                _ => state.epoch,
            }
        };
        let answer = self.ask_for(version).await;
        let mut state = self.state();
        if state.epoch == epoch
            && let Some(answers) = &mut state.answers
        {
            answers.resources.insert(version.clone(), answer.clone());
        }
        answer
    }
}

impl Discovery for MemoryCache {
    fn groups(&self) -> BoxFuture<'_, Result<Groups, Error>> {
        Box::pin(self.read(|answers| {
            let mut groups = Groups {
                groups: answers.groups.clone(),
                ..Groups::default()
            };
            if !answers.aggregated {
                return groups;
            }
            let mut resources = BTreeMap::new();
            for (version, answer) in &answers.resources {
                match answer {
                    Ok(list) => drop(resources.insert(version.clone(), list.clone())),
                    Err(error) => drop(groups.failed.insert(version.clone(), error.clone())),
                }
            }
            groups.resources = Some(resources);
            groups
        }))
    }

    fn resources(&self, group_version: &GroupVersion) -> BoxFuture<'_, Answer> {
        let version = group_version.clone();
        Box::pin(async move {
            let answer = self
                .read(|answers| answers.resources.get(&version).cloned())
                .await?;
            match answer {
                Some(Err(error)) if error.is_transient() => self.ask_again(&version).await,
                Some(answer) => answer,
                None => Err(Error::unknown(&version)),
            }
        })
    }

    fn live(&self) -> &DiscoveryClient {
        &self.live
    }

    /// Whether anything is kept: what is, is as new as the last time that all was forgotten.
    fn is_fresh(&self) -> bool {
        self.state().answers.is_some()
    }

    fn invalidate(&self) {
        let mut state = self.state();
        *state = State {
            epoch: state.epoch + 1,
            ..State::default()
        };
    }

    fn openapi_v3(&self) -> BoxFuture<'_, Result<Arc<OpenApiIndex>, Error>> {
        Box::pin(async {
            let epoch = {
                let state = self.state();
                if let Some(index) = &state.openapi {
                    return Ok(index.clone());
                }
                state.epoch
            };
            let index = Arc::new(OpenApiIndex::read(&self.live).await?);
            let mut state = self.state();
            if state.epoch == epoch {
                state.openapi = Some(index.clone());
            }
            Ok(index)
        })
    }
}

impl fmt::Debug for MemoryCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryCache")
            .field("live", &self.live)
            .field("is_fresh", &self.is_fresh())
            .finish_non_exhaustive()
    }
}
