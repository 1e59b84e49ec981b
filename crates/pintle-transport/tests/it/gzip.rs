//! Answers in gzip.

use std::collections::VecDeque;
use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Request, Response};
use http_body::Frame;
use pintle_transport::{Body, ErrorKind};

use crate::script::{Answer, Script, config, get};

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn in_gzip(body: Body) -> Answer {
    let response = Response::builder().header("content-encoding", "gzip");
    Answer::Of(response.header("content-length", 7).body(body).unwrap())
}

// claims: rest.transport.gzip, rest.config.compression, defects.compressed-watch
#[tokio::test]
async fn gzip_is_asked_for_unless_it_would_delay_a_watch() {
    let script = Script::new().ok();
    let asked = |path: &'static str, compression| {
        let script = script.clone();
        async move {
            let mut config = config();
            config.compression = compression;
            script.transport(&config).send(get(path)).await.unwrap();
            let seen = script.seen();
            let asked = seen[0].request.headers().get("accept-encoding").cloned();
            asked.map(|asked| asked.to_str().unwrap().to_owned())
        }
    };
    assert_eq!(asked("/a", true).await.as_deref(), Some("gzip"));
    assert_eq!(asked("/a?watch=true", true).await, None);
    assert_eq!(asked("/a", false).await, None);
}

// claims: rest.transport.gzip
#[tokio::test]
async fn answers_are_unpacked() {
    let text: Vec<u8> = (0..100_000u32)
        .flat_map(|number| (number / 7).to_le_bytes())
        .collect();
    let body = packed(&text);
    for piece in [1, 100, 1 << 20] {
        let pieces: VecDeque<Bytes> = body.chunks(piece).map(Bytes::copy_from_slice).collect();
        let script = Script::new().then(move || in_gzip(Body::new(Pieces(pieces.clone()))));
        let mut response = script.transport(&config()).send(get("/a")).await.unwrap();
        for gone in ["content-encoding", "content-length"] {
            assert!(!response.headers().contains_key(gone), "{gone}");
        }
        let unpacked = response.body_mut().read_all(usize::MAX).await.unwrap();
        assert!(unpacked == text, "in pieces of {piece}");
    }
}

// claims: defects.compressed-watch
#[tokio::test]
async fn a_watch_that_comes_in_gzip_is_unpacked_event_by_event() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let mut pieces = VecDeque::new();
    for event in ["{\"one\"}", "{\"two\"}"] {
        encoder.write_all(event.as_bytes()).unwrap();
        encoder.flush().unwrap();
        pieces.push_back(Bytes::from(std::mem::take(encoder.get_mut())));
    }
    let script = Script::new().then(move || in_gzip(Body::new(Pieces(pieces.clone()).unended())));
    let mut watch = script
        .transport(&config())
        .send(get("/a?watch=true"))
        .await
        .unwrap();
    for event in ["{\"one\"}", "{\"two\"}"] {
        // Nothing else comes until this has been read.
        assert_eq!(watch.body_mut().chunk().await.unwrap().unwrap(), event);
    }
}

#[tokio::test]
async fn what_is_unpacked_ahead_is_bounded() {
    let bomb = Bytes::from(packed(&vec![0; 64 << 20]));
    let script = Script::new().then(move || in_gzip(Body::from(bomb.to_vec())));
    let mut response = script.transport(&config()).send(get("/a")).await.unwrap();
    let mut total = 0;
    while let Some(chunk) = response.body_mut().chunk().await {
        let length = chunk.unwrap().len();
        assert!(length <= 128 << 10, "{length} bytes at once");
        total += length;
    }
    assert_eq!(total, 64 << 20);
}

#[tokio::test]
async fn damage_is_an_error() {
    let whole = packed(b"all of it");
    let mut wrong = whole.clone();
    let checksum = wrong.len() - 5;
    wrong[checksum] ^= 1;
    let cut = whole[..whole.len() - 9].to_vec();
    for body in [b"not gzip at all".to_vec(), wrong, cut] {
        let script = Script::new().then(move || in_gzip(Body::from(body.clone())));
        let mut response = script.transport(&config()).send(get("/a")).await.unwrap();
        let error = response.body_mut().read_all(1000).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert_eq!(
            error.to_string(),
            "the compressed answer of cluster.example:8001 is damaged"
        );
    }
}

#[tokio::test]
async fn who_asks_for_an_encoding_gets_it() {
    let body = packed(b"text");
    let expected = body.clone();
    let script = Script::new().then(move || in_gzip(Body::from(body.clone())));
    let request = Request::get("/a").header("accept-encoding", "gzip");
    let transport = script.transport(&config());
    let response = transport.send(request.body(Body::empty()).unwrap()).await;
    let mut response = response.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let body = response.body_mut().read_all(1000).await.unwrap();
    assert_eq!(body, expected);
}

/// A body in pieces.
struct Pieces(VecDeque<Bytes>);

impl Pieces {
    fn unended(self) -> Unended {
        Unended(self)
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let next = self.0.pop_front();
        std::task::Poll::Ready(next.map(|next| Ok(Frame::data(next))))
    }
}

/// Pieces after which the end does not come.
struct Unended(Pieces);

impl http_body::Body for Unended {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if self.0.0.is_empty() {
            return std::task::Poll::Pending;
        }
        std::pin::Pin::new(&mut self.0).poll_frame(cx)
    }
}
