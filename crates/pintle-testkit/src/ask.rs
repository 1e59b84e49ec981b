//! Requests as they are sent, and what is answered: for what no typed client would send.

use std::time::Duration;

use pintle_client::Verb;
use pintle_codec::Value;

use crate::{Cluster, cluster::PATIENCE};

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status code.
    pub(crate) code: u16,
    /// The body.
    pub(crate) value: Value,
    /// What it warned of.
    pub(crate) warnings: Vec<String>,
}

impl Cluster {
    /// Sends a request, such as `POST /api/v1/namespaces?dryRun=All`, with a body of JSON, or without one if
    /// that is empty. `PATCH` is said with the kind of patch: `PATCH:merge`.
    pub(crate) async fn ask(&self, request: &str, body: &str) -> Answer {
        let content_type = match request.split_once(' ').expect("a verb and a path").0 {
            "PATCH:json" => "application/json-patch+json",
            "PATCH:merge" => "application/merge-patch+json",
            "PATCH:strategic" => "application/strategic-merge-patch+json",
            "PATCH:apply" => "application/apply-patch+yaml",
            _ => JSON,
        };
        self.ask_in(request, content_type, body).await
    }

    /// As [`Cluster::ask`], with a body of this media type.
    pub(crate) async fn ask_in(&self, request: &str, content_type: &str, body: &str) -> Answer {
        self.exchange(request, "", content_type, body).await
    }

    /// As [`Cluster::ask`], for an answer of this media type, which is some form of JSON.
    pub(crate) async fn ask_as(&self, request: &str, accept: &str, body: &str) -> Answer {
        self.exchange(request, accept, JSON, body).await
    }

    async fn exchange(
        &self,
        request: &str,
        accept: &str,
        content_type: &str,
        body: &str,
    ) -> Answer {
        let (verb, path) = request.split_once(' ').expect("a verb and a path");
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let verb = match verb {
            "GET" => Verb::Get,
            "POST" => Verb::Post,
            "PUT" => Verb::Put,
            "DELETE" => Verb::Delete,
            patch if patch.starts_with("PATCH:") => Verb::Patch,
            other => panic!("no verb {other}"),
        };
        let mut call = self.core().verb(verb).abs_path(path);
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            call = call.param(name.to_owned(), value);
        }
        if !accept.is_empty() {
            call = call.header("Accept", accept);
        }
        if !body.is_empty() {
            call = call.body_bytes(content_type, body);
        }
        match call.send().await {
            Ok(response) => Answer {
                code: response.status_code(),
                warnings: response.warnings().to_vec(),
                value: pintle_codec::json::parse(response.raw()).unwrap_or_default(),
            },
            Err(error) => {
                let status = error
                    .as_status()
                    .unwrap_or_else(|| panic!("{request}: {error}"));
                let mut json = Vec::new();
                pintle_codec::json::encode(status, &mut json);
                Answer {
                    code: u16::try_from(status.code).unwrap_or_default(),
                    warnings: Vec::new(),
                    value: pintle_codec::json::parse(&json).unwrap_or_default(),
                }
            }
        }
    }
}

impl Cluster {
    /// Asks for what a path names until the answer is as it shall be, as controllers bring it about.
    #[track_caller]
    pub(crate) fn until<'a>(
        &'a self,
        path: &'a str,
        wanted: impl Fn(&Answer) -> bool + 'a,
    ) -> impl Future<Output = Answer> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let request = format!("GET {path}");
            let asked = async {
                loop {
                    let answer = self.ask(&request, "").await;
                    if wanted(&answer) {
                        return answer;
                    }
                    tokio::time::sleep(AGAIN).await;
                }
            };
            match tokio::time::timeout(PATIENCE, asked).await {
                Ok(answer) => answer,
                Err(_) => {
                    let answer = self.ask(&request, "").await;
                    panic!("{place}: {path} is still {answer:?}");
                }
            }
        }
    }
}

impl Answer {
    /// The answer, of which it is clear that it is a success.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert!((200..300).contains(&self.code), "{self:?}");
        self
    }

    /// A failure in a line: `404 NotFound: pods "x" not found`. Of a success, its code.
    pub(crate) fn line(&self) -> String {
        if (200..300).contains(&self.code) {
            return self.code.to_string();
        }
        let (reason, message) = (self.text(&["reason"]), self.text(&["message"]));
        format!("{} {reason}: {message}", self.code)
    }

    /// The value at a path; null if there is none.
    pub(crate) fn at(&self, path: &[&str]) -> &Value {
        self.value.at(path).unwrap_or(&Value::Null)
    }

    /// The text at a path; empty if there is none.
    pub(crate) fn text(&self, path: &[&str]) -> &str {
        self.at(path).as_str().unwrap_or_default()
    }

    /// The value at a path as JSON; empty if there is none.
    pub(crate) fn json(&self, path: &[&str]) -> String {
        let mut json = Vec::new();
        if let Some(value) = self.value.at(path) {
            pintle_codec::json::write(value, &mut json);
        }
        String::from_utf8(json).expect("JSON is UTF-8")
    }

    /// The revision of an object.
    pub(crate) fn revision(&self) -> &str {
        self.text(&["metadata", "resourceVersion"])
    }
}

const JSON: &str = "application/json";

/// No controller tells when it is done.
const AGAIN: Duration = Duration::from_millis(20);
