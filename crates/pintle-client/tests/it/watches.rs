//! Watches, and what can happen to them.

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pintle_api::core::v1::Pod;
use pintle_client::{Client, Error, ErrorKind, WatchStream};
use pintle_meta::WatchEvent;
use pintle_meta::v1::ListOptions;
use pintle_transport::{Body, Transport};

use crate::streaming;

const ADDED: &[u8] =
    br#"{"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}}"#;
const DELETED: &[u8] =
    br#"{"type":"DELETED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}}"#;

async fn watch(pieces: Vec<Result<&'static [u8], &'static str>>) -> WatchStream<Pod> {
    streaming(pieces)
        .api::<Pod>()
        .watch(&ListOptions::new())
        .await
        .unwrap()
}

async fn next(watch: &mut WatchStream<Pod>) -> Result<&'static str, Error> {
    Ok(watch
        .try_next()
        .await?
        .map_or("end", |event| event.type_name()))
}

// claims: rest.watch.json, rest.watch.types, rest.watch.end
#[tokio::test]
async fn events_come_in_order_until_the_server_ends_the_watch() {
    let mut events = watch(vec![Ok(ADDED), Ok(b"\n"), Ok(DELETED)]).await;
    assert_eq!(next(&mut events).await.unwrap(), "ADDED");
    assert_eq!(next(&mut events).await.unwrap(), "DELETED");
    assert_eq!(next(&mut events).await.unwrap(), "end");
    assert_eq!(next(&mut events).await.unwrap(), "end");
}

