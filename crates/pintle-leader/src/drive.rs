//! What drives an [`Elector`](crate::Elector): it asks the API server and looks at the clock.

use std::sync::Arc;
use std::time::Duration;

use pintle_env::{Metrics, Random};
use tokio::sync::watch;

use crate::elector::{Answer, Elector, Role, Step};
use crate::leadership::State;
use crate::lock::Lock;
use crate::metrics::{MASTER_STATUS, SLOWPATH};
use crate::{Error, Health, Timing};

/// Is called with the name of a new leader.
pub(crate) type NewLeader = dyn Fn(&str) + Send + Sync;

#[derive(Clone)]
pub(crate) struct Driver {
    elector: Elector,
    lock: Lock,
    timing: Timing,
    health: Health,
    random: Arc<dyn Random>,
    metrics: Metrics,
    new_leader: Option<Arc<NewLeader>>,
    slow_renewals: u64,
}

impl Driver {
    pub(crate) fn new(
        lock: Lock,
        timing: Timing,
        health: Health,
        random: Arc<dyn Random>,
        metrics: Metrics,
        new_leader: Option<Arc<NewLeader>>,
    ) -> Result<Self, Error> {
        Ok(Self {
            elector: Elector::new(&health.identity, timing, health.time.now())?,
            lock,
            timing,
            health,
            random,
            metrics,
            new_leader,
            slow_renewals: 0,
        })
    }

    /// Takes part in the election for ever, and tells whether this replica leads.
    pub(crate) async fn run(&mut self, tell: watch::Sender<State>) {
        let time = self.health.time.clone();
        self.metrics.record(&MASTER_STATUS, &[&self.lock.name], 0.0);
        let mut step = self.elector.poll(time.now(), time.timestamp());
        loop {
            self.tell(&tell);
            step = match step {
                Step::Wait(until) => {
                    time.sleep_until(until).await;
                    self.elector.poll(time.now(), time.timestamp())
                }
                step => {
                    // Half, so that there is time for another attempt.
                    let timeout = self.timing.renew_deadline / 2;
                    let answer = self.lock.perform(&step, timeout, &*time).await;
                    let random = self.random.unit();
                    self.elector
                        .answer(answer, time.now(), time.timestamp(), random)
                }
            };
        }
    }

    /// Gives the lease back, if it is this replica's.
    pub(crate) async fn release(&mut self) {
        let time = self.health.time.clone();
        self.metrics.record(&MASTER_STATUS, &[&self.lock.name], 0.0);
        let deadline = time.now() + self.timing.renew_deadline;
        loop {
            let left = deadline.saturating_since(time.now());
            if left.is_zero() || !self.try_release(left).await {
                return;
            }
        }
    }

    /// Tries to give the lease back; whether to try again.
    async fn try_release(&mut self, timeout: Duration) -> bool {
        let time = self.health.time.clone();
        let read = self.lock.perform(&Step::Read, timeout, &*time).await;
        let Answer::Lease(held) = read else {
            return false;
        };
        let Some(record) = self.elector.released(&held, time.timestamp()) else {
            return false;
        };
        let step = Step::Update {
            record,
            resource_version: held.resource_version,
        };
        let released = self.lock.perform(&step, timeout, &*time).await;
        if let Answer::Lease(_) = released {
            tracing::info!(lease = self.lock.describe(), "gave the lease back");
            self.health.lock().leader.clear();
            return false;
        }
        // A renewal that was on its way may have come in between.
        true
    }

    /// Lets everybody know what has changed.
    fn tell(&mut self, tell: &watch::Sender<State>) {
        let now = self.health.time.now();
        let held = self.elector.observed();
        let state = match (self.elector.role(now), held) {
            (Role::Leader(until), Some(held)) => State::Leads {
                until,
                fence: held.fence(&self.lock.namespace, &self.lock.name),
            },
            _ => State::Follows,
        };
        let leader = held.map_or("", |held| &held.record.holder);
        let is_new = {
            let mut seen = self.health.lock();
            seen.at = self.elector.observed_at();
            let is_new = seen.leader != leader;
            if is_new {
                leader.clone_into(&mut seen.leader);
            }
            is_new
        };
        if is_new && !leader.is_empty() {
            tracing::info!(
                lease = self.lock.describe(),
                leader,
                "there is a new leader"
            );
            if let Some(call) = &self.new_leader {
                call(leader);
            }
        }
        for _ in self.slow_renewals..self.elector.slow_renewals() {
            self.metrics.count(&SLOWPATH, &[&self.lock.name]);
        }
        self.slow_renewals = self.elector.slow_renewals();
        let before = tell.send_replace(state.clone());
        let leads = |state: &State| matches!(state, State::Leads { .. });
        if leads(&before) != leads(&state) {
            let status = f64::from(u8::from(leads(&state)));
            self.metrics
                .record(&MASTER_STATUS, &[&self.lock.name], status);
        }
    }
}
