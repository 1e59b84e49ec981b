//! What is sent again, when, and what is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use pintle_config::HostBackoff;
use pintle_env::{Instant, RateLimiter};
use pintle_transport::{Body, ErrorKind, Purpose, RequestOptions};

use crate::script::{Answer, Script, config, get, post};

// claims: rest.retry.status, rest.retry.body
#[tokio::test(start_paused = true)]
async fn a_busy_server_is_asked_again_when_it_says() {
    let script = Script::new()
        .answer(429, &[("retry-after", "2")], "busy")
        .answer(503, &[("retry-after", "1")], "")
        .ok();
    let transport = script.transport(&config());

    let mut response = transport.send(post("/a", "body")).await.unwrap();

    assert_eq!(response.body_mut().read_all(100).await.unwrap(), "ok");
    let seen = script.seen();
    let times: Vec<u64> = seen.iter().map(|seen| seen.after.as_secs()).collect();
    assert_eq!(times, [0, 2, 3]);
    assert!(seen.iter().all(|seen| *seen.request.body() == "body"));
}

// claims: defects.retry
#[tokio::test(start_paused = true)]
async fn a_write_is_not_sent_again_unless_the_server_says_so() {
    let script = Script::new().answer(503, &[], "busy");
    let transport = script.transport(&config());
    let response = transport.send(post("/a", "body")).await.unwrap();
    assert_eq!((response.status().as_u16(), script.seen().len()), (503, 1));

    let script = Script::new().then(|| Answer::Resets).ok();
    let transport = script.transport(&config());
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let request = Request::builder().method(method).uri("/a");
        let script = Script::new().then(|| Answer::Resets);
        let transport = script.transport(&config());
        let error = transport.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Foreign);
        assert_eq!(script.seen().len(), 1, "{method}");
    }
    transport.send(get("/a")).await.unwrap();
    assert_eq!(script.times(), [0, 1000]);
}

// claims: rest.retry.limit
#[tokio::test(start_paused = true)]
async fn after_ten_more_attempts_the_answer_is_taken_as_it_is() {
    let script = Script::new().answer(429, &[("retry-after", "1")], "busy");
    let transport = script.transport(&config());
    let response = transport.send(get("/a")).await.unwrap();
    assert_eq!((response.status().as_u16(), script.seen().len()), (429, 11));

    let twice = RequestOptions::new().max_retries(2);
    let request = Request::get("/a").extension(twice).body(Body::empty());
    let response = transport.send(request.unwrap()).await.unwrap();
    assert_eq!((response.status().as_u16(), script.seen().len()), (429, 3));
}

// claims: rest.retry.body
#[tokio::test(start_paused = true)]
async fn a_body_that_is_a_stream_is_sent_once() {
    let script = Script::new()
        .answer(429, &[("retry-after", "1")], "busy")
        .ok();
    let transport = script.transport(&config());
    let body = Body::new(http_body_util::Full::new(Bytes::from("streamed")));
    let response = transport
        .send(Request::post("/a").body(body).unwrap())
        .await;
    assert_eq!(response.unwrap().status(), 429);
    assert_eq!(script.seen().len(), 1);
}

// claims: rest.retry.stream, rest.retry.watch
#[tokio::test(start_paused = true)]
async fn what_is_tried_again_depends_on_what_is_opened() {
    for (purpose, attempts) in [(Purpose::Watch, 2), (Purpose::Stream, 1)] {
        let script = Script::new().then(|| Answer::Resets).ok();
        let transport = script.transport(&config());
        let options = RequestOptions::new().purpose(purpose);
        let request = Request::get("/a").extension(options).body(Body::empty());
        let outcome = transport.send(request.unwrap()).await;
        assert_eq!(outcome.is_ok(), attempts == 2, "{purpose:?}");
        assert_eq!(script.seen().len(), attempts, "{purpose:?}");

        let script = Script::new()
            .answer(503, &[("retry-after", "1")], "busy")
            .ok();
        let transport = script.transport(&config());
        let options = RequestOptions::new().purpose(purpose);
        let request = Request::get("/a").extension(options).body(Body::empty());
        transport.send(request.unwrap()).await.unwrap();
        assert_eq!(script.seen().len(), 2, "{purpose:?}");
    }
}

