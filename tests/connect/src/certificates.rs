//! Client certificates, and what the server makes of them.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use pintle_config::{Identity, Pem};
use pintle_env::ManualClock;
use pintle_transport::{ClientIdentity, Transport};

use crate::ask::{get, transport, who_am_i};
use crate::{Case, Cluster};

pub(crate) const CASES: &[Case] = &[
    ("client_certificate_says_who_asks", |cluster| {
        Box::pin(says_who_asks(cluster))
    }),
    ("client_certificate_is_replaced_in_its_files", |cluster| {
        Box::pin(replaced_in_files(cluster))
    }),
    ("client_certificate_is_replaced_by_the_program", |cluster| {
        Box::pin(replaced_by_the_program(cluster))
    }),
];

async fn says_who_asks(cluster: Cluster) {
    assert_eq!(who_am_i(&transport(&cluster.config)).await, "admin");
    let stranger = transport(&cluster.config.anonymous());
    let response = get(&stranger, "/api/v1/namespaces").await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

async fn replaced_in_files(cluster: Cluster) {
    let files = tempfile::tempdir().unwrap();
    let copy = |user: &str| {
        for kind in ["crt", "key"] {
            let from = cluster.directory.join(format!("{user}.{kind}"));
            std::fs::copy(from, files.path().join(kind)).unwrap();
        }
    };
    let read = |kind| Pem::from_file(files.path().join(kind)).unwrap();
    copy("admin");
    let clock = ManualClock::new();
    let config = cluster.config.clone().identity(read("crt"), read("key"));
    let transport = transport(&config.time(Arc::new(clock.clone())));
    assert_eq!(who_am_i(&transport).await, "admin");
    let mut watch = get(&transport, "/api/v1/namespaces?watch=true").await;
    watch.body_mut().chunk().await.unwrap().unwrap();
    // Someone waits for the time to look again.
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }

    copy("kubelets");
    clock.advance(Duration::from_secs(300));

    // The watch ends, whatever it still had to say.
    let error = loop {
        match watch.body_mut().chunk().await.unwrap() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(error.is_closed(), "{error:?}");
    assert_eq!(who_am_i(&transport).await, KUBELETS);
}

async fn replaced_by_the_program(cluster: Cluster) {
    let source = ClientIdentity::new();
    let builder = Transport::builder(&cluster.config).client_identity(&source);
    let transport = builder.build().unwrap();
    for (files, name) in [
        ("admin", "admin"),
        ("kubelets", KUBELETS),
        ("admin", "admin"),
    ] {
        let read = |kind| {
            let file = cluster.directory.join(format!("{files}.{kind}"));
            Pem::from_bytes(std::fs::read(file).unwrap())
        };
        source.set(Some(Identity {
            certificate: read("crt"),
            key: read("key"),
        }));
        assert_eq!(who_am_i(&transport).await, name);
    }
}

/// Another user whose certificate lies beside the kubeconfig.
const KUBELETS: &str = "kube-apiserver-kubelet-client";
