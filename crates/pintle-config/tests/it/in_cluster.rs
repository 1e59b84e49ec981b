//! A program in a pod.

use pintle_config::{Environment, Loader, Overrides};

use crate::directory::{Directory, kubeconfig, token};

#[test]
fn service_account_is_used_where_no_kubeconfig_is() {
    let directory = pod();
    let config = Loader::new(environment(&directory)).load().unwrap();
    assert_eq!(config.server.to_string(), "https://10.96.0.1:443");
    assert_eq!(token(&config), Some("pod-token"));
    assert_eq!(config.default_namespace, "team-a");
    let authority = config.tls.certificate_authority.unwrap();
    assert_eq!(authority.bytes(), b"AUTHORITY");
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

#[test]
fn ipv6_address_is_bracketed() {
    let directory = pod();
    let environment = environment(&directory).with_variable("KUBERNETES_SERVICE_HOST", "fd00::1");
    let config = Loader::new(environment).load().unwrap();
    assert_eq!(config.server.to_string(), "https://[fd00::1]:443");
}

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

#[test]
fn authority_may_be_missing() {
    let directory = pod();
    std::fs::remove_file(directory.path().join("sa/ca.crt")).unwrap();
    let config = Loader::new(environment(&directory)).load().unwrap();
    assert!(config.tls.certificate_authority.is_none());
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

fn pod() -> Directory {
    let directory = Directory::new();
    directory.file("sa/token", "pod-token\n");
    directory.file("sa/ca.crt", "AUTHORITY");
    directory.file("sa/namespace", "team-a\n");
    directory
}

fn environment(directory: &Directory) -> Environment {
    Environment::empty()
        .with_variable("KUBERNETES_SERVICE_HOST", "10.96.0.1")
        .with_variable("KUBERNETES_SERVICE_PORT", "443")
        .with_service_account(directory.path().join("sa"))
}
