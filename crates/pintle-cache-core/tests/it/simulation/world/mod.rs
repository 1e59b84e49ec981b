//! One schedule: the server, the network, the time and the cache, a step at a time.

mod answers;
mod end;
mod store;

use std::sync::Arc;
use std::time::Duration;

use pintle_cache_core::{
    Action, Change, Delivery, Informer, Phase, Policy, Reflector, ReflectorOptions, Snapshot,
};
use pintle_env::{Instant, Random as _, SeededRandom};
use pintle_meta::v1::ListOptions;

use crate::simulation::listener::Listener;
use crate::simulation::object::{NAMESPACES, Object, State, keys_in};
use crate::simulation::oracle::{Oracle, Verdict, ensure};
use crate::simulation::sabotage::Sabotage;
use crate::simulation::server::Server;
use crate::simulation::source::{Asked, Exchange, Source};
use crate::simulation::tally::{Fault, Tally};

pub(super) use self::store::held;

pub(super) struct World {
    random: Arc<SeededRandom>,
    sabotage: Sabotage,
    now: Instant,
    server: Server,
    sources: Vec<Source>,
    informer: Informer<Object>,
    /// What was published when the oracle looked last.
    seen: Arc<Snapshot<Object>>,
    /// The store when it first had all objects with which it begins.
    first_synced: Option<State>,
    /// The first listener: it is told of everything from the beginning, and stays.
    witness: Listener,
    listeners: Vec<Listener>,
    indexes: Vec<String>,
    /// One of how many parts of answers is faulty; none if 0.
    faults: u64,
    last_fault: Fault,
    refused_until: Instant,
    unauthorized_until: Instant,
    tally: Tally,
    /// Everything that happens is printed.
    is_told: bool,
}

