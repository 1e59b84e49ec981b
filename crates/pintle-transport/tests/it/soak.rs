//! Thousands of requests to servers that answer 429, reset connections, say GOAWAY, and take their time.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body::Frame;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use pintle_config::{Config, Pem};
use pintle_env::{ManualClock, Random as _, SeededRandom};
use pintle_transport::{Body, Error, Transport};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tower::util::MapRequestLayer;

use crate::server::{Tls, listen};

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Fate {
    Fine,
    /// Answered in small pieces.
    Slow,
    /// Answered, and the connection is to take no more requests.
    GoAway,
    /// 429 or 503 with so many seconds in `Retry-After`.
    Busy(u16, u64),
    /// 500 without `Retry-After`.
    Failed,
    /// The connection is reset before the answer.
    Reset,
    /// The answer breaks off.
    Cut,
}

/// What came of a request in the end.
#[derive(Debug)]
enum End {
    Answered(u16, Bytes),
    /// The answer did not begin.
    Lost(Error),
    /// The answer broke off.
    Broken(Error),
}

/// Decides over fates, and keeps a record of them.
struct Judge {
    random: SeededRandom,
    fates: Mutex<HashMap<String, Vec<Fate>>>,
}

impl Judge {
    fn decide(&self, path: &str) -> Fate {
        let fate = match self.random.below(100) {
            0..12 => Fate::Busy(429, self.random.below(3)),
            12..20 => Fate::Busy(503, 1),
            20..23 => Fate::Failed,
            23..26 => Fate::Reset,
            26..28 => Fate::Cut,
            28..31 => Fate::GoAway,
            31..40 => Fate::Slow,
            _ => Fate::Fine,
        };
        let mut fates = self.fates.lock().unwrap();
        fates.entry(path.to_owned()).or_default().push(fate);
        fate
    }
}

/// What a connection is told by those who answer over it.
#[derive(Default)]
struct Line {
    reset: Notify,
    go_away: Notify,
}

async fn serve(tcp: TcpStream, tls: Option<tokio_rustls::TlsAcceptor>, judge: Arc<Judge>) {
    match tls {
        None => serve_over(tcp, judge).await,
        // If there is no handshake, the client has gone.
        Some(tls) => {
            if let Ok(stream) = tls.accept(tcp).await {
                serve_over(stream, judge).await;
            }
        }
    }
}

