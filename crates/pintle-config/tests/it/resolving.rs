//! From a kubeconfig to what a client is built from.

use pintle_config::{Auth, Environment, ErrorKind, Loader, Overrides};

use crate::directory::{Directory, kubeconfig, resolve, token};

#[test]
fn context_chooses_cluster_user_and_namespace() {
    let directory = Directory::new();
    let config = resolve(&directory, &kubeconfig("a")).unwrap();
    assert_eq!(config.server.to_string(), "https://a.example:6443");
    assert_eq!(token(&config), Some("token-of-a"));
    assert_eq!(config.default_namespace, "ns-of-a");
}

#[test]
fn namespace_is_default_unless_said() {
    let directory = Directory::new();
    for namespace in ["", "namespace: ''", "namespace: null"] {
        let text = kubeconfig("a").replace("namespace: ns-of-a", namespace);
        assert_eq!(
            resolve(&directory, &text).unwrap().default_namespace,
            "default"
        );
    }
}

#[test]
fn empty_overrides_change_nothing() {
    let directory = Directory::new();
    let path = directory.file("kubeconfig", &kubeconfig("a"));
    let overrides = Overrides::new().context("").cluster("").user("");
    let loader = Loader::new(Environment::empty())
        .path(&path)
        .overrides(overrides.namespace("").server(""));
    let config = loader.load().unwrap();
    assert_eq!(config.server.to_string(), "https://a.example:6443");
    assert_eq!(token(&config), Some("token-of-a"));
    assert_eq!(config.default_namespace, "ns-of-a");
}

#[test]
fn overrides_come_first() {
    let directory = Directory::new();
    let mut text = kubeconfig("a");
    text.push_str("- name: b\n  context: {cluster: a, user: ''}\n");
    let path = directory.file("kubeconfig", &text);
    let load = |overrides| {
        Loader::new(Environment::empty())
            .path(&path)
            .overrides(overrides)
            .load()
    };

    let config = load(Overrides::new().context("b")).unwrap();
    assert!(matches!(config.auth, Auth::Anonymous));
    assert_eq!(config.default_namespace, "default");

    let config = load(
        Overrides::new()
            .context("b")
            .user("a")
            .namespace("kube-system"),
    )
    .unwrap();
    assert_eq!(token(&config), Some("token-of-a"));
    assert_eq!(config.default_namespace, "kube-system");

    for (overrides, kind, says) in [
        (
            Overrides::new().context("x"),
            ErrorKind::UnknownContext,
            "the context \"x\" is not defined",
        ),
        (
            Overrides::new().cluster("x"),
            ErrorKind::UnknownCluster,
            "the cluster \"x\" is not defined",
        ),
        (
            Overrides::new().user("x"),
            ErrorKind::UnknownUser,
            "the user \"x\" is not defined",
        ),
    ] {
        let error = load(overrides).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.to_string(), says);
        assert!(error.hint().unwrap().contains("\"a\""));
    }
}

#[test]
fn server_override_drops_the_name_meant_for_the_other() {
    let directory = Directory::new();
    let text = kubeconfig("a").replace("6443'", "6443', tls-server-name: inner");
    let path = directory.file("kubeconfig", &text);
    let loader = Loader::new(Environment::empty()).path(&path);
    assert_eq!(
        loader.load().unwrap().tls.server_name.as_deref(),
        Some("inner")
    );

    let config = loader
        .overrides(Overrides::new().server("https://10.0.0.1"))
        .load()
        .unwrap();

    assert_eq!(config.server.to_string(), "https://10.0.0.1");
    assert_eq!(config.tls.server_name, None);
    assert_eq!(token(&config), Some("token-of-a"));
}

#[test]
fn server_override_needs_no_kubeconfig() {
    let loader = Loader::new(Environment::empty());
    let config = loader
        .overrides(Overrides::new().server("127.0.0.1:8080"))
        .load()
        .unwrap();
    assert_eq!(config.server.to_string(), "http://127.0.0.1:8080");
}

