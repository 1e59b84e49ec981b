//! Connections in numbers: what a recorder is told of look-ups, dialing, handshakes, pools and files.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use pintle_codec::{Value, json};
use pintle_config::{Config, Identity, Pem};
use pintle_env::{ManualClock, Metric, MetricKind, OpenMetrics};
use pintle_transport::{Body, ClientIdentity, METRICS, RequestOptions, Transport};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;

use crate::server::{Server, Tls, authority, client, listen, read_head};

// claims: rest.metrics.latency, rest.metrics.size, rest.metrics.result, rest.metrics.exec
// claims: rest.metrics.certificate, rest.metrics.transports
#[test]
fn metrics_are_those_of_kubernetes_components() {
    let mut told = BTreeSet::new();
    for line in include_str!("oracle/metrics.jsonl").lines() {
        let theirs = json::parse(line.as_bytes()).unwrap();
        let name = theirs.get("name").and_then(Value::as_str).unwrap();
        let ours = METRICS.iter().find(|metric| metric.name == name);
        let ours = ours.unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(shown(ours), theirs, "{name}");
        told.insert(name.to_owned());
    }
    assert_eq!(told.len(), 15);
    let of_its_own = METRICS.iter().filter(|metric| !told.contains(metric.name));
    let of_its_own: BTreeSet<&str> = of_its_own.map(|metric| metric.name).collect();
    assert_eq!(
        of_its_own,
        OF_ITS_OWN.iter().map(|(name, _)| *name).collect()
    );
}

/// What Kubernetes' components do not tell, and why it is told here.
const OF_ITS_OWN: [(&str, &str); 8] = [
    (
        "rest_client_exec_plugin_policy_call_total",
        "theirs is never filled, and takes the verdicts for names of labels",
    ),
    ("rest_client_dial_duration_seconds", "of connections"),
    (
        "rest_client_tls_handshake_duration_seconds",
        "of connections",
    ),
    ("rest_client_connections_open", "of connections"),
    ("rest_client_connections_opened_total", "of connections"),
    ("rest_client_connections_reused_total", "of connections"),
    ("rest_client_connections_closed_total", "of connections"),
    (
        "rest_client_transport_cert_reload_total",
        "certificates are replaced more often than authorities, and fail as they do",
    ),
];

