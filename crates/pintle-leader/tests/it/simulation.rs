//! Five replicas whose clocks differ in date and speed, who are stopped, cut off, killed and asked to
//! give the lease back, before a server that fails, dawdles and loses answers.
//!
//! Claimed of every schedule: no two replicas that run think that they lead at the same time; of the
//! fenced writes of an object none is accepted after one of a later leader; and once everything works
//! again, somebody leads within a bound and stays.
//!
//! `PINTLE_SEEDS` says how many schedules (`cargo xtask sim leader` sets it), `PINTLE_FROM` where to
//! begin; a failure names its seed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use pintle_env::{Instant, Random as _, SeededRandom, Timestamp};
use pintle_leader::{Answer, Elector, Fence, Held, Record, Role, Step, Timing};
use pintle_meta::v1::ObjectMeta;

// claims: leader.clocks, leader.one, leader.again, leader.fence, leader.lease-only
#[test]
fn one_leads_at_a_time_and_always_one_again() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let from: u64 = number("PINTLE_FROM").unwrap_or(0);
    let mut total = Tally::default();
    for seed in from..from + number("PINTLE_SEEDS").unwrap_or(300) {
        total.add(&World::new(seed).run());
    }
    println!("{total:?}");
    // What is claimed of nothing proves nothing.
    assert!(total.terms > 0 && total.takeovers > 0 && total.releases > 0);
    assert!(
        total.writes > 0 && total.stale > 0 && total.late > 0,
        "{total:?}"
    );
}

/// What the schedules met.
#[derive(Debug, Default)]
struct Tally {
    /// Replicas that became leaders.
    terms: u64,
    /// Leases that were taken from another, who had not given them back.
    takeovers: u64,
    releases: u64,
    /// Fenced writes that were accepted.
    writes: u64,
    /// Fenced writes that were refused for their fence.
    stale: u64,
    /// Fenced writes that reached the server when their sender did not hold the lease any more.
    late: u64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.terms += other.terms;
        self.takeovers += other.takeovers;
        self.releases += other.releases;
        self.writes += other.writes;
        self.stale += other.stale;
        self.late += other.late;
    }
}

/// Microseconds of the time that nobody can read.
type Micros = u64;

struct World {
    seed: u64,
    random: SeededRandom,
    now: Micros,
    events: BinaryHeap<Reverse<(Micros, u64, usize)>>,
    /// The events by their number; taken out when they happen.
    bodies: Vec<Option<Event>>,
    replicas: Vec<Replica>,
    server: Server,
    tally: Tally,
    names: u32,
}

#[derive(Clone, Debug)]
enum Event {
    /// A replica looks at its clock.
    Wakes { who: usize, epoch: u64 },
    /// A request reaches the server, for a replica that waits for the answer.
    Arrives {
        who: usize,
        epoch: u64,
        identity: String,
        step: Step,
    },
    /// An answer reaches a replica.
    Answered {
        who: usize,
        epoch: u64,
        answer: Answer,
    },
    /// The leader reads its object, to write it.
    Works { who: usize, identity: String },
    /// What it read reaches it.
    Looked {
        who: usize,
        identity: String,
        meta: ObjectMeta,
        version: u64,
    },
    /// Its write reaches the server.
    Written {
        identity: String,
        fence: Fence,
        meta: ObjectMeta,
        version: u64,
    },
    /// Something goes wrong, or is over.
    Trouble,
}

struct Replica {
    identity: String,
    elector: Elector,
    /// What the clock shows at the beginning, and how fast it goes.
    offset: Duration,
    rate: f64,
    date: i64,
    paused_until: Micros,
    cut_until: Micros,
    /// Which answer is awaited, and which alarm is set.
    epoch: u64,
    leads: bool,
    /// It gives the lease back: it has not read it yet, or has.
    releasing: bool,
}

#[derive(Default)]
struct Server {
    lease: Option<Held>,
    version: u64,
    object: ObjectMeta,
    object_version: u64,
    /// The highest number of a leader in a write that was accepted.
    highest: i32,
    failing_until: Micros,
    slow_until: Micros,
}

