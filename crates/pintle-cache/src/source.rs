//! [`Source`], where objects come from, of whatever type they are.
//!
//! What is generic here is generated for each type; it does nothing but take the type away, so that
//! what drives a cache is compiled once.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pintle_client::{BoxFuture, Error, ListStream, ListerWatcher, WatchStream};
use pintle_codec::TypeMeta;
use pintle_meta::v1::{ListMeta, ListOptions};
use pintle_meta::{AnyObject, Body, Lazy, Object, WatchEvent};

/// Lists and watches objects of some type.
pub(crate) trait Source: Send + Sync {
    fn list(&self, options: ListOptions) -> BoxFuture<'static, Result<Items, Error>>;
    fn watch(&self, options: ListOptions) -> BoxFuture<'static, Result<Events, Error>>;
    /// Whether a watch can begin with all objects.
    fn sends_initial_events(&self) -> bool;
}

/// The items of a list while it arrives.
pub(crate) type Items = Pin<Box<dyn PollItem + Send>>;

/// The events of a watch.
pub(crate) type Events = Pin<Box<dyn Stream<Item = Result<WatchEvent<AnyObject>, Error>> + Send>>;

pub(crate) trait PollItem {
    /// The next item; behind the last one, what the list says of itself.
    fn poll_item(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Arrived, Error>>;
}

/// What arrived of a list.
pub(crate) enum Arrived {
    Item(AnyObject),
    End {
        metadata: ListMeta,
        type_meta: TypeMeta,
    },
}

/// A lister and watcher of `W`s, which are kept as `Lazy<K>`.
pub(crate) struct Typed<K, W> {
    lister_watcher: Arc<dyn ListerWatcher<W>>,
    tweak: Option<Tweak>,
    kept_as: PhantomData<fn() -> K>,
}

/// Changes the options of each request.
pub(crate) type Tweak = Arc<dyn Fn(&mut ListOptions) + Send + Sync>;

impl<K, W> Typed<K, W> {
    pub(crate) fn new(
        lister_watcher: impl ListerWatcher<W> + 'static,
        tweak: Option<Tweak>,
    ) -> Self {
        Self {
            lister_watcher: Arc::new(lister_watcher),
            tweak,
            kept_as: PhantomData,
        }
    }

    fn tweaked(&self, mut options: ListOptions) -> ListOptions {
        if let Some(tweak) = &self.tweak {
            tweak(&mut options);
        }
        options
    }
}

impl<K: Object, W: Body + Into<Lazy<K>>> Source for Typed<K, W> {
    fn list(&self, options: ListOptions) -> BoxFuture<'static, Result<Items, Error>> {
        let (lister, options) = (self.lister_watcher.clone(), self.tweaked(options));
        Box::pin(async move {
            let items = lister.list_stream(options).await?;
            let kept_as = PhantomData;
            Ok(Box::pin(TypedItems::<K, W> { items, kept_as }) as Items)
        })
    }

    fn watch(&self, options: ListOptions) -> BoxFuture<'static, Result<Events, Error>> {
        let (watcher, options) = (self.lister_watcher.clone(), self.tweaked(options));
        Box::pin(async move {
            let events = watcher.watch(options).await?;
            let kept_as = PhantomData;
            Ok(Box::pin(TypedEvents::<K, W> { events, kept_as }) as Events)
        })
    }

    fn sends_initial_events(&self) -> bool {
        self.lister_watcher.sends_initial_events()
    }
}

struct TypedItems<K, W> {
    items: ListStream<W>,
    kept_as: PhantomData<fn() -> K>,
}

impl<K: Object, W: Body + Into<Lazy<K>>> PollItem for TypedItems<K, W> {
    fn poll_item(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Arrived, Error>> {
        let item = ready!(Pin::new(&mut self.items).poll_next(cx));
        Poll::Ready(match item {
            Some(Ok(item)) => {
                let kept: Lazy<K> = item.into();
                Ok(Arrived::Item(kept.erase()))
            }
            Some(Err(error)) => Err(error),
            None => Ok(Arrived::End {
                metadata: self.items.metadata().cloned().unwrap_or_default(),
                type_meta: self.items.type_meta(),
            }),
        })
    }
}

struct TypedEvents<K, W> {
    events: WatchStream<W>,
    kept_as: PhantomData<fn() -> K>,
}

impl<K: Object, W: Body + Into<Lazy<K>>> Stream for TypedEvents<K, W> {
    type Item = Result<WatchEvent<AnyObject>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let event = ready!(Pin::new(&mut self.events).poll_next(cx));
        let erase = |object: W| {
            let kept: Lazy<K> = object.into();
            Ok(kept.erase())
        };
        Poll::Ready(event.map(|event| event.and_then(|event| event.try_map(erase))))
    }
}
