//! How a server knows who asks.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pintle_api::core::v1::ConfigMap;
use pintle_client::{Api, Client};
use pintle_codec::Value;
use pintle_config::{Auth, Config, ExecPlugin, Impersonation, Token};
use pintle_env::ManualClock;
use pintle_meta::GroupVersion;
use pintle_meta::v1::ListOptions;

use crate::Cluster;
use crate::cluster::{config_map, create};

pub(super) async fn a_bearer_token_says_who_asks(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let token = account(cluster, &namespace, "asker").await;
    let client = Client::new(&nobody(cluster).bearer_token(token)).unwrap();
    let name = format!("system:serviceaccount:{namespace}:asker");
    assert_eq!(user(&client).await, name);
}

pub(super) async fn a_token_file_is_replaced_while_a_watch_goes_on(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let (first, second) = (
        account(cluster, &namespace, "first").await,
        account(cluster, &namespace, "second").await,
    );
    let_view(cluster, &namespace).await;
    let file = file(&namespace, "token");
    std::fs::write(&file, format!("{first}\n")).unwrap();
    let clock = ManualClock::new();
    let mut config = nobody(cluster).time(Arc::new(clock.clone()));
    config.auth = Auth::Bearer(Token::from_file(&file).unwrap());
    let client = Client::new(&config).unwrap();
    let config_maps: Api<ConfigMap> = client.api().namespace(namespace.as_str());
    let from = allowed(&config_maps).await;
    let named = ListOptions::new().fields("metadata.name=later");
    let mut watch = config_maps
        .watch(&named.resource_version(from))
        .await
        .unwrap();
    let name = |account: &str| format!("system:serviceaccount:{namespace}:{account}");
    assert_eq!(user(&client).await, name("first"));

    std::fs::write(&file, &second).unwrap();
    assert_eq!(user(&client).await, name("first"), "it is not old yet");
    clock.advance(Duration::from_secs(50));
    assert_eq!(user(&client).await, name("second"));

    let admin = cluster.client().api().namespace(namespace.as_str());
    create(&admin, &config_map("later", "a")).await;
    let event = watch.try_next().await.unwrap().expect("it goes on");
    assert_eq!(event.type_name(), "ADDED");
    std::fs::remove_file(file).unwrap();
}

pub(super) async fn a_plugin_renews_its_tokens(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let token = account(cluster, &namespace, "plugged").await;
    let runs = file(&namespace, "runs");
    let mut config = nobody(cluster);
    let plugin = ExecPlugin::new("sh")
        .args(["-c", PLUGIN])
        .env("TOKEN", token)
        .env("RUNS", runs.to_str().unwrap());
    config.auth = Auth::Exec(Box::new(plugin));
    let client = Client::new(&config).unwrap();
    let name = format!("system:serviceaccount:{namespace}:plugged");
    for _ in 0..10 {
        assert_eq!(user(&client).await, name);
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    let count = std::fs::read_to_string(&runs).unwrap().lines().count();
    assert!((2..=4).contains(&count), "it ran {count} times in 4 s");
    std::fs::remove_file(runs).unwrap();
}

pub(super) async fn who_impersonates_is_somebody_else(cluster: &Cluster) {
    let jane = Impersonation::of("jane")
        .uid("7")
        .groups(["dev", "ops"])
        .extra("acme.com/Scopes", "view")
        .extra("acme.com/Scopes", "edit");
    let config = cluster.config().clone().impersonate(jane);
    let info = user_info(&Client::new(&config).unwrap()).await;
    let texts = |value: Option<&Value>| -> Vec<String> {
        let values = value.and_then(Value::as_array).unwrap_or_default();
        let texts = values.iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let text = |name| info.get(name).and_then(Value::as_str);
    assert_eq!((text("username"), text("uid")), (Some("jane"), Some("7")));
    assert_eq!(
        texts(info.get("groups")),
        ["dev", "ops", "system:authenticated"]
    );
    // Names of headers have no case.
    assert_eq!(
        texts(info.at(&["extra", "acme.com/scopes"])),
        ["view", "edit"]
    );
}

/// A way to the cluster that shows no credentials.
fn nobody(cluster: &Cluster) -> Config {
    cluster.config().anonymous()
}

/// Makes a service account, and returns a token of it.
async fn account(cluster: &Cluster, namespace: &str, name: &str) -> String {
    let accounts = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
    let body =
        format!(r#"{{"apiVersion":"v1","kind":"ServiceAccount","metadata":{{"name":"{name}"}}}}"#);
    let made = cluster.ask(&format!("POST {accounts}"), &body).await;
    assert_eq!(made.code, 201, "{made:?}");
    let body = r#"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":600}}"#;
    let request = format!("POST {accounts}/{name}/token");
    let answer = cluster.ask(&request, body).await;
    let token = answer.value.at(&["status", "token"]);
    let token = token.and_then(Value::as_str).unwrap_or_default();
    assert!(!token.is_empty(), "there is a token");
    token.to_owned()
}

/// Lets the service accounts of the namespace look at its config maps. By a role of the namespace's
/// own: what `view` may, a controller fills in that does not run everywhere.
async fn let_view(cluster: &Cluster, namespace: &str) {
    let path = format!("POST /apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}");
    let role = r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"view"},
        "rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get","list","watch"]}]}"#;
    let made = cluster.ask(&format!("{path}/roles"), role).await;
    assert_eq!(made.code, 201, "{made:?}");
    let binding = format!(
        r#"{{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{{"name":"view"}},
            "roleRef":{{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"view"}},
            "subjects":[{{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"system:serviceaccounts:{namespace}"}}]}}"#
    );
    let made = cluster.ask(&format!("{path}/rolebindings"), &binding).await;
    assert_eq!(made.code, 201, "{made:?}");
}

/// The version of the list, once the server has heard that it may be seen.
async fn allowed(config_maps: &Api<ConfigMap>) -> String {
    for _ in 0..100 {
        match config_maps.list(&ListOptions::new()).await {
            Ok(list) => return list.metadata.resource_version.to_string(),
            Err(error) => assert!(error.is_forbidden(), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the service account may not list what its namespace has");
}

async fn user(client: &Client) -> String {
    let info = user_info(client).await;
    let name = info.get("username").and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

/// Who the server takes the client for.
async fn user_info(client: &Client) -> Value {
    let body = r#"{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"#;
    let review = client
        .rest(&GroupVersion::new("authentication.k8s.io", "v1"))
        .post()
        .resource("selfsubjectreviews")
        .body_bytes("application/json", body)
        .send()
        .await
        .unwrap();
    let review = review.into_value().unwrap();
    review.at(&["status", "userInfo"]).cloned().unwrap()
}

/// A file for a scenario, named after its namespace, which is nobody else's.
fn file(namespace: &str, name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("{namespace}-{name}"))
}

/// A plugin whose tokens are good for three seconds.
const PLUGIN: &str = r#"echo run >>"$RUNS"
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":"%s"}}' \
    "$TOKEN" "$(date -u -d '+3 seconds' +%Y-%m-%dT%H:%M:%SZ)""#;
