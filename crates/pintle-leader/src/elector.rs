//! [`Elector`], the rules of an election: who may take a lease, and for how long its holder leads.
//!
//! Invariants: a lease is taken only from nobody, from oneself, or when it has not changed for as long
//! as it lasts by one's own clock; a leader leads no longer after it *sent* its last renewal than
//! others, who saw it then at the earliest, leave it alone; every write names the version of the lease
//! that it is about.

use pintle_env::{Instant, Timestamp};

use crate::config::JITTER_FACTOR;
use crate::{Error, Held, Record, Timing};

/// The state of one replica in an election, without a clock and without a client.
///
/// Whoever drives it does what [`poll`](Self::poll) says and tells it the outcome with
/// [`answer`](Self::answer).
#[derive(Clone, Debug)]
pub struct Elector {
    timing: Timing,
    identity: String,
    /// The lease as it was last seen or written, and when by our clock it was last seen to change.
    observed: Option<(Held, Instant)>,
    attempt: Attempt,
    /// Until when we lead, if we do.
    leads_until: Option<Instant>,
    /// How often the lease had to be read before it could be renewed.
    slow_renewals: u64,
}

#[derive(Clone, Debug)]
enum Attempt {
    /// The next one begins then.
    Waits(Instant),
    /// It is asked for the lease.
    Reads { started: Instant },
    /// It writes this.
    Writes {
        started: Instant,
        sent: Instant,
        record: Record,
        way: Way,
    },
}

/// How a lease is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Without having read it first.
    Optimistic,
    /// After it was read.
    Informed,
    /// Because there is none.
    Creating,
}

/// What a replica is to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Wait until then, or for an answer if one is awaited.
    Wait(Instant),
    /// Read the lease.
    Read,
    /// Create the lease.
    Create(Record),
    /// Write the lease, if it is still of this version.
    Update {
        /// What it is to say.
        record: Record,
        /// The version that it must have.
        resource_version: String,
    },
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// The lease was read, or written and is now so.
    Lease(Held),
    /// There is no lease.
    NotFound,
    /// Anything else; whether something was written is not known.
    Failed,
}

/// What a replica is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// It waits for the lease.
    Follower,
    /// It leads until then, and longer if it renews the lease.
    Leader(Instant),
}

impl Elector {
    /// A replica of this name, which no other has, that makes its first attempt at once.
    ///
    /// # Errors
    ///
    /// When the name is empty, or the times make no sense.
    pub fn new(identity: &str, timing: Timing, now: Instant) -> Result<Self, Error> {
        if identity.is_empty() {
            return Err(Error::misuse("the identity of a replica is empty"));
        }
        timing.validate()?;
        Ok(Self {
            timing,
            identity: identity.to_owned(),
            observed: None,
            attempt: Attempt::Waits(now),
            leads_until: None,
            slow_renewals: 0,
        })
    }

    /// What it is now. A leader that has not renewed its lease in time is none any more, whether or
    /// not anybody has noticed.
    pub fn role(&self, now: Instant) -> Role {
        match self.leads_until {
            Some(until) if now < until => Role::Leader(until),
            _ => Role::Follower,
        }
    }

    /// What is to be done now. While an answer is awaited it is to wait, until the end of leadership
    /// if it leads.
    pub fn poll(&mut self, now: Instant, date: Timestamp) -> Step {
        self.expire(now);
        match self.attempt {
            Attempt::Waits(next) if now >= next => self.begin(now, date),
            Attempt::Waits(next) => Step::Wait(next.min(self.until())),
            Attempt::Reads { .. } | Attempt::Writes { .. } => Step::Wait(self.until()),
        }
    }

    /// Tells what came of the last step, and returns what to do next. `random` is from 0 to 1.
    pub fn answer(&mut self, answer: Answer, now: Instant, date: Timestamp, random: f64) -> Step {
        match std::mem::replace(&mut self.attempt, Attempt::Waits(now)) {
            Attempt::Reads { started } => match answer {
                Answer::Lease(held) => {
                    self.observe(held, now);
                    self.take_or_leave(started, now, date, random)
                }
                Answer::NotFound => {
                    self.observed = None;
                    let record = self.record(date, None);
                    self.write(started, now, record, None, Way::Creating)
                }
                Answer::Failed => self.failed(started, now, random),
            },
            Attempt::Writes {
                started,
                sent,
                record,
                way,
            } => match answer {
                Answer::Lease(held) => {
                    if way != Way::Optimistic && self.leads_until.is_some() {
                        self.slow_renewals += 1;
                    }
                    self.succeeded(Held { record, ..held }, sent, now)
                }
                Answer::NotFound | Answer::Failed if way == Way::Optimistic => {
                    self.attempt = Attempt::Reads { started };
                    Step::Read
                }
                Answer::NotFound | Answer::Failed if way == Way::Creating => {
                    // There was no lease, and now there may be another's.
                    self.leads_until = None;
                    self.failed(started, now, random)
                }
                Answer::NotFound | Answer::Failed => self.failed(started, now, random),
            },
            // Nobody was asked anything.
            Attempt::Waits(next) => {
                self.attempt = Attempt::Waits(next);
                self.poll(now, date)
            }
        }
    }