/// A metric in the form of the record.
fn shown(metric: &Metric) -> Value {
    let (kind, bounds) = match metric.kind {
        MetricKind::Counter => ("counter", &[][..]),
        MetricKind::Gauge | MetricKind::Level => ("gauge", &[][..]),
        MetricKind::Histogram(bounds) => ("histogram", bounds),
        _ => panic!("{} is of another kind", metric.name),
    };
    let mut labels = metric.labels.to_vec();
    labels.sort_unstable();
    let labels: Vec<String> = labels.iter().map(|label| format!("{label:?}")).collect();
    let bounds: Vec<String> = bounds.iter().map(ToString::to_string).collect();
    let mut text = format!(
        r#"{{"name":{:?},"kind":"{kind}","labels":[{}]"#,
        metric.name,
        labels.join(",")
    );
    if !bounds.is_empty() {
        text.push_str(&format!(r#","bounds":[{}]"#, bounds.join(",")));
    }
    text.push('}');
    json::parse(text.as_bytes()).unwrap()
}

// claims: rest.metrics.latency
#[tokio::test]
async fn lookups_are_measured_by_host_and_those_of_addresses_are_none() {
    let server = Server::plain().await;
    let exporter = Exporter::new();
    for host in ["localhost", "127.0.0.1", "no.such.host.invalid"] {
        let config = Config::new(&format!("http://{host}:{}", server.address.port())).unwrap();
        let sent = Transport::new(&exporter.listens(config)).unwrap();
        let sent = sent.send(get()).await;
        assert_eq!(sent.is_ok(), !host.ends_with("invalid"), "{host}");
    }
    let lookups = |host| {
        exporter.value(&format!(
            "rest_client_dns_resolution_duration_seconds_count{{host=\"{host}\"}}"
        ))
    };
    assert_eq!(lookups("localhost"), Some(1.0));
    assert_eq!(lookups("no.such.host.invalid"), Some(1.0));
    assert_eq!(lookups("127.0.0.1"), None);
}

#[tokio::test]
async fn dialing_and_handshakes_are_measured_by_host() {
    let tls = Tls::new();
    let acceptor = tls.acceptor();
    let clock = ManualClock::new();
    let ticks = clock.clone();
    let (address, _tasks) = listen(move |tcp| {
        let (config, ticks) = (Arc::clone(acceptor.config()), ticks.clone());
        async move {
            let hello = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), tcp).await;
            ticks.advance(Duration::from_secs(2));
            let mut stream = hello.unwrap().into_stream(config).await.unwrap();
            read_head(&mut stream).await;
            stream.write_all(ANSWER).await.unwrap();
            stream.flush().await.unwrap();
            std::future::pending::<()>().await;
        }
    })
    .await;
    let exporter = Exporter::new();
    let config = Config::new(&format!("https://{address}")).unwrap();
    let config = config
        .certificate_authority(Pem::from_bytes(tls.authority.certificate_pem()))
        .time(Arc::new(clock.clone()));
    let mut config = exporter.listens(config);
    config.http2.enabled = false;
    let builder = Transport::builder(&config).connect_with(move || {
        clock.advance(Duration::from_secs(3));
        TcpStream::connect(address)
    });
    builder.build().unwrap().send(get()).await.unwrap();

    let sum = |name| exporter.value(&format!("rest_client_{name}_sum{{host=\"{address}\"}}"));
    assert_eq!(sum("dial_duration_seconds"), Some(3.0));
    assert_eq!(sum("tls_handshake_duration_seconds"), Some(2.0));
}

#[tokio::test]
async fn connections_are_counted_while_they_are_there() {
    let tls = Tls::new();
    let (plain, secure) = (Server::plain().await, Server::tls(&tls).await);
    let exporter = Exporter::new();
    for (config, protocol) in [(plain.config(), "http/1.1"), (secure.trusting(&tls), "h2")] {
        let host = config.server.authority().to_string();
        let transport = Transport::new(&exporter.listens(config)).unwrap();
        for _ in 0..3 {
            let mut response = transport.send(get()).await.unwrap();
            response.body_mut().read_all(100).await.unwrap();
        }
        let of = |name: &str| exporter.value(&format!("rest_client_{name}{{host=\"{host}\"}}"));
        let opened = format!(
            "rest_client_connections_opened_total{{host=\"{host}\",protocol=\"{protocol}\"}}"
        );
        assert_eq!(exporter.value(&opened), Some(1.0), "{exporter:?}");
        assert_eq!(of("connections_open"), Some(1.0));
        assert_eq!(of("connections_reused_total"), Some(2.0));

        drop(transport);
        exporter.closed(&host, "client").await;
        assert_eq!(of("connections_open"), Some(0.0));
    }
}

