//! What answers for the kubelets of simulated nodes: logs, and nothing else, since nothing runs.
//!
//! One stands for all nodes, on a loopback port. What it says is made up, so it may be asked by anyone.

use std::convert::Infallible;
use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::{Either, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use pintle_env::{Clock as _, SystemClock};
use pintle_pki::{CertificateAuthority, ServerNames, Validity};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep};
use tokio_rustls::TlsAcceptor;

use super::containers::{Containers, Missing};
use super::log::Part;
use crate::error::{Error, Kind};

/// A kubelet that listens, and does not answer yet.
pub(super) struct Kubelet {
    listener: TcpListener,
    tls: TlsAcceptor,
}

impl Kubelet {
    /// Listens at a free port of loopback, with a certificate that is made for it.
    pub(super) async fn listen() -> Result<Self, Error> {
        let failed = |error| {
            let message = "the simulated nodes cannot listen on loopback";
            Error::new(Kind::Failed, message).caused_by(error)
        };
        Ok(Self {
            listener: TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?,
            tls: tls().map_err(|error| {
                let message = "the simulated nodes cannot make a certificate";
                Error::new(Kind::Failed, message).caused_by(error)
            })?,
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.listener
            .local_addr()
            .map_or(0, |address| address.port())
    }

    /// Answers for as long as this is polled.
    pub(super) async fn serve(self, containers: Containers) -> Infallible {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let (tls, containers) = (self.tls.clone(), containers.clone());
                        // Whoever asks notices by itself that there is no answer.
                        connections.spawn(async move { _ = answer(stream, tls, containers).await });
                    }
                    Err(_) => sleep(AGAIN).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

async fn answer(stream: TcpStream, tls: TlsAcceptor, containers: Containers) -> io::Result<()> {
    let stream = TokioIo::new(tls.accept(stream).await?);
    let service = service_fn(move |request| {
        let response = respond(&request, &containers);
        async { Ok::<_, Infallible>(response) }
    });
    let served = http1::Builder::new()
        .serve_connection(stream, service)
        .await;
    served.map_err(io::Error::other)
}

type Answer = Response<Either<Full<Bytes>, Reading>>;

fn respond<B>(request: &Request<B>, containers: &Containers) -> Answer {
    let parts: Vec<&str> = request.uri().path().split('/').collect();
    let ["", "containerLogs", namespace, pod, container] = parts[..] else {
        return refuse(
            StatusCode::NOT_IMPLEMENTED,
            "nothing runs on a simulated node",
        );
    };
    if request.method() != Method::GET {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "logs are only read");
    }
    let (uid, log) = match containers.log(namespace, pod, container) {
        Ok(found) => found,
        Err(Missing::Pod) => return refuse(StatusCode::NOT_FOUND, "the pod does not exist"),
        Err(Missing::Container(why)) => return refuse(StatusCode::BAD_REQUEST, &why),
    };
    let part = Part::read(request.uri().query().unwrap_or_default());
    if part.previous {
        let text = format!("previous terminated container {container:?} in pod {pod:?} not found");
        return refuse(StatusCode::BAD_REQUEST, &text);
    }
    let clock = SystemClock::new();
    Response::new(Either::Right(Reading {
        containers: containers.clone(),
        names: [namespace, pod, container].map(str::to_owned),
        uid,
        next: part.first(&log, clock.timestamp().unix_seconds()),
        left: part.most_bytes.unwrap_or(usize::MAX),
        part,
        clock,
        rest: Box::pin(sleep(LOOK)),
    }))
}

fn refuse(status: StatusCode, text: &str) -> Answer {
    let mut answer = Response::new(Either::Left(Full::from(format!("{text}\n"))));
    *answer.status_mut() = status;
    answer
}

/// A log that is read.
struct Reading {
    containers: Containers,
    /// Namespace, pod, container.
    names: [String; 3],
    uid: String,
    part: Part,
    next: u64,
    left: usize,
    clock: SystemClock,
    /// Until it is looked whether there is more.
    rest: Pin<Box<Sleep>>,
}

impl Reading {
    /// What there is to be read now, and whether there may be more later.
    fn read(&mut self) -> (Vec<u8>, bool) {
        let [namespace, pod, container] = &self.names;
        let found = self.containers.log(namespace, pod, container);
        let Some((_, log)) = found.ok().filter(|(uid, _)| *uid == self.uid) else {
            return (Vec::new(), false);
        };
        let length = log.length(self.clock.timestamp().unix_seconds());
        let mut text = Vec::new();
        while self.next < length && text.len() < PIECE {
            text.extend_from_slice(self.part.line(&log, self.next).as_bytes());
            self.next += 1;
        }
        text.truncate(self.left);
        self.left -= text.len();
        let goes_on = self.part.follow && log.until.is_none() && self.left > 0;
        (text, goes_on)
    }
}

impl Body for Reading {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let reading = self.get_mut();
        loop {
            let (text, goes_on) = reading.read();
            if !text.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(text.into()))));
            }
            if !goes_on {
                return Poll::Ready(None);
            }
            match reading.rest.as_mut().poll(cx) {
                Poll::Ready(()) => reading.rest.set(sleep(LOOK)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

/// TLS with a certificate that nobody has to know: the API server does not verify kubelets.
fn tls() -> Result<TlsAcceptor, Box<dyn std::error::Error + Send + Sync>> {
    let now = SystemClock::new().timestamp().unix_seconds();
    let validity = Validity::new(now - 3_600, now + YEAR)?;
    let authority = CertificateAuthority::generate("simulated nodes", validity)?;
    let names = ServerNames::new().ip([127, 0, 0, 1]);
    let identity = authority.issue_server("kubelet", &names, validity)?;
    let certificate = CertificateDer::from_pem_slice(identity.certificate_pem().as_bytes())?;
    let key = PrivateKeyDer::from_pem_slice(identity.private_key_pem().as_bytes())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// How often a log that is followed is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// About how much is sent at once, in bytes.
const PIECE: usize = 16 << 10;
/// After what nobody can be let in for a while.
const AGAIN: Duration = Duration::from_millis(100);
/// In seconds.
const YEAR: i64 = 365 * 86_400;
