//! Callers who show certificates.

use std::path::Path;
use std::sync::Arc;

use pintle_gateway::{RunningGateway, StartErrorKind};
use pintle_pki::{CertificateAuthority, Identity, ServerNames, Validity};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::backend::{Backend, OK};
use crate::http::{Reply, exchange_over, request};

/// A gateway that takes certificates, and the authority that signs them.
struct Served {
    gateway: RunningGateway,
    backend: Backend,
    authority: CertificateAuthority,
    _files: TempDir,
}

const YEARS: (i64, i64) = (946_684_800, 4_102_444_800);

fn validity((begin, end): (i64, i64)) -> Validity {
    Validity::new(begin, end).unwrap()
}

impl Served {
    async fn start() -> Self {
        let backend = Backend::answering(OK).await;
        let authority = CertificateAuthority::generate("clients", validity(YEARS)).unwrap();
        let files = tempfile::tempdir().unwrap();
        write_server(files.path(), &authority);
        let path = |name: &str| files.path().join(name);
        std::fs::write(path("tokens"), "sesame-1,bob,8\n").unwrap();
        let gateway = backend
            .gateway()
            .tls(path("cert.pem"), path("key.pem"))
            .client_authorities(path("clients.pem"))
            .tokens(path("tokens"));
        let gateway = gateway.start().await.unwrap();
        Self {
            gateway,
            backend,
            authority,
            _files: files,
        }
    }

    fn client(&self, name: &str, groups: &[&str]) -> Identity {
        let issued = self.authority.issue_client(name, groups, validity(YEARS));
        issued.unwrap()
    }

    /// Sends a request over a connection of whom a certificate is for.
    async fn ask(&self, shown: Option<&Identity>, target: &str, headers: &[&str]) -> Reply {
        self.try_ask(shown, target, headers).await.unwrap()
    }

    /// The same; an error if the certificate ends the handshake.
    async fn try_ask(
        &self,
        shown: Option<&Identity>,
        target: &str,
        headers: &[&str],
    ) -> std::io::Result<Reply> {
        let stream = TcpStream::connect(self.gateway.address()).await.unwrap();
        let connector = TlsConnector::from(Arc::new(client(&self.authority, shown)));
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let stream = connector.connect(name, stream).await?;
        let host = format!("Host: {}", self.gateway.address());
        let headers: Vec<&str> = [&*host]
            .into_iter()
            .chain(headers.iter().copied())
            .collect();
        let text = request(&format!("GET {target}"), &headers, "");
        let reply = exchange_over(stream, text.as_bytes()).await;
        // A client learns behind its own part of the handshake that it was refused.
        match reply.status {
            0 => Err(std::io::ErrorKind::ConnectionAborted.into()),
            _ => Ok(reply),
        }
    }
}

/// The gateway's own certificate, and that of the clients' authority.
fn write_server(directory: &Path, authority: &CertificateAuthority) {
    let names = ServerNames::new().ip([127, 0, 0, 1]);
    let server = authority
        .issue_server("gateway", &names, validity(YEARS))
        .unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.join(name), text).unwrap();
    write("cert.pem", server.certificate_pem());
    write("key.pem", server.private_key_pem());
    write("clients.pem", authority.certificate_pem());
}

fn client(authority: &CertificateAuthority, shown: Option<&Identity>) -> ClientConfig {
    let certificate = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate(authority.certificate_pem())).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    match shown {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let key = PrivateKeyDer::from_pem_slice(identity.private_key_pem().as_bytes());
            let chain = vec![certificate(identity.certificate_pem())];
            builder.with_client_auth_cert(chain, key.unwrap()).unwrap()
        }
    }
}