#[tokio::test]
async fn connections_that_end_say_why() {
    // One that the server ends when it has answered, in good order or not.
    for (reason, resets) in [("peer", false), ("error", true)] {
        let (address, _tasks) = listen(move |mut tcp: TcpStream| async move {
            read_head(&mut tcp).await;
            tcp.write_all(ANSWER).await.unwrap();
            if resets {
                let socket = socket2::SockRef::from(&tcp);
                socket.set_linger(Some(Duration::ZERO)).unwrap();
            }
        })
        .await;
        let exporter = Exporter::new();
        let config = exporter.listens(Config::new(&address.to_string()).unwrap());
        let transport = Transport::new(&config).unwrap();
        // The answer may be lost by the reset.
        if let Ok(mut response) = transport.send(get()).await {
            let _ = response.body_mut().read_all(100).await;
        }
        exporter.closed(&address.to_string(), reason).await;
    }

    // One that presented another certificate than the one of now.
    let users = authority();
    let tls = Tls::new().clients_of(&users);
    let server = Server::tls(&tls).await;
    let (identity, exporter) = (ClientIdentity::new(), Exporter::new());
    let config = exporter.listens(server.trusting(&tls));
    let builder = Transport::builder(&config).client_identity(&identity);
    let transport = builder.build().unwrap();
    for _ in 0..2 {
        let (certificate, key) = client(&users);
        identity.set(Some(Identity { certificate, key }));
        let mut response = transport.send(get()).await.unwrap();
        response.body_mut().read_all(100).await.unwrap();
    }
    exporter
        .closed(&server.address.to_string(), "replaced")
        .await;
    let open = format!(
        "rest_client_connections_open{{host=\"{}\"}}",
        server.address
    );
    assert_eq!(exporter.value(&open), Some(1.0));
}

// claims: rest.metrics.transports
#[tokio::test]
async fn pools_are_counted_by_how_they_came_about() {
    let exporter = Exporter::new();
    let config = exporter.listens(Config::new("http://127.0.0.1:1").unwrap());
    let made = |result: &str| {
        exporter.value(&format!(
            "rest_client_transport_create_calls_total{{result=\"{result}\"}}"
        ))
    };
    let entries = || exporter.value("rest_client_transport_cache_entries");
    let one = Transport::new(&config).unwrap();
    let other = Transport::new(&config.clone()).unwrap();
    assert_eq!(
        (made("miss"), made("hit"), entries()),
        (Some(1.0), Some(1.0), Some(1.0))
    );

    let mut unlike = config.clone();
    unlike.http2.enabled = false;
    let third = Transport::new(&unlike).unwrap();
    assert_eq!((made("miss"), entries()), (Some(2.0), Some(2.0)));
    let own = Transport::builder(&config)
        .connect_with(|| async { Err::<TcpStream, io::Error>(io::ErrorKind::NotFound.into()) });
    let own = own.build().unwrap();
    assert_eq!((made("uncacheable"), entries()), (Some(1.0), Some(2.0)));

    drop((one, third, own));
    assert_eq!(entries(), Some(1.0));
    drop(other);
    assert_eq!(entries(), Some(0.0));
    let gone = "rest_client_transport_cache_gc_calls_total{result=\"deleted\"}";
    assert_eq!(exporter.value(gone), Some(2.0));
    let _again = Transport::new(&config).unwrap();
    assert_eq!((made("miss"), entries()), (Some(3.0), Some(1.0)));
}

// claims: rest.metrics.registration
#[tokio::test]
async fn each_recorder_is_told_of_its_own_connections() {
    let server = Server::plain().await;
    let (one, other) = (Exporter::new(), Exporter::new());
    let config = server.config();
    let first = Transport::new(&one.listens(config.clone())).unwrap();
    let second = Transport::new(&other.listens(config)).unwrap();
    let open = format!(
        "rest_client_connections_open{{host=\"{}\"}}",
        server.address
    );

    first.send(get()).await.unwrap();
    assert_eq!((one.value(&open), other.value(&open)), (Some(1.0), None));
    second.send(get()).await.unwrap();
    assert_eq!(
        (one.value(&open), other.value(&open)),
        (Some(1.0), Some(1.0))
    );
}

