//! [`Ahead`], a source that is read by a task of its own.
//!
//! Invariant: one task reads, and so makes the objects; another takes them in, decodes them if they are
//! to be, stores them, and frees what they replace. Neither waits for the other as long as there is
//! something to do, and what is made anew all the time is freed where it was made.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;
use pintle_client::{BoxFuture, Error};
use pintle_meta::v1::ListOptions;
use pintle_meta::{AnyObject, WatchEvent};
use tokio::sync::mpsc;

use crate::source::{Arrived, Events, Items, PollItem, Source};

/// Requests are made where they are asked for; what they are answered is read by [`Reader::run`].
pub(crate) struct Ahead {
    source: Arc<dyn Source>,
    reader: mpsc::UnboundedSender<Answer>,
}

/// Reads answers, one after the other.
pub(crate) struct Reader(mpsc::UnboundedReceiver<Answer>);

/// Reads one answer to its end, or until nobody wants it any more.
type Answer = BoxFuture<'static, ()>;

/// What was read of an answer.
struct Read<T> {
    coming: mpsc::Receiver<T>,
    /// What has been fetched of it, many at once.
    here: vec::IntoIter<T>,
}

impl Ahead {
    pub(crate) fn new(source: Arc<dyn Source>) -> (Self, Reader) {
        let (reader, answers) = mpsc::unbounded_channel();
        (Self { source, reader }, Reader(answers))
    }
}

impl Reader {
    /// Ends when nobody can ask for anything any more.
    pub(crate) async fn run(mut self) {
        while let Some(answer) = self.0.recv().await {
            answer.await;
        }
    }
}

impl Source for Ahead {
    fn list(&self, options: ListOptions) -> BoxFuture<'static, Result<Items, Error>> {
        let (opening, reader) = (self.source.list(options), self.reader.clone());
        Box::pin(async move {
            let mut items = opening.await?;
            let next = move |cx: &mut Context<'_>| items.as_mut().poll_item(cx).map(Some);
            let is_last = |item: &_| matches!(item, Ok(Arrived::End { .. }));
            Ok(Box::pin(read(&reader, next, is_last)) as Items)
        })
    }

    fn watch(&self, options: ListOptions) -> BoxFuture<'static, Result<Events, Error>> {
        let (opening, reader) = (self.source.watch(options), self.reader.clone());
        Box::pin(async move {
            let mut events = opening.await?;
            let next = move |cx: &mut Context<'_>| events.as_mut().poll_next(cx);
            Ok(Box::pin(read(&reader, next, |_| false)) as Events)
        })
    }

    fn sends_initial_events(&self) -> bool {
        self.source.sends_initial_events()
    }
}

/// Has what `next` gives read, up to its end or to what `is_last`.
fn read<T: Send + 'static>(
    reader: &mpsc::UnboundedSender<Answer>,
    mut next: impl FnMut(&mut Context<'_>) -> Poll<Option<T>> + Send + 'static,
    is_last: fn(&T) -> bool,
) -> Read<T> {
    let (sender, coming) = mpsc::channel(AHEAD);
    let answer = async move {
        let forward = async {
            while let Some(item) = poll_fn(&mut next).await {
                let ends = is_last(&item);
                if sender.send(item).await.is_err() || ends {
                    break;
                }
            }
        };
        tokio::select! {
            biased;
            () = forward => {}
            () = sender.closed() => {}
        }
    };
    // Without a reader nothing comes, which is its end.
    let _ = reader.send(Box::pin(answer));
    let here = Vec::new().into_iter();
    Read { coming, here }
}

impl<T> Read<T> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        if self.here.len() == 0 {
            let mut fetched = Vec::new();
            ready!(self.coming.poll_recv_many(cx, &mut fetched, AHEAD));
            self.here = fetched.into_iter();
        }
        Poll::Ready(self.here.next())
    }
}

impl<T> Unpin for Read<T> {}

impl Stream for Read<Result<WatchEvent<AnyObject>, Error>> {
    type Item = Result<WatchEvent<AnyObject>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(cx)
    }
}

impl PollItem for Read<Result<Arrived, Error>> {
    fn poll_item(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Arrived, Error>> {
        match ready!(self.get_mut().poll(cx)) {
            Some(item) => Poll::Ready(item),
            // The reader has ended, and with it whoever would ask again.
            None => Poll::Pending,
        }
    }
}

/// How much is read ahead at most.
const AHEAD: usize = 1_000;