impl Replica {
    fn new(identity: String, random: &SeededRandom, now: Micros) -> Self {
        let offset = Duration::from_secs(random.below(1_000_000));
        // Up to a tenth too fast or too slow: more than any clock that works, and less than the quarter
        // that lies between 12 and 15 seconds.
        let rate = 0.9 + 0.2 * random.unit();
        let mut replica = Self {
            elector: Elector::new(&identity, Timing::default(), Instant::ORIGIN).unwrap(),
            identity,
            offset,
            rate,
            date: random.below(4_000_000_000) as i64,
            paused_until: 0,
            cut_until: 0,
            epoch: 0,
            leads: false,
            releasing: false,
        };
        replica.begin(now);
        replica
    }

    fn begin(&mut self, now: Micros) {
        let local = self.local(now);
        self.elector = Elector::new(&self.identity, Timing::default(), local).unwrap();
        self.releasing = false;
        self.epoch += 1;
    }

    fn local(&self, now: Micros) -> Instant {
        let elapsed = Duration::from_micros(now).mul_f64(self.rate);
        Instant::from_origin(self.offset + elapsed)
    }

    /// When its clock shows this, rounded up.
    fn real(&self, local: Instant) -> Micros {
        let elapsed = local.since_origin().saturating_sub(self.offset);
        let real = elapsed.as_secs_f64() / self.rate * 1e6;
        real.min(1e15) as Micros + 2
    }

    fn date(&self, now: Micros) -> Timestamp {
        Timestamp::from_unix(self.date, 0) + Duration::from_micros(now)
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let random = SeededRandom::new(seed);
        let mut world = Self {
            seed,
            now: 0,
            events: BinaryHeap::new(),
            bodies: Vec::new(),
            replicas: Vec::new(),
            server: Server {
                highest: -1,
                ..Server::default()
            },
            tally: Tally::default(),
            names: 0,
            random,
        };
        for who in 0..REPLICAS {
            let name = world.name();
            let replica = Replica::new(name, &world.random, 0);
            world.replicas.push(replica);
            let start = world.random.below(5_000_000);
            world.at(start, Event::Wakes { who, epoch: 1 });
        }
        let mut trouble = 0;
        while trouble < CHAOS {
            trouble += 1 + world.random.below(8_000_000);
            world.at(trouble, Event::Trouble);
        }
        world
    }

    fn run(mut self) -> Tally {
        let mut checked = CHAOS + RECOVERY;
        while let Some(Reverse((at, _, number))) = self.events.pop() {
            while checked < at && checked < END {
                self.now = checked;
                assert_eq!(self.leaders(), 1, "after all is well; seed {}", self.seed);
                checked += 1_000_000;
            }
            if at >= END {
                break;
            }
            self.now = at;
            let event = self.bodies[number].take().unwrap();
            self.happen(event);
            assert!(self.leaders() <= 1, "at {at}; seed {}", self.seed);
        }
        self.tally
    }

