//! Plugins that fetch credentials: shell scripts.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use pintle_config::{Auth, Config, Environment, ExecPlugin, InteractiveMode, PluginPolicy, Shared};
use pintle_env::{ManualClock, OpenMetrics};
use pintle_transport::{Body, Error, Transport};
use tokio::task::JoinSet;

use crate::script::{Script, config, get, post};
use crate::server::{Server, Tls, authority, client};

/// A plugin in a directory of its own, and a server that is a script.
struct Setting {
    directory: tempfile::TempDir,
    clock: ManualClock,
    script: Script,
    plugin: ExecPlugin,
}

impl Setting {
    /// A plugin that notes that it ran, does `what`, and then returns the status.
    fn new(what: &str, status: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let script = format!(
            "echo run >>\"$DIR/runs\"; n=$(wc -l <\"$DIR/runs\" | tr -d ' ')\n{what}\ncat <<END\n\
             {{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\
             \"status\":{status}}}\nEND\n"
        );
        let mut plugin = ExecPlugin::new("sh")
            .args(["-c", &script])
            .env("DIR", directory.path().to_str().unwrap());
        let path = std::env::var_os("PATH").unwrap();
        plugin.environment = Some(Environment::empty().with_variable("PATH", path));
        Self {
            directory,
            clock: ManualClock::new(),
            script: Script::new().ok(),
            plugin,
        }
    }

