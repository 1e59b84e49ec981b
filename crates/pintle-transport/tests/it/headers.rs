//! Headers that the layers add, and warnings that they read.

use std::sync::{Arc, Mutex};

use http::{HeaderMap, Request};
use pintle_config::{Impersonation, Warning, WarningWriter, Warnings};
use pintle_transport::{Body, ErrorKind, RequestOptions};
use tracing::Level;

use crate::log::Log;
use crate::script::{Script, config, get};

fn impersonating(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("impersonate-"))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    found.sort();
    found
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = expected.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

// claims: rest.impersonation.headers
#[tokio::test]
async fn every_part_of_an_impersonation_has_its_header() {
    let script = Script::new().ok();
    let user = Impersonation::of("jane")
        .uid("7")
        .groups(["dev", "ops"])
        .extra("scopes", "view")
        .extra("scopes", "edit")
        .extra("acme.com/Project%", "a b");
    let transport = script.transport(&config().impersonate(user));
    transport.send(get("/a")).await.unwrap();
    let seen = script.seen();
    assert_eq!(
        impersonating(seen[0].request.headers()),
        pairs(&[
            ("impersonate-extra-acme.com%2fproject%25", "a b"),
            ("impersonate-extra-scopes", "edit"),
            ("impersonate-extra-scopes", "view"),
            ("impersonate-group", "dev"),
            ("impersonate-group", "ops"),
            ("impersonate-uid", "7"),
            ("impersonate-user", "jane"),
        ])
    );
}

// claims: rest.impersonation.existing
#[tokio::test]
async fn one_request_can_act_as_somebody_else() {
    let script = Script::new().ok();
    let user = Impersonation::of("jane").groups(["dev"]);
    let transport = script.transport(&config().impersonate(user));
    let own = RequestOptions::new().impersonate(Impersonation::of("john"));
    let request = Request::get("/a").extension(own.clone());
    transport
        .send(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let request = Request::get("/a")
        .extension(own)
        .header("Impersonate-User", "jack");
    transport
        .send(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let seen = script.seen();
    let users: Vec<_> = seen
        .iter()
        .map(|seen| impersonating(seen.request.headers()))
        .collect();
    assert_eq!(users[0], pairs(&[("impersonate-user", "john")]));
    assert_eq!(users[1], pairs(&[("impersonate-user", "jack")]));
}

#[tokio::test]
async fn parts_without_a_user_are_refused() {
    let script = Script::new().ok();
    let nobody = Impersonation::default().groups(["system:masters"]);
    let error = script
        .builder(&config().impersonate(nobody.clone()))
        .build();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Configuration);
    let transport = script.transport(&config());
    let options = RequestOptions::new().impersonate(nobody);
    let request = Request::get("/a").extension(options).body(Body::empty());
    let error = transport.send(request.unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(script.seen().is_empty());
}

const WARNING: (&str, &str) = ("warning", r#"299 - "v1 Foo is going away", 199 - "other""#);

// claims: rest.warnings.log, rest.warnings.code, rest.warnings.drop
#[tokio::test]
async fn warnings_are_logged_unless_they_are_dropped() {
    let log = Log::begin();
    let script = Script::new().answer(200, &[WARNING], "");
    script.transport(&config()).send(get("/a?b")).await.unwrap();
    let line = "request=\"GET /a\"";
    assert_eq!(log.count(Level::WARN, "v1 Foo is going away"), 1);
    assert_eq!(log.count(Level::WARN, line), 1, "{}", log.text());

    let mut dropping = config();
    dropping.warnings = Warnings::Drop;
    script.transport(&dropping).send(get("/a")).await.unwrap();
    assert_eq!(log.count(Level::WARN, ""), 1, "{}", log.text());
}

// claims: rest.warnings.own, rest.warnings.write
#[tokio::test]
async fn a_handler_hears_of_warnings_and_of_their_request() {
    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<(String, Warning)>>>);
    impl pintle_config::WarningHandler for Heard {
        fn handle(&self, request: &str, warning: &Warning) {
            let mut heard = self.0.lock().unwrap();
            heard.push((request.to_owned(), warning.clone()));
        }
    }
    let script = Script::new().answer(404, &[WARNING], "");
    let heard = Heard::default();
    let transport = script.transport(&config().warning_handler(heard.clone()));
    transport.send(get("/a")).await.unwrap();
    let request = "GET /a".to_owned();
    assert_eq!(
        *heard.0.lock().unwrap(),
        [
            (
                request.clone(),
                Warning::new(299, "-", "v1 Foo is going away")
            ),
            (request, Warning::new(199, "-", "other")),
        ]
    );

    let writer = WarningWriter::new(std::io::sink()).each_once();
    let transport = script.transport(&config().warning_handler(writer.clone()));
    transport.send(get("/a")).await.unwrap();
    transport.send(get("/b")).await.unwrap();
    assert_eq!(writer.count(), 1);
}

// claims: rest.config.user-agent, rest.transport.user-agent, defects.user-agent
#[tokio::test]
async fn requests_name_the_program_that_sends_them() {
    let script = Script::new().ok();
    script.transport(&config()).send(get("/a")).await.unwrap();
    let chosen = config().user_agent("mine/1");
    script.transport(&chosen).send(get("/a")).await.unwrap();
    let seen = script.seen();
    let agent = |index: usize| {
        seen[index].request.headers()["user-agent"]
            .to_str()
            .unwrap()
    };
    let program = std::env::args().next().unwrap();
    let program = program.rsplit('/').next().unwrap();
    assert!(agent(0).starts_with(&format!("{program}/")), "{}", agent(0));
    assert_eq!(agent(1), "mine/1");
}
