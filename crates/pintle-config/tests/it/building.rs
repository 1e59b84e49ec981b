//! Configurations that are built, and what comes from the environment.

use std::time::Duration;

use pintle_config::{Auth, Config, Environment, Impersonation, Loader, Pem, ServerUrl, Shared};

use crate::directory::{Directory, kubeconfig};

// claims: rest.config.server, rest.config.base-path
#[test]
fn servers_are_hosts_addresses_and_urls() {
    for (text, tls, server) in [
        ("example.org", false, "http://example.org"),
        ("example.org:6443", true, "https://example.org:6443"),
        ("", false, "http://localhost"),
        ("https://h/base/?query#fragment", false, "https://h/base"),
    ] {
        let parsed = ServerUrl::parse(text, tls).unwrap();
        assert_eq!(parsed.to_string(), server, "{text}");
    }
    let config = Config::new("https://h/base").unwrap();
    assert_eq!(config.server.base_path(), "/base");
}

// claims: rest.config.anonymous-copy
#[test]
fn an_anonymous_copy_says_nothing_of_who_asks() {
    let pem = || Pem::from_bytes("PEM");
    let config = Config::new("https://h")
        .unwrap()
        .certificate_authority(pem())
        .identity(pem(), pem())
        .bearer_token("secret")
        .impersonate(Impersonation::of("someone"))
        .user_agent("tool/1")
        .timeout(Duration::from_secs(3));
    let anonymous = config.anonymous();
    assert!(matches!(anonymous.auth, Auth::Anonymous));
    assert!(anonymous.tls.identity.is_none() && anonymous.impersonation.is_none());
    assert!(anonymous.tls.certificate_authority.is_some());
    assert_eq!(anonymous.user_agent.as_deref(), Some("tool/1"));
    assert_eq!(anonymous.timeout, config.timeout);
}

// claims: rest.config.proxy
#[test]
fn the_kubeconfigs_proxy_beats_that_of_the_environment() {
    let directory = Directory::new();
    let load = |text: &str, environment: &Environment| {
        let path = directory.file("kubeconfig", text);
        let config = Loader::new(environment.clone()).path(path).load().unwrap();
        let proxy = config.proxies.for_server(&config.server).unwrap();
        proxy.map(ToString::to_string)
    };
    let environment = Environment::empty()
        .with_variable("HTTPS_PROXY", "http://variable:3128")
        .with_variable("NO_PROXY", "a.example");
    let own = kubeconfig("a").replace("6443'", "6443', proxy-url: 'socks5://own'");
    assert_eq!(load(&kubeconfig("a"), &environment), None);
    assert_eq!(
        load(&kubeconfig("b"), &environment).as_deref(),
        Some("http://variable:3128")
    );
    // Not even an exception changes that.
    assert_eq!(load(&own, &environment).as_deref(), Some("socks5://own"));
}

#[test]
fn variables_count_for_built_configurations_when_they_are_asked() {
    let environment = Environment::empty()
        .with_variable("HTTPS_PROXY", "http://proxy:3128")
        .with_variable("DISABLE_HTTP2", "1")
        .with_variable("KUBE_CLIENT_BACKOFF_BASE", "1")
        .with_variable("KUBE_CLIENT_BACKOFF_DURATION", "9");
    let config = Config::new("https://h").unwrap();
    assert_eq!(config.proxies.for_server(&config.server).unwrap(), None);
    let config = config.in_environment(&environment);
    let proxy = config.proxies.for_server(&config.server).unwrap();
    assert_eq!(proxy.unwrap().to_string(), "http://proxy:3128");
    assert!(!config.http2.enabled);
    assert_eq!(config.backoff.unwrap().max, Duration::from_secs(9));
}

#[test]
fn a_registry_can_be_shared_by_what_is_loaded() {
    let directory = Directory::new();
    let path = directory.file("kubeconfig", &kubeconfig("a"));
    let shared = Shared::new();
    let loader = Loader::new(Environment::empty()).path(path);
    let part = |config: Config| config.shared.part::<std::sync::Mutex<u8>>();
    let with = loader.clone().shared(shared.clone());
    assert!(std::sync::Arc::ptr_eq(
        &part(with.load().unwrap()),
        &part(with.load().unwrap())
    ));
    assert!(!std::sync::Arc::ptr_eq(
        &part(loader.load().unwrap()),
        &part(loader.load().unwrap())
    ));
}
