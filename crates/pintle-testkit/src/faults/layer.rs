//! [`FaultLayer`], answers that are wrong.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response, StatusCode, header};
use http_body::{Body as _, Frame};
use pintle_transport::Body;
use tower::{Layer, Service};

/// A layer of a transport that gives some requests a wrong answer.
#[derive(Clone)]
pub struct FaultLayer {
    choose: Choose,
}

type Choose = Arc<dyn Fn(&Request<Body>) -> AnswerFault + Send + Sync>;

/// What is wrong with an answer. Bytes are those of its body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerFault {
    /// Nothing.
    #[default]
    None,
    /// It is this instead, with a `Retry-After` in seconds if there is one. The server is not asked.
    Status(StatusCode, Option<u32>),
    /// The connection breaks behind so many bytes.
    Cut(u64),
    /// It ends properly behind so many bytes.
    Truncate(u64),
    /// Nothing comes any more behind so many bytes.
    Stall(u64),
    /// So much time passes before each part.
    Slow(Duration),
    /// Every line comes twice: for watches in JSON, of which a line is an event.
    Duplicate,
    /// Behind so many lines comes an event with this code, and the end: for watches in JSON.
    ErrorEvent(u64, StatusCode),
}

impl FaultLayer {
    /// A layer that asks `choose` what is wrong with the answer to each request.
    pub fn new(choose: impl Fn(&Request<Body>) -> AnswerFault + Send + Sync + 'static) -> Self {
        Self {
            choose: Arc::new(choose),
        }
    }
}

impl<S> Layer<S> for FaultLayer {
    type Service = Faulty<S>;

    fn layer(&self, inner: S) -> Faulty<S> {
        let layer = self.clone();
        Faulty { inner, layer }
    }
}

/// The service of a [`FaultLayer`].
#[derive(Clone)]
pub struct Faulty<S> {
    inner: S,
    layer: FaultLayer,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

type Answer = Result<Response<Body>, BoxError>;

impl<S> Service<Request<Body>> for Faulty<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let fault = (self.layer.choose)(&request);
        if let AnswerFault::Status(code, retry_after) = fault {
            return Box::pin(async move { refusal(code, retry_after) });
        }
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await.map_err(Into::into)?;
            Ok(match fault {
                AnswerFault::None => answer,
                fault => answer.map(|body| Body::new(FaultyBody::new(body, fault))),
            })
        })
    }
}

fn refusal(code: StatusCode, retry_after: Option<u32>) -> Answer {
    let mut answer = Response::builder()
        .status(code)
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(seconds) = retry_after {
        answer = answer.header(header::RETRY_AFTER, seconds);
    }
    Ok(answer.body(Body::from(status(code, retry_after)))?)
}

/// A Status, as kube-apiserver writes it.
fn status(code: StatusCode, retry_after: Option<u32>) -> String {
    let reason = match code.as_u16() {
        401 => "Unauthorized",
        410 => "Expired",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        _ => "InternalError",
    };
    let code = code.as_u16();
    let seconds = retry_after.unwrap_or_default();
    format!(
        r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"{reason}","code":{code},"message":"as intended","details":{{"retryAfterSeconds":{seconds}}}}}"#
    )
}

/// A body with a fault.
struct FaultyBody {
    inner: Body,
    fault: AnswerFault,
    /// How many bytes have passed, or lines.
    passed: u64,
    /// The beginning of a line.
    line: BytesMut,
    /// What is to be handed out, for faults that look at lines.
    waiting: VecDeque<Bytes>,
    sleep: Option<Pin<Box<tokio::time::Sleep>>>,
    has_ended: bool,
}

type Part = Option<Result<Frame<Bytes>, BoxError>>;

impl FaultyBody {
    fn new(inner: Body, fault: AnswerFault) -> Self {
        Self {
            inner,
            fault,
            passed: 0,
            line: BytesMut::new(),
            waiting: VecDeque::new(),
            sleep: None,
            has_ended: false,
        }
    }

    /// The next bytes as they came.
    fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }

    /// The next bytes, `None` behind the last of `limit`.
    fn poll_up_to(&mut self, cx: &mut Context<'_>, limit: u64) -> Poll<Option<Part>> {
        if self.passed >= limit {
            return Poll::Ready(None);
        }
        let mut part = ready!(self.poll_bytes(cx));
        if let Some(Ok(data)) = &mut part {
            let left = usize::try_from(limit - self.passed).unwrap_or(usize::MAX);
            data.truncate(left);
            self.passed += data.len() as u64;
        }
        Poll::Ready(Some(part.map(|part| part.map(Frame::data))))
    }

    fn poll_slow(&mut self, cx: &mut Context<'_>, pause: Duration) -> Poll<Part> {
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        ready!(sleep.as_mut().poll(cx));
        let part = ready!(self.poll_bytes(cx));
        self.sleep = None;
        Poll::Ready(part.map(|part| part.map(Frame::data)))
    }

    /// The next line, after what `change` makes of it.
    fn poll_lines(
        &mut self,
        cx: &mut Context<'_>,
        change: impl Fn(&mut Self, Bytes),
    ) -> Poll<Part> {
        loop {
            if let Some(line) = self.waiting.pop_front() {
                return Poll::Ready(Some(Ok(Frame::data(line))));
            }
            if self.has_ended {
                return Poll::Ready(None);
            }
            match ready!(self.poll_bytes(cx)) {
                Some(Ok(data)) => self.line.extend_from_slice(&data),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.has_ended = true;
                    let rest = self.line.split().freeze();
                    self.waiting.extend((!rest.is_empty()).then_some(rest));
                }
            }
            while let Some(at) = self.line.iter().position(|byte| *byte == b'\n')
                && !self.has_ended
            {
                let line = self.line.split_to(at + 1).freeze();
                change(self, line);
            }
        }
    }
}

impl http_body::Body for FaultyBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Part> {
        let this = &mut *self;
        match this.fault {
            AnswerFault::Cut(limit) => Poll::Ready(match ready!(this.poll_up_to(cx, limit)) {
                Some(part) => part,
                None if this.has_ended => None,
                None => {
                    this.has_ended = true;
                    Some(Err("the connection was cut, as intended".into()))
                }
            }),
            AnswerFault::Truncate(limit) => {
                Poll::Ready(ready!(this.poll_up_to(cx, limit)).flatten())
            }
            AnswerFault::Stall(limit) => match ready!(this.poll_up_to(cx, limit)) {
                Some(part) => Poll::Ready(part),
                // Nobody will wake it.
                None => Poll::Pending,
            },
            AnswerFault::Slow(pause) => this.poll_slow(cx, pause),
            AnswerFault::Duplicate => this.poll_lines(cx, |this, line| {
                this.waiting.extend([line.clone(), line]);
            }),
            AnswerFault::ErrorEvent(lines, code) => this.poll_lines(cx, |this, line| {
                this.passed += 1;
                this.waiting.push_back(line);
                if this.passed >= lines {
                    let event =
                        format!("{{\"type\":\"ERROR\",\"object\":{}}}\n", status(code, None));
                    this.waiting.push_back(event.into());
                    this.has_ended = true;
                }
            }),
            AnswerFault::None | AnswerFault::Status(..) => {
                let part = ready!(this.poll_bytes(cx));
                Poll::Ready(part.map(|part| part.map(Frame::data)))
            }
        }
    }
}

impl fmt::Debug for FaultLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultLayer")
    }
}
