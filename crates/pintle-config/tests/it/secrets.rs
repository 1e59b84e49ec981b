//! Nothing that is printed contains a secret.

use pintle_config::{Environment, Kubeconfig, Loader};

use crate::directory::{Directory, resolve};

const SECRETS: [&str; 5] = [
    "tok-1c8b",
    "pwd-93fe",
    "key-55d1",
    "a2V5LTU1ZDE=",
    "exec-0b7a",
];

#[test]
fn debug_output_holds_no_secret() {
    let directory = Directory::new();
    let users = [
        "{token: tok-1c8b}",
        "{username: u, password: pwd-93fe}",
        "{client-certificate-data: QQ==, client-key-data: a2V5LTU1ZDE=}",
        "{token: tok-1c8b, username: u, password: pwd-93fe, exec: {command: c, env: [{name: T, value: exec-0b7a}]}}",
    ];
    let mut printed = Vec::new();
    for user in users {
        let text = format!(
            "
current-context: a
clusters: [{{name: a, cluster: {{server: 'https://h'}}}}]
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

    assert_eq!(printed.len(), 9);
    for text in printed {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
