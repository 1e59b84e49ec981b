//! Nothing that is printed contains a secret.

use pintle_config::{Environment, Kubeconfig, Loader, Overrides};

use crate::directory::{Directory, resolve};

const SECRETS: [&str; 8] = [
    "tok-1c8b",
    "pwd-93fe",
    "key-55d1",
    "a2V5LTU1ZDE=",
    "exec-0b7a",
    "args-77f0",
    "oidc-c3a1",
    "prxy-4e2d",
];

// claims: rest.config.redacted
#[test]
fn debug_output_holds_no_secret() {
    let directory = Directory::new();
    let users = [
        "{token: tok-1c8b}",
        "{username: u, password: pwd-93fe}",
        "{client-certificate-data: QQ==, client-key-data: a2V5LTU1ZDE=}",
        "{token: tok-1c8b, username: u, password: pwd-93fe, exec: {command: c, env: [{name: T, value: exec-0b7a}]}}",
        "{exec: {command: c, args: [args-77f0], env: [{name: T, value: exec-0b7a}], apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}",
        "{auth-provider: {name: oidc, config: {id-token: oidc-c3a1, refresh-token: oidc-c3a1}}}",
        "{token: tok-1c8b, unknown: {password: pwd-93fe}}",
    ];
    let mut printed = Vec::new();
    for user in users {
        let text = format!(
            "
current-context: a
clusters: [{{name: a, cluster: {{server: 'https://h', proxy-url: 'http://u:prxy-4e2d@proxy'}}}}]
contexts: [{{name: a, context: {{cluster: a, user: a}}}}]
users: [{{name: a, user: {user}}}]
"
        );
        printed.push(format!("{:#?}", Kubeconfig::parse(&text).unwrap()));
        match resolve(&directory, &text) {
            Ok(config) => printed.push(format!("{config:?} {config:#?}")),
            Err(error) => printed.push(format!("{error} {error:?} {:?}", error.hint())),
        }
    }
    let loader = Loader::new(Environment::empty().with_variable("AWS_SECRET", "tok-1c8b"));
    printed.push(format!("{loader:?}"));

    let broken = "clusters: [{name: a, cluster: {server: 'https://h', proxy-url: 'ftp://u:prxy-4e2d@proxy'}}]\n\
        contexts: [{name: a, context: {cluster: a}}]\ncurrent-context: a";
    let error = resolve(&directory, broken).unwrap_err();
    printed.push(format!("{error} {error:?} {:?}", error.hint()));
    let overrides = Overrides::new()
        .token("tok-1c8b")
        .basic("u", "pwd-93fe")
        .proxy_url("http://u:prxy-4e2d@proxy");
    printed.push(format!("{overrides:?}"));

    assert_eq!(printed.len(), 17);
    for text in printed {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