// claims: clientcmd.validation.undefined
#[test]
fn undefined_names_in_a_context_are_errors() {
    let directory = Directory::new();
    let text = kubeconfig("a").replace("{cluster: a, user: a,", "{cluster: x, user: y,");
    let error = resolve(&directory, &text).unwrap_err();
    assert!(error.is_unknown_cluster() && error.is_unknown_user());
    assert_eq!(
        error.to_string(),
        "the cluster \"x\", which the context \"a\" refers to, is not defined; \
         the user \"y\", which the context \"a\" refers to, is not defined"
    );
}

#[test]
fn credentials_are_not_sent_in_the_clear() {
    let directory = Directory::new();
    let text = kubeconfig("a").replace("https://", "http://");
    let config = resolve(&directory, &text).unwrap();
    assert!(matches!(config.auth, Auth::Anonymous));
}

#[test]
fn data_is_decoded_and_files_are_read() {
    let directory = Directory::new();
    directory.file("key.pem", "KEY");
    let user = "{client-certificate-data: Q0\n     VSVA==, client-key: key.pem}";
    let config = resolve(&directory, &with_user(user)).unwrap();
    let identity = config.tls.identity.unwrap();
    assert_eq!(identity.certificate.bytes(), b"CERT");
    assert_eq!(identity.certificate.file(), None);
    assert_eq!(identity.key.bytes(), b"KEY");
    assert_eq!(
        identity.key.file(),
        Some(directory.path().join("key.pem").as_path())
    );
}

// claims: rest.rotation.file-wins, defects.token-file
#[test]
fn token_file_wins_over_the_inline_token() {
    let directory = Directory::new();
    let file = directory.file("token", "from-file\n");
    let user = "{token: inline, tokenFile: token}";
    let config = resolve(&directory, &with_user(user)).unwrap();
    let Auth::Bearer(token) = &config.auth else {
        panic!("{config:?}");
    };
    assert_eq!(token.value().expose(), "from-file");
    assert_eq!(token.file(), Some(file.as_path()));

    // The inline token stands in for a file that cannot be read yet.
    std::fs::remove_file(&file).unwrap();
    let config = resolve(&directory, &with_user(user)).unwrap();
    let Auth::Bearer(token) = &config.auth else {
        panic!("{config:?}");
    };
    assert_eq!(token.value().expose(), "inline");
    assert_eq!(token.file(), Some(file.as_path()));
}

#[test]
fn basic_credentials_are_kept() {
    let directory = Directory::new();
    let config = resolve(&directory, &with_user("{username: u, password: p}")).unwrap();
    let Auth::Basic { username, password } = config.auth else {
        panic!("{config:?}");
    };
    assert_eq!((username.as_str(), password.expose()), ("u", "p"));
}