    /// How many of those that run think that they lead.
    fn leaders(&self) -> usize {
        let leads = |replica: &&Replica| {
            let role = replica.elector.role(replica.local(self.now));
            replica.paused_until <= self.now && matches!(role, Role::Leader(_))
        };
        self.replicas.iter().filter(leads).count()
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Trouble => self.trouble(),
            Event::Arrives {
                who,
                epoch,
                identity,
                step,
            } => {
                self.arrives(who, epoch, &identity, step);
            }
            Event::Written {
                identity,
                fence,
                meta,
                version,
            } => {
                self.written(&identity, &fence, meta, version);
            }
            Event::Wakes { who, .. }
            | Event::Answered { who, .. }
            | Event::Works { who, .. }
            | Event::Looked { who, .. }
                if self.replicas[who].paused_until > self.now =>
            {
                // It stands still, and sees this when it goes on.
                self.at(self.replicas[who].paused_until, event);
            }
            Event::Wakes { who, epoch } => {
                if self.replicas[who].epoch == epoch {
                    let (local, date) = self.times(who);
                    let replica = &mut self.replicas[who];
                    let step = if replica.releasing {
                        // The answer has not come.
                        replica.begin(self.now);
                        replica.elector.poll(local, date)
                    } else {
                        replica.elector.poll(local, date)
                    };
                    self.does(who, step);
                }
            }
            Event::Answered { who, epoch, answer } => {
                if self.replicas[who].epoch == epoch {
                    self.answered(who, answer);
                }
            }
            Event::Works { who, identity } => self.works(who, identity),
            Event::Looked {
                who,
                identity,
                meta,
                version,
            } => {
                self.looked(who, identity, meta, version);
            }
        }
    }

    fn answered(&mut self, who: usize, answer: Answer) {
        let (local, date) = self.times(who);
        let random = self.random.unit();
        let replica = &mut self.replicas[who];
        let step = if replica.releasing {
            let released = match &answer {
                Answer::Lease(held) => replica.elector.released(held, date).zip(Some(held)),
                _ => None,
            };
            match released {
                Some((record, held)) => Step::Update {
                    record,
                    resource_version: held.resource_version.clone(),
                },
                // It is given back, or cannot be.
                None => {
                    replica.begin(self.now);
                    replica.elector.poll(local, date)
                }
            }
        } else {
            replica.elector.answer(answer, local, date, random)
        };
        self.does(who, step);
    }

    /// A replica does what it is to do next.
    fn does(&mut self, who: usize, step: Step) {
        let local = self.replicas[who].local(self.now);
        let role = self.replicas[who].elector.role(local);
        let leads = matches!(role, Role::Leader(_));
        if leads && !self.replicas[who].leads {
            self.tally.terms += 1;
            let identity = self.replicas[who].identity.clone();
            self.at(self.now, Event::Works { who, identity });
        }
        let replica = &mut self.replicas[who];
        replica.leads = leads;
        replica.epoch += 1;
        let (epoch, identity) = (replica.epoch, replica.identity.clone());
        match step {
            Step::Wait(until) => {
                let until = replica.real(until);
                self.at(until, Event::Wakes { who, epoch });
            }
            step => {
                let timeout = replica.real(local + Duration::from_secs(5));
                let cut = replica.cut_until > self.now;
                if !cut {
                    let arrives = self.now + self.delay();
                    self.at(
                        arrives,
                        Event::Arrives {
                            who,
                            epoch,
                            identity,
                            step,
                        },
                    );
                }
                let answer = Answer::Failed;
                self.at(timeout, Event::Answered { who, epoch, answer });
            }
        }
    }

    fn arrives(&mut self, who: usize, epoch: u64, identity: &str, step: Step) {
        let fails = self.server.failing_until > self.now && self.random.below(2) == 0;
        let answer = if fails {
            Answer::Failed
        } else {
            self.serve(identity, step)
        };
        let lost = self.replicas[who].cut_until > self.now;
        let is_swallowed =
            !lost && self.server.failing_until > self.now && self.random.below(4) == 0;
        if !lost && !is_swallowed {
            let back = self.now + self.delay();
            self.at(back, Event::Answered { who, epoch, answer });
        }
    }

    fn serve(&mut self, identity: &str, step: Step) -> Answer {
        let record = match (step, &self.server.lease) {
            (Step::Read, Some(held)) => return Answer::Lease(held.clone()),
            (Step::Read, None) => return Answer::NotFound,
            (Step::Create(record), None) => record,
            (
                Step::Update {
                    record,
                    resource_version,
                },
                Some(held),
            ) if held.resource_version == resource_version => {
                self.note(&held.record.clone(), &record, identity);
                record
            }
            _ => return Answer::Failed,
        };
        self.server.version += 1;
        let held = Held {
            record,
            uid: "uid".to_owned(),
            resource_version: self.server.version.to_string(),
        };
        self.server.lease = Some(held.clone());
        Answer::Lease(held)
    }

    /// A lease says something else than before.
    fn note(&mut self, before: &Record, record: &Record, identity: &str) {
        if record.holder.is_empty() {
            assert_eq!(before.holder, identity, "only its own; seed {}", self.seed);
            assert_eq!(record.duration, Duration::from_secs(1));
            self.tally.releases += 1;
        } else if record.holder != before.holder {
            assert_eq!(record.transitions, before.transitions + 1);
            self.tally.takeovers += u64::from(!before.holder.is_empty());
        } else {
            assert_eq!(record.transitions, before.transitions);
            assert_eq!(record.acquired, before.acquired);
        }
    }

    /// The leader reads the object that is its work.
    fn works(&mut self, who: usize, identity: String) {
        let replica = &self.replicas[who];
        if replica.identity != identity || !matches!(self.role(who), Role::Leader(_)) {
            return;
        }
        let again = self.now + 100_000 + self.random.below(2_000_000);
        let again_event = Event::Works {
            who,
            identity: identity.clone(),
        };
        self.at(again, again_event);
        if self.replicas[who].cut_until > self.now {
            return;
        }
        let (meta, version) = (self.server.object.clone(), self.server.object_version);
        let back = self.now + self.delay();
        self.at(
            back,
            Event::Looked {
                who,
                identity,
                meta,
                version,
            },
        );
    }

    /// It writes what it has read, under its fence. Some look at the clock once more, some do not: the
    /// fence is what counts.
    fn looked(&mut self, who: usize, identity: String, mut meta: ObjectMeta, version: u64) {
        let replica = &self.replicas[who];
        let Some(held) = replica.elector.observed().cloned() else {
            return;
        };
        if replica.identity != identity || held.record.holder != identity {
            return;
        }
        if self.random.below(2) == 0 && !matches!(self.role(who), Role::Leader(_)) {
            return;
        }
        let fence = held.fence("namespace", "name");
        if fence.stamp(&mut meta).is_err() {
            self.tally.stale += 1;
            return;
        }
        // It may be on its way for long.
        let slow = if self.random.below(20) == 0 {
            30_000_000
        } else {
            1
        };
        let arrives = self.now + self.delay() + self.random.below(slow);
        self.at(
            arrives,
            Event::Written {
                identity,
                fence,
                meta,
                version,
            },
        );
    }

    fn written(&mut self, identity: &str, fence: &Fence, meta: ObjectMeta, version: u64) {
        let holds = |held: &Held| held.record.holder == identity;
        let late = !self.server.lease.as_ref().is_some_and(holds);
        self.tally.late += u64::from(late);
        if version != self.server.object_version {
            // What was looked at is not what is there any more.
            self.tally.stale += u64::from(late);
            return;
        }
        let ours = fence.transitions();
        assert!(
            ours >= self.server.highest,
            "a write of leader {ours} after one of leader {}; seed {}",
            self.server.highest,
            self.seed
        );
        self.server.highest = ours;
        self.server.object = meta;
        self.server.object_version += 1;
        self.tally.writes += 1;
    }

    fn trouble(&mut self) {
        let who = self.random.below(REPLICAS as u64) as usize;
        let until = (self.now + self.random.below(50_000_000)).min(CHAOS);
        // Mostly whoever leads: the others are in nobody's way.
        let leader = (0..REPLICAS).find(|&who| self.replicas[who].leads);
        let who = match leader {
            Some(leader) if self.random.below(2) == 0 => leader,
            _ => who,
        };
        match self.random.below(6) {
            0 => self.replicas[who].paused_until = until,
            1 => self.replicas[who].cut_until = until,
            2 => self.server.failing_until = until,
            3 => self.server.slow_until = until,
            4 => self.kill(who),
            _ => self.give_back(who),
        }
    }

    /// It is killed, and another comes in its place.
    fn kill(&mut self, who: usize) {
        let name = self.name();
        let epoch = self.replicas[who].epoch;
        self.replicas[who] = Replica::new(name, &self.random, self.now);
        self.replicas[who].epoch = epoch + 1;
        let back = self.now + self.random.below(10_000_000);
        self.at(
            back,
            Event::Wakes {
                who,
                epoch: epoch + 1,
            },
        );
    }

    /// Its work has ended, and it gives the lease back.
    fn give_back(&mut self, who: usize) {
        if self.replicas[who].paused_until > self.now || !self.replicas[who].leads {
            return;
        }
        let local = self.replicas[who].local(self.now);
        let replica = &mut self.replicas[who];
        replica.elector.resign(local);
        replica.releasing = true;
        self.does(who, Step::Read);
    }

    fn role(&self, who: usize) -> Role {
        self.replicas[who]
            .elector
            .role(self.replicas[who].local(self.now))
    }

    fn times(&self, who: usize) -> (Instant, Timestamp) {
        let replica = &self.replicas[who];
        (replica.local(self.now), replica.date(self.now))
    }

    fn delay(&self) -> Micros {
        let most = if self.server.slow_until > self.now {
            4_000_000
        } else {
            20_000
        };
        1 + self.random.below(most)
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("replica-{}", self.names)
    }

    fn at(&mut self, at: Micros, event: Event) {
        let number = self.bodies.len();
        self.bodies.push(Some(event));
        self.events.push(Reverse((at, number as u64, number)));
    }
}

const REPLICAS: usize = 5;

/// Until when things go wrong.
const CHAOS: Micros = 180_000_000;

/// Within this somebody leads again: what is left of a lease (15 s by a slow clock), the longest wait
/// for an attempt (4.4 s), and requests that were on their way.
const RECOVERY: Micros = 32_000_000;

const END: Micros = CHAOS + RECOVERY + 40_000_000;
