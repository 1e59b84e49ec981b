//! The rate of requests.

use std::time::Duration;

use http::Request;
use pintle_transport::{Body, RequestOptions};
use tracing::Level;

use crate::log::Log;
use crate::script::{Answer, Script, config, get};

// claims: defects.rate-limit, rest.limiter.defaults
#[tokio::test(start_paused = true)]
async fn no_more_is_sent_than_the_limit_allows() {
    let script = Script::new().ok();
    let transport = script.transport(&config().rate_limit(0.0, 0));
    let sent = (0..15).map(|_| {
        let transport = transport.clone();
        async move { transport.send(get("/a")).await.unwrap() }
    });
    let mut tasks = tokio::task::JoinSet::new();
    sent.for_each(|sent| drop(tasks.spawn(sent)));
    tasks.join_all().await;
    let mut expected = vec![0; 10];
    expected.extend([200, 400, 600, 800, 1000]);
    assert_eq!(script.times(), expected);
}

// claims: rest.limiter.watch
#[tokio::test(start_paused = true)]
async fn watches_begin_without_the_limit() {
    let script = Script::new().ok();
    let transport = script.transport(&config().rate_limit(1.0, 1));
    transport.send(get("/a")).await.unwrap();
    for _ in 0..5 {
        transport.send(get("/a?watch=true")).await.unwrap();
    }
    assert_eq!(script.times(), [0; 6]);
    transport.send(get("/a")).await.unwrap();
    assert_eq!(script.times(), [1000]);
}

// claims: rest.limiter.before-timeout
#[tokio::test(start_paused = true)]
async fn waiting_for_the_limit_does_not_count_as_time_of_the_request() {
    let script = Script::new().ok().then(|| Answer::Silence);
    let second = Duration::from_secs(1);
    let transport = script.transport(&config().rate_limit(0.1, 1).timeout(second));
    transport.send(get("/a")).await.unwrap();
    let error = transport.send(get("/a")).await.unwrap_err();
    assert!(error.is_deadline(), "{error:?}");
    assert_eq!(script.times(), [0, 10_000]);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_wait_any_more_gives_the_place_back() {
    let script = Script::new().ok();
    let transport = script.transport(&config().rate_limit(1.0, 1));
    transport.send(get("/a")).await.unwrap();
    let half = Duration::from_millis(500);
    for _ in 0..3 {
        let given_up = tokio::time::timeout(half / 10, transport.send(get("/a")));
        assert!(given_up.await.is_err());
    }
    transport.send(get("/b")).await.unwrap();
    assert_eq!(script.times(), [0, 1000]);
}

// claims: rest.limiter.log
#[tokio::test(start_paused = true)]
async fn long_waits_are_logged_and_very_long_ones_louder_but_not_often() {
    let log = Log::begin();
    let script = Script::new().ok();
    // Ten pass at once, then one every 40 ms.
    let transport = script.transport(&config().rate_limit(25.0, 1));
    transport.send(get("/a")).await.unwrap();
    transport.send(get("/a")).await.unwrap();
    assert_eq!(log.count(Level::DEBUG, "waiting"), 0, "{}", log.text());

    let transport = script.transport(&config().rate_limit(0.5, 1));
    for _ in 0..8 {
        let options = RequestOptions::new();
        let request = Request::get("/slow").extension(options).body(Body::empty());
        transport.send(request.unwrap()).await.unwrap();
    }
    // Seven waits of two seconds each, at 0, 2, … 12 s.
    assert_eq!(log.count(Level::DEBUG, "delay=2s"), 7, "{}", log.text());
    assert_eq!(log.count(Level::WARN, "delay=2s"), 2, "{}", log.text());
    assert_eq!(log.count(Level::WARN, "request=GET /slow"), 2);
}