impl World {
    pub(super) fn new(seed: u64, sabotage: Sabotage) -> Self {
        let random = Arc::new(SeededRandom::new(seed));
        let one_of = |n| random.below(n) == 0;
        let server = Server::new(&random);
        let policy = match one_of(3) {
            true => Policy::ByKey,
            false => Policy::InOrder,
        };
        let options = ReflectorOptions::new()
            .watch_list(!one_of(3))
            .page_size(if one_of(3) { 2 } else { 0 });
        let mut informer = Informer::new(policy);
        let namespaces = match one_of(3) {
            true => NAMESPACES.map(Some).to_vec(),
            false => vec![None],
        };
        let source = |namespace: Option<&'static str>| Source {
            id: informer.add_source(namespace.map(Into::into)),
            keys: keys_in(namespace),
            reflector: Reflector::new(options.clone(), random.clone()),
            exchange: Exchange::Nothing,
            is_stalled: false,
            cause: Fault::None,
            oracle: Oracle::new(keys_in(namespace)),
        };
        let sources = namespaces.into_iter().map(source).collect();
        let now = Instant::ORIGIN;
        let witness = Listener::new(&mut informer, now, Delivery::Everything, Duration::ZERO);
        let faults = [0, 5, 12, 30][random.below(4) as usize];
        Self {
            sabotage,
            now,
            server,
            sources,
            seen: informer.snapshot(),
            informer,
            first_synced: None,
            witness,
            listeners: Vec::new(),
            indexes: Vec::new(),
            faults,
            last_fault: Fault::None,
            refused_until: now,
            unauthorized_until: now,
            tally: Tally::default(),
            is_told: false,
            random,
        }
    }

    /// The same schedule, told step by step.
    pub(super) fn told(mut self) -> Self {
        self.is_told = true;
        self
    }

    fn say(&self, what: impl FnOnce() -> String) {
        if self.is_told {
            println!("{:>4} {}", self.tally.steps, what());
        }
    }

    /// Runs the schedule to its end.
    pub(super) fn run(mut self) -> Verdict<Tally> {
        let outcome = self.play();
        let within = |error| {
            let at = self.now.since_origin();
            format!("at step {} after {at:?}: {error}", self.tally.steps)
        };
        outcome.map_err(within)?;
        Ok(self.tally)
    }

    fn play(&mut self) -> Verdict {
        for at in 0..self.sources.len() {
            self.act(at, Fault::None, |_| Ok(()))?;
        }
        while self.tally.steps < STEPS {
            self.step()?;
        }
        self.come_to_rest()?;
        self.check_rest()
    }

    fn step(&mut self) -> Verdict {
        self.tally.steps += 1;
        let at = self.random.below(self.sources.len() as u64) as usize;
        match self.random.below(32) {
            0..=5 => self.write(),
            6..=8 => self.server.catch_up(&self.random),
            9..=21 => self.go_on(at)?,
            22..=24 => self.flush()?,
            25..=27 => self.read_some()?,
            28 => self.pass(Duration::from_millis(self.random.below(3_000)))?,
            29 => self.read_all()?,
            30 => self.change_listeners()?,
            _ => self.befall()?,
        }
        Ok(())
    }

    fn write(&mut self) {
        self.server.write(&self.random);
        self.say(|| {
            let written = self.server.change(self.server.now());
            let (kind, reading) = (written.kind, written.reading);
            format!("the server has {kind:?} {:?}, {reading:?}", written.object)
        });
    }

    fn one_of(&self, n: u64) -> bool {
        self.random.below(n) == 0
    }

    /// Something happens that is not about one answer.
    fn befall(&mut self) -> Verdict {
        match self.random.below(4) {
            0 => self.server.compact(&self.random),
            1 => return self.add_index(),
            2 if self.faults > 0 => {
                self.refused_until = self.now + self.seconds() * 4;
            }
            3 if self.faults > 0 && self.one_of(3) => {
                // An hour of it, or less.
                let hour = Duration::from_secs(3_600);
                let long = [hour, hour / 60, hour / 10][self.random.below(3) as usize];
                self.unauthorized_until = self.now + long;
            }
            _ => self.server.knows_initial_events = !self.one_of(6),
        }
        Ok(())
    }

    /// Time passes, and whoever waits for it is told.
    fn pass(&mut self, long: Duration) -> Verdict {
        self.now = self.now + long;
        for at in 0..self.sources.len() {
            let deadline = self.sources[at].reflector.poll_timeout();
            if deadline.is_some_and(|deadline| deadline <= self.now) {
                let waits = self.sources[at].reflector.phase() == Phase::Waiting;
                let fault = if waits {
                    self.sources[at].cause
                } else {
                    Fault::Stall
                };
                self.act(at, fault, |it| {
                    it.source.reflector.handle_timeout(it.now);
                    Ok(())
                })?;
            }
        }
        if self
            .informer
            .poll_timeout()
            .is_some_and(|at| at <= self.now)
        {
            self.informer.handle_timeout(self.now);
            self.flush()?;
        }
        Ok(())
    }

    /// Lets something happen to a source, then does what its reflector wants.
    fn act(
        &mut self,
        at: usize,
        fault: Fault,
        happens: impl FnOnce(&mut Acting<'_>) -> Verdict,
    ) -> Verdict {
        let before = self.sources[at].reflector.phase();
        let was_exchange = !matches!(self.sources[at].exchange, Exchange::Nothing);
        happens(&mut Acting {
            now: self.now,
            informer: &mut self.informer,
            sabotage: self.sabotage,
            is_told: self.is_told,
            source: &mut self.sources[at],
        })?;
        let source = &mut self.sources[at];
        while let Some(action) = source.reflector.poll_action(self.now) {
            let (options, is_watch) = match action {
                Action::List(options) => (options, false),
                Action::Watch(options) => (options, true),
                Action::Close => {
                    source.exchange = Exchange::Nothing;
                    continue;
                }
                Action::Warn(warning) => {
                    self.tally.warn(warning);
                    continue;
                }
                other => return Err(format!("what is {other:?}?")),
            };
            source.is_stalled = false;
            source.exchange = Exchange::Asked(Asked {
                options,
                is_watch,
                since: self.now,
            });
        }
        let after = source.reflector.phase();
        if after == Phase::Waiting {
            source.is_stalled = false;
            if before != Phase::Waiting {
                source.cause = fault;
            }
        }
        let is_alarm = fault == Fault::Stall && before == after;
        self.say(|| {
            let asked = match &self.sources[at].exchange {
                Exchange::Asked(asked) => format!(", which asks for {:?}", asked.options),
                _ => String::new(),
            };
            format!("source {at}: {before:?} → {after:?} by {fault:?}{asked}")
        });
        let has_begun = was_exchange || before != after;
        if has_begun && !is_alarm {
            self.tally.note(before, after, fault);
        }
        self.check_request(at)
    }

    /// A reflector asks for what it must: a watch goes on from where it is.
    fn check_request(&self, at: usize) -> Verdict {
        let Source {
            reflector,
            exchange: Exchange::Asked(asked),
            ..
        } = &self.sources[at]
        else {
            return Ok(());
        };
        let version = reflector.resource_version().as_str();
        let ListOptions {
            resource_version, ..
        } = &asked.options;
        let is_from_here = !asked.is_watch || asked.is_initial() || *resource_version == *version;
        ensure(is_from_here, || {
            format!("at version {version:?} it asks for a watch from {resource_version:?}")
        })
    }
}

/// A source to which something happens.
struct Acting<'a> {
    now: Instant,
    informer: &'a mut Informer<Object>,
    sabotage: Sabotage,
    is_told: bool,
    source: &'a mut Source,
}

impl Acting<'_> {
    fn push(&mut self, change: Option<Change<Object>>) {
        if let Some(change) = change {
            let change = self.sabotage.change(change);
            if self.is_told {
                println!("     it has found out {change:?}");
            }
            self.informer.push(self.source.id, change);
        }
    }
}

/// How long things go wrong.
const STEPS: u64 = 200;
