//! A server that is a function, in a transport whose time stands still until something waits for it.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use pintle_config::Config;
use pintle_transport::{Body, Builder, Transport};

/// What the server does with a request.
pub(crate) enum Answer {
    Of(Response<Body>),
    /// Ends the connection.
    Resets,
    /// Never answers.
    Silence,
}

/// A request as the server saw it, and when.
pub(crate) struct Seen {
    pub(crate) after: Duration,
    pub(crate) request: Request<Bytes>,
}

/// Answers requests in order; the last answer is that of all that follow.
#[derive(Clone)]
pub(crate) struct Script {
    answers: Arc<Mutex<VecDeque<Make>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    began: tokio::time::Instant,
}

type Make = Box<dyn Fn() -> Answer + Send>;

impl Script {
    #[expect(
        clippy::disallowed_methods,
        reason = "tokio's clock, which the test has paused"
    )]
    pub(crate) fn new() -> Self {
        Self {
            answers: Arc::default(),
            seen: Arc::default(),
            began: tokio::time::Instant::now(),
        }
    }

    /// Then does this.
    pub(crate) fn then(self, answer: impl Fn() -> Answer + Send + 'static) -> Self {
        self.answers.lock().unwrap().push_back(Box::new(answer));
        self
    }

    /// Then answers with this status, these headers and this body.
    pub(crate) fn answer(
        self,
        status: u16,
        headers: &[(&'static str, &str)],
        body: &'static str,
    ) -> Self {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        self.then(move || {
            let mut response = Response::builder().status(status);
            for (name, value) in &headers {
                response = response.header(*name, value);
            }
            Answer::Of(response.body(Body::from(body)).unwrap())
        })
    }

    pub(crate) fn ok(self) -> Self {
        self.answer(200, &[], "ok")
    }

    /// A transport to this server.
    pub(crate) fn transport(&self, config: &Config) -> Transport {
        self.builder(config).build().unwrap()
    }

    pub(crate) fn builder(&self, config: &Config) -> Builder {
        let script = self.clone();
        Transport::builder(config).service(tower::service_fn(move |request: Request<Body>| {
            let script = script.clone();
            async move {
                let (head, mut body) = request.into_parts();
                let body = body.read_all(usize::MAX).await.unwrap();
                let request = Request::from_parts(head, body);
                let answer = script.next(request);
                match answer {
                    Answer::Of(response) => Ok(response),
                    Answer::Resets => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
                    Answer::Silence => std::future::pending().await,
                }
            }
        }))
    }

    /// Takes down a request that somebody else answers.
    pub(crate) fn note(&self, request: Request<Bytes>) {
        self.seen.lock().unwrap().push(Seen {
            after: self.began.elapsed(),
            request,
        });
    }

    fn next(&self, request: Request<Bytes>) -> Answer {
        self.note(request);
        let mut answers = self.answers.lock().unwrap();
        if answers.len() > 1 {
            let answer = answers.pop_front().unwrap();
            return answer();
        }
        answers.front().expect("a script has an answer")()
    }

    /// What came until now.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// When requests came until now, in milliseconds.
    pub(crate) fn times(&self) -> Vec<u128> {
        let seen = self.seen();
        seen.iter().map(|seen| seen.after.as_millis()).collect()
    }
}

/// A configuration of a server that is never asked, without a limit to the rate.
pub(crate) fn config() -> Config {
    Config::new("http://cluster.example:8001")
        .unwrap()
        .rate_limit(-1.0, 0)
}

pub(crate) fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

pub(crate) fn post(path: &str, body: &'static str) -> Request<Body> {
    Request::post(path).body(Body::from(body)).unwrap()
}