#[test]
fn missing_files_are_named_with_their_stanza() {
    let directory = Directory::new();
    let home = directory.path().display();
    for (text, says) in [
        (
            with_cluster("{server: 'https://h', certificate-authority: ca.crt}"),
            format!(
                "cannot read certificate-authority {home}/ca.crt of cluster \"a\" in {home}/kubeconfig"
            ),
        ),
        (
            with_user("{tokenFile: token}"),
            format!("cannot read tokenFile {home}/token of user \"a\" in {home}/kubeconfig"),
        ),
        (
            with_user("{client-certificate: c, client-key-data: QQ==}"),
            format!("cannot read client-certificate {home}/c of user \"a\" in {home}/kubeconfig"),
        ),
    ] {
        let error = resolve(&directory, &text).unwrap_err();
        assert!(error.is_unreadable_file());
        assert_eq!(error.to_string(), says);
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[test]
fn contradictions_are_errors() {
    let directory = Directory::new();
    directory.file("f", "content");
    directory.file("empty", "\n");
    for (text, says) in [
        (with_cluster("{}"), "cluster \"a\" in @ has no server"),
        (
            with_cluster(
                "{server: 'https://h', certificate-authority: f, certificate-authority-data: QQ==}",
            ),
            "cluster \"a\" in @ has both certificate-authority and certificate-authority-data",
        ),
        (
            with_cluster(
                "{server: 'https://h', certificate-authority: f, insecure-skip-tls-verify: true}",
            ),
            "cluster \"a\" in @ has a certificate authority and insecure-skip-tls-verify",
        ),
        (
            with_user("{client-certificate-data: QQ==}"),
            "user \"a\" in @ has a client certificate without its key",
        ),
        (
            with_user("{token: t, username: u}"),
            "user \"a\" in @ has both a token and a username or password",
        ),
        (
            with_user("{tokenFile: empty}"),
            "user \"a\" in @ has an empty tokenFile ",
        ),
    ] {
        let error = resolve(&directory, &text).unwrap_err();
        assert!(error.is_invalid(), "{error:?}");
        let file = directory.path().join("kubeconfig");
        let says = says.replace('@', &file.display().to_string());
        assert!(
            error.to_string().starts_with(&says),
            "{error} should start {says}"
        );
    }
}

#[test]
fn all_that_is_wrong_is_reported_at_once() {
    let directory = Directory::new();
    let text = with_user("{token: t, username: u, client-certificate: c, client-key: k}")
        .replace("{server: 'https://h'}", "{certificate-authority: ca}");
    let error = resolve(&directory, &text).unwrap_err();
    assert!(error.is_invalid() && error.is_unreadable_file());
    for part in [
        "no server",
        "both a token",
        "/ca of cluster",
        "/c of user",
        "/k of user",
    ] {
        assert!(
            error.to_string().contains(part),
            "{error} should mention {part}"
        );
    }
}

// claims: rest.exec.versions
#[test]
fn what_a_stanza_asks_for_is_kept() {
    let directory = Directory::new();
    let plugin = |fields: &str| {
        let exec = format!("{{exec: {{command: aws, {fields}}}}}");
        resolve(&directory, &with_user(&exec)).map(|config| config.auth)
    };
    let v1 = "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never";
    assert!(matches!(plugin(v1), Ok(Auth::Exec(_))));
    for fields in [
        "apiVersion: client.authentication.k8s.io/v1alpha1",
        "apiVersion: client.authentication.k8s.io/v2, interactiveMode: Never",
        "apiVersion: v1, interactiveMode: Never",
    ] {
        let error = plugin(fields).unwrap_err();
        assert_eq!(error.kinds().next(), Some(ErrorKind::Plugin), "{error:?}");
    }
    // Present and empty asks for nothing.
    let user = "{token: t, exec: null, as: '', as-groups: [], auth-provider: null}";
    let config = resolve(&directory, &with_user(user)).unwrap();
    assert_eq!(token(&config), Some("t"));
    assert_eq!(config.impersonation, None);
}

// claims: clientcmd.validation.undefined
#[test]
fn a_server_that_is_given_needs_no_cluster() {
    let directory = Directory::new();
    let text = kubeconfig("a").replace("{cluster: a, user: a,", "{cluster: x, user: a,");
    let path = directory.file("kubeconfig", &text);
    let loader = Loader::new(Environment::empty()).path(&path);
    assert!(loader.load().unwrap_err().is_unknown_cluster());
    let config = loader.overrides(Overrides::new().server("https://given"));
    assert_eq!(token(&config.load().unwrap()), Some("token-of-a"));
}

#[test]
fn stanzas_that_are_not_chosen_are_not_judged() {
    let directory = Directory::new();
    let text = kubeconfig("a").replace(
        "users:",
        "- name: broken\n  cluster: {certificate-authority: missing, proxy-url: p, server: ''}\nusers:\n- name: plugin\n  user: {exec: {command: x}}",
    );
    assert_eq!(
        token(&resolve(&directory, &text).unwrap()),
        Some("token-of-a")
    );
}

fn with_cluster(cluster: &str) -> String {
    kubeconfig("a").replace("{server: 'https://a.example:6443'}", cluster)
}

fn with_user(user: &str) -> String {
    with_cluster("{server: 'https://h'}").replace("{token: token-of-a}", user)
}