async fn serve_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    judge: Arc<Judge>,
) {
    let line = Arc::new(Line::default());
    let told = Arc::clone(&line);
    let service = service_fn(move |request: Request<Incoming>| {
        let (judge, line) = (Arc::clone(&judge), Arc::clone(&told));
        async move { answer(request, &judge, &line).await }
    });
    let server = auto::Builder::new(TokioExecutor::new());
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
    loop {
        tokio::select! {
            _ = connection.as_mut() => break,
            () = line.reset.notified() => break,
            () = line.go_away.notified() => connection.as_mut().graceful_shutdown(),
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    judge: &Judge,
    line: &Line,
) -> Result<Response<Answer>, Infallible> {
    let path = request.uri().path().to_owned();
    let bytes = Bytes::from(path.clone());
    let status = |status: u16| Response::builder().status(status);
    let response = match judge.decide(&path) {
        Fate::Fine => status(200).body(Answer::of([bytes])),
        Fate::Slow => {
            status(200).body(Answer::of(bytes.chunks(2).map(Bytes::copy_from_slice)).slow())
        }
        Fate::GoAway => {
            line.go_away.notify_one();
            status(200).body(Answer::of([bytes]))
        }
        Fate::Busy(code, seconds) => status(code)
            .header("retry-after", seconds)
            .body(Answer::of([Bytes::from("busy")])),
        Fate::Failed => status(500).body(Answer::of([Bytes::from("failed")])),
        Fate::Reset => {
            line.reset.notify_one();
            std::future::pending().await
        }
        Fate::Cut => status(200).body(Answer::of([bytes.slice(..1)]).cut()),
    };
    Ok(response.unwrap())
}

/// A body in pieces, which may come slowly, and may break off.
struct Answer {
    pieces: Vec<Bytes>,
    slow: bool,
    cut: bool,
    sleep: Option<std::pin::Pin<Box<tokio::time::Sleep>>>,
}

impl Answer {
    fn of(pieces: impl IntoIterator<Item = Bytes>) -> Self {
        let mut pieces: Vec<Bytes> = pieces.into_iter().collect();
        pieces.reverse();
        Self {
            pieces,
            slow: false,
            cut: false,
            sleep: None,
        }
    }

    fn slow(mut self) -> Self {
        self.slow = true;
        self
    }

    fn cut(mut self) -> Self {
        self.cut = true;
        self
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if self.slow {
            let millisecond = Duration::from_millis(1);
            let sleep = self
                .sleep
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(millisecond)));
            std::task::ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        let next = match self.pieces.pop() {
            Some(piece) => Some(Ok(Frame::data(piece))),
            None if self.cut => Some(Err(std::io::Error::other("cut"))),
            None => None,
        };
        std::task::Poll::Ready(next)
    }
}

/// Sends one request and reads its answer.
async fn send(transport: &Transport, method: &Method, path: &str) -> End {
    let body = match *method {
        Method::POST => Body::from(path.to_owned()),
        _ => Body::empty(),
    };
    let request = Request::builder().method(method).uri(path);
    match transport.send(request.body(body).unwrap()).await {
        Err(error) => End::Lost(error),
        Ok(mut response) => match response.body_mut().read_all(1000).await {
            Ok(body) => End::Answered(response.status().as_u16(), body),
            Err(error) => End::Broken(error),
        },
    }
}

/// Lets the clock run, much faster than others do: waits are over soon.
async fn hurry(clock: ManualClock) {
    loop {
        tokio::time::sleep(Duration::from_millis(1)).await;
        clock.advance(Duration::from_millis(250));
    }
}

/// How many requests are sent: enough to meet everything, or as many as the variable says.
fn requests() -> usize {
    let wanted = std::env::var("PINTLE_SOAK_REQUESTS").ok();
    wanted
        .and_then(|wanted| wanted.parse().ok())
        .unwrap_or(2_000)
}

// claims: rest.retry.reads, rest.retry.writes, rest.retry.status
#[tokio::test]
async fn every_request_comes_to_an_end_and_no_write_is_repeated_after_an_error() {
    let judge = Arc::new(Judge {
        random: SeededRandom::new(20_260_101),
        fates: Mutex::default(),
    });
    let clock = ManualClock::new();
    let mut background = JoinSet::new();
    background.spawn(hurry(clock.clone()));

    // Over HTTP/1.1 without TLS, and over HTTP/2.
    let tls = Tls::new().alpn(&["h2"]);
    let sent: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
    let mut servers = Vec::new();
    let mut transports = Vec::new();
    for acceptor in [None, Some(tls.acceptor())] {
        let (scheme, judge) = match &acceptor {
            None => ("http", Arc::clone(&judge)),
            Some(_) => ("https", Arc::clone(&judge)),
        };
        let (address, tasks) =
            listen(move |tcp| serve(tcp, acceptor.clone(), Arc::clone(&judge))).await;
        servers.push(tasks);
        let config = Config::new(&format!("{scheme}://{address}")).unwrap();
        let config = config
            .certificate_authority(Pem::from_bytes(tls.authority.certificate_pem()))
            .rate_limit(-1.0, 0)
            .time(Arc::new(clock.clone()));
        let count = Arc::clone(&sent);
        let counting = MapRequestLayer::new(move |request: Request<Body>| {
            let mut count = count.lock().unwrap();
            *count.entry(request.uri().path().to_owned()).or_insert(0) += 1;
            request
        });
        transports.push(Transport::builder(&config).layer(counting).build().unwrap());
    }

    let total = requests();
    let places = Arc::new(Semaphore::new(64));
    let mut running = JoinSet::new();
    for number in 0..total {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        let transport = transports[number % 2].clone();
        let method = if number % 3 == 0 {
            Method::POST
        } else {
            Method::GET
        };
        running.spawn(async move {
            let path = format!("/{method}/{number}");
            let end = send(&transport, &method, &path).await;
            drop(place);
            (path, end)
        });
    }
    let ends = running.join_all().await;
    assert_eq!(ends.len(), total, "none is lost");

    let fates = judge.fates.lock().unwrap();
    let sent = sent.lock().unwrap();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for (path, end) in &ends {
        let none = Vec::new();
        let fates = fates.get(path).unwrap_or(&none);
        let attempts = sent[path];
        let shown = format!("{path} {attempts} attempts {fates:?} {end:?}");
        let is_write = path.starts_with("/POST");
        let (last, before) = match fates.split_last() {
            Some((last, before)) => (Some(last), before),
            None => (None, &[][..]),
        };
        // An attempt whose connection was reset may be decided upon after the one that followed it; of a
        // write none follows.
        let came_to = |fate: &dyn Fn(&Fate) -> bool| match is_write {
            true => last.is_some_and(fate),
            false => fates.iter().any(fate),
        };
        // What an attempt came to decides over the next one.
        assert!(fates.len() <= attempts && attempts <= 11, "{shown}");
        let busy = fates.iter().filter(|fate| matches!(fate, Fate::Busy(..)));
        assert!(!is_write || attempts <= busy.count() + 1, "{shown}");
        for fate in before {
            match fate {
                Fate::Busy(..) => {}
                Fate::Failed if is_write => panic!("sent again after 500: {shown}"),
                // Another request may have had the connection reset, and this may have been read.
                _ if is_write => panic!("a write was sent again after an error: {shown}"),
                _ => {}
            }
        }
        match end {
            End::Answered(200, body) => {
                let served = |fate: &Fate| matches!(fate, Fate::Fine | Fate::Slow | Fate::GoAway);
                assert!(came_to(&served), "{shown}");
                assert_eq!(body, path.as_bytes(), "{shown}");
                *counts.entry("answered").or_default() += 1;
            }
            End::Answered(500, _) => {
                assert!(came_to(&|fate| *fate == Fate::Failed), "{shown}");
                *counts.entry("refused").or_default() += 1;
            }
            End::Answered(..) => {
                assert!(attempts == 11, "given up too early: {shown}");
                *counts.entry("given up").or_default() += 1;
            }
            // Of the two that follow nobody knows what the server has done, so that client-go sends
            // neither again: a write whose connection was lost, and what was answered in part.
            End::Lost(error) => {
                assert!(error.is_lost(), "{shown}");
                assert!(is_write || attempts == 11, "a read was given up: {shown}");
                *counts.entry("writes that were lost").or_default() += 1;
            }
            End::Broken(error) => {
                assert!(error.is_lost(), "{shown}");
                *counts.entry("answers that broke off").or_default() += 1;
            }
        }
    }
    let mut met: HashMap<Fate, usize> = HashMap::new();
    fates
        .values()
        .flatten()
        .for_each(|fate| *met.entry(*fate).or_default() += 1);
    for fate in [
        Fate::Slow,
        Fate::GoAway,
        Fate::Busy(503, 1),
        Fate::Failed,
        Fate::Reset,
        Fate::Cut,
    ] {
        assert!(met.contains_key(&fate), "{fate:?} was never met");
    }
    println!("{total} requests: {counts:?}; attempts by fate: {met:?}");
}
