//! Which files are read, and what becomes of several.

use pintle_config::{Environment, Kubeconfig, Loader, Overrides};

use crate::directory::{Directory, kubeconfig, token};

#[test]
fn explicit_path_is_used_alone() {
    let directory = Directory::new();
    let named = directory.file("named", &kubeconfig("named"));
    let listed = directory.file("listed", &kubeconfig("listed"));
    let loader = Loader::new(Environment::empty().with_variable("KUBECONFIG", listed)).path(named);

    assert_eq!(
        loader
            .kubeconfig()
            .unwrap()
            .clusters
            .into_keys()
            .collect::<Vec<_>>(),
        ["named"]
    );
    assert_eq!(
        loader.load().unwrap().server.to_string(),
        "https://named.example:6443"
    );
}

#[test]
fn explicit_path_must_exist() {
    let directory = Directory::new();
    directory.file(".kube/config", &kubeconfig("home"));
    let missing = directory.path().join("missing");
    let loader = Loader::new(Environment::empty().with_home(directory.path())).path(&missing);

    let error = loader.load().unwrap_err();

    assert!(error.is_unreadable_file(), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("cannot read kubeconfig {}", missing.display())
    );
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.to_string().contains("No such file"), "{source}");
}

#[test]
fn kubeconfig_variable_comes_before_home() {
    let directory = Directory::new();
    directory.file(".kube/config", &kubeconfig("home"));
    let listed = directory.file("listed", &kubeconfig("listed"));
    let environment = Environment::empty().with_home(directory.path());

    let from_home = Loader::new(environment.clone()).load().unwrap();
    assert_eq!(token(&from_home), Some("token-of-home"));

    let listed = environment.clone().with_variable("KUBECONFIG", listed);
    assert_eq!(
        token(&Loader::new(listed).load().unwrap()),
        Some("token-of-listed")
    );

    // Set but empty is not set.
    let empty = environment.with_variable("KUBECONFIG", "");
    assert_eq!(
        token(&Loader::new(empty).load().unwrap()),
        Some("token-of-home")
    );
}

#[test]
fn listed_files_are_merged_first_definition_whole() {
    let directory = Directory::new();
    let first = directory.file(
        "first",
        "
clusters:
- name: shared
  cluster: {server: 'https://first.example'}
users:
- name: alice
  user: {token: from-first}
",
    );
    let second = directory.file(
        "second",
        "
current-context: second
clusters:
- name: shared
  cluster: {server: 'https://second.example', tls-server-name: not-mixed-in}
users:
- name: alice
  user: {username: not, password: mixed-in}
- name: bob
  user: {token: from-second}
contexts:
- name: second
  context: {cluster: shared, user: alice}
",
    );
    let third = directory.file("third", "current-context: third");
    let environment = listing(&[&first, &second, &third]);
    let loader = Loader::new(environment);

    let merged = loader.kubeconfig().unwrap();
    assert_eq!(merged.current_context, "second");
    assert_eq!(merged.users.len(), 2);
    assert_eq!(merged.clusters["shared"].origin(), Some(first.as_path()));
    assert_eq!(merged.users["bob"].origin(), Some(second.as_path()));

    let config = loader.load().unwrap();
    assert_eq!(config.server.to_string(), "https://first.example");
    assert_eq!(config.tls.server_name, None);
    assert_eq!(token(&config), Some("from-first"));
}

#[test]
fn missing_and_repeated_files_of_the_list_are_passed_over() {
    let directory = Directory::new();
    let file = directory.file("file", &kubeconfig("a"));
    let missing = directory.path().join("missing");
    let empty = std::path::PathBuf::new();

    let loader = Loader::new(listing(&[&missing, &file, &empty, &file]));

    assert_eq!(token(&loader.load().unwrap()), Some("token-of-a"));
}

