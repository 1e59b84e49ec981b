//! Responses that arrive, and responses that do not.

use bytes::Bytes;
use http::{Request, StatusCode};
use pintle_config::{Config, Pem};
use pintle_transport::{Body, Error, ErrorKind, RequestOptions, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::server::{BREAKS_OFF, Server, Tls, drain, listen, read_head};

#[tokio::test]
async fn chunks_arrive_as_they_are_sent() {
    let (open, gate) = tokio::sync::oneshot::channel();
    let gate = std::sync::Mutex::new(Some(gate));
    let (address, _tasks) = listen(move |mut tcp| {
        let gate = gate.lock().unwrap().take().unwrap();
        async move {
            read_head(&mut tcp).await;
            tcp.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
                .await
                .unwrap();
            let _: () = gate.await.unwrap();
            tcp.write_all(b"3\r\ntwo\r\n0\r\n\r\n").await.unwrap();
            drain(&mut tcp).await;
        }
    })
    .await;
    let mut body = response(address).await.unwrap();

    assert_eq!(body.chunk().await.unwrap().unwrap(), "one");
    // The second is sent only once the first was seen to arrive.
    open.send(()).unwrap();
    assert_eq!(body.chunk().await.unwrap().unwrap(), "two");
    assert!(body.chunk().await.is_none());
}

#[tokio::test]
async fn body_that_breaks_off_is_an_error_after_what_arrived() {
    for head in ["content-length: 100", "transfer-encoding: chunked"] {
        let sent = match head.starts_with("content") {
            true => format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\npart"),
            false => format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n4\r\npart\r\n"),
        };
        let (address, _tasks) = scripted(sent).await;
        let mut body = response(address).await.unwrap();

        assert_eq!(body.chunk().await.unwrap().unwrap(), "part");
        let error = body.chunk().await.unwrap().unwrap_err();

        assert!(error.is_closed(), "{error:?}");
        assert!(!error.is_connect());
        assert_eq!(
            error.to_string(),
            format!("the connection to {address} ended before the response was complete")
        );
    }
}

#[tokio::test]
async fn tls_connection_that_breaks_off_is_an_error() {
    let tls = Tls::new().alpn(&["http/1.1"]);
    let acceptor = tls.acceptor();
    let (address, tasks) = listen(move |tcp| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(tcp).await.unwrap();
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart")
                .await
                .unwrap();
            stream.flush().await.unwrap();
            // Without close_notify, as a killed server.
            drain(stream.get_mut().0).await;
        }
    })
    .await;
    let config = Config::new(&format!("https://{address}")).unwrap();
    let config = config.certificate_authority(Pem::from_bytes(tls.authority.certificate_pem()));
    let transport = Transport::new(&config).unwrap();
    let mut body = transport.send(get()).await.unwrap().into_body();
    assert_eq!(body.chunk().await.unwrap().unwrap(), "part");
    drop(tasks);

    let error = body.chunk().await.unwrap().unwrap_err();

    assert!(error.is_closed(), "{error:?}");
    let causes = causes(&error);
    assert!(causes.contains("without TLS's close_notify"), "{causes}");
    assert!(!causes.contains("://"), "{causes}");
}

#[tokio::test]
async fn tls_connection_that_ends_before_the_head_is_explained_without_web_pages() {
    for protocol in ["h2", "http/1.1"] {
        let tls = Tls::new().alpn(&[protocol]);
        let acceptor = tls.acceptor();
        let (address, _tasks) = listen(move |tcp| {
            let acceptor = acceptor.clone();
            async move {
                let mut stream = acceptor.accept(tcp).await.unwrap();
                let mut byte = [0];
                stream.read_exact(&mut byte).await.unwrap();
            }
        })
        .await;
        let config = Config::new(&format!("https://{address}")).unwrap();
        let config = config.certificate_authority(Pem::from_bytes(tls.authority.certificate_pem()));

        let sent = Transport::new(&config).unwrap().send(get()).await;

        let error = sent.unwrap_err();
        assert!(error.is_closed(), "{protocol}: {error:?}");
        let causes = causes(&error);
        assert!(!causes.contains("://"), "{protocol}: {causes}");
    }
}

