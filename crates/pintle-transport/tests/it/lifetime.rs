//! How long connections live.

use http::Request;
use pintle_config::{Config, Pem};
use pintle_transport::{Body, Transport};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

use crate::server::{Server, Tls, drain, listen, read_head};

#[tokio::test]
async fn dropping_the_transport_closes_its_connections() {
    let mut server = Recording::start("content-length: 4\r\n\r\ndone").await;
    let transport = Transport::new(&server.config).unwrap();
    let clone = transport.clone();
    let mut response = transport.send(get()).await.unwrap();
    response.body_mut().read_all(100).await.unwrap();
    drop(response);

    drop(transport);
    // The clone's connection is the same one.
    clone.send(get()).await.unwrap();
    assert_eq!(server.events.recv().await, Some("opened"));
    assert!(server.events.try_recv().is_err());

    drop(clone);
    assert_eq!(server.events.recv().await, Some("closed"));
}

#[tokio::test]
async fn response_body_outlives_the_transport() {
    let mut server = Recording::start("transfer-encoding: chunked\r\n\r\n3\r\none\r\n").await;
    let transport = Transport::new(&server.config).unwrap();
    let mut body = transport.send(get()).await.unwrap().into_body();

    drop(transport);
    assert_eq!(body.chunk().await.unwrap().unwrap(), "one");
    assert_eq!(server.events.recv().await, Some("opened"));
    assert!(server.events.try_recv().is_err());

    drop(body);
    assert_eq!(server.events.recv().await, Some("closed"));
}

#[tokio::test]
async fn dropping_the_transport_closes_http2_connections() {
    let tls = Tls::new();
    let server = Server::tls(&tls).await;
    let (report, mut events) = mpsc::unbounded_channel();
    // A relay between the client and the server that tells when the client has gone.
    let target = server.address;
    let (address, _tasks) = listen(move |mut tcp| {
        let report = report.clone();
        async move {
            let mut upstream = tokio::net::TcpStream::connect(target).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut tcp, &mut upstream).await;
            report.send("closed").unwrap();
        }
    })
    .await;
    let config = Config::new(&format!("https://{address}")).unwrap();
    let config = config.certificate_authority(Pem::from_bytes(tls.authority.certificate_pem()));
    let transport = Transport::new(&config).unwrap();
    let mut response = transport.send(get()).await.unwrap();
    response.body_mut().read_all(100).await.unwrap();

    drop((response, transport));

    assert_eq!(events.recv().await, Some("closed"));
}

/// A server that answers every request with the same text, and reports how its connections fare.
struct Recording {
    config: Config,
    events: mpsc::UnboundedReceiver<&'static str>,
    _tasks: tokio::task::JoinSet<()>,
}

impl Recording {
    async fn start(answer: &'static str) -> Self {
        let (report, events) = mpsc::unbounded_channel();
        let (address, tasks) = listen(move |mut tcp| {
            let report = report.clone();
            async move {
                report.send("opened").unwrap();
                read_head(&mut tcp).await;
                let answer = format!("HTTP/1.1 200 OK\r\n{answer}");
                tcp.write_all(answer.as_bytes()).await.unwrap();
                if answer.contains("content-length") {
                    read_head(&mut tcp).await;
                    tcp.write_all(answer.as_bytes()).await.unwrap();
                }
                drain(&mut tcp).await;
                report.send("closed").unwrap();
            }
        })
        .await;
        Self {
            config: Config::new(&address.to_string()).unwrap(),
            events,
            _tasks: tasks,
        }
    }
}

fn get() -> Request<Body> {
    Request::get("/").body(Body::empty()).unwrap()
}
