//! Certificates that change while connections are open.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use pintle_config::{Config, Environment, Identity, Pem};
use pintle_env::ManualClock;
use pintle_pki::CertificateAuthority;
use pintle_transport::{Body, ClientIdentity, Error, ErrorKind, RequestOptions, Transport};
use tempfile::TempDir;

use crate::server::{BREAKS_OFF, Server, Shown, TAKES_TIME, Tls, authority, client};

#[tokio::test]
async fn identity_that_changes_is_presented_from_then_on_and_ends_watches() {
    let users = authority();
    let tls = Tls::new().clients_of(&users);
    let mut server = Server::tls(&tls).await;
    let [old, new] = [(); 2].map(|()| identity(&users));
    let source = ClientIdentity::new();
    source.set(Some(old.clone()));
    let builder = Transport::builder(&server.trusting(&tls)).client_identity(&source);
    let transport = builder.build().unwrap();
    let mut watch = begun(&transport, &format!("{BREAKS_OFF}?watch=true")).await;
    let mut answer = begun(&transport, TAKES_TIME).await;
    for _ in 0..2 {
        assert_eq!(server.was_shown().await, Some(shown(&old)));
    }
    assert_eq!(server.connections(), 1);

    // The same again is no change.
    source.set(Some(old.clone()));
    transport.send(get("/")).await.unwrap();
    assert_eq!(server.was_shown().await, Some(shown(&old)));

    source.set(Some(new.clone()));
    let error = next(&mut watch).await.unwrap().unwrap_err();
    assert!(error.is_closed(), "{error:?}");
    assert!(error.to_string().contains("client certificate"), "{error}");
    assert!(next(&mut watch).await.is_none());
    transport.send(get("/")).await.unwrap();
    assert_eq!(server.was_shown().await, Some(shown(&new)));
    // A watch that begins now goes on.
    let _watch = begun(&transport, &format!("{BREAKS_OFF}?watch=true")).await;
    assert_eq!(server.was_shown().await, Some(shown(&new)));

    // What has an end comes to it.
    server.break_off();
    assert!(next(&mut answer).await.is_none());
}