// claims: rest.metrics.transports
#[tokio::test]
async fn looks_at_files_are_counted_by_what_was_found() {
    let (users, tls) = (authority(), Tls::new());
    let server = Server::tls(&tls).await;
    let directory = tempfile::tempdir().unwrap();
    let file = |name| directory.path().join(name);
    let write = |name, text: &[u8]| std::fs::write(file(name), text).unwrap();
    let read = |name| Pem::from_file(file(name)).unwrap();
    let (certificate, key) = client(&users);
    write("ca", tls.authority.certificate_pem().as_bytes());
    write("crt", certificate.bytes());
    write("key", key.bytes());
    let (exporter, clock) = (Exporter::new(), ManualClock::new());
    let config = server
        .trusting(&tls)
        .certificate_authority(read("ca"))
        .identity(read("crt"), read("key"))
        .time(Arc::new(clock.clone()));
    let transport = Transport::new(&exporter.listens(config)).unwrap();
    transport.send(get()).await.unwrap();
    let found = |what: &str, result: &str, reason: &str| {
        exporter.value(&format!(
            "rest_client_transport_{what}_reload_total{{result=\"{result}\",reason=\"{reason}\"}}"
        ))
    };
    // Each look is one at the authority, with a request, and one at the certificate, by itself.
    let look = async || {
        while clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(300));
        // Whoever has been woken runs before this does again.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        transport.send(get()).await.unwrap();
    };

    look().await;
    assert_eq!(found("ca", "success", "unchanged"), Some(1.0));
    assert_eq!(found("cert", "success", "unchanged"), Some(1.0));
    for (content, ca, cert) in [
        (&b""[..], "empty", "empty"),
        (b"nonsense", "ca_parse_error", "cert_parse_error"),
    ] {
        write("ca", content);
        write("crt", content);
        look().await;
        assert_eq!(found("ca", "failure", ca), Some(1.0));
        assert_eq!(found("cert", "failure", cert), Some(1.0));
    }
    std::fs::remove_file(file("ca")).unwrap();
    std::fs::remove_file(file("crt")).unwrap();
    look().await;
    assert_eq!(found("ca", "failure", "read_error"), Some(1.0));
    assert_eq!(found("cert", "failure", "read_error"), Some(1.0));
    let two = format!("{0}{0}", tls.authority.certificate_pem());
    write("ca", two.as_bytes());
    let (certificate, key) = client(&users);
    write("crt", certificate.bytes());
    write("key", key.bytes());
    look().await;
    assert_eq!(found("ca", "success", "updated"), Some(1.0));
    assert_eq!(found("cert", "success", "updated"), Some(1.0));

    let gone = "rest_client_transport_cert_rotation_gc_calls_total";
    assert_eq!(exporter.value(gone), None);
    drop(transport);
    assert_eq!(exporter.value(gone), Some(1.0));
}

/// A recorder, and what it was told.
#[derive(Debug)]
struct Exporter(OpenMetrics);

impl Exporter {
    fn new() -> Self {
        Self(OpenMetrics::new())
    }

    /// The configuration with this recorder, and no limits.
    fn listens(&self, config: Config) -> Config {
        let config = config.rate_limit(-1.0, 0);
        config.recorder(Arc::new(self.0.clone()))
    }

    /// The value of a series, if there is one.
    fn value(&self, series: &str) -> Option<f64> {
        let text = self.0.to_string();
        let mut values = text.lines().filter_map(|line| {
            let (name, value) = line.rsplit_once(' ')?;
            (name == series).then(|| value.parse().unwrap())
        });
        values.next()
    }

    /// Waits until the first connection to a host has ended, and looks why.
    async fn closed(&self, host: &str, reason: &str) {
        let any = format!("rest_client_connections_closed_total{{host=\"{host}\"");
        let ended = async {
            while !self.0.to_string().contains(&any) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let ended = tokio::time::timeout(Duration::from_secs(10), ended);
        ended.await.expect("the connection ends");
        let series = format!("{any},reason=\"{reason}\"}}");
        assert_eq!(self.value(&series), Some(1.0), "{}", self.0);
    }
}

/// A request that is not sent again, however it fails.
fn get() -> Request<Body> {
    let once = RequestOptions::new().max_retries(0);
    let request = Request::get("/").extension(once);
    request.body(Body::empty()).unwrap()
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone";