// claims: rest.retry.watch
#[tokio::test(start_paused = true)]
async fn a_watch_that_never_begins_is_an_empty_one() {
    let attempts = Arc::new(AtomicUsize::new(0));
    let count = attempts.clone();
    let service = tower::service_fn(move |_: http::Request<Body>| {
        count.fetch_add(1, Ordering::Relaxed);
        async { Err::<http::Response<Body>, _>(io::Error::from(io::ErrorKind::ConnectionReset)) }
    });
    let client = Client::from_transport(Transport::from_service(service), "default");
    let mut events = client
        .api::<Pod>()
        .watch(&ListOptions::new())
        .await
        .unwrap();
    assert_eq!(next(&mut events).await.unwrap(), "end");
    assert_eq!(attempts.load(Ordering::Relaxed), 11);

    // Where the server cannot be reached at all it is an error.
    let service = tower::service_fn(|_: http::Request<Body>| async {
        Err::<http::Response<Body>, _>(io::Error::from(io::ErrorKind::HostUnreachable))
    });
    let client = Client::from_transport(Transport::from_service(service), "default");
    let error = client.api::<Pod>().watch(&ListOptions::new()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn events_do_not_depend_on_how_bytes_arrive() {
    for cut in 1..ADDED.len() {
        let mut events = watch(vec![Ok(&ADDED[..cut]), Ok(&ADDED[cut..])]).await;
        assert_eq!(next(&mut events).await.unwrap(), "ADDED", "cut at {cut}");
        assert_eq!(next(&mut events).await.unwrap(), "end");
    }
}

#[tokio::test]
async fn a_watch_that_ends_in_the_middle_of_an_event_is_an_error() {
    let mut events = watch(vec![Ok(ADDED), Ok(&DELETED[..20])]).await;
    assert_eq!(next(&mut events).await.unwrap(), "ADDED");
    let error = next(&mut events).await.unwrap_err();
    assert_eq!(
        error.source().unwrap().to_string(),
        "the watch ended in the middle of an event"
    );
    assert!(error.is_closed(), "{error:?}");
    assert_eq!(next(&mut events).await.unwrap(), "end");
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error_and_the_end() {
    let mut events = watch(vec![Ok(ADDED), Err("cut")]).await;
    assert_eq!(next(&mut events).await.unwrap(), "ADDED");
    assert_eq!(
        next(&mut events).await.unwrap_err().kind(),
        ErrorKind::Transport
    );
    assert_eq!(next(&mut events).await.unwrap(), "end");
}

// claims: rest.watch.undecodable, defects.one-bad-object
#[tokio::test]
async fn one_event_that_cannot_be_read_does_not_end_the_watch() {
    let bad = br#"{"type":"ADDED","object":{"metadata":{"name":7}}}"#;
    let mut events = watch(vec![Ok(bad), Ok(ADDED)]).await;
    let error = next(&mut events).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidObject);
    let undecodable = error.as_undecodable().unwrap();
    assert_eq!(undecodable.error().path(), "object.metadata.name");
    assert_eq!(next(&mut events).await.unwrap(), "ADDED");
}

// claims: rest.watch.longest
#[tokio::test]
async fn a_frame_over_16_mib_ends_the_watch() {
    static HUGE: [u8; 1 << 20] = [b'x'; 1 << 20];
    let mut pieces: Vec<Result<&'static [u8], _>> = vec![Ok(br#"{"type":""#)];
    pieces.extend([Ok(&HUGE[..]); 17]);
    let mut events = watch(pieces).await;
    let error = next(&mut events).await.unwrap_err();
    assert_eq!(
        error.source().unwrap().to_string(),
        "a frame of more than 16777216 bytes at byte 0"
    );
    assert_eq!(next(&mut events).await.unwrap(), "end");
}

#[tokio::test]
async fn an_error_event_carries_the_status() {
    let expired = br#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}}"#;
    let mut events = watch(vec![Ok(expired)]).await;
    let Some(WatchEvent::Error(status)) = events.try_next().await.unwrap() else {
        panic!("an error event")
    };
    assert_eq!((status.reason.as_str(), status.code), ("Expired", 410));
}

// claims: defects.multi-line-status
#[tokio::test]
async fn an_error_event_over_several_lines_is_one_event() {
    let expired = b"{\n \"type\": \"ERROR\",\n \"object\": {\n  \"kind\": \"Status\",\n  \"apiVersion\": \"v1\",\n  \"reason\": \"Expired\",\n  \"code\": 410\n }\n}\n";
    let mut events = watch(vec![Ok(ADDED), Ok(b"\n"), Ok(expired), Ok(DELETED)]).await;
    assert_eq!(next(&mut events).await.unwrap(), "ADDED");
    let Some(WatchEvent::Error(status)) = events.try_next().await.unwrap() else {
        panic!("an error event")
    };
    assert_eq!((status.reason.as_str(), status.code), ("Expired", 410));
    assert_eq!(next(&mut events).await.unwrap(), "DELETED");
}

#[tokio::test]
async fn html_in_place_of_events_is_named() {
    let mut events = watch(vec![Ok(b"<html>login</html>")]).await;
    let error = next(&mut events).await.unwrap_err();
    assert!(
        error.source().unwrap().to_string().contains("<html>login"),
        "{error:?}"
    );
}

#[tokio::test]
async fn nothing_is_lost_when_a_wait_for_the_next_event_is_dropped() {
    use std::future::Future as _;
    use std::task::{Context, Waker};
    // One byte a poll, and each poll by a future that is dropped after it.
    let bytes: Vec<u8> = [ADDED, b"\n", DELETED].concat();
    let pieces: Vec<Result<&'static [u8], &'static str>> =
        bytes.iter().map(|byte| Ok(&*vec![*byte].leak())).collect();
    let mut events = crate::trickling(pieces)
        .api::<Pod>()
        .watch(&ListOptions::new())
        .await
        .unwrap();
    let mut cx = Context::from_waker(Waker::noop());
    let mut seen = Vec::new();
    let mut polls = 0;
    while seen.len() < 3 {
        polls += 1;
        let wait = std::pin::pin!(events.try_next());
        if let std::task::Poll::Ready(event) = wait.poll(&mut cx) {
            seen.push(event.unwrap().map_or("end", |event| event.type_name()));
        }
    }
    assert_eq!(seen, ["ADDED", "DELETED", "end"]);
    assert!(polls > bytes.len(), "{polls}");
}
