//! [`Shared`], what changes while the server serves.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use bench_cache_harness::Digest;

use crate::pods::{Listed, PodState, Pods};

pub(crate) struct Shared {
    pub(crate) pods: Pods,
    state: Mutex<State>,
    commanded: Condvar,
}

struct State {
    pods: Arc<[PodState]>,
    /// The version of the whole.
    version: u32,
    /// How many changes there were: the next is that of another pod.
    changes: usize,
    commands: Vec<Command>,
}

/// What happens in every open watch.
#[derive(Clone)]
pub(crate) enum Command {
    Events(Arc<[(Listed, PodState)]>),
    Expire,
}

/// All pods at one moment, and how many commands came before.
pub(crate) struct Moment {
    pub(crate) pods: Arc<[PodState]>,
    pub(crate) version: u32,
    pub(crate) commands: usize,
}

impl Shared {
    pub(crate) fn new(pods: Pods) -> Self {
        let first: Arc<[PodState]> = pods.first_states().into();
        let version = first.iter().map(|state| state.version).max();
        let state = State {
            version: version.unwrap_or_default() + 1,
            pods: first,
            changes: 0,
            commands: Vec::new(),
        };
        Self {
            pods,
            state: Mutex::new(state),
            commanded: Condvar::new(),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        let state = self.state();
        Moment {
            pods: state.pods.clone(),
            version: state.version,
            commands: state.commands.len(),
        }
    }

    pub(crate) fn digest(&self) -> Digest {
        self.pods.digest(&self.now().pods)
    }

    /// Changes so many pods, one after the other, and lets every open watch know.
    pub(crate) fn send_events(&self, count: usize) {
        let mut state = self.state();
        let events = state.change(count);
        state.commands.push(Command::Events(events.into()));
        self.commanded.notify_all();
    }

    /// Changes so many pods, and ends every open watch.
    pub(crate) fn expire(&self, changed: usize) {
        let mut state = self.state();
        state.change(changed);
        state.commands.push(Command::Expire);
        self.commanded.notify_all();
    }

    /// Waits for the command behind so many.
    pub(crate) fn command(&self, behind: usize) -> Command {
        let state = self.state();
        let state = self
            .commanded
            .wait_while(state, |state| state.commands.len() <= behind);
        state.expect("nobody panics with the state").commands[behind].clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with the state")
    }
}

impl State {
    fn change(&mut self, count: usize) -> Vec<(Listed, PodState)> {
        let mut pods = self.pods.to_vec();
        let changes = (0..count).map(|_| {
            let pod = self.changes * STEP % pods.len();
            self.changes += 1;
            self.version += 1;
            let before = pods[pod];
            pods[pod] = PodState {
                version: self.version,
                is_edited: !before.is_edited,
            };
            let listed = Listed {
                pod: pod as u32,
                copy: 0,
            };
            (listed, pods[pod])
        });
        let changes = changes.collect();
        self.pods = pods.into();
        changes
    }
}

/// How far apart pods are that change one after the other: a prime, so that all have their turn, and pods of a
/// workload do not follow each other.
const STEP: usize = 7_919;
