//! Answers in gzip: asked for, and unpacked as they arrive.
//!
//! Invariant: what is unpacked ahead of the reader is bounded, however well it was packed.

use std::io::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use flate2::write::MultiGzDecoder;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, RANGE, UPGRADE,
};
use http::{Method, Request, Response};
use http_body::Frame;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::Body;
use crate::error::{BoxError, Error, ErrorKind};
use crate::options::Purpose;

/// Asks for gzip, but not for watches, whose events would wait in the server's compressor; and unpacks
/// what comes in gzip.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GunzipLayer {
    pub(crate) ask: bool,
}

impl<S> Layer<S> for GunzipLayer {
    type Service = Gunzip<S>;

    fn layer(&self, inner: S) -> Gunzip<S> {
        Gunzip {
            inner,
            ask: self.ask,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Gunzip<S> {
    inner: S,
    ask: bool,
}

impl<S> Service<Request<Body>> for Gunzip<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Error>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // Who asks for an encoding wants it as it is.
        if request.headers().contains_key(ACCEPT_ENCODING) {
            return Box::pin(self.inner.call(request));
        }
        if self.ask && may_be_packed(&request) {
            let gzip = HeaderValue::from_static("gzip");
            request.headers_mut().insert(ACCEPT_ENCODING, gzip);
        }
        let peer = request.uri().authority().map(ToString::to_string);
        let sent = self.inner.call(request);
        Box::pin(async move {
            let mut response = sent.await?;
            if !is_gzip(response.headers()) {
                return Ok(response);
            }
            response.headers_mut().remove(CONTENT_ENCODING);
            response.headers_mut().remove(CONTENT_LENGTH);
            Ok(response.map(|body| Body::new(Unpacked::new(body, peer.unwrap_or_default()))))
        })
    }
}

fn may_be_packed(request: &Request<Body>) -> bool {
    let headers = request.headers();
    request.method() != Method::HEAD
        && request.method() != Method::CONNECT
        && !headers.contains_key(RANGE)
        && !headers.contains_key(UPGRADE)
        && Purpose::of(request) != Purpose::Watch
}

fn is_gzip(headers: &HeaderMap) -> bool {
    let encoding = headers.get(CONTENT_ENCODING);
    encoding.is_some_and(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"gzip"))
}

/// A body that is unpacked while it is read.
struct Unpacked {
    packed: Body,
    /// What has arrived and was not unpacked yet.
    rest: Bytes,
    decoder: MultiGzDecoder<Vec<u8>>,
    peer: String,
    ended: bool,
}

impl Unpacked {
    fn new(packed: Body, peer: String) -> Self {
        Self {
            packed,
            rest: Bytes::new(),
            decoder: MultiGzDecoder::new(Vec::new()),
            peer,
            ended: false,
        }
    }

    /// What was unpacked.
    fn take(&mut self) -> Option<Result<Frame<Bytes>, Error>> {
        let unpacked = std::mem::take(self.decoder.get_mut());
        (!unpacked.is_empty()).then(|| Ok(Frame::data(unpacked.into())))
    }

    /// Unpacks all of the rest, or as much of it as makes a frame.
    fn unpack(&mut self) -> std::io::Result<()> {
        // Each step unpacks no more than a buffer of the decoder's holds.
        while !self.rest.is_empty() && self.decoder.get_ref().len() < FRAME {
            match self.decoder.write(&self.rest)? {
                0 => return Err(std::io::ErrorKind::InvalidData.into()),
                taken => self.rest.advance(taken),
            }
        }
        if self.rest.is_empty() {
            // An event of a watch must not wait for the next one.
            self.decoder.flush()?;
        }
        Ok(())
    }

    fn damaged(&mut self, error: impl Into<BoxError>) -> Error {
        self.ended = true;
        self.packed = Body::empty();
        let message = format!("the compressed answer of {} is damaged", self.peer);
        Error::with_source(ErrorKind::Protocol, message, error)
    }
}

impl http_body::Body for Unpacked {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        while !this.ended {
            if !this.rest.is_empty() {
                if let Err(error) = this.unpack() {
                    return Poll::Ready(Some(Err(this.damaged(error))));
                }
                if let Some(frame) = this.take() {
                    return Poll::Ready(Some(frame));
                }
            }
            match ready!(Pin::new(&mut this.packed).poll_frame(cx)) {
                Some(Ok(frame)) => this.rest = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    this.ended = true;
                    if let Err(error) = this.decoder.try_finish() {
                        return Poll::Ready(Some(Err(this.damaged(error))));
                    }
                    return Poll::Ready(this.take());
                }
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }
}

/// Bytes that are unpacked before they are handed on.
const FRAME: usize = 64 << 10;