#[tokio::test]
async fn http2_stream_that_is_reset_is_an_error() {
    let tls = Tls::new();
    let server = Server::tls(&tls).await;
    let transport = Transport::new(&server.trusting(&tls)).unwrap();
    let request = Request::get(BREAKS_OFF).body(Body::empty()).unwrap();
    let mut body = transport.send(request).await.unwrap().into_body();
    assert_eq!(body.chunk().await.unwrap().unwrap(), "part");

    server.break_off();
    let error = body.chunk().await.unwrap().unwrap_err();

    assert!(error.is_closed(), "{error:?}");
    // The connection is still good.
    transport.send(get()).await.unwrap();
}

#[tokio::test]
async fn connection_that_ends_before_the_head_is_an_error() {
    let (address, _tasks) = scripted(String::new()).await;

    let error = response(address).await.unwrap_err();

    assert!(error.is_closed(), "{error:?}");
}

#[tokio::test]
async fn what_is_not_http_is_a_protocol_error() {
    let (address, _tasks) = scripted("SSH-2.0-OpenSSH_9.9\r\n\r\n".to_owned()).await;

    let error = response(address).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn http2_server_that_stops_answering_pings_times_out() {
    let tls = Tls::new().alpn(&["h2"]);
    let acceptor = tls.acceptor();
    let (address, _tasks) = listen(move |tcp| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(tcp).await.unwrap();
            // An empty SETTINGS frame, so that the connection counts as established.
            stream
                .write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0])
                .await
                .unwrap();
            stream.flush().await.unwrap();
            drain(stream.get_mut().0).await;
        }
    })
    .await;
    let config = Config::new(&format!("https://{address}")).unwrap();
    let config = config.certificate_authority(Pem::from_bytes(tls.authority.certificate_pem()));
    let transport = Transport::new(&config).unwrap();

    let error = transport.send(get()).await.unwrap_err();

    assert!(error.is_timeout() && !error.is_connect(), "{error:?}");
    assert!(error.to_string().ends_with("stopped answering"), "{error}");
}

#[tokio::test]
async fn every_status_is_a_response() {
    let (address, _tasks) =
        scripted("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy".to_owned())
            .await;
    let config = Config::new(&address.to_string()).unwrap();

    let mut response = Transport::new(&config).unwrap().send(get()).await.unwrap();

    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.body_mut().read_all(2048).await.unwrap(), "busy");
}

#[tokio::test]
async fn read_all_stops_at_the_limit() {
    for limit in [0, 3, 4, 5, 7, 8, 100] {
        let chunks = http_body_util::StreamBody::new(Chunks(vec!["efgh", "abcd"]));
        let all = Body::new(chunks).read_all(limit).await.unwrap();
        let expected = &"abcdefgh"[..limit.min(8)];
        assert_eq!(all, expected, "limit {limit}");
    }
}

/// A stream of frames, last one first.
struct Chunks(Vec<&'static str>);

impl futures_core::Stream for Chunks {
    type Item = Result<http_body::Frame<Bytes>, Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let next = self.0.pop();
        std::task::Poll::Ready(next.map(|text| Ok(http_body::Frame::data(Bytes::from(text)))))
    }
}

/// A request that is not sent again, however it fails.
fn get() -> Request<Body> {
    let once = RequestOptions::new().max_retries(0);
    let request = Request::get("/").extension(once);
    request.body(Body::empty()).unwrap()
}

async fn response(address: std::net::SocketAddr) -> Result<Body, Error> {
    let config = Config::new(&address.to_string()).unwrap();
    let transport = Transport::new(&config).unwrap();
    Ok(transport.send(get()).await?.into_body())
}

/// A server that answers with these bytes and closes.
async fn scripted(answer: String) -> (std::net::SocketAddr, tokio::task::JoinSet<()>) {
    listen(move |mut tcp| {
        let answer = answer.clone();
        async move {
            read_head(&mut tcp).await;
            tcp.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await
}

/// What the causes of an error say.
fn causes(error: &Error) -> String {
    let mut text = String::new();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text.push_str(&format!("{cause}; "));
        next = cause.source();
    }
    text
}
