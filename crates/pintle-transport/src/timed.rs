//! Bodies of answers that have a time limit.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use pintle_env::{Instant, Sleep, Time};

use crate::body::Body;
use crate::error::{Error, ErrorKind};
use crate::throttle::RequestLine;

/// A body that fails if it is not complete when `sleep` ends.
pub(crate) fn until(body: Body, sleep: Sleep, request: &RequestLine<'_>, limit: Duration) -> Body {
    let message = format!("the answer to {request} was not complete within {limit:?}");
    Body::new(Timed {
        body,
        sleep,
        message,
        kind: ErrorKind::Deadline,
        idle: None,
    })
}

/// A body that fails if it is silent for so long.
pub(crate) fn while_busy(
    body: Body,
    time: &Arc<dyn Time>,
    request: &RequestLine<'_>,
    limit: Duration,
) -> Body {
    let message = format!("{request} was silent for {limit:?}");
    let heard_at = time.now();
    Body::new(Timed {
        body,
        sleep: time.sleep_until(heard_at + limit),
        message,
        kind: ErrorKind::Timeout,
        idle: Some(Idle {
            time: Arc::clone(time),
            limit,
            heard_at,
        }),
    })
}

struct Timed {
    body: Body,
    sleep: Sleep,
    message: String,
    kind: ErrorKind,
    idle: Option<Idle>,
}

/// What is needed to begin anew whenever something is heard.
struct Idle {
    time: Arc<dyn Time>,
    limit: Duration,
    heard_at: Instant,
}

impl http_body::Body for Timed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            if let Some(idle) = &mut this.idle {
                idle.heard_at = idle.time.now();
            }
            return Poll::Ready(frame);
        }
        loop {
            if this.sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            // To set the alarm once a limit costs less than to set it with every frame.
            let next = this.idle.as_ref().map(|idle| idle.heard_at + idle.limit);
            match (&this.idle, next) {
                (Some(idle), Some(next)) if next > idle.time.now() => {
                    this.sleep = idle.time.sleep_until(next);
                }
                _ => break,
            }
        }
        // Whatever comes after an error is not read.
        this.body = Body::empty();
        this.sleep = Box::pin(std::future::pending());
        this.idle = None;
        let error = Error::new(this.kind, std::mem::take(&mut this.message));
        Poll::Ready(Some(Err(error)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