/// A body that counts what is read of it.
struct Counted {
    left: usize,
    read: Arc<AtomicUsize>,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let next = self.left.min(512);
        self.left -= next;
        self.read.fetch_add(next, Ordering::Relaxed);
        let frame = (next > 0).then(|| Ok(Frame::data(vec![b'x'; next].into())));
        std::task::Poll::Ready(frame)
    }
}

// claims: rest.retry.drain
#[tokio::test(start_paused = true)]
async fn short_answers_are_read_for_the_sake_of_their_connection() {
    for (length, drained) in [(0, 0), (1024, 1024), (10_000, 2048)] {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let script = Script::new()
            .then(move || {
                let body = Body::new(Counted {
                    left: length,
                    read: Arc::clone(&counted),
                });
                let response = Response::builder().status(429).header("retry-after", "1");
                Answer::Of(response.body(body).unwrap())
            })
            .ok();
        let transport = script.transport(&config());
        transport.send(get("/a")).await.unwrap();
        assert_eq!(read.load(Ordering::Relaxed), drained, "of {length}");
    }
}

// claims: rest.retry.drain
#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_end_does_not_hold_up_the_next_attempt() {
    let script = Script::new()
        .then(|| {
            let response = Response::builder().status(429).header("retry-after", "2");
            Answer::Of(response.body(Body::new(Endless)).unwrap())
        })
        .ok();
    let transport = script.transport(&config());
    transport.send(get("/a")).await.unwrap();
    assert_eq!(script.times(), [0, 2000]);
}

/// A body of which nothing comes.
pub(crate) struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        std::task::Poll::Pending
    }
}

