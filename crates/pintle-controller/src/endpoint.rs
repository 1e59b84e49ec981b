//! [`Endpoint`], where others ask how a program fares.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use pintle_env::OpenMetrics;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Answers kubelets and Prometheus over plain HTTP: `/healthz` (whether the program is to be restarted),
/// `/readyz` (whether it is ready), `/metrics`.
///
/// The answer of a probe is `ok`, or 500 and a line for each check. Whoever reaches the address may ask;
/// no check should say what not everybody may know.
///
/// ```
/// use pintle_controller::Endpoint;
/// use pintle_env::OpenMetrics;
///
/// # pintle_test::block_on(async {
/// let metrics = OpenMetrics::new();
/// let endpoint = Endpoint::bind("127.0.0.1:0".parse()?)
///     .await?
///     .live("database", || match 1 {
///         1 => Ok(()),
///         _ => Err("not reached since a minute"),
///     })
///     .metrics(metrics);
/// println!("http://{}/healthz", endpoint.local_addr()?);
/// tokio::select! {
///     () = endpoint.serve() => {}
///     () = async { /* the program */ } => {}
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[must_use = "nobody is answered until it serves"]
pub struct Endpoint {
    listener: TcpListener,
    answers: Answers,
}

struct Answers {
    live: Vec<Check>,
    ready: Vec<Check>,
    metrics: Option<OpenMetrics>,
}

struct Check {
    name: String,
    check: Box<dyn Fn() -> Result<(), String> + Send + Sync>,
}

impl Endpoint {
    /// Listens at an address: `0.0.0.0:8080` in a pod.
    ///
    /// # Cancel safety
    /// When the future is dropped, nothing listens.
    ///
    /// # Errors
    /// When the system does not give the address.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            answers: Answers {
                live: Vec::new(),
                ready: Vec::new(),
                metrics: None,
            },
        })
    }

    /// Where it listens, for a port that the system has chosen.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// A check of `/healthz`: where it fails, the program should be restarted. The
    /// [health](https://docs.rs/pintle-leader/latest/pintle_leader/struct.Health.html) of an election is one.
    pub fn live<E: fmt::Display>(
        mut self,
        name: &str,
        check: impl Fn() -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        self.answers.live.push(Check::new(name, check));
        self
    }

    /// A check of `/readyz`: where it fails, the program is not ready, though nothing need be wrong. A
    /// controller's [health](crate::Health) is one; not where replicas elect a leader, since those that do
    /// not lead are ready to.
    pub fn ready<E: fmt::Display>(
        mut self,
        name: &str,
        check: impl Fn() -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        self.answers.ready.push(Check::new(name, check));
        self
    }

    /// What `/metrics` shows. Without it, there is no such path.
    pub fn metrics(mut self, metrics: OpenMetrics) -> Self {
        self.answers.metrics = Some(metrics);
        self
    }

    /// Answers, for as long as it is polled; it never ends.
    ///
    /// # Cancel safety
    /// When the future is dropped, all connections are.
    pub async fn serve(self) {
        let answers = Arc::new(self.answers);
        let mut connections = JoinSet::new();
        loop {
            if connections.len() >= CONNECTIONS {
                connections.join_next().await;
            }
            tokio::select! {
                _ = connections.join_next(), if !connections.is_empty() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => drop(connections.spawn(connection(stream, answers.clone()))),
                    Err(error) => {
                        tracing::warn!(%error, "no connection can be accepted");
                        tokio::time::sleep(AFTER_FAILURE).await;
                    }
                }
            }
        }
    }
}

async fn connection(stream: TcpStream, answers: Arc<Answers>) {
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let answer = answers.answer(request.method(), request.uri().path());
        async move { Ok::<_, Infallible>(answer) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = served.await {
        tracing::debug!(%error, "a connection broke");
    }
}

impl Answers {
    fn answer(&self, method: &Method, path: &str) -> Response<Full<Bytes>> {
        if method != Method::GET && method != Method::HEAD {
            return text(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered\n");
        }
        match (path, &self.metrics) {
            ("/healthz" | "/livez", _) => probe(&self.live),
            ("/readyz", _) => probe(&self.ready),
            ("/metrics", Some(metrics)) => {
                let kind = OpenMetrics::CONTENT_TYPE;
                answer(StatusCode::OK, kind, metrics.to_string())
            }
            _ => text(StatusCode::NOT_FOUND, "there is nothing here\n"),
        }
    }
}

impl Check {
    fn new<E: fmt::Display>(
        name: &str,
        check: impl Fn() -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.to_owned(),
            check: Box::new(move || check().map_err(|error| error.to_string())),
        }
    }
}

/// As kube-apiserver's own: `ok`, or what is well and what is not.
fn probe(checks: &[Check]) -> Response<Full<Bytes>> {
    let (mut lines, mut is_well) = (String::new(), true);
    for Check { name, check } in checks {
        match check() {
            Ok(()) => lines += &format!("[+]{name} ok\n"),
            Err(error) => {
                is_well = false;
                lines += &format!("[-]{name} failed: {error}\n");
            }
        }
    }
    match is_well {
        true => text(StatusCode::OK, "ok"),
        false => text(StatusCode::INTERNAL_SERVER_ERROR, lines),
    }
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    answer(status, "text/plain; charset=utf-8", text)
}

fn answer(status: StatusCode, kind: &str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let answer = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(Full::new(body.into()));
    answer.expect("the headers are valid")
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("listener", &self.listener)
            .finish_non_exhaustive()
    }
}

/// Probes and scrapes are few.
const CONNECTIONS: usize = 64;
/// For the headers of a request.
const HEADERS: Duration = Duration::from_secs(10);
/// What failed is likely to fail again: too many open files.
const AFTER_FAILURE: Duration = Duration::from_millis(100);
