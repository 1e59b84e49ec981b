//! Servers that are reached through proxies.

use http::Request;
use pintle_config::{Config, Environment, Pem, Proxies};
use pintle_pki::ServerNames;
use pintle_transport::{Body, Error, ErrorKind, RequestOptions, Transport, Upgrade};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::loopback_proxy::{LoopbackProxy, Manner};
use crate::server::{Server, Tls, listen, read_head};

const CREDENTIALS: &str = "robot:pass-5b1d";

// claims: rest.transport.proxy-kinds
#[tokio::test]
async fn server_is_reached_through_proxies_of_every_kind() {
    let of_proxy = Tls::new();
    for (scheme, socks, credentials) in [
        ("http", false, None),
        ("http", false, Some(CREDENTIALS)),
        ("https", false, None),
        ("https", false, Some(CREDENTIALS)),
        ("socks5", true, None),
        ("socks5", true, Some(CREDENTIALS)),
    ] {
        // A name that only the proxy can find.
        let tls = Tls::new().names(ServerNames::new().dns("cluster.invalid"));
        let mut server = Server::tls(&tls).await;
        let mut proxy = LoopbackProxy::start(Manner {
            socks,
            credentials,
            tls: (scheme == "https").then(|| of_proxy.acceptor()),
            ..Manner::default()
        })
        .await;
        let port = server.address.port();
        let mut authorities = tls.authority.certificate_pem().to_owned();
        // As if the system trusted the proxy's.
        authorities.push_str(of_proxy.authority.certificate_pem());
        let config = Config::new(&format!("https://cluster.invalid:{port}"))
            .unwrap()
            .certificate_authority(Pem::from_bytes(authorities));
        let config = through(config, scheme, &proxy, credentials);
        let transport = Transport::new(&config).unwrap();

        let response = transport.send(get("/version")).await;

        let response = response.unwrap_or_else(|error| panic!("{scheme}: {error:?}"));
        assert_eq!(response.version(), http::Version::HTTP_2, "{scheme}");
        let seen = server.saw().await;
        assert!(!seen.headers().contains_key("proxy-authorization"));
        assert_eq!(
            proxy.asked(),
            [format!("cluster.invalid:{port}")],
            "{scheme}"
        );
    }
}

#[tokio::test]
async fn request_without_tls_is_handed_to_the_proxy() {
    for credentials in [None, Some(CREDENTIALS)] {
        let mut proxy = LoopbackProxy::start(Manner {
            credentials,
            ..Manner::default()
        })
        .await;
        let config = Config::new("http://cluster.invalid:8001/base").unwrap();
        let config = through(config, "http", &proxy, credentials);
        let transport = Transport::new(&config).unwrap();

        let mut response = transport.send(get("/version")).await.unwrap();

        let body = response.body_mut().read_all(100).await.unwrap();
        assert_eq!(body, "forwarded");
        let line = "GET http://cluster.invalid:8001/base/version HTTP/1.1";
        assert_eq!(proxy.asked(), [line]);
    }
}

#[tokio::test]
async fn socks_proxy_leads_to_a_server_without_tls() {
    let mut server = Server::plain().await;
    let mut proxy = LoopbackProxy::start(Manner {
        socks: true,
        ..Manner::default()
    })
    .await;
    let config = through(server.config(), "socks5", &proxy, None);

    Transport::new(&config)
        .unwrap()
        .send(get("/version"))
        .await
        .unwrap();

    assert_eq!(server.saw().await.uri(), "/version");
    assert_eq!(proxy.asked(), [server.address.to_string()]);
}

// claims: defects.no-proxy
#[tokio::test]
async fn proxy_of_the_environment_is_chosen_by_the_clusters_address() {
    let tls = Tls::new().names(ServerNames::new().dns("cluster.invalid"));
    let server = Server::tls(&tls).await;
    let port = server.address.port();
    let mut proxy = LoopbackProxy::start(Manner::default()).await;
    let config = Config::new(&format!("https://cluster.invalid:{port}")).unwrap();
    let config = config.certificate_authority(Pem::from_bytes(tls.authority.certificate_pem()));
    // That the proxy itself would be excepted is nothing to the cluster.
    for (no_proxy, is_used) in [
        ("127.0.0.1", true),
        (".example.org", true),
        (".invalid", false),
        ("cluster.invalid", false),
        ("127.0.0.0/8,invalid", false),
    ] {
        let environment = Environment::empty()
            .with_variable("HTTPS_PROXY", format!("http://{}", proxy.address))
            .with_variable("NO_PROXY", no_proxy);
        let config = config.clone().in_environment(&environment);

        let sent = Transport::new(&config).unwrap().send(get("/")).await;

        assert_eq!(sent.is_ok(), is_used, "{no_proxy}: {sent:?}");
        assert_eq!(!proxy.asked().is_empty(), is_used, "{no_proxy}");
        if let Err(error) = sent {
            assert!(error.is_dns(), "{no_proxy}: {error:?}");
        }
    }
}

// claims: rest.config.proxy
#[tokio::test]
async fn proxy_of_the_configuration_serves_what_the_environment_excepts() {
    let tls = Tls::new();
    let server = Server::tls(&tls).await;
    let mut proxy = LoopbackProxy::start(Manner::default()).await;
    let environment = Environment::empty().with_variable("NO_PROXY", "*");
    let config = server.trusting(&tls).in_environment(&environment);
    let config = through(config, "http", &proxy, None);

    Transport::new(&config)
        .unwrap()
        .send(get("/"))
        .await
        .unwrap();

    assert_eq!(proxy.asked(), [server.address.to_string()]);
}