// claims: rest.retry.deadline, rest.retry.previous, rest.config.timeout
#[tokio::test(start_paused = true)]
async fn the_time_limit_covers_all_attempts_and_says_what_came_of_them() {
    let script = Script::new()
        .answer(429, &[("retry-after", "4")], "busy")
        .then(|| Answer::Silence);
    let transport = script.transport(&config().timeout(Duration::from_secs(10)));
    let error = transport.send(get("/a/b?secret=x")).await.unwrap_err();
    assert!(error.is_deadline() && error.is_timeout(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "no answer to GET /a/b within 10s; before that, the server answered 429 Too Many Requests"
    );
    assert_eq!(script.times(), [0, 4000]);

    // While it waits for an attempt that comes too late, none is made.
    let script = Script::new().answer(429, &[("retry-after", "4")], "busy");
    let transport = script.transport(&config().timeout(Duration::from_secs(10)));
    let options = RequestOptions::new().timeout(Duration::from_secs(7));
    let request = Request::get("/a").extension(options).body(Body::empty());
    let error = transport.send(request.unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("within 7s"), "{error}");
    assert_eq!(script.times(), [0, 4000]);
    // The configuration's limit is never exceeded.
    let options = RequestOptions::new().timeout(Duration::from_secs(70));
    let request = Request::get("/a").extension(options).body(Body::empty());
    let error = transport.send(request.unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("within 10s"), "{error}");
}

// claims: rest.retry.previous
#[tokio::test(start_paused = true)]
async fn what_failed_before_is_not_said_twice() {
    let script = Script::new().then(|| Answer::Resets);
    let transport = script.transport(&config());
    let error = transport.send(get("/a")).await.unwrap_err();
    assert!(!error.to_string().contains("before that"), "{error}");
    assert_eq!(script.seen().len(), 11);
    assert!(std::error::Error::source(&error).is_some(), "{error:?}");
}

// claims: rest.config.timeout
#[tokio::test(start_paused = true)]
async fn the_time_limit_covers_the_body_but_not_that_of_a_watch() {
    let endless = || Answer::Of(Response::new(Body::new(Endless)));
    let script = Script::new().then(endless);
    let transport = script.transport(&config().timeout(Duration::from_secs(5)));
    let mut response = transport.send(get("/a")).await.unwrap();
    let error = response.body_mut().chunk().await.unwrap().unwrap_err();
    assert!(error.is_deadline(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the answer to GET /a was not complete within 5s"
    );
    assert!(response.body_mut().chunk().await.is_none());

    let mut watch = transport.send(get("/a?watch=true")).await.unwrap();
    let hour = Duration::from_secs(3600);
    let waited = tokio::time::timeout(hour, watch.body_mut().chunk()).await;
    assert!(waited.is_err(), "a watch lasts");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_silent_for_too_long_is_given_up() {
    let mut config = config();
    config.watch_idle_timeout = Some(Duration::from_secs(90));
    let script = Script::new().then(|| {
        let (sender, receiver) = tokio::sync::mpsc::channel::<Bytes>(1);
        tokio::task::spawn_local(async move {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_secs(60)).await;
                sender.send(Bytes::from("event")).await.unwrap();
            }
            std::future::pending::<()>().await;
        });
        Answer::Of(Response::new(Body::new(Received(receiver))))
    });
    let transport = script.transport(&config);
    let local = tokio::task::LocalSet::new();
    let heard = local.run_until(async {
        let mut watch = transport.send(get("/a?watch=1")).await.unwrap();
        let mut heard = 0;
        loop {
            match watch.body_mut().chunk().await.unwrap() {
                Ok(_) => heard += 1,
                Err(error) => break (heard, error),
            }
        }
    });
    let (heard, error) = heard.await;
    assert_eq!(heard, 3);
    assert_eq!(error.to_string(), "GET /a was silent for 90s");
    assert!(error.is_timeout() && !error.is_deadline(), "{error:?}");
}

/// A body that somebody sends.
struct Received(tokio::sync::mpsc::Receiver<Bytes>);

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let bytes = self.0.poll_recv(cx);
        bytes.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

// claims: rest.retry.wait, rest.backoff.growth
#[tokio::test(start_paused = true)]
async fn the_longer_of_backoff_and_retry_after_is_waited_for() {
    let mut config = config();
    let (base, max) = (Duration::from_secs(3), Duration::from_secs(60));
    config.backoff = Some(HostBackoff::new(base, max));
    let script = Script::new()
        .answer(429, &[("retry-after", "1")], "")
        .answer(429, &[("retry-after", "20")], "")
        .answer(500, &[], "")
        .ok();
    let transport = script.transport(&config);
    let response = transport.send(get("/a")).await.unwrap();
    assert_eq!(response.status(), 500);
    // 3 s of backoff; 20 s of the server's; and the next request begins with what has grown by then.
    assert_eq!(script.times(), [0, 3000, 23_000]);
    transport.send(get("/a")).await.unwrap();
    assert_eq!(script.times(), [35_000]);
    transport.send(get("/a")).await.unwrap();
    assert_eq!(script.times(), [35_000]);
}

// claims: rest.backoff.host
#[tokio::test(start_paused = true)]
async fn one_busy_host_does_not_hold_up_another() {
    let mut busy = config();
    let (base, max) = (Duration::from_secs(3), Duration::from_secs(60));
    busy.backoff = Some(HostBackoff::new(base, max));
    let mut other = busy.clone();
    other.server = "http://cluster.example:8002".parse().unwrap();
    let script = Script::new().answer(503, &[], "");
    script.transport(&busy).send(get("/a")).await.unwrap();
    script.transport(&other).send(get("/a")).await.unwrap();
    assert_eq!(script.times(), [0, 0]);
}

/// Lets everything pass at once, and counts.
#[derive(Default)]
struct Counting(AtomicUsize);

impl RateLimiter for Counting {
    fn reserve(&self, now: Instant) -> Instant {
        self.0.fetch_add(1, Ordering::Relaxed);
        now
    }
}

// claims: rest.retry.throttled, rest.limiter.watch, rest.limiter.own
#[tokio::test(start_paused = true)]
async fn every_attempt_passes_the_limiter_but_the_first_of_a_watch() {
    for (path, passes) in [("/a", 3), ("/a?watch=true", 2)] {
        let limiter = Arc::new(Counting::default());
        let config = config().rate_limiter(limiter.clone());
        let script = Script::new()
            .answer(429, &[("retry-after", "1")], "")
            .answer(429, &[("retry-after", "1")], "")
            .ok();
        let transport = script.transport(&config);
        transport.send(get(path)).await.unwrap();
        assert_eq!(script.seen().len(), 3);
        assert_eq!(limiter.0.load(Ordering::Relaxed), passes, "{path}");
    }
}
