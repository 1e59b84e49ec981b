//! [`ListStream`], the items of a list while it arrives.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http_body::Body as _;
use pintle_codec::{Decoder, List, TypeMeta};
use pintle_meta::v1::ListMeta;
use pintle_meta::{Body as Decodable, ListDecoder, ObjectList};
use pintle_transport::Body;

use crate::Error;
use crate::response::format_of;

/// The items of a list, decoded while it arrives: its body is never held whole.
///
/// An `Err` of kind [`InvalidObject`](crate::ErrorKind::InvalidObject) is about one item and does not
/// end the stream. Any other `Err` is the last item. When the items have ended,
/// [`ListStream::metadata`] is what the list says of itself.
#[must_use = "a list is read while it is polled"]
pub struct ListStream<K> {
    items: Items<K>,
    metadata: Option<ListMeta>,
}

enum Items<K> {
    Arriving(Box<Arriving<K>>),
    AtHand {
        items: <List<K> as IntoIterator>::IntoIter,
        metadata: ListMeta,
    },
    Ended {
        type_meta: TypeMeta,
    },
}

struct Arriving<K> {
    what: String,
    body: Body,
    items: ListDecoder<K>,
}

impl<K> ListStream<K> {
    /// The items of a list that is there already: for lists that come from somewhere else than an API
    /// server.
    pub fn of(list: ObjectList<K>) -> Self {
        Self {
            items: Items::AtHand {
                items: list.items.into_iter(),
                metadata: list.metadata,
            },
            metadata: None,
        }
    }
}

impl<K: Decodable> ListStream<K> {
    /// The items in the body of an answer.
    pub(crate) fn over(
        what: String,
        answer: http::Response<Body>,
        decoder: Decoder,
        expected: TypeMeta,
    ) -> Self {
        let format = format_of(answer.headers());
        let arriving = Arriving {
            what,
            body: answer.into_body(),
            items: ListDecoder::of_any_kind(format, decoder).expecting(expected),
        };
        Self {
            items: Items::Arriving(Box::new(arriving)),
            metadata: None,
        }
    }

    /// The next item; `None` when the list has ended.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When an item cannot be read, the connection breaks, or the answer is no such list.
    pub async fn try_next(&mut self) -> Result<Option<K>, Error> {
        poll_fn(|cx| self.poll_item(cx)).await.transpose()
    }

    /// What the list says of itself: its version and, when there is more, where to continue. `None`
    /// until the items have ended.
    pub fn metadata(&self) -> Option<&ListMeta> {
        self.metadata.as_ref()
    }

    /// What the list claims to be, as far as that is known; empty if it does not say.
    pub fn type_meta(&self) -> TypeMeta {
        match &self.items {
            Items::Arriving(arriving) => arriving.items.type_meta().clone(),
            Items::Ended { type_meta } => type_meta.clone(),
            Items::AtHand { .. } => TypeMeta::default(),
        }
    }

    /// All items that are still to come.
    ///
    /// # Cancel safety
    /// Dropping the future drops what was read.
    ///
    /// # Errors
    /// As [`ListStream::try_next`]; an item that cannot be read fails the whole.
    pub async fn collect(mut self) -> Result<ObjectList<K>, Error> {
        let mut list = ObjectList::default();
        while let Some(item) = self.try_next().await? {
            list.items.push(item);
        }
        list.items.shrink_to_fit();
        list.metadata = self.metadata.unwrap_or_default();
        Ok(list)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<K, Error>>> {
        let item = match &mut self.items {
            Items::Arriving(arriving) => ready!(arriving.poll_item(cx, &mut self.metadata)),
            Items::AtHand { items, metadata } => {
                let item = items.next();
                if item.is_none() {
                    self.metadata = Some(std::mem::take(metadata));
                }
                item.map(Ok)
            }
            Items::Ended { .. } => None,
        };
        let goes_on = match &item {
            Some(Ok(_)) => true,
            Some(Err(error)) => error.as_undecodable().is_some(),
            None => false,
        };
        if !goes_on {
            let type_meta = self.type_meta();
            self.items = Items::Ended { type_meta };
        }
        Poll::Ready(item)
    }
}

impl<K: Decodable> Arriving<K> {
    fn poll_item(
        &mut self,
        cx: &mut Context<'_>,
        list: &mut Option<ListMeta>,
    ) -> Poll<Option<Result<K, Error>>> {
        loop {
            let unreadable = |error| Error::invalid_answer(&self.what, error);
            match self.items.next_item() {
                Ok(Some(item)) => {
                    let item = item.map_err(|error| Error::invalid_object(&self.what, error));
                    return Poll::Ready(Some(item));
                }
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(unreadable(error)))),
            }
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.items.push(&data);
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(Error::transport(error)))),
                None => {
                    return Poll::Ready(match self.items.finish() {
                        Ok(metadata) => {
                            *list = Some(metadata);
                            None
                        }
                        Err(error) => Some(Err(unreadable(error))),
                    });
                }
            }
        }
    }
}

/// It is nowhere pinned: what it hands out is moved.
impl<K> Unpin for ListStream<K> {}

impl<K: Decodable> Stream for ListStream<K> {
    type Item = Result<K, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

/// Says how far it came, not what it holds.
impl<K> fmt::Debug for ListStream<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("ListStream");
        if let Items::Arriving(arriving) = &self.items {
            debug
                .field("request", &arriving.what)
                .field("items", &arriving.items);
        }
        debug.finish_non_exhaustive()
    }
}
