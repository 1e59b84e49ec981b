//! Bearer tokens in files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pintle_config::{Auth, Config, Environment, Token};
use pintle_env::ManualClock;
use tracing::Level;

use crate::log::Log;
use crate::script::{Script, config, get, post};

struct Setting {
    _directory: tempfile::TempDir,
    path: PathBuf,
    clock: ManualClock,
    script: Script,
}

impl Setting {
    fn new(content: &str) -> Self {
        Self::with(content, Script::new().ok())
    }

    fn with(content: &str, script: Script) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, content).unwrap();
        Self {
            path,
            _directory: directory,
            clock: ManualClock::new(),
            script,
        }
    }

    fn write(&self, content: &str) {
        std::fs::write(&self.path, content).unwrap();
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn config(&self, token: Token) -> Config {
        let mut config = config().time(Arc::new(self.clock.clone()));
        config.auth = Auth::Bearer(token);
        config
    }

    fn shown(&self) -> Vec<String> {
        let seen = self.script.seen();
        let shown = seen.iter().map(|seen| {
            let value = seen.request.headers().get("authorization");
            value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
        });
        shown.collect()
    }
}

// claims: rest.rotation.token-file
#[tokio::test]
async fn a_token_is_read_again_when_it_is_fifty_seconds_old() {
    let log = Log::begin();
    let setting = Setting::new(" one\n");
    let token = Token::from_file(&setting.path).unwrap();
    let transport = setting.script.transport(&setting.config(token));
    let send = async || drop(transport.send(get("/a")).await.unwrap());

    send().await;
    setting.write("two");
    setting.advance(49);
    send().await;
    setting.advance(1);
    send().await;
    assert_eq!(setting.shown(), ["Bearer one", "Bearer one", "Bearer two"]);

    // What cannot be used is no token: the last one is kept, and the file looked at again soon.
    for bad in ["", "  \n", "line\nbreak"] {
        setting.write(bad);
        setting.advance(60);
        send().await;
    }
    std::fs::remove_file(&setting.path).unwrap();
    setting.advance(60);
    send().await;
    assert_eq!(setting.shown(), ["Bearer two"; 4]);
    assert_eq!(log.count(Level::WARN, "last token is kept"), 4);
    setting.write("three");
    send().await;
    setting.advance(10);
    send().await;
    assert_eq!(setting.shown(), ["Bearer two", "Bearer three"]);
}

// claims: rest.in-cluster.reload
#[tokio::test]
async fn a_pods_token_and_authority_are_those_of_their_files() {
    let setting = Setting::new("one");
    let directory = setting.path.parent().unwrap();
    let authority = directory.join("ca.crt");
    std::fs::write(&authority, crate::server::authority().certificate_pem()).unwrap();
    let environment = Environment::empty()
        .with_variable("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        .with_variable("KUBERNETES_SERVICE_PORT", "443")
        .with_service_account(directory);
    let config = Config::in_cluster(&environment).unwrap();
    // From there it is read again as any other file is.
    let pem = config.tls.certificate_authority.as_ref().unwrap();
    assert_eq!(pem.file(), Some(&*authority));

    let config = config
        .rate_limit(-1.0, 0)
        .time(Arc::new(setting.clock.clone()));
    let transport = setting.script.transport(&config);
    transport.send(get("/a")).await.unwrap();
    setting.write("two");
    setting.advance(50);
    transport.send(get("/a")).await.unwrap();
    assert_eq!(setting.shown(), ["Bearer one", "Bearer two"]);
}

// claims: rest.rotation.file-wins, defects.token-file
#[tokio::test]
async fn the_file_wins_over_the_token_beside_it() {
    let setting = Setting::new("of the file");
    let token = Token::new("inline").until_read_from(&setting.path);
    let transport = setting.script.transport(&setting.config(token.clone()));
    transport.send(get("/a")).await.unwrap();
    assert_eq!(setting.shown(), ["Bearer of the file"]);

    std::fs::remove_file(&setting.path).unwrap();
    let transport = setting.script.transport(&setting.config(token));
    transport.send(get("/a")).await.unwrap();
    setting.write("there now");
    setting.advance(10);
    transport.send(get("/a")).await.unwrap();
    assert_eq!(setting.shown(), ["Bearer inline", "Bearer there now"]);
}

// claims: rest.rotation.reset
#[tokio::test]
async fn a_token_that_is_refused_is_read_again_at_once() {
    let script = Script::new().answer(401, &[], "who?").ok();
    let setting = Setting::with("old", script);
    let token = Token::from_file(&setting.path).unwrap();
    let transport = setting.script.transport(&setting.config(token));
    setting.write("new");
    // It has not been read before, so that the new one is what is refused.
    let response = transport.send(post("/a", "x")).await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(setting.shown(), ["Bearer new"]);

    let script = Script::new().ok().answer(401, &[], "who?").ok();
    let setting = Setting::with("old", script);
    let token = Token::from_file(&setting.path).unwrap();
    let transport = setting.script.transport(&setting.config(token));
    transport.send(get("/a")).await.unwrap();
    setting.write("new");
    let response = transport.send(post("/a", "x")).await.unwrap();
    assert_eq!(response.status(), 200);
    let seen = setting.script.seen();
    assert!(seen[1..].iter().all(|seen| *seen.request.body() == "x"));
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[2].request.headers()["authorization"], "Bearer new");
}

#[tokio::test]
async fn without_any_token_it_is_an_error_that_names_the_file() {
    let setting = Setting::new("");
    let token = Token::from_file(&setting.path).unwrap();
    let transport = setting.script.transport(&setting.config(token));
    let error = transport.send(get("/a")).await.unwrap_err();
    assert!(error.is_credentials(), "{error:?}");
    assert!(error.to_string().ends_with("token is empty"), "{error}");
    assert!(setting.script.seen().is_empty());
}
