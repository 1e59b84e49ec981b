//! [`Election`], a replica's part in an election.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex};

use pintle_api::coordination::v1::Lease;
use pintle_client::{Client, RuntimeTime};
use pintle_env::{Metrics, Random, SystemRandom, Time};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::drive::{Driver, NewLeader};
use crate::health::Seen;
use crate::leadership::State;
use crate::lock::Lock;
use crate::{Error, Health, Leadership, Timing};

/// A replica's part in an election: it leads when it holds the lease.
///
/// client-go's `LeaderElectionConfig` and `LeaderElector`. What is different: work is a future that
/// runs while the replica leads, not a callback that is started and left alone, so that the lease is
/// given back only when the work has ended.
#[must_use = "nothing happens until it is run"]
pub struct Election {
    lock: Lock,
    identity: String,
    timing: Timing,
    time: Arc<dyn Time>,
    random: Arc<dyn Random>,
    metrics: Metrics,
    release: bool,
    new_leader: Option<Arc<NewLeader>>,
    seen: Arc<Mutex<Seen>>,
}

impl Election {
    /// Takes part in the election for a lease, under a name that no other replica has: that of its pod
    /// and something random, for instance. To be called within a runtime.
    ///
    /// # Errors
    ///
    /// When a name is empty.
    pub fn new(
        client: &Client,
        namespace: &str,
        name: &str,
        identity: &str,
    ) -> Result<Self, Error> {
        for (what, value) in [
            ("the namespace of the lease", namespace),
            ("the name of the lease", name),
            ("the identity of the replica", identity),
        ] {
            if value.is_empty() {
                return Err(Error::misuse(format!("{what} is empty")));
            }
        }
        let api = client.api::<Lease>().namespace(namespace);
        Ok(Self {
            lock: Lock::new(api, namespace, name),
            identity: identity.to_owned(),
            timing: Timing::default(),
            time: Arc::new(RuntimeTime::new()),
            random: Arc::new(SystemRandom),
            metrics: Metrics::none(),
            release: true,
            new_leader: None,
            seen: Arc::default(),
        })
    }

    /// How long things take. The default is 15, 10 and 2 seconds.
    ///
    /// # Errors
    ///
    /// When they make no sense.
    pub fn timing(mut self, timing: Timing) -> Result<Self, Error> {
        timing.validate()?;
        self.timing = timing;
        Ok(self)
    }

    /// A label that the lease is to have.
    pub fn label(mut self, name: &str, value: &str) -> Self {
        self.lock.labels.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Whether the lease is given back when the work has ended, so that the next leader need not wait
    /// until it has run out. It is by default; client-go's default is not to, since there the work may
    /// still go on.
    pub fn release(mut self, release: bool) -> Self {
        self.release = release;
        self
    }

    /// Is called with the name of each new leader that is seen, the first included.
    pub fn on_new_leader(mut self, call: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.new_leader = Some(Arc::new(call));
        self
    }

    /// The clock to go by. The default is the runtime's.
    pub fn time(mut self, time: Arc<dyn Time>) -> Self {
        self.time = time;
        self
    }

    /// Where random numbers come from. The default is the system.
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// Where it tells whether it leads (`leader_election_master_status`). Nowhere by default.
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// Its health, which stays true while it runs.
    pub fn health(&self) -> Health {
        Health {
            seen: self.seen.clone(),
            time: self.time.clone(),
            identity: self.identity.clone(),
            lease: self.lock.describe(),
            lease_duration: self.timing.lease_duration,
        }
    }

    /// Waits until this replica leads, does its work while it does, and gives the lease back when the
    /// work has ended.
    ///
    /// When the lease is lost, because it could not be renewed in time or another took it, the work is
    /// dropped at once, wherever it is. What it has spawned it must own, so that it ends too. To lead
    /// again, run it again.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, so is the work, and the lease is not given back: it runs out.
    ///
    /// # Errors
    ///
    /// [`Error::is_lost`] when the lease was lost before the work had ended.
    pub async fn run_while_leading<T, W: Future<Output = T>>(
        &self,
        work: impl FnOnce(Leadership) -> W,
    ) -> Result<T, Error> {
        let never = std::future::pending();
        let outcome = self.run_until(never, work).await?;
        Ok(outcome.expect("only what is stopped does not begin"))
    }

    /// As [`run_while_leading`](Self::run_while_leading), until `stop` ends: a replica that waits does
    /// so no more, and returns nothing; one that leads lets its work know
    /// ([`Leadership::ended`]), waits until it has ended, and gives the lease back.
    ///
    /// # Cancel safety
    ///
    /// As [`run_while_leading`](Self::run_while_leading).
    ///
    /// # Errors
    ///
    /// As [`run_while_leading`](Self::run_while_leading).
    pub async fn run_until<T, W: Future<Output = T>>(
        &self,
        stop: impl Future<Output = ()>,
        work: impl FnOnce(Leadership) -> W,
    ) -> Result<Option<T>, Error> {
        let (tell, mut state) = watch::channel(State::Follows);
        let mut driver = self.driver()?;
        // A task of its own: however long the work keeps its thread, the lease is renewed.
        let mut renewal = JoinSet::new();
        let mut renewing = driver.clone();
        let told = tell.clone();
        renewal.spawn(async move { renewing.run(told).await });
        let mut stop = pin!(stop);
        let leads = |state: &State| matches!(state, State::Leads { .. });
        let fence = tokio::select! {
            biased;
            () = &mut stop => return Ok(None),
            state = state.wait_for(leads) => match state.as_deref() {
                Ok(State::Leads { fence, .. }) => fence.clone(),
                _ => unreachable!("the renewal goes on while its task does"),
            },
        };
        let (stopping, stops) = watch::channel(false);
        let leadership = Leadership {
            state,
            stopping: stops,
            fence,
            time: self.time.clone(),
        };
        let done = {
            let mut work = pin!(work(leadership.clone()));
            let lost = leadership.lost();
            let mut lost = pin!(lost);
            let mut stop_seen = false;
            loop {
                tokio::select! {
                    biased;
                    () = &mut lost => break None,
                    () = &mut stop, if !stop_seen => {
                        stop_seen = true;
                        stopping.send_replace(true);
                    }
                    output = &mut work => break Some(output),
                }
            }
        };
        // The work is gone, whichever way. Now, and no earlier, another may lead.
        renewal.shutdown().await;
        tell.send_replace(State::Follows);
        if self.release {
            driver.release().await;
        }
        match done {
            Some(output) => Ok(Some(output)),
            None => Err(Error::lost(&self.lock.describe())),
        }
    }

    fn driver(&self) -> Result<Driver, Error> {
        Driver::new(
            self.lock.clone(),
            self.timing,
            self.health(),
            self.random.clone(),
            self.metrics.clone(),
            self.new_leader.clone(),
        )
    }
}

impl fmt::Debug for Election {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Election")
            .field("lease", &self.lock.describe())
            .field("identity", &self.identity)
            .field("timing", &self.timing)
            .finish_non_exhaustive()
    }
}