#[test]
fn every_unusable_file_of_the_list_is_reported() {
    let directory = Directory::new();
    let good = directory.file("good", &kubeconfig("a"));
    let bad = directory.file("bad", "clusters: {");
    let worse = directory.path().join("worse");
    std::fs::create_dir(&worse).unwrap();

    let error = Loader::new(listing(&[&bad, &good, &worse]))
        .load()
        .unwrap_err();

    assert!(
        error.is_malformed() && error.is_unreadable_file(),
        "{error:?}"
    );
    let message = error.to_string();
    assert!(
        message.contains("bad:1:") && message.contains("worse"),
        "{message}"
    );
}

#[test]
fn relative_paths_are_taken_from_the_files_own_directory() {
    let directory = Directory::new();
    directory.file("sub/pki/ca.crt", "AUTHORITY");
    directory.file("sub/token", "from-file\n");
    let path = directory.file(
        "sub/kubeconfig",
        "
current-context: a
clusters:
- name: a
  cluster: {server: 'https://a.example', certificate-authority: pki/ca.crt}
users:
- name: a
  user: {tokenFile: ./token}
contexts:
- name: a
  context: {cluster: a, user: a}
",
    );

    let config = Loader::new(listing(&[&path])).load().unwrap();

    let authority = config.tls.certificate_authority.as_ref().unwrap();
    assert_eq!(authority.bytes(), b"AUTHORITY");
    assert_eq!(
        authority.file(),
        Some(directory.path().join("sub/pki/ca.crt").as_path())
    );
    assert_eq!(token(&config), Some("from-file"));
}

#[test]
fn nothing_anywhere_says_where_it_looked() {
    let directory = Directory::new();
    let missing = directory.path().join("missing");
    for (environment, says) in [
        (
            Environment::empty(),
            "neither $KUBECONFIG nor a home directory is set".to_owned(),
        ),
        (
            Environment::empty().with_home(directory.path()),
            format!("{}/.kube/config (missing)", directory.path().display()),
        ),
        (
            listing(&[&missing]),
            format!("$KUBECONFIG names {} (missing)", missing.display()),
        ),
    ] {
        let error = Loader::new(environment).load().unwrap_err();
        assert!(error.is_not_found(), "{error:?}");
        assert!(
            error.to_string().contains(&says),
            "{error} should say {says}"
        );
        assert!(error.hint().unwrap().contains("--kubeconfig"));
    }
}

#[test]
fn empty_files_are_empty_kubeconfigs() {
    for text in [
        "",
        "\n",
        "# nothing\n",
        "---\n",
        "apiVersion: v1\nkind: Config\n",
        "clusters: null\nusers: []\ncurrent-context: \"\"\n",
    ] {
        assert_eq!(
            Kubeconfig::parse(text).unwrap(),
            Kubeconfig::default(),
            "{text:?}"
        );
    }
}

#[test]
fn kubeconfig_without_a_chosen_context_lists_them() {
    let directory = Directory::new();
    let text = kubeconfig("a").replace("current-context: a", "");
    let path = directory.file("kubeconfig", &text);
    let loader = Loader::new(listing(&[&path]));

    let error = loader.load().unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    assert!(error.hint().unwrap().contains("\"a\""));

    let chosen = loader
        .overrides(Overrides::new().context("a"))
        .load()
        .unwrap();
    assert_eq!(token(&chosen), Some("token-of-a"));
}

#[test]
fn json_is_yaml() {
    let directory = Directory::new();
    let path = directory.file(
        "kubeconfig",
        r#"{"apiVersion": "v1", "kind": "Config", "current-context": "a",
            "clusters": [{"name": "a", "cluster": {"server": "http://a.example"}}],
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": ""}}]}"#,
    );
    let config = Loader::new(listing(&[&path])).load().unwrap();
    assert_eq!(config.server.to_string(), "http://a.example");
}

fn listing(paths: &[&std::path::PathBuf]) -> Environment {
    Environment::empty().with_variable("KUBECONFIG", std::env::join_paths(paths).unwrap())
}