#[tokio::test]
async fn proxy_that_does_not_connect_is_told_apart_and_says_why() {
    const TARGET: &str = "cluster.invalid:6443";
    for (socks, credentials, refusal, kind, why) in [
        (
            false,
            None,
            Some(("403 Forbidden", 2)),
            ErrorKind::Proxy,
            "403 Forbidden",
        ),
        (
            false,
            None,
            Some(("pardon?", 2)),
            ErrorKind::Proxy,
            "its answer is not HTTP",
        ),
        (
            true,
            None,
            Some(("", 2)),
            ErrorKind::Proxy,
            "its rules do not allow it",
        ),
        (
            false,
            Some("robot:another"),
            None,
            ErrorKind::ProxyCredentials,
            "407 Proxy Authentication Required",
        ),
        (
            true,
            Some("robot:another"),
            None,
            ErrorKind::ProxyCredentials,
            "user name or password are wrong",
        ),
    ] {
        let scheme = if socks { "socks5" } else { "http" };
        let proxy = LoopbackProxy::start(Manner {
            socks,
            credentials,
            refusal,
            tls: None,
        })
        .await;

        let error = failure(scheme, &proxy.address.to_string()).await;

        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.is_connect() && error.is_proxy());
        assert!(error.hint().unwrap().contains("proxy-url"));
        let address = proxy.address;
        let says = format!("the proxy {scheme}://{address} does not connect to {TARGET}: {why}");
        assert_eq!(error.to_string(), says);
    }
}

#[tokio::test]
async fn proxy_that_is_not_there_is_told_apart_from_the_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);

    let error = failure("http", &address).await;

    assert_eq!(error.kind(), ErrorKind::Proxy, "{error:?}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, format!("{address} refused the connection"));
}

#[tokio::test]
async fn proxy_that_breaks_off_is_told_apart() {
    for scheme in ["http", "socks5"] {
        let (address, _tasks) = listen(|mut tcp| async move {
            tcp.read_u8().await.unwrap();
        })
        .await;

        let error = failure(scheme, &address.to_string()).await;

        assert_eq!(error.kind(), ErrorKind::Proxy, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn proxy_that_says_nothing_is_not_waited_for_for_ever() {
    let (address, _tasks) = listen(|mut tcp| async move {
        read_head(&mut tcp).await;
        std::future::pending::<()>().await;
    })
    .await;

    let error = failure("http", &address.to_string()).await;

    assert!(
        error.to_string().ends_with("no answer within 30 s"),
        "{error}"
    );
}

#[tokio::test]
async fn upgrade_takes_the_way_through_the_proxy() {
    for (scheme, socks) in [("http", false), ("socks5", true)] {
        let (address, _tasks) = listen(|mut tcp| async move {
            read_head(&mut tcp).await;
            let answer = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\n\r\nhello";
            tcp.write_all(answer).await.unwrap();
        })
        .await;
        let mut proxy = LoopbackProxy::start(Manner {
            socks,
            ..Manner::default()
        })
        .await;
        let config = Config::new(&format!("http://{address}")).unwrap();
        let transport = Transport::new(&through(config, scheme, &proxy, None)).unwrap();

        let request = Request::get("/exec").header("upgrade", "words");
        let request = request.body(Body::empty()).unwrap();
        let Upgrade::Switched(response) = transport.upgrade(request).await.unwrap() else {
            panic!("refused");
        };

        let mut said = String::new();
        response
            .into_body()
            .read_to_string(&mut said)
            .await
            .unwrap();
        assert_eq!(said, "hello");
        assert_eq!(proxy.asked(), [address.to_string()]);
    }
}

/// The error of a request for a server that is reached through a proxy, with [`CREDENTIALS`]; none of it
/// shows the password.
async fn failure(scheme: &str, proxy: &str) -> Error {
    let url = format!("{scheme}://{CREDENTIALS}@{proxy}");
    let mut config = Config::new("https://cluster.invalid:6443")
        .unwrap()
        .certificate_authority(Pem::from_bytes(
            crate::server::authority().certificate_pem(),
        ));
    config.proxies = Proxies::always(url.parse().unwrap());
    let transport = Transport::new(&config).unwrap();
    let error = transport.send(get("/")).await.unwrap_err();
    let printed = format!("{error} {error:?} {transport:?} {config:?}");
    // As it is, and in base64.
    assert!(!printed.contains("pass-5b1d"), "{printed}");
    assert!(!printed.contains("cm9ib3Q6cGFzcy01YjFk"), "{printed}");
    error
}

fn through(
    mut config: Config,
    scheme: &str,
    proxy: &LoopbackProxy,
    credentials: Option<&str>,
) -> Config {
    let credentials = credentials.map(|it| format!("{it}@")).unwrap_or_default();
    let url = format!("{scheme}://{credentials}{}", proxy.address);
    config.proxies = Proxies::always(url.parse().unwrap());
    config
}

/// A request that is not sent again, however it fails.
fn get(path: &str) -> Request<Body> {
    let once = RequestOptions::new().max_retries(0);
    let request = Request::get(path).extension(once);
    request.body(Body::empty()).unwrap()
}
