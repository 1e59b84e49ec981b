//! [`WatchStream`], the events of a watch.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http_body::Body as _;
use pintle_codec::{Decoder, Format, Frames};
use pintle_meta::WatchEvent;
use pintle_transport::Body;

use crate::Error;
use crate::response::format_of;

/// What reads an object.
pub(crate) type Decode<K> = fn(&[u8], Format, &mut Decoder) -> Result<K, pintle_codec::Error>;

/// The events of a watch, in the order in which the server sends them.
///
/// It ends when the server ends the watch; a watch that is to go on is begun again from the last
/// version seen. An `Err` of kind [`InvalidObject`](crate::ErrorKind::InvalidObject) is about one event
/// and does not end the stream: the events behind it follow. Any other `Err` is the last item.
/// Dropping the stream ends the watch.
#[must_use = "a watch makes progress while it is polled"]
pub struct WatchStream<K>(Pin<Box<dyn Stream<Item = Result<WatchEvent<K>, Error>> + Send>>);

impl<K> WatchStream<K> {
    /// A watch that is fed from somewhere else than an API server.
    pub fn new(events: impl Stream<Item = Result<WatchEvent<K>, Error>> + Send + 'static) -> Self {
        Self(Box::pin(events))
    }

    /// The next event; `None` when the server ended the watch.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the connection breaks, or an event cannot be read.
    pub async fn try_next(&mut self) -> Result<Option<WatchEvent<K>>, Error> {
        poll_fn(|cx| self.0.as_mut().poll_next(cx))
            .await
            .transpose()
    }
}

impl<K: 'static> WatchStream<K> {
    /// A watch without events, which has ended.
    pub(crate) fn empty() -> Self {
        struct Empty<K>(PhantomData<fn() -> K>);

        impl<K> Stream for Empty<K> {
            type Item = Result<WatchEvent<K>, Error>;

            fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                Poll::Ready(None)
            }
        }
        Self(Box::pin(Empty(PhantomData)))
    }

    /// A watch over the body of an answer.
    pub(crate) fn over(
        what: String,
        answer: http::Response<Body>,
        decoder: Decoder,
        read: Decode<K>,
    ) -> Self {
        let format = format_of(answer.headers());
        Self::new(Events {
            what,
            body: answer.into_body(),
            frames: Frames::new(format),
            format,
            decoder,
            read,
            ended: false,
        })
    }
}

impl<K> Stream for WatchStream<K> {
    type Item = Result<WatchEvent<K>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl<K> fmt::Debug for WatchStream<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WatchStream")
    }
}

struct Events<K> {
    what: String,
    body: Body,
    frames: Frames,
    format: Format,
    /// Lets the objects of the watch share what they repeat.
    decoder: Decoder,
    read: Decode<K>,
    ended: bool,
}

impl<K> Stream for Events<K> {
    type Item = Result<WatchEvent<K>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let events = &mut *self;
        while !events.ended {
            match events.frames.next_frame() {
                Ok(Some(frame)) => {
                    let (format, decoder) = (events.format, &mut events.decoder);
                    let event = WatchEvent::decode_by(frame, format, decoder, events.read);
                    let event = event.map_err(|error| Error::invalid_object(&events.what, error));
                    return Poll::Ready(Some(event));
                }
                Ok(None) => {}
                Err(error) => {
                    events.ended = true;
                    return Poll::Ready(Some(Err(Error::invalid_answer(&events.what, error))));
                }
            }
            match ready!(Pin::new(&mut events.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        events.frames.push(&data);
                    }
                }
                Some(Err(error)) => {
                    events.ended = true;
                    return Poll::Ready(Some(Err(Error::transport(error))));
                }
                None => {
                    events.ended = true;
                    if !events.frames.is_between_frames() {
                        return Poll::Ready(Some(Err(Error::cut_short(&events.what))));
                    }
                }
            }
        }
        Poll::Ready(None)
    }
}