    /// A plugin that returns `token-1` when it first runs, then `token-2`, and so on.
    fn counting() -> Self {
        Self::new("", r#"{"token":"token-$n"}"#)
    }

    fn config(&self) -> Config {
        let mut config = config().time(Arc::new(self.clock.clone()));
        config.auth = Auth::Exec(Box::new(self.plugin.clone()));
        config
    }

    fn transport(&self) -> Transport {
        self.script.transport(&self.config())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }

    fn runs(&self) -> usize {
        self.read("runs").lines().count()
    }

    fn shown(&self) -> Vec<String> {
        let seen = self.script.seen();
        let shown = seen.iter().map(|seen| {
            let value = seen.request.headers().get("authorization");
            value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
        });
        shown.collect()
    }

    /// The process that the plugin said it is.
    async fn process(&self) -> u32 {
        soon(|| self.read("pid").trim().parse().ok()).await
    }
}

/// What `there` finds once it does.
async fn soon<T>(there: impl Fn() -> Option<T>) -> T {
    for _ in 0..1000 {
        if let Some(found) = there() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it does not come about");
}

async fn ends(process: u32) {
    let directory = PathBuf::from(format!("/proc/{process}"));
    soon(|| (!directory.exists()).then_some(())).await;
}

async fn failure(setting: &Setting) -> Error {
    setting.transport().send(get("/a")).await.unwrap_err()
}

// claims: rest.exec.environment
#[tokio::test]
async fn a_plugin_sees_what_the_process_and_its_configuration_say() {
    let mut setting = Setting::new(
        "printf %s \"$KUBERNETES_EXEC_INFO\" >\"$DIR/info\"",
        r#"{"token":"$INHERITED-$OWN-$BOTH"}"#,
    );
    let environment = setting.plugin.environment.take().unwrap();
    let environment = environment
        .with_variable("INHERITED", "a")
        .with_variable("BOTH", "x");
    setting.plugin.environment = Some(environment);
    setting.plugin = setting.plugin.clone().env("OWN", "b").env("BOTH", "c");
    setting.transport().send(get("/a")).await.unwrap();
    assert_eq!(setting.shown(), ["Bearer a-b-c"]);
    assert_eq!(
        setting.read("info"),
        r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}"#
    );
}

// claims: defects.exec-once, rest.exec.shared, rest.exec.single-flight
#[tokio::test]
async fn a_plugin_runs_once_for_all_who_wait_and_all_who_come_later() {
    let setting = Setting::counting();
    let config = setting.config();
    let (one, other) = (
        setting.script.transport(&config),
        setting.script.transport(&config.clone()),
    );
    // To build runs nothing.
    assert_eq!(setting.runs(), 0);
    let mut tasks = JoinSet::new();
    for transport in [one, other].iter().cycle().take(20) {
        let transport = transport.clone();
        tasks.spawn(async move { drop(transport.send(get("/a")).await.unwrap()) });
    }
    tasks.join_all().await;
    setting
        .script
        .transport(&config)
        .send(get("/a"))
        .await
        .unwrap();
    assert_eq!(setting.shown(), vec!["Bearer token-1"; 21]);
    assert_eq!(setting.runs(), 1);

    // What is configured otherwise, or shares nothing, has its own.
    let mut arguments = config.clone();
    let plugin = setting.plugin.clone().env("MORE", "1");
    arguments.auth = Auth::Exec(Box::new(plugin));
    setting
        .script
        .transport(&arguments)
        .send(get("/a"))
        .await
        .unwrap();
    assert_eq!(setting.runs(), 2);
    let mut apart = config;
    apart.shared = Shared::new();
    setting
        .script
        .transport(&apart)
        .send(get("/a"))
        .await
        .unwrap();
    assert_eq!(setting.runs(), 3);
}

// claims: rest.exec.async, defects.exec-once
#[tokio::test]
async fn nothing_else_waits_while_a_plugin_runs() {
    let setting = Setting::new(
        "echo $$ >\"$DIR/pid\"; until [ -e \"$DIR/go\" ]; do sleep 0.05; done",
        r#"{"token":"t"}"#,
    );
    let transport = setting.transport();
    let mut waiting = JoinSet::new();
    let waits = transport.clone();
    waiting.spawn(async move { waits.send(get("/waits")).await.map(drop) });
    setting.process().await;
    let request = Request::get("/own").header("authorization", "Bearer own");
    transport
        .send(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(setting.shown(), ["Bearer own"]);
    assert!(waiting.try_join_next().is_none());
    std::fs::write(setting.file("go"), "").unwrap();
    waiting.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(setting.shown(), ["Bearer t"]);
}

// claims: rest.exec.expiry
#[tokio::test]
async fn credentials_are_renewed_before_they_expire_and_used_to_their_end() {
    // The clock begins with 2026.
    let setting = Setting::new(
        "[ $n -lt 3 ] || { echo no more >&2; exit 1; }",
        r#"{"token":"token-$n","expirationTimestamp":"2026-01-01T00:${n}0:00Z"}"#,
    );
    let transport = setting.transport();
    let send = async || transport.send(get("/a")).await.map(drop);
    send().await.unwrap();
    setting.clock.advance(Duration::from_secs(569));
    send().await.unwrap();
    assert_eq!(setting.shown(), ["Bearer token-1"; 2]);
    setting.clock.advance(Duration::from_secs(1));
    send().await.unwrap();
    assert_eq!(setting.shown(), ["Bearer token-2"]);

    // 00:19:31: the third run fails; the second token is good for 29 s yet, and is not renewed with
    // every request.
    setting.clock.advance(Duration::from_secs(601));
    send().await.unwrap();
    send().await.unwrap();
    assert_eq!(setting.shown(), ["Bearer token-2"; 2]);
    assert_eq!(setting.runs(), 3);
    setting.clock.advance(Duration::from_secs(29));
    let error = send().await.unwrap_err();
    assert!(error.is_credentials(), "{error:?}");
}

// claims: rest.exec.unauthorized, rest.exec.replay
#[tokio::test]
async fn after_a_401_it_runs_again_and_the_request_is_sent_again() {
    let mut setting = Setting::counting();
    setting.script = Script::new().answer(401, &[], "who?").ok();
    let transport = setting.transport();
    let response = transport.send(post("/a", "body")).await.unwrap();
    assert_eq!(response.status(), 200);
    let seen = setting.script.seen();
    let shown = |index: usize| seen[index].request.headers()["authorization"].clone();
    assert_eq!(
        (shown(0), shown(1)),
        (
            "Bearer token-1".parse().unwrap(),
            "Bearer token-2".parse().unwrap()
        )
    );
    assert!(seen.iter().all(|seen| *seen.request.body() == "body"));
    assert_eq!((seen.len(), setting.runs()), (2, 2));

    // What cannot be sent again is not, but the next request has the new credentials.
    let mut setting = Setting::counting();
    setting.script = Script::new().answer(401, &[], "who?").ok();
    let transport = setting.transport();
    let body = Body::new(http_body_util::Full::new(Bytes::from("streamed")));
    let response = transport
        .send(Request::post("/a").body(body).unwrap())
        .await;
    assert_eq!(response.unwrap().status(), 401);
    transport.send(get("/b")).await.unwrap();
    assert_eq!(setting.shown(), ["Bearer token-1", "Bearer token-2"]);
}

// claims: rest.exec.replay
#[tokio::test]
async fn a_server_that_goes_on_refusing_is_taken_at_its_word() {
    let mut setting = Setting::counting();
    setting.script = Script::new().answer(401, &[], "who?");
    let response = setting.transport().send(get("/a")).await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(setting.shown(), ["Bearer token-1", "Bearer token-2"]);
}

// claims: rest.exec.unauthorized
#[tokio::test]
async fn requests_that_are_refused_together_have_it_run_once() {
    let mut setting = Setting::counting();
    let gate = Arc::new(tokio::sync::Barrier::new(5));
    setting.script = Script::new().ok();
    let script = setting.script.clone();
    let transport = Transport::builder(&setting.config())
        .service(tower::service_fn(move |request: Request<Body>| {
            let (gate, script) = (Arc::clone(&gate), script.clone());
            async move {
                let old = request.headers()["authorization"] == "Bearer token-1";
                let (head, _) = request.into_parts();
                script.note(Request::from_parts(head, Bytes::new()));
                let mut response = http::Response::new(Body::empty());
                if old {
                    gate.wait().await;
                    *response.status_mut() = http::StatusCode::UNAUTHORIZED;
                }
                Ok::<_, Error>(response)
            }
        }))
        .build()
        .unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let transport = transport.clone();
        tasks.spawn(async move { transport.send(get("/a")).await.unwrap().status() });
    }
    let statuses = tasks.join_all().await;
    assert!(
        statuses.iter().all(http::StatusCode::is_success),
        "{statuses:?}"
    );
    assert_eq!(setting.runs(), 2);
}

// claims: rest.exec.skipped
#[tokio::test]
async fn it_does_not_run_where_nobody_needs_it() {
    let setting = Setting::counting();
    let request = Request::get("/a").header("authorization", "Bearer own");
    let transport = setting.transport();
    transport
        .send(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(setting.shown(), ["Bearer own"]);

    let (certificate, key) = client(&authority());
    let transport = setting
        .script
        .transport(&setting.config().identity(certificate, key));
    transport.send(get("/a")).await.unwrap();
    assert_eq!(setting.shown(), [""]);
    assert_eq!(setting.runs(), 0);
}

// claims: rest.exec.failed
#[tokio::test]
async fn a_plugin_that_fails_is_an_error_with_what_it_complained_of() {
    let setting = Setting::new(
        r#"printf '\033[31mlog in first\n' >&2; echo hunter2; exit 3"#,
        "{}",
    );
    let error = failure(&setting).await;
    assert!(error.is_credentials(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the exec plugin \"sh\" failed with exit code 3; it wrote: U+001B[31mlog in first"
    );
    assert!(!format!("{error:?}").contains("hunter2"));

    let setting = Setting::new("", r#"{"clientKeyData":"hunter2"}"#);
    let error = failure(&setting).await;
    let expected = "the exec plugin \"sh\" returned a key without its certificate";
    assert_eq!(error.to_string(), expected);
    assert!(!format!("{error:?}").contains("hunter2"));
}

// claims: rest.exec.missing
#[tokio::test]
async fn a_plugin_that_is_missing_is_an_error_that_says_how_to_get_it() {
    let mut setting = Setting::counting();
    setting.plugin.command = "no-such-plugin".to_owned();
    setting.plugin.install_hint = "brew install \u{1b}[1mit".to_owned();
    let transport = setting.transport();
    for attempt in 0..12 {
        let error = transport.send(get("/a")).await.unwrap_err().to_string();
        assert!(
            error.contains("\"no-such-plugin\" was not found"),
            "{error}"
        );
        assert_eq!(error.contains("brew install U+001B[1mit"), attempt < 10);
    }
}

// claims: rest.exec.policy
#[tokio::test]
async fn a_plugin_outside_the_policy_is_not_run() {
    let mut setting = Setting::counting();
    setting.plugin.policy = PluginPolicy::DenyAll;
    let error = failure(&setting).await;
    assert!(error.to_string().contains("may not be run"), "{error}");
    assert_eq!(setting.runs(), 0);
    setting.plugin.policy = PluginPolicy::Allowlist(vec!["sh".to_owned()]);
    setting.transport().send(get("/a")).await.unwrap();
}

// claims: rest.exec.interactive
#[tokio::test]
async fn a_plugin_that_must_ask_its_user_is_not_run_where_it_cannot() {
    let mut setting = Setting::counting();
    setting.plugin.interactive_mode = Some(InteractiveMode::Always);
    setting.plugin.stdin_unavailable = Some("it is a manifest".to_owned());
    let error = failure(&setting).await;
    assert!(error.to_string().contains("standard input is"), "{error}");
    assert_eq!(setting.runs(), 0);
}

// claims: rest.exec.versions
#[tokio::test]
async fn a_version_that_is_not_spoken_is_a_mistake_of_the_configuration() {
    let mut setting = Setting::counting();
    setting.plugin.api_version = "client.authentication.k8s.io/v1alpha1".to_owned();
    let error = setting.script.builder(&setting.config()).build();
    assert!(error.unwrap_err().is_misuse());
}

#[tokio::test]
async fn a_plugin_ends_with_the_last_who_waits_for_it() {
    let setting = Setting::new("echo $$ >\"$DIR/pid\"; exec sleep 1000", r#"{"token":"t"}"#);
    let transport = setting.transport();
    let mut waiting = JoinSet::new();
    let (one, other) = (transport.clone(), transport.clone());
    let one = waiting.spawn(async move { one.send(get("/a")).await.map(drop) });
    let process = setting.process().await;
    waiting.spawn(async move { other.send(get("/b")).await.map(drop) });
    tokio::task::yield_now().await;
    one.abort();
    assert!(waiting.join_next().await.unwrap().is_err());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(PathBuf::from(format!("/proc/{process}")).exists());
    assert_eq!(setting.runs(), 1);
    waiting.abort_all();
    assert!(waiting.join_next().await.unwrap().is_err());
    ends(process).await;
}

#[tokio::test]
async fn what_a_plugin_writes_is_bounded() {
    let setting = Setting::new("echo $$ >\"$DIR/pid\"; exec yes", "{}");
    let error = failure(&setting).await;
    assert!(
        error.to_string().contains("more than 1048576 bytes"),
        "{error}"
    );
    ends(setting.process().await).await;

    let setting = Setting::new("yes complaint | head -c 3000000 >&2; exit 1", "{}");
    let error = failure(&setting).await.to_string();
    assert!(
        error.contains("complaint") && error.len() < 4096,
        "{}",
        error.len()
    );
}

// claims: rest.metrics.exec
#[tokio::test]
async fn runs_and_decisions_are_counted() {
    let setting = Setting::new("[ $n -lt 2 ] || exit 7", r#"{"token":"t"}"#);
    let exporter = OpenMetrics::new();
    let measured = || setting.config().recorder(Arc::new(exporter.clone()));
    setting
        .script
        .transport(&measured())
        .send(get("/a"))
        .await
        .unwrap();
    setting
        .script
        .transport(&measured())
        .send(get("/a"))
        .await
        .unwrap_err();
    let mut denied = measured();
    let plugin = setting.plugin.clone().policy(PluginPolicy::DenyAll);
    denied.auth = Auth::Exec(Box::new(plugin));
    setting
        .script
        .transport(&denied)
        .send(get("/a"))
        .await
        .unwrap_err();
    let mut missing = measured();
    missing.auth = Auth::Exec(Box::new(ExecPlugin::new("/no/such/plugin")));
    setting
        .script
        .transport(&missing)
        .send(get("/a"))
        .await
        .unwrap_err();

    let text = exporter.to_string();
    for line in [
        r#"rest_client_exec_plugin_call_total{code="0",call_status="no_error"} 1"#,
        r#"rest_client_exec_plugin_call_total{code="7",call_status="plugin_execution_error"} 1"#,
        r#"rest_client_exec_plugin_call_total{code="1",call_status="plugin_not_found_error"} 1"#,
        r#"rest_client_exec_plugin_policy_call_total{status="allowed"} 3"#,
        r#"rest_client_exec_plugin_policy_call_total{status="denied"} 1"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
}

// claims: rest.exec.certificate-change, rest.metrics.certificate
#[tokio::test]
async fn a_certificate_that_changed_closes_connections_and_a_token_does_not() {
    let clients = authority();
    let tls = Tls::new().clients_of(&clients);
    let mut server = Server::tls(&tls).await;
    let setting = Setting::new(
        "c=$(sed 's/$/\\\\n/' \"$DIR/crt\" | tr -d '\\n'); k=$(sed 's/$/\\\\n/' \"$DIR/key\" | tr -d '\\n')",
        r#"{"token":"token-$n","clientCertificateData":"$c","clientKeyData":"$k","expirationTimestamp":"2026-01-01T00:${n}0:00Z"}"#,
    );
    let issue = || {
        let (certificate, key) = client(&clients);
        std::fs::write(setting.file("crt"), certificate.bytes()).unwrap();
        std::fs::write(setting.file("key"), key.bytes()).unwrap();
    };
    issue();
    let exporter = OpenMetrics::new();
    let mut config = server.trusting(&tls).rate_limit(-1.0, 0);
    config = config
        .time(Arc::new(setting.clock.clone()))
        .recorder(Arc::new(exporter.clone()));
    config.auth = Auth::Exec(Box::new(setting.plugin.clone()));
    let transport = Transport::new(&config).unwrap();
    let send = async || {
        let mut response = transport.send(get("/a")).await.unwrap();
        response.body_mut().read_all(100).await.unwrap();
    };
    send().await;
    send().await;
    setting.clock.advance(Duration::from_secs(580));
    send().await;
    assert_eq!(setting.runs(), 2);
    assert_eq!(server.connections(), 1, "only the token has changed");
    issue();
    setting.clock.advance(Duration::from_secs(600));
    send().await;
    send().await;
    assert_eq!(setting.runs(), 3);
    assert_eq!(server.connections(), 1, "one more");
    let text = exporter.to_string();
    assert!(
        text.contains("rest_client_exec_plugin_certificate_rotation_age_count 1"),
        "{text}"
    );
    assert!(
        text.contains("rest_client_exec_plugin_ttl_seconds "),
        "{text}"
    );
}
