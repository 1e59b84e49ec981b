//! A program in a pod.

use std::path::Path;

use pintle_config::{Auth, Config, Environment, Loader, Overrides};

use crate::directory::{Directory, kubeconfig, token};

// claims: rest.in-cluster.files, clientcmd.deferred.in-cluster
#[test]
fn service_account_is_used_where_no_kubeconfig_is() {
    let directory = pod();
    let config = Loader::new(environment(&directory)).load().unwrap();
    assert_eq!(config.server.to_string(), "https://10.96.0.1:443");
    assert_eq!(token(&config), Some("pod-token"));
    assert_eq!(config.default_namespace, "team-a");
    let authority = config.tls.certificate_authority.unwrap();
    assert_eq!(authority.bytes(), AUTHORITY.as_bytes());
    // Both are read again when they change.
    let file = |name| Some(directory.path().join("sa").join(name));
    assert_eq!(authority.file().map(Path::to_owned), file("ca.crt"));
    let Auth::Bearer(token) = config.auth else {
        panic!("a token is sent");
    };
    assert_eq!(token.file().map(Path::to_owned), file("token"));
}

#[test]
fn kubeconfig_comes_before_the_service_account() {
    let directory = pod();
    let file = directory.file("kubeconfig", &kubeconfig("a"));
    let environment = environment(&directory).with_variable("KUBECONFIG", file);
    assert_eq!(
        token(&Loader::new(environment).load().unwrap()),
        Some("token-of-a")
    );
}

#[test]
fn kubeconfig_that_chooses_nothing_leaves_it_to_the_service_account() {
    let directory = pod();
    let file = directory.file("kubeconfig", "apiVersion: v1\nkind: Config\n");
    let environment = environment(&directory).with_variable("KUBECONFIG", file);
    assert_eq!(
        token(&Loader::new(environment).load().unwrap()),
        Some("pod-token")
    );
}

// claims: rest.in-cluster.files
#[test]
fn ipv6_address_is_bracketed() {
    let directory = pod();
    let environment = environment(&directory).with_variable("KUBERNETES_SERVICE_HOST", "fd00::1");
    let config = Loader::new(environment).load().unwrap();
    assert_eq!(config.server.to_string(), "https://[fd00::1]:443");
}

// claims: clientcmd.deferred.namespace
#[test]
fn namespace_is_the_overrides_then_the_variables_then_the_files() {
    let directory = pod();
    let environment = environment(&directory).with_variable("POD_NAMESPACE", "team-b");
    let loader = Loader::new(environment);
    assert_eq!(loader.load().unwrap().default_namespace, "team-b");
    let loader = loader.overrides(Overrides::new().namespace("team-c"));
    assert_eq!(loader.load().unwrap().default_namespace, "team-c");
    let loader = loader.overrides(Overrides::new().namespace("").server(""));
    assert_eq!(loader.load().unwrap().default_namespace, "team-b");

    std::fs::remove_file(directory.path().join("sa/namespace")).unwrap();
    let loader = Loader::new(self::environment(&directory));
    assert_eq!(loader.load().unwrap().default_namespace, "default");
}

// claims: rest.in-cluster.authority
#[test]
fn authority_may_be_missing_or_malformed() {
    let directory = pod();
    for content in [
        "",
        "nothing",
        "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n",
    ] {
        directory.file("sa/ca.crt", content);
        let config = Loader::new(environment(&directory)).load().unwrap();
        assert!(config.tls.certificate_authority.is_none(), "{content}");
    }
    std::fs::remove_file(directory.path().join("sa/ca.crt")).unwrap();
    let config = Loader::new(environment(&directory)).load().unwrap();
    assert!(config.tls.certificate_authority.is_none());
}

// claims: clientcmd.deferred.namespace
#[test]
fn kubeconfig_without_a_namespace_works_in_the_pods() {
    let directory = pod();
    let text = kubeconfig("a").replace(", namespace: ns-of-a", "");
    let load = |text: &str| {
        let file = directory.file("kubeconfig", text);
        let environment = environment(&directory).with_variable("KUBECONFIG", file);
        Loader::new(environment).load().unwrap().default_namespace
    };
    assert_eq!(load(&text), "team-a");
    assert_eq!(load(&kubeconfig("a")), "ns-of-a");
}

// claims: clientcmd.deferred.in-cluster-overrides
#[test]
fn overrides_of_server_token_and_authority_count() {
    let directory = pod();
    let authority = directory.file("other.crt", "OTHER");
    let overrides = Overrides::new()
        .server("https://elsewhere:6443")
        .token("mine")
        .certificate_authority(&authority);
    // With a server alone there is a configuration without the pod; so it goes by the pod's here.
    let loader = Loader::new(environment(&directory)).overrides(overrides.clone().server(""));
    let config = loader.load().unwrap();
    assert_eq!(config.server.to_string(), "https://10.96.0.1:443");
    assert_eq!(token(&config), Some("mine"));
    let Auth::Bearer(token) = &config.auth else {
        panic!("a token is sent");
    };
    assert_eq!(token.file(), None);
    let authority = config.tls.certificate_authority.unwrap();
    assert_eq!(authority.bytes(), b"OTHER");
}

// claims: rest.in-cluster.not
#[test]
fn not_being_in_a_pod_is_told_apart() {
    let directory = pod();
    for variable in ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"] {
        let environment = environment(&directory).with_variable(variable, "");
        let error = Config::in_cluster(&environment).unwrap_err();
        assert!(error.is_not_in_cluster(), "{error:?}");
    }
    std::fs::remove_file(directory.path().join("sa/token")).unwrap();
    let error = Config::in_cluster(&environment(&directory)).unwrap_err();
    assert!(error.is_unreadable_file(), "{error:?}");
}

// claims: clientcmd.deferred.flags
#[test]
fn without_flags_the_pod_comes_first() {
    let directory = pod();
    let file = directory.file("kubeconfig", &kubeconfig("a"));
    let flags = |server: &str, path: &Path| {
        let environment = environment(&directory).with_variable("KUBECONFIG", &file);
        Config::from_flags(environment, server, path).unwrap()
    };
    assert_eq!(token(&flags("", Path::new(""))), Some("pod-token"));
    assert_eq!(token(&flags("", &file)), Some("token-of-a"));
    let config = flags("https://elsewhere", &file);
    assert_eq!(config.server.to_string(), "https://elsewhere");
    let elsewhere = Environment::empty().with_variable("KUBECONFIG", &file);
    let config = Config::from_flags(elsewhere, "", Path::new("")).unwrap();
    assert_eq!(token(&config), Some("token-of-a"));
}

#[test]
fn half_a_pod_is_none() {
    let directory = pod();
    for variable in ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"] {
        let environment = environment(&directory).with_variable(variable, "");
        assert!(Loader::new(environment).load().unwrap_err().is_not_found());
    }
    std::fs::remove_file(directory.path().join("sa/token")).unwrap();
    let error = Loader::new(environment(&directory)).load().unwrap_err();
    assert!(error.is_not_found());
}

const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----\nQVVUSE9SSVRZ\n-----END CERTIFICATE-----\n";

fn pod() -> Directory {
    let directory = Directory::new();
    directory.file("sa/token", "pod-token\n");
    directory.file("sa/ca.crt", AUTHORITY);
    directory.file("sa/namespace", "team-a\n");
    directory
}

fn environment(directory: &Directory) -> Environment {
    Environment::empty()
        .with_variable("KUBERNETES_SERVICE_HOST", "10.96.0.1")
        .with_variable("KUBERNETES_SERVICE_PORT", "443")
        .with_service_account(directory.path().join("sa"))
}
