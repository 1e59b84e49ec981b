//! A loader that reads when it is asked, and once.

use pintle_config::{Environment, Loader, Overrides};

use crate::directory::{Directory, kubeconfig, token};

// claims: clientcmd.deferred.once
#[test]
fn kubeconfig_is_read_when_it_is_needed_and_once() {
    let directory = Directory::new();
    let path = directory.path().join("kubeconfig");
    let deferred = Loader::new(Environment::empty()).path(&path).deferred();
    // It need not be there before it is needed, and a failure is not remembered.
    assert!(deferred.load().unwrap_err().is_unreadable_file());
    directory.file("kubeconfig", &kubeconfig("a"));
    assert_eq!(token(&deferred.load().unwrap()), Some("token-of-a"));

    std::fs::remove_file(&path).unwrap();
    assert_eq!(token(&deferred.load().unwrap()), Some("token-of-a"));
    assert_eq!(deferred.namespace().unwrap(), "ns-of-a");
    assert_eq!(deferred.kubeconfig().unwrap().current_context, "a");
}

// claims: clientcmd.deferred.namespace
#[test]
fn a_namespace_that_is_given_needs_no_kubeconfig() {
    let loader = Loader::new(Environment::empty());
    let deferred = loader
        .overrides(Overrides::new().namespace("team-a"))
        .deferred();
    assert_eq!(deferred.namespace().unwrap(), "team-a");
    assert!(deferred.load().unwrap_err().is_not_found());
}
