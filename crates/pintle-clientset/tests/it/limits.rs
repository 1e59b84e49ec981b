//! The rate limit of a clientset.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{Request, Response};
use pintle_client::Client;
use pintle_clientset::Clientset;
use pintle_config::Config;
use pintle_env::ManualClock;
use pintle_meta::v1::ListOptions;
use pintle_transport::{Body, Transport};
use tokio::task::JoinSet;

// claims: rest.limiter.clientset-burst
#[test]
fn a_rate_without_a_burst_is_refused() {
    let config = Config::new("http://localhost").unwrap().rate_limit(20.0, 0);
    let error = Clientset::for_config(&config).unwrap_err();
    assert!(error.as_configuration().is_some());
    assert_eq!(
        error.to_string(),
        "the rate limit of a set of clients has a qps and no burst"
    );
    assert!(error.hint().unwrap().contains("set burst"));
    for fine in [
        config.clone().rate_limit(20.0, 40),
        config.clone().rate_limit(0.0, 0),
    ] {
        assert!(Clientset::for_config(&fine).is_ok());
    }
    assert!(Clientset::for_config(&config.rate_limit(-1.0, 0)).is_ok());
}

// claims: rest.limiter.clientset-shared
#[tokio::test]
async fn groups_share_one_limit() {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let service = tower::service_fn(move |_: Request<Body>| {
        count.fetch_add(1, Ordering::Relaxed);
        std::future::pending::<Result<Response<Body>, Infallible>>()
    });
    // Nobody moves the clock, so that who has to wait waits for ever.
    let config = Config::new("http://localhost").unwrap();
    let config = config.time(Arc::new(ManualClock::new()));
    let builder = Transport::builder(&config).service(service);
    let client = Client::from_transport(builder.build().unwrap(), "default");
    let clientset = Clientset::new(client);

    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let clientset = clientset.clone();
        tasks.spawn(async move {
            let options = ListOptions::new();
            let pods = clientset.core_v1().pods("default");
            let deployments = clientset.apps_v1().deployments("default");
            tokio::join!(pods.list(&options), deployments.list(&options))
        });
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(sent.load(Ordering::Relaxed), 10);
}
