//! Informers that follow the embedded server over HTTPS, through connections and answers that are wrong in every way
//! there is, in a time that passes quickly.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, StatusCode};
use pintle_cache::ReflectorOptions;
use pintle_client::{Client, ContentConfig};
use pintle_config::{Config, ServerUrl, Shared};
use pintle_env::{ManualClock, Random as _, SeededRandom};
use pintle_test::Cluster;
use pintle_testkit::{AnswerFault, Chaos, ConnectionFault, FaultLayer, FaultProxy, Workload};
use pintle_transport::{Body, Transport};
use tokio::task::JoinSet;
use tokio::time::sleep;

// claims: defects.missed-deletes, defects.gone-at-start, cache.reflector.watch.during, cache.reflector.watch.open
#[tokio::test(flavor = "multi_thread")]
async fn informers_hold_what_the_server_holds_whatever_goes_wrong_on_the_way() {
    let cluster = Cluster::start().await.unwrap();
    let config = cluster.config().unwrap().rate_limit(-1.0, 0);
    let server: SocketAddr = config.server.authority().as_str().parse().unwrap();
    let met = Met::default();
    let connections = met.clone();
    let random = SeededRandom::new(1);
    let proxy = FaultProxy::start(server, move || connections.connection(&random))
        .await
        .unwrap();
    let url = format!("https://{}", proxy.address());

    let mut workload = Workload::default();
    (workload.objects, workload.changes) = (80, 800);
    let mut chaos = Chaos::new(workload, Client::new(&config).unwrap());
    chaos.populate().await.unwrap();
    let clock = ManualClock::new();
    let mut ticking = JoinSet::new();
    let ticks = clock.clone();
    ticking.spawn(async move {
        loop {
            ticks.advance(Duration::from_millis(100));
            sleep(Duration::from_millis(1)).await;
        }
    });
    chaos.follow(
        &ReflectorOptions::new(),
        |name| faulty_client(&config, &url, &met, name.len() as u64),
        |builder| {
            let random = Arc::new(SeededRandom::new(2));
            builder.time(Arc::new(clock.clone()), random)
        },
    );
    chaos.change(|_| ()).await.unwrap();
    met.end();
    let (compared, differences) = chaos.compare(Duration::from_secs(60)).await.unwrap();
    assert!(differences.is_empty(), "{differences:?}");
    // Of five informers: the store, and three ways to be told, from the beginning and late.
    assert_eq!(compared, 5 * 7);
    met.check();
    cluster.shutdown().await;
}

/// A client with connections of its own, behind the proxy and a layer of faults.
fn faulty_client(config: &Config, url: &str, met: &Met, seed: u64) -> Client {
    let mut config = config.clone();
    config.server = ServerUrl::parse(url, true).unwrap();
    config.shared = Shared::new();
    let (met, random) = (met.clone(), SeededRandom::new(seed));
    let faults = FaultLayer::new(move |request| met.answer(request, &random));
    let transport = Transport::builder(&config).layer(faults).build().unwrap();
    // Watches are lines then.
    Client::from_transport(transport, "default").content(ContentConfig::json())
}

/// How often each fault was met.
#[derive(Clone, Default)]
struct Met(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    counts: BTreeMap<String, u64>,
    turns: [u64; 3],
    is_over: bool,
}

impl Met {
    /// Faults come in turn, so that a few connections and requests meet each; where they strike is chance.
    fn connection(&self, random: &SeededRandom) -> ConnectionFault {
        let bytes = 2_000 + random.below(60_000);
        let fault = match self.next_turn(0) % 8 {
            1 => ConnectionFault::Refused,
            3 => ConnectionFault::Cut(bytes),
            5 => ConnectionFault::Truncate(bytes),
            7 => ConnectionFault::Slow(200_000),
            _ => ConnectionFault::None,
        };
        self.note(fault, ConnectionFault::None)
    }

    fn answer(&self, request: &Request<Body>, random: &SeededRandom) -> AnswerFault {
        let is_watch = request
            .uri()
            .query()
            .is_some_and(|it| it.contains("watch="));
        let bytes = random.below(20_000);
        let lines = 1 + random.below(60);
        let turn = self.next_turn(1 + usize::from(is_watch));
        let fault = match (is_watch, turn % 12) {
            (true, 0) => AnswerFault::Duplicate,
            (true, 1) => AnswerFault::ErrorEvent(lines, StatusCode::GONE),
            (true, 4) => AnswerFault::ErrorEvent(lines, StatusCode::TOO_MANY_REQUESTS),
            (true, 7) => AnswerFault::ErrorEvent(lines, StatusCode::INTERNAL_SERVER_ERROR),
            (_, 2) => AnswerFault::Cut(bytes),
            (_, 3) => AnswerFault::Status(StatusCode::TOO_MANY_REQUESTS, Some(1)),
            (_, 5) => AnswerFault::Truncate(bytes),
            (_, 6) => AnswerFault::Slow(Duration::from_millis(5)),
            (_, 8) => AnswerFault::Stall(bytes),
            (_, 9) => AnswerFault::Status(StatusCode::GONE, None),
            (_, 10) => AnswerFault::Status(StatusCode::INTERNAL_SERVER_ERROR, None),
            (_, 11) => AnswerFault::Status(StatusCode::UNAUTHORIZED, None),
            _ => AnswerFault::None,
        };
        self.note(fault, AnswerFault::None)
    }

    /// How often one came of this sort before: a connection, a list or a watch.
    fn next_turn(&self, sort: usize) -> u64 {
        let mut state = self.0.lock().unwrap();
        let turn = &mut state.turns[sort];
        let before = *turn;
        *turn += 1;
        before
    }

    /// Counts a fault by its name; there are no more once all is over.
    fn note<F: std::fmt::Debug>(&self, fault: F, none: F) -> F {
        let mut state = self.0.lock().unwrap();
        if state.is_over {
            return none;
        }
        let name = format!("{fault:?}");
        let name: String = name.chars().filter(|c| !c.is_ascii_digit()).collect();
        *state.counts.entry(name).or_default() += 1;
        fault
    }

    fn end(&self) {
        self.0.lock().unwrap().is_over = true;
    }

    /// What was not met proves nothing.
    fn check(&self) {
        let counts = &self.0.lock().unwrap().counts;
        for name in [
            "Cut",
            "Truncate",
            "Stall",
            "Slow",
            "Duplicate",
            "Refused",
            "ErrorEvent",
            "Status",
        ] {
            assert!(
                counts.keys().any(|it| it.starts_with(name)),
                "no {name} in {counts:?}"
            );
        }
    }
}