#[tokio::test]
async fn who_shows_a_certificate_acts_under_its_name() {
    let served = Served::start().await;
    let ada = served.client("ada", &["devs", "ops"]);
    let reply = served.ask(Some(&ada), "/api/v1/pods", &[]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let seen = served.backend.seen().join("").to_lowercase();
    for line in [
        "impersonate-user: ada\r\n",
        "impersonate-group: devs\r\n",
        "impersonate-group: ops\r\n",
        "impersonate-group: system:authenticated\r\n",
    ] {
        assert!(seen.contains(line), "{seen}");
    }
    assert!(!seen.contains("impersonate-uid"), "{seen}");
    // It is the connection's, whatever a request says.
    let bearer = ["Authorization: Bearer sesame-1"];
    served.ask(Some(&ada), "/api/v1/nodes", &bearer).await;
    let seen = served.backend.seen().pop().unwrap().to_lowercase();
    assert!(seen.contains("impersonate-user: ada\r\n"), "{seen}");
    assert!(!seen.contains("sesame") && !seen.contains("bob"), "{seen}");
    let other = ["Impersonate-User: root"];
    assert_eq!(served.ask(Some(&ada), "/api", &other).await.status, 403);
    assert_eq!(served.backend.seen().len(), 2);
}

#[tokio::test]
async fn who_shows_none_needs_a_token() {
    let served = Served::start().await;
    assert_eq!(served.ask(None, "/ping", &[]).await.status, 200);
    assert_eq!(served.ask(None, "/api/v1/pods", &[]).await.status, 401);
    assert_eq!(served.ask(None, "/pod/list", &[]).await.status, 401);
    assert!(served.backend.seen().is_empty());
    let bearer = ["Authorization: Bearer sesame-1"];
    assert_eq!(served.ask(None, "/api/v1/pods", &bearer).await.status, 200);
    let seen = served.backend.seen().join("").to_lowercase();
    assert!(seen.contains("impersonate-user: bob\r\n"), "{seen}");
}

#[tokio::test]
async fn other_certificates_end_the_handshake() {
    let served = Served::start().await;
    let stranger = CertificateAuthority::generate("clients", validity(YEARS)).unwrap();
    let stranger = stranger.issue_client("ada", &[], validity(YEARS)).unwrap();
    let past = validity((946_684_800, 946_771_200));
    let expired = served.authority.issue_client("ada", &[], past).unwrap();
    let names = ServerNames::new().dns("ada");
    let server = served
        .authority
        .issue_server("ada", &names, validity(YEARS))
        .unwrap();
    for (why, identity) in [
        ("stranger", stranger),
        ("expired", expired),
        ("server", server),
    ] {
        let outcome = served.try_ask(Some(&identity), "/ping", &[]).await;
        assert!(outcome.is_err(), "{why}: {outcome:?}");
    }
    assert!(served.backend.seen().is_empty());
}

#[tokio::test]
async fn a_name_that_headers_cannot_say_is_nobodys() {
    let served = Served::start().await;
    for (name, groups) in [
        ("ada\r\nImpersonate-Group: system:masters", &[][..]),
        (" root", &[]),
        ("ada", &["devs\n"]),
    ] {
        let identity = served.client(name, groups);
        let reply = served.ask(Some(&identity), "/api/v1/pods", &[]).await;
        assert_eq!(reply.status, 401, "{name:?}");
    }
    assert!(
        served.backend.seen().is_empty(),
        "{:?}",
        served.backend.seen()
    );
}

#[tokio::test]
async fn certificates_are_a_way_to_be_known_beyond_loopback() {
    let backend = Backend::answering(OK).await;
    let files = tempfile::tempdir().unwrap();
    let authority = CertificateAuthority::generate("clients", validity(YEARS)).unwrap();
    write_server(files.path(), &authority);
    let path = |name: &str| files.path().join(name);
    let anywhere = || backend.gateway().listen(([0, 0, 0, 0], 0).into());
    let started = anywhere()
        .tls(path("cert.pem"), path("key.pem"))
        .client_authorities(path("clients.pem"))
        .start()
        .await;
    started.unwrap().shutdown().await;
    let clear = anywhere()
        .client_authorities(path("clients.pem"))
        .start()
        .await;
    assert_eq!(clear.unwrap_err().kind(), StartErrorKind::Credentials);
    std::fs::write(path("clients.pem"), "nothing\n").unwrap();
    let none = anywhere()
        .tls(path("cert.pem"), path("key.pem"))
        .client_authorities(path("clients.pem"))
        .start()
        .await;
    let none = none.unwrap_err();
    assert_eq!(none.kind(), StartErrorKind::Credentials);
    assert!(none.to_string().contains("clients.pem"), "{none}");
}
