//! Bodies: those of requests within their limit, those of responses whole or as they come to be.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;

use crate::status::Failure;

/// The body of a response.
pub(crate) struct Body(Content);

enum Content {
    /// Known as a whole.
    Whole(Option<Bytes>),
    /// Made while it is sent, as fast as the client takes it.
    Chunks(Box<dyn Iterator<Item = Bytes> + Send>),
    /// Made while it is sent, as fast as there is something to send.
    Source {
        ready: VecDeque<Bytes>,
        next: Option<Pull>,
    },
}

/// Something that brings forth data for as long as it lasts.
pub(crate) trait Source: Send + 'static {
    /// The next data, which may be none yet; nothing at the end.
    fn next(&mut self) -> impl Future<Output = Option<Vec<Bytes>>> + Send;
}

type Pull = Pin<Box<dyn Future<Output = Option<(Vec<Bytes>, Resume)>> + Send>>;

/// A source that waits for the body to be asked for more.
struct Resume(Box<dyn FnOnce() -> Pull + Send>);

impl Body {
    /// A body that is known as a whole.
    pub(crate) fn whole(data: impl Into<Bytes>) -> Self {
        Self(Content::Whole(Some(data.into())))
    }

    /// A body in pieces. If there is just one, its length is told in advance.
    pub(crate) fn chunks(mut chunks: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        match (chunks.next(), chunks.next()) {
            (None, _) => Self::whole(Bytes::new()),
            (Some(only), None) => Self::whole(only),
            (Some(first), Some(second)) => {
                let chunks = [first, second].into_iter().chain(chunks);
                Self(Content::Chunks(Box::new(chunks)))
            }
        }
    }

    /// A body that lasts as long as its source.
    pub(crate) fn source(source: impl Source) -> Self {
        Self(Content::Source {
            ready: VecDeque::new(),
            next: Some(pull(source)),
        })
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = match &mut self.0 {
            Content::Whole(data) => data.take().filter(|data| !data.is_empty()),
            Content::Chunks(chunks) => chunks.next(),
            Content::Source { ready, next } => loop {
                if let Some(data) = ready.pop_front() {
                    break Some(data);
                }
                let Some(pull) = next else {
                    break None;
                };
                match std::task::ready!(pull.as_mut().poll(cx)) {
                    Some((data, resume)) => {
                        ready.extend(data);
                        *next = Some(resume.0());
                    }
                    None => *next = None,
                }
            },
        };
        Poll::Ready(data.map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Content::Whole(data) => data.as_ref().is_none_or(Bytes::is_empty),
            Content::Chunks(_) => false,
            Content::Source { ready, next } => ready.is_empty() && next.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Content::Whole(data) => {
                SizeHint::with_exact(data.as_ref().map_or(0, Bytes::len) as u64)
            }
            Content::Chunks(_) | Content::Source { .. } => SizeHint::default(),
        }
    }
}

/// Reads the body of a request, up to [`BODY_MAX`].
pub(super) async fn read<B>(body: B) -> Result<Bytes, Failure>
where
    B: http_body::Body<Data = Bytes>,
{
    if body.size_hint().lower() > BODY_MAX as u64 {
        return Err(Failure::too_large(BODY_MAX));
    }
    let mut body = std::pin::pin!(body);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            // The client is gone or broke the protocol; nobody reads the answer.
            return Err(Failure::bad_request("the body of the request ended early"));
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if first.len() + rest.len() + data.len() > BODY_MAX {
            return Err(Failure::too_large(BODY_MAX));
        }
        if first.is_empty() {
            first = data;
        } else {
            // Most bodies come in one piece and are not copied.
            if rest.is_empty() {
                rest.extend_from_slice(&first);
                first = Bytes::new();
            }
            rest.extend_from_slice(&data);
            first.clear();
        }
    }
    if rest.is_empty() {
        Ok(first)
    } else {
        Ok(rest.freeze())
    }
}

fn pull(mut source: impl Source) -> Pull {
    Box::pin(async move {
        let data = source.next().await?;
        Some((data, Resume(Box::new(move || pull(source)))))
    })
}

/// As kube-apiserver: 3 MiB.
pub(crate) const BODY_MAX: usize = 3 << 20;