#[tokio::test]
async fn identity_that_cannot_be_used_fails_requests_until_another_comes() {
    let users = authority();
    let tls = Tls::new().clients_of(&users);
    let server = Server::tls(&tls).await;
    let source = ClientIdentity::new();
    let builder = Transport::builder(&server.trusting(&tls)).client_identity(&source);
    let transport = builder.build().unwrap();
    let (certificate, _) = client(&users);
    let (_, key) = client(&users);

    source.set(Some(Identity { certificate, key }));
    for _ in 0..2 {
        let error = transport.send(get("/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
    }

    source.set(Some(identity(&users)));
    transport.send(get("/")).await.unwrap();
}

// claims: rest.rotation.client-certificate
#[tokio::test]
async fn certificate_in_files_is_looked_at_every_five_minutes() {
    let users = authority();
    let tls = Tls::new().clients_of(&users);
    let mut server = Server::tls(&tls).await;
    let files = Files::new(&users);
    let old = files.shown();
    let clock = ManualClock::new();
    let config = files
        .present(server.trusting(&tls))
        .time(Arc::new(clock.clone()));
    let transport = Transport::new(&config).unwrap();
    let mut watch = begun(&transport, &format!("{BREAKS_OFF}?watch=true")).await;
    assert_eq!(server.was_shown().await, Some(old.clone()));

    files.replace(&users);
    asleep(&clock).await;
    clock.advance(Duration::from_secs(299));
    // Whoever has been woken runs before this does again.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    transport.send(get("/")).await.unwrap();
    assert_eq!(server.was_shown().await, Some(old));

    clock.advance(Duration::from_secs(1));
    let error = next(&mut watch).await.unwrap().unwrap_err();
    assert!(error.is_closed(), "{error:?}");
    transport.send(get("/")).await.unwrap();
    assert_eq!(server.was_shown().await, Some(files.shown()));
}

// claims: rest.rotation.client-certificate
#[tokio::test]
async fn certificate_in_files_is_looked_at_with_a_handshake_once_a_second() {
    let users = authority();
    // Over HTTP/1.1 an answer that goes on takes a connection for itself.
    let tls = Tls::new().clients_of(&users).alpn(&["http/1.1"]);
    let mut server = Server::tls(&tls).await;
    let files = Files::new(&users);
    let old = files.shown();
    let clock = ManualClock::new();
    let config = files
        .present(server.trusting(&tls))
        .time(Arc::new(clock.clone()));
    let transport = Transport::new(&config).unwrap();

    let _first = begun(&transport, TAKES_TIME).await;
    files.replace(&users);
    clock.advance(Duration::from_millis(999));
    let _second = begun(&transport, TAKES_TIME).await;
    clock.advance(Duration::from_millis(1));
    let mut watch = begun(&transport, &format!("{BREAKS_OFF}?watch=true")).await;

    assert_eq!(server.was_shown().await, Some(old.clone()));
    assert_eq!(server.was_shown().await, Some(old));
    assert_eq!(server.was_shown().await, Some(files.shown()));
    // The watch came over a connection that presented the new one: it does not end.
    transport.send(get("/")).await.unwrap();
    server.break_off();
    let error = next(&mut watch).await.unwrap().unwrap_err();
    assert!(!error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn half_of_a_pair_is_not_taken_for_it() {
    let users = authority();
    let tls = Tls::new().clients_of(&users).alpn(&["http/1.1"]);
    let mut server = Server::tls(&tls).await;
    let files = Files::new(&users);
    let old = files.shown();
    let clock = ManualClock::new();
    let config = files
        .present(server.trusting(&tls))
        .time(Arc::new(clock.clone()));
    let transport = Transport::new(&config).unwrap();
    let _first = begun(&transport, TAKES_TIME).await;
    assert_eq!(server.was_shown().await, Some(old.clone()));

    let (certificate, key) = client(&users);
    std::fs::write(files.certificate(), certificate.bytes()).unwrap();
    clock.advance(Duration::from_secs(1));
    let _second = begun(&transport, TAKES_TIME).await;
    assert_eq!(server.was_shown().await, Some(old));

    std::fs::write(files.key(), key.bytes()).unwrap();
    clock.advance(Duration::from_secs(1));
    let _third = begun(&transport, TAKES_TIME).await;
    assert_eq!(server.was_shown().await, Some(Shown::of(&certificate)));
}

// claims: rest.rotation.data
#[tokio::test]
async fn what_was_given_as_data_is_never_read_again() {
    let users = authority();
    let tls = Tls::new().clients_of(&users).alpn(&["http/1.1"]);
    let mut server = Server::tls(&tls).await;
    let files = Files::new(&users);
    let old = files.shown();
    let clock = ManualClock::new();
    let data = |path: &Path| Pem::from_bytes(std::fs::read(path).unwrap());
    let config = server
        .trusting(&tls)
        .identity(data(&files.certificate()), data(&files.key()))
        .time(Arc::new(clock.clone()));
    let transport = Transport::new(&config).unwrap();

    for _ in 0..3 {
        let _begun = begun(&transport, TAKES_TIME).await;
        assert_eq!(server.was_shown().await, Some(old.clone()));
        files.replace(&users);
        clock.advance(Duration::from_secs(3600));
    }
    assert_eq!(clock.sleepers(), 0);
}

// claims: rest.rotation.authority
#[tokio::test]
async fn authority_in_a_file_is_looked_at_every_five_minutes() {
    let (ours, theirs) = (Tls::new(), Tls::new());
    let (mut first, second) = (Server::tls(&ours).await, Server::tls(&theirs).await);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.crt");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    write(ours.authority.certificate_pem());
    let clock = ManualClock::new();
    let config = |server: &Server| {
        let config = Config::new(&format!("https://{}", server.address)).unwrap();
        config
            .certificate_authority(Pem::from_file(&file).unwrap())
            .time(Arc::new(clock.clone()))
    };
    let to_first = Transport::new(&config(&first)).unwrap();
    let to_second = Transport::new(&config(&second)).unwrap();
    let mut watch = begun(&to_first, &format!("{BREAKS_OFF}?watch=true")).await;
    assert_eq!(refused(&to_second).await, ErrorKind::UnknownIssuer);
    assert_eq!(first.connections(), 1);

    // Nonsense and nothing at all are passed over.
    for nonsense in [
        "nonsense",
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        write(nonsense);
        clock.advance(Duration::from_secs(300));
        to_first.send(get("/")).await.unwrap();
    }
    std::fs::remove_file(&file).unwrap();
    clock.advance(Duration::from_secs(300));
    to_first.send(get("/")).await.unwrap();
    assert_eq!(refused(&to_second).await, ErrorKind::UnknownIssuer);
    assert_eq!(first.connections(), 0);

    write(theirs.authority.certificate_pem());
    clock.advance(Duration::from_secs(299));
    assert_eq!(refused(&to_second).await, ErrorKind::UnknownIssuer);
    clock.advance(Duration::from_secs(1));
    to_second.send(get("/")).await.unwrap();
    // Requests to the first need a connection of their own now, which does not come about.
    assert_eq!(refused(&to_first).await, ErrorKind::UnknownIssuer);
    // What has begun goes on.
    first.break_off();
    let error = next(&mut watch).await.unwrap().unwrap_err();
    assert!(!error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn authority_of_a_pods_service_account_is_looked_at_again() {
    let (old, new) = (Tls::new(), Tls::new());
    let server = Server::tls(&new).await;
    let account = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(account.path().join(name), text).unwrap();
    write("token", "sesame");
    write("ca.crt", old.authority.certificate_pem());
    let environment = Environment::empty()
        .with_service_account(account.path())
        .with_variable("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        .with_variable("KUBERNETES_SERVICE_PORT", server.address.port().to_string());
    let clock = ManualClock::new();
    let config = Config::in_cluster(&environment).unwrap();
    let transport = Transport::new(&config.time(Arc::new(clock.clone()))).unwrap();
    assert_eq!(refused(&transport).await, ErrorKind::UnknownIssuer);

    write("ca.crt", new.authority.certificate_pem());
    clock.advance(Duration::from_secs(300));

    transport.send(get("/")).await.unwrap();
}

/// A client certificate and its key, in files.
struct Files(TempDir);

impl Files {
    fn new(users: &CertificateAuthority) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.replace(users);
        files
    }

    fn replace(&self, users: &CertificateAuthority) {
        let (certificate, key) = client(users);
        std::fs::write(self.certificate(), certificate.bytes()).unwrap();
        std::fs::write(self.key(), key.bytes()).unwrap();
    }

    fn certificate(&self) -> std::path::PathBuf {
        self.0.path().join("client.crt")
    }

    fn key(&self) -> std::path::PathBuf {
        self.0.path().join("client.key")
    }

    fn present(&self, config: Config) -> Config {
        let read = |path| Pem::from_file(path).unwrap();
        config.identity(read(self.certificate()), read(self.key()))
    }

    fn shown(&self) -> Shown {
        Shown::of(&Pem::from_file(self.certificate()).unwrap())
    }
}

fn identity(users: &CertificateAuthority) -> Identity {
    let (certificate, key) = client(users);
    Identity { certificate, key }
}

fn shown(identity: &Identity) -> Shown {
    Shown::of(&identity.certificate)
}

/// The body of an answer that has begun with `part`.
async fn begun(transport: &Transport, path: &str) -> Body {
    let mut body = transport.send(get(path)).await.unwrap().into_body();
    assert_eq!(next(&mut body).await.unwrap().unwrap(), "part");
    body
}

async fn next(body: &mut Body) -> Option<Result<bytes::Bytes, Error>> {
    let chunk = tokio::time::timeout(Duration::from_secs(10), body.chunk()).await;
    chunk.expect("the body goes on, or ends")
}

async fn refused(transport: &Transport) -> ErrorKind {
    transport.send(get("/")).await.unwrap_err().kind()
}

/// Waits until someone waits for the clock.
async fn asleep(clock: &ManualClock) {
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
}

/// A request that is not sent again, however it fails.
fn get(path: &str) -> Request<Body> {
    let once = RequestOptions::new().max_retries(0);
    let request = Request::get(path).extension(once);
    request.body(Body::empty()).unwrap()
}