    /// The lease as it was last seen or written.
    pub fn observed(&self) -> Option<&Held> {
        self.observed.as_ref().map(|(held, _)| held)
    }

    /// When, by our clock, the lease was last seen to change.
    pub fn observed_at(&self) -> Option<Instant> {
        self.observed.as_ref().map(|&(_, at)| at)
    }

    /// Our name.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// How often a leader had to read the lease before it could renew it.
    pub fn slow_renewals(&self) -> u64 {
        self.slow_renewals
    }

    /// What to write to give a lease back: held by nobody, for a second. None if it is not ours.
    pub fn released(&self, held: &Held, date: Timestamp) -> Option<Record> {
        let ours = held.record.holder == self.identity;
        ours.then(|| Record {
            holder: String::new(),
            duration: std::time::Duration::from_secs(1),
            acquired: date,
            renewed: date,
            transitions: held.record.transitions,
        })
    }

    /// Leads no more: what was not written yet never will be. The next attempt may be made at once.
    pub fn resign(&mut self, now: Instant) {
        self.leads_until = None;
        self.observed = None;
        self.attempt = Attempt::Waits(now);
    }

    fn begin(&mut self, now: Instant, date: Timestamp) -> Step {
        if let Some((held, at)) = &self.observed {
            let ours = held.record.holder == self.identity;
            if ours && *at + held.record.duration > now {
                let record = self.record(date, Some(&held.record));
                let version = held.resource_version.clone();
                return self.write(now, now, record, Some(version), Way::Optimistic);
            }
        }
        self.attempt = Attempt::Reads { started: now };
        Step::Read
    }

    /// The lease was read.
    fn observe(&mut self, held: Held, now: Instant) {
        match &mut self.observed {
            // It may have another version and say the same, which is no sign of life.
            Some((before, _)) if before.record == held.record => *before = held,
            _ => self.observed = Some((held, now)),
        }
    }

    /// The lease was read: it is ours to write, or another's.
    fn take_or_leave(
        &mut self,
        started: Instant,
        now: Instant,
        date: Timestamp,
        random: f64,
    ) -> Step {
        let Some((held, at)) = &self.observed else {
            return self.failed(started, now, random);
        };
        let ours = held.record.holder == self.identity;
        if !ours {
            // Whoever wrote that does not think that we lead.
            self.leads_until = None;
        }
        let is_valid = *at + held.record.duration > started;
        if !held.record.holder.is_empty() && !ours && is_valid {
            return self.failed(started, now, random);
        }
        let record = self.record(date, Some(&held.record));
        let version = held.resource_version.clone();
        self.write(started, now, record, Some(version), Way::Informed)
    }

    /// What a lease says that is ours, after it has said `before`.
    fn record(&self, date: Timestamp, before: Option<&Record>) -> Record {
        let (acquired, transitions) = match before {
            Some(before) if before.holder == self.identity => (before.acquired, before.transitions),
            Some(before) => (date, before.transitions.saturating_add(1)),
            None => (date, 0),
        };
        Record {
            holder: self.identity.clone(),
            duration: self.timing.whole_lease(),
            acquired,
            renewed: date,
            transitions,
        }
    }

    fn write(
        &mut self,
        started: Instant,
        sent: Instant,
        record: Record,
        resource_version: Option<String>,
        way: Way,
    ) -> Step {
        self.attempt = Attempt::Writes {
            started,
            sent,
            record: record.clone(),
            way,
        };
        match resource_version {
            Some(resource_version) => Step::Update {
                record,
                resource_version,
            },
            None => Step::Create(record),
        }
    }

    /// The lease is ours, as of when the write was sent.
    fn succeeded(&mut self, held: Held, sent: Instant, now: Instant) -> Step {
        self.observed = Some((held, now));
        self.leads_until = Some(sent + self.timing.leads_for());
        self.wait(now + self.timing.retry_period)
    }

    /// An attempt came to nothing. A leader tries again a period after it began; others wait longer, so
    /// that they do not all come at once.
    fn failed(&mut self, started: Instant, now: Instant, random: f64) -> Step {
        let period = self.timing.retry_period;
        if self.leads_until.is_some() {
            return self.wait((started + period).max(now));
        }
        let jitter = period.mul_f64(JITTER_FACTOR * random.clamp(0.0, 1.0));
        self.wait(now + period + jitter)
    }

    fn wait(&mut self, next: Instant) -> Step {
        self.attempt = Attempt::Waits(next);
        Step::Wait(next.min(self.until()))
    }

    fn expire(&mut self, now: Instant) {
        if self.leads_until.is_some_and(|until| now >= until) {
            self.leads_until = None;
        }
    }

    fn until(&self) -> Instant {
        self.leads_until.unwrap_or(Instant::FAR_FUTURE)
    }
}
