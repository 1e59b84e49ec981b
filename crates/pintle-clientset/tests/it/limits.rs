//! The rate limit of a clientset.

use pintle_clientset::Clientset;
use pintle_config::Config;

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
