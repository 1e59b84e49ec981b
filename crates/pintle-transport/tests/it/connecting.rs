//! What becomes of a connection attempt.

use std::io;
use std::pin::pin;
use std::time::Duration;

use http::{Request, Version};
use pintle_config::{Config, Pem};
use pintle_pki::ServerNames;
use pintle_transport::{Body, Error, ErrorKind, RequestOptions, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::server::{Server, Tls, authority, client, drain, last_century, listen, next_century};

#[tokio::test]
async fn http2_is_negotiated_over_tls() {
    let tls = Tls::new();
    let mut server = Server::tls(&tls).await;
    let transport = Transport::new(&server.trusting(&tls)).unwrap();

    let response = transport.send(get("/version")).await.unwrap();

    assert_eq!(response.version(), Version::HTTP_2);
    assert_eq!(server.saw().await.version(), Version::HTTP_2);
}

#[tokio::test]
async fn http11_is_spoken_where_the_server_offers_nothing_better() {
    for alpn in [&["http/1.1"][..], &[]] {
        let tls = Tls::new().alpn(alpn);
        let mut server = Server::tls(&tls).await;
        let transport = Transport::new(&server.trusting(&tls)).unwrap();

        let response = transport.send(get("/version")).await.unwrap();

        assert_eq!(response.version(), Version::HTTP_11, "{alpn:?}");
        assert_eq!(server.saw().await.version(), Version::HTTP_11, "{alpn:?}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_spoken_to_in_http11() {
    let mut server = Server::plain().await;
    let transport = Transport::new(&server.config()).unwrap();

    transport.send(get("/version")).await.unwrap();

    let seen = server.saw().await;
    assert_eq!(seen.version(), Version::HTTP_11);
    assert_eq!(seen.headers()["host"], server.address.to_string());
}

// claims: rest.config.dial
#[tokio::test]
async fn what_the_caller_opens_is_spoken_over() {
    let tls = Tls::new().names(ServerNames::new().dns("cluster.invalid"));
    let mut server = Server::tls(&tls).await;
    let address = server.address;
    let authority = Pem::from_bytes(tls.authority.certificate_pem());
    let config = Config::new("https://cluster.invalid").unwrap();
    let config = config.certificate_authority(authority);
    let transport = Transport::builder(&config)
        .connect_with(move || TcpStream::connect(address))
        .build()
        .unwrap();

    transport.send(get("/version")).await.unwrap();

    assert_eq!(server.saw().await.version(), Version::HTTP_2);

    let mut server = Server::plain().await;
    let address = server.address;
    let config = Config::new("http://cluster.invalid").unwrap();
    let transport = Transport::builder(&config)
        .connect_with(move || TcpStream::connect(address))
        .build()
        .unwrap();

    transport.send(get("/version")).await.unwrap();

    let seen = server.saw().await;
    assert_eq!(seen.version(), Version::HTTP_11);
    assert_eq!(seen.headers()["host"], "cluster.invalid");
}

#[tokio::test]
async fn what_the_caller_cannot_open_is_told_apart() {
    for (kind, expected) in [
        (io::ErrorKind::ConnectionRefused, ErrorKind::Refused),
        (io::ErrorKind::NotFound, ErrorKind::Unreachable),
    ] {
        let config = Config::new("http://cluster.invalid").unwrap();
        let transport = Transport::builder(&config)
            .connect_with(move || async move { Err::<TcpStream, _>(kind.into()) })
            .build()
            .unwrap();

        let error = transport.send(get("/version")).await.unwrap_err();

        assert_eq!(error.kind(), expected);
    }
}

#[tokio::test]
async fn requests_share_a_connection() {
    let tls = Tls::new();
    let mut server = Server::tls(&tls).await;
    let transport = Transport::new(&server.trusting(&tls)).unwrap();

    for _ in 0..3 {
        let mut response = transport.send(get("/")).await.unwrap();
        response.body_mut().read_all(usize::MAX).await.unwrap();
    }

    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn authority_of_another_key_is_not_trusted() {
    let tls = Tls::new();
    let server = Server::tls(&tls).await;
    // The same name: what a kubeconfig holds after its cluster has been created anew.
    let stale = Pem::from_bytes(authority().certificate_pem());
    let config = server.trusting(&tls).certificate_authority(stale);

    let error = refused(&config).await;

    assert_eq!(error.kind(), ErrorKind::UnknownIssuer, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "the certificate of {} is signed by an authority that is not trusted",
            server.address
        )
    );
    assert!(error.hint().unwrap().contains("certificate-authority"));
}

#[tokio::test]
async fn self_signed_authority_is_not_among_the_systems() {
    let tls = Tls::new();
    let server = Server::tls(&tls).await;
    let config = Config::new(&format!("https://{}", server.address)).unwrap();
    // A machine without any authority refuses to start at all.
    let Ok(transport) = Transport::new(&config) else {
        return;
    };

    let error = transport.send(get("/")).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::UnknownIssuer, "{error:?}");
}

#[tokio::test]
async fn certificate_out_of_its_validity_is_refused() {
    for (validity, says) in [
        (last_century(), "has expired"),
        (next_century(), "is not valid yet"),
    ] {
        let tls = Tls::new().validity(validity);
        let server = Server::tls(&tls).await;

        let error = refused(&server.trusting(&tls)).await;

        assert_eq!(error.kind(), ErrorKind::CertificateExpired, "{error:?}");
        assert!(error.to_string().ends_with(says), "{error}");
    }
}

#[tokio::test]
async fn certificate_for_another_name_is_refused_unless_the_name_is_expected() {
    let tls = Tls::new().names(ServerNames::new().dns("kubernetes.default"));
    let server = Server::tls(&tls).await;
    let mut config = server.trusting(&tls);

    let error = refused(&config).await;
    assert_eq!(error.kind(), ErrorKind::CertificateName, "{error:?}");
    assert!(error.is_connect() && error.is_server_certificate());

    config.tls.server_name = Some("kubernetes.default".to_owned());
    let transport = Transport::new(&config).unwrap();
    transport.send(get("/")).await.unwrap();
}

#[tokio::test]
async fn any_certificate_is_accepted_where_that_is_asked_for() {
    let tls = Tls::new()
        .validity(last_century())
        .names(ServerNames::new().dns("elsewhere"));
    let server = Server::tls(&tls).await;
    let mut config = Config::new(&format!("https://{}", server.address)).unwrap();
    config.tls.danger_accept_invalid_certs = true;

    let transport = Transport::new(&config).unwrap();

    transport.send(get("/")).await.unwrap();
}

#[tokio::test]
async fn client_certificate_is_presented() {
    let users = authority();
    let tls = Tls::new().clients_of(&users);
    let server = Server::tls(&tls).await;
    let (certificate, key) = client(&users);
    let config = server.trusting(&tls).identity(certificate, key);

    let transport = Transport::new(&config).unwrap();

    transport.send(get("/")).await.unwrap();
}

#[tokio::test]
async fn missing_client_certificate_is_told_apart() {
    for alpn in ["h2", "http/1.1"] {
        let tls = Tls::new().alpn(&[alpn]).clients_of(&authority());
        let server = Server::tls(&tls).await;

        let error = refused(&server.trusting(&tls)).await;

        assert_eq!(
            error.kind(),
            ErrorKind::ClientCertificate,
            "{alpn}: {error:?}"
        );
        assert!(
            error.to_string().ends_with("requires a client certificate"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn client_certificate_of_another_authority_is_told_apart() {
    for alpn in ["h2", "http/1.1"] {
        let tls = Tls::new().alpn(&[alpn]).clients_of(&authority());
        let server = Server::tls(&tls).await;
        let (certificate, key) = client(&tls.authority);
        let config = server.trusting(&tls).identity(certificate, key);

        let error = refused(&config).await;

        assert!(error.is_client_certificate(), "{alpn}: {error:?}");
        assert!(error.hint().unwrap().contains("client-certificate"));
    }
}

#[tokio::test]
async fn nothing_listening_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);

    let error = refused(&Config::new(&address.to_string()).unwrap()).await;

    assert!(error.is_refused() && error.is_connect(), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("{address} refused the connection")
    );
}

#[tokio::test]
async fn unknown_host_is_a_lookup_failure() {
    // A label longer than 63 bytes cannot be looked up, so no name server is asked.
    let host = "x".repeat(64);

    let error = refused(&Config::new(&format!("http://{host}:80")).unwrap()).await;

    assert!(error.is_dns() && error.is_connect(), "{error:?}");
    assert!(error.to_string().contains(&host), "{error}");
}

#[tokio::test]
async fn server_without_tls_fails_the_handshake() {
    let (address, _tasks) = listen(|mut tcp| async move {
        tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        drain(&mut tcp).await;
    })
    .await;
    let config = Config::new(&format!("https://{address}")).unwrap();

    let error =
        refused(&config.certificate_authority(Pem::from_bytes(authority().certificate_pem())))
            .await;

    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert!(error.hint().unwrap().contains("http://"));
}

#[tokio::test]
async fn connection_that_ends_in_the_handshake_fails_it() {
    let (address, _tasks) = listen(|mut tcp| async move {
        tcp.read_u8().await.unwrap();
    })
    .await;
    let config = Config::new(&format!("https://{address}")).unwrap();

    let error =
        refused(&config.certificate_authority(Pem::from_bytes(authority().certificate_pem())))
            .await;

    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn silent_server_times_out_in_the_handshake() {
    let (address, _tasks) = listen(|mut tcp| async move { drain(&mut tcp).await }).await;
    let config = Config::new(&format!("https://{address}")).unwrap();

    let error =
        refused(&config.certificate_authority(Pem::from_bytes(authority().certificate_pem())))
            .await;

    assert!(error.is_timeout() && error.is_connect(), "{error:?}");
}

// claims: rest.transport.dial
#[tokio::test(start_paused = true)]
async fn connection_attempt_has_thirty_seconds_and_a_handshake_ten() {
    let config = Config::new("https://cluster.invalid").unwrap();
    let authority = Pem::from_bytes(authority().certificate_pem());
    let config = config.certificate_authority(authority);
    let dialing =
        Transport::builder(&config).connect_with(std::future::pending::<io::Result<TcpStream>>);
    let shaking = Transport::builder(&config).connect_with(|| async {
        // What is never read, and never answers.
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        std::mem::forget(theirs);
        Ok(ours)
    });
    for (builder, seconds) in [(dialing, 30), (shaking, 10)] {
        let transport = builder.build().unwrap();
        let mut sent = pin!(transport.send(get("/")));
        let almost = Duration::from_millis(seconds * 1000 - 1);
        let early = timeout(almost, &mut sent).await;
        assert!(early.is_err(), "{early:?}");

        // The timers of the runtime have a resolution of a millisecond.
        let error = timeout(Duration::from_millis(3), sent).await;

        let error = error.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectTimeout, "{error:?}");
    }
}

#[tokio::test]
async fn certificates_that_are_not_pem_are_named() {
    let config = Config::new("https://127.0.0.1:6443").unwrap();
    let (certificate, key) = client(&authority());
    let junk = || Pem::from_bytes("hello");
    let trusting = |config: &Config| {
        config
            .clone()
            .certificate_authority(Pem::from_bytes(authority().certificate_pem()))
    };
    for (config, says) in [
        (
            config.clone().certificate_authority(junk()),
            "the certificate authority in the configuration contains no PEM certificate",
        ),
        (
            trusting(&config).identity(junk(), key.clone()),
            "the client certificate in the configuration contains no PEM certificate",
        ),
        (
            trusting(&config).identity(certificate.clone(), junk()),
            "the client key in the configuration is not a PEM private key",
        ),
        (
            trusting(&config).identity(certificate, client(&authority()).1),
            "the client certificate in the configuration and the key in the configuration cannot be used together",
        ),
    ] {
        let error = Transport::new(&config).unwrap_err();
        assert!(error.is_misuse());
        assert_eq!(error.to_string(), says);
    }
}

/// A request that is not sent again, however it fails.
fn get(path: &str) -> Request<Body> {
    let once = RequestOptions::new().max_retries(0);
    let request = Request::get(path).extension(once);
    request.body(Body::empty()).unwrap()
}

async fn refused(config: &Config) -> Error {
    let transport = Transport::new(config).unwrap();
    transport.send(get("/")).await.unwrap_err()
}
