//! What is written down. None of it may be a credential.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::backend::{Backend, OK, SECRET};
use crate::http::{ask, exchange};

/// Everything that is said at whatever level, with the causes of errors.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for &Log {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}: {value:?}").unwrap();
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut next = Some(value);
        while let Some(error) = next {
            writeln!(self.0.lock().unwrap(), "{field}: {error} {error:?}").unwrap();
            next = error.source();
        }
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut &*self);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut &*self);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut &*self);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn no_credential_is_written_down() {
    let log = Log::default();
    // All tasks of this test run on its thread.
    let _guard = tracing::subscriber::set_default(log.clone());
    let directory = tempfile::tempdir().unwrap();
    let tokens = directory.path().join("tokens");
    std::fs::write(&tokens, "sesame-1,ada,7\n").unwrap();
    for answer in [
        OK,
        "nonsense\r\n\r\n",
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer gateway-secret-9b1d\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: https://gateway-secret-9b1d@elsewhere.example/x\r\nContent-Length: 0\r\n\r\n",
    ] {
        let backend = Backend::answering(answer).await;
        let gateway = backend.gateway().tokens(&tokens).start().await.unwrap();
        let address = gateway.address();
        let host = format!("Host: {address}");
        for token in ["sesame-1", "sesame-2"] {
            let shown = format!("Authorization: Bearer {token}");
            for line in [
                "GET /api/v1/pods",
                "POST /api/v1/pods",
                "GET /configmaps/core/v1",
            ] {
                let reply = ask(address, line, &[&host, &shown, "Cookie: crumbs"], "").await;
                let text = format!("{reply:?}");
                assert!(!text.contains(SECRET) && !text.contains("sesame"), "{text}");
            }
            let upgrade = format!(
                "GET /api/v1/namespaces/a/pods/b/exec HTTP/1.1\r\n{host}\r\n{shown}\r\n\
                 Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: \
                 base64url.bearer.authorization.k8s.io.c2VzYW1lLTE, v5.channel.k8s.io\r\n\r\n"
            );
            exchange(address, upgrade.as_bytes()).await;
        }
        gateway.shutdown().await;
    }
    let log = log.0.lock().unwrap();
    assert!(log.contains("the API server gave no answer"), "{log}");
    for secret in [SECRET, "sesame", "crumbs", "c2VzYW1l"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
