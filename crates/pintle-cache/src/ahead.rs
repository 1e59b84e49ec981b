//! [`Ahead`], a source that is read by a task of its own.
//!
//! Invariant: one task reads, and so makes the objects; another takes them in, decodes them if they are
//! to be, stores them, and frees what they replace. Of what it takes to make a decoded object, all is
//! freed by who made it, and neither has to wait for the other's allocations.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;
use pintle_client::{BoxFuture, Error, ErrorKind};
use pintle_meta::v1::ListOptions;
use pintle_meta::{AnyObject, WatchEvent};
use tokio::sync::mpsc;

use crate::source::{Arrived, Events, Items, PollItem, Source};

/// Requests are made where they are asked for; what they are answered is read by [`Reader::run`].
pub(crate) struct Ahead {
    source: Arc<dyn Source>,
    queue: Queue,
}

/// Where answers are handed to whoever reads them.
#[derive(Clone)]
struct Queue {
    reader: mpsc::UnboundedSender<Answer>,
    /// How much of each may be read ahead.
    ahead: usize,
}

/// Reads answers, one after the other.
pub(crate) struct Reader(mpsc::UnboundedReceiver<Answer>);

/// Reads one answer to its end, or until nobody wants it any more.
type Answer = BoxFuture<'static, ()>;

/// What was read of an answer.
struct Read<T> {
    coming: mpsc::Receiver<Result<T, Error>>,
    /// What has been fetched of it, a few at once.
    here: vec::IntoIter<Result<T, Error>>,
}

impl Ahead {
    /// The source, read at most this many objects ahead of whoever takes them in.
    pub(crate) fn new(source: Arc<dyn Source>, ahead: usize) -> (Self, Reader) {
        let (reader, answers) = mpsc::unbounded_channel();
        let queue = Queue { reader, ahead };
        (Self { source, queue }, Reader(answers))
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
        let opening = open(|| self.source.list(options));
        let queue = self.queue.clone();
        Box::pin(async move {
            let mut items = opening.await?;
            let next = move |cx: &mut Context<'_>| items.as_mut().poll_item(cx).map(Some);
            let is_last = |item: &_| matches!(item, Arrived::End { .. });
            Ok(Box::pin(read(&queue, next, is_last)) as Items)
        })
    }

    fn watch(&self, options: ListOptions) -> BoxFuture<'static, Result<Events, Error>> {
        let opening = open(|| self.source.watch(options));
        let queue = self.queue.clone();
        Box::pin(async move {
            let mut events = opening.await?;
            let next = move |cx: &mut Context<'_>| events.as_mut().poll_next(cx);
            Ok(Box::pin(read(&queue, next, |_| false)) as Events)
        })
    }

    fn sends_initial_events(&self) -> bool {
        self.source.sends_initial_events()
    }
}

/// Makes a request.
fn open<T: Send + 'static>(
    request: impl FnOnce() -> BoxFuture<'static, Result<T, Error>>,
) -> BoxFuture<'static, Result<T, Error>> {
    let mut opening = contain(request, |error| Box::pin(async { Err(error) }));
    let polled = move |cx: &mut Context<'_>| {
        contain(
            || opening.as_mut().poll(cx),
            |error| Poll::Ready(Err(error)),
        )
    };
    Box::pin(poll_fn(polled))
}

/// What the program's own lister and watcher does, or that it has panicked. What is whole behind it is
/// not known then: whoever gets the error lets go of it.
fn contain<T>(act: impl FnOnce() -> T, failed: impl FnOnce(Error) -> T) -> T {
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|_| {
        let message = "what lists and watches has panicked";
        failed(Error::with_message(ErrorKind::InvalidAnswer, message))
    })
}

/// Has what `next` gives read, up to its end or to what `is_last`.
fn read<T: Send + 'static>(
    queue: &Queue,
    mut next: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<T, Error>>> + Send + 'static,
    is_last: fn(&T) -> bool,
) -> Read<T> {
    let (sender, coming) = mpsc::channel(queue.ahead);
    let answer = async move {
        let forward = async {
            loop {
                let polled = |cx: &mut Context<'_>| {
                    contain(|| next(cx), |error| Poll::Ready(Some(Err(error))))
                };
                let Some(item) = poll_fn(polled).await else {
                    return;
                };
                let ends = item.as_ref().is_ok_and(is_last);
                if sender.send(item).await.is_err() || ends {
                    return;
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
    let _ = queue.reader.send(Box::pin(answer));
    let here = Vec::new().into_iter();
    Read { coming, here }
}

impl<T> Read<T> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        if self.here.len() == 0 {
            let mut fetched = Vec::new();
            ready!(self.coming.poll_recv_many(cx, &mut fetched, AT_ONCE));
            self.here = fetched.into_iter();
        }
        Poll::Ready(self.here.next())
    }
}

impl<T> Unpin for Read<T> {}

impl Stream for Read<WatchEvent<AnyObject>> {
    type Item = Result<WatchEvent<AnyObject>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(cx)
    }
}

impl PollItem for Read<Arrived> {
    fn poll_item(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Arrived, Error>> {
        let item = ready!(self.get_mut().poll(cx));
        Poll::Ready(item.unwrap_or_else(|| {
            let message = "a list ended before its end";
            Err(Error::with_message(ErrorKind::InvalidAnswer, message))
        }))
    }
}

/// How much of it is fetched at once: little, so that whoever takes it in leaves others their turn.
const AT_ONCE: usize = 8;
