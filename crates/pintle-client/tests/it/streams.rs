//! Answers that are read while they arrive.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pintle_client::{ByteStream, Client};
use pintle_meta::GroupVersion;
use pintle_transport::{Body, Transport};

use crate::{client, streaming, trickling};

async fn log(client: &pintle_client::Client) -> ByteStream {
    let core = client.rest(&GroupVersion::core("v1"));
    let request = core
        .get()
        .namespace("team-a")
        .resource("pods")
        .name("web-0");
    request.subresource(["log"]).stream().await.unwrap()
}

// claims: clients.typed.logs
#[tokio::test]
async fn lines_are_cut_wherever_they_arrive_in_pieces() {
    let pieces = vec![
        Ok(&b"one\ntw"[..]),
        Ok(b"o\n"),
        Ok(b"\nfo"),
        Ok(b"ur"),
        Ok(b"\xff"),
    ];
    for client in [streaming(pieces.clone()), trickling(pieces)] {
        let mut log = log(&client).await;
        for line in ["one", "two", "", "four\u{fffd}"] {
            assert_eq!(log.try_next_line().await.unwrap().as_deref(), Some(line));
        }
        assert_eq!(log.try_next_line().await.unwrap(), None);
        assert!(log.try_next().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn bytes_and_lines_can_be_read_in_turns() {
    let pieces = vec![Ok(&b"one\ntwo"[..]), Ok(b" three\nfour")];
    let mut log = log(&trickling(pieces)).await;
    assert_eq!(log.try_next_line().await.unwrap().as_deref(), Some("one"));
    assert_eq!(log.try_next().await.unwrap().unwrap(), "two");
    assert_eq!(
        log.try_next_line().await.unwrap().as_deref(),
        Some(" three")
    );
    assert_eq!(log.try_next_line().await.unwrap().as_deref(), Some("four"));
}

#[tokio::test]
async fn a_line_that_does_not_end_comes_in_pieces() {
    let long = vec![b'x'; (1 << 20) + 7].leak();
    let mut log = log(&streaming(vec![Ok(long), Ok(b"\nend\n")])).await;
    assert_eq!(log.try_next_line().await.unwrap().unwrap().len(), 1 << 20);
    assert_eq!(log.try_next_line().await.unwrap().unwrap().len(), 7);
    assert_eq!(log.try_next_line().await.unwrap().as_deref(), Some("end"));
}

#[tokio::test]
async fn a_connection_that_breaks_is_said_to_behind_what_came() {
    let mut log = log(&streaming(vec![Ok(&b"one\ntw"[..]), Err("reset")])).await;
    assert_eq!(log.try_next_line().await.unwrap().as_deref(), Some("one"));
    assert!(log.try_next_line().await.is_err());
    assert_eq!(log.try_next().await.unwrap().unwrap(), "tw");
    assert!(log.try_next().await.unwrap().is_none());
}

// claims: rest.result.success
#[tokio::test]
async fn any_answer_of_2xx_is_a_stream() {
    for status in [200, 204, 226] {
        let (client, _) = client(status, &[], "");
        let mut log = log(&client).await;
        assert!(log.try_next().await.unwrap().is_none(), "{status}");
    }
    let (client, _) = client(404, &[], "");
    let core = client.rest(&GroupVersion::core("v1"));
    assert!(
        core.get()
            .resource("pods")
            .stream()
            .await
            .unwrap_err()
            .is_not_found()
    );
}

// claims: rest.retry.stream
#[tokio::test(start_paused = true)]
async fn a_stream_that_does_not_begin_is_not_asked_for_again() {
    let attempts = Arc::new(AtomicUsize::new(0));
    let count = attempts.clone();
    let service = tower::service_fn(move |_: http::Request<Body>| {
        count.fetch_add(1, Ordering::Relaxed);
        async { Err::<http::Response<Body>, _>(io::Error::from(io::ErrorKind::ConnectionReset)) }
    });
    let client = Client::from_transport(Transport::from_service(service), "default");
    let log = client
        .rest(&GroupVersion::core("v1"))
        .get()
        .abs_path("/logs");
    assert!(log.stream().await.is_err());
    assert_eq!(attempts.load(Ordering::Relaxed), 1);
}
