//! What has been told to everybody takes no memory any more.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream as _;
use pintle_api::core::v1::Secret;
use pintle_cache::{Event, Events, Handler, SharedInformer};
use pintle_client::{Error, ListWatch, WatchStream};
use pintle_meta::v1::ListOptions;
use pintle_meta::{Lazy, Metadata, ObjectList, Packed, WatchEvent};

/// A secret that is counted as long as it takes memory.
struct Counted {
    version: String,
    _alive: Arc<()>,
}

impl Counted {
    fn secret(version: usize, alive: &Arc<()>) -> Lazy<Secret> {
        Lazy::packed(Self {
            version: version.to_string(),
            _alive: alive.clone(),
        })
    }
}

impl Packed<Secret> for Counted {
    fn unpack(&self) -> Result<Lazy<Secret>, pintle_codec::Error> {
        Ok(Lazy::from(Secret::default()))
    }

    fn size(&self) -> usize {
        100
    }
}

impl Metadata for Counted {
    fn name(&self) -> &str {
        "a"
    }

    fn namespace(&self) -> &str {
        "default"
    }

    fn uid(&self) -> &str {
        "1"
    }

    fn resource_version(&self) -> &str {
        &self.version
    }

    fn generation(&self) -> i64 {
        0
    }

    fn is_deleting(&self) -> bool {
        false
    }

    fn label(&self, _: &str) -> Option<&str> {
        None
    }

    fn annotation(&self, _: &str) -> Option<&str> {
        None
    }

    fn is_pruned(&self) -> bool {
        false
    }
}

/// Changes of the secret, one each time somebody looks, and then nothing more.
struct Changes {
    next: usize,
    alive: Arc<()>,
}

impl futures_core::Stream for Changes {
    type Item = Result<WatchEvent<Lazy<Secret>>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.next == LAST {
            return Poll::Pending;
        }
        self.next += 1;
        let secret = Counted::secret(self.next, &self.alive);
        Poll::Ready(Some(Ok(WatchEvent::Modified(secret))))
    }
}

// claims: cache.delivery.lag
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_everybody_has_been_told_of_is_freed_though_nothing_happens_any_more() {
    // A handler alone; a stream that is read; one that is not, and goes.
    for (reads, handles) in [(false, true), (true, false), (false, false)] {
        let (informer, alive) = changing();
        let last = Arc::new(Mutex::new(String::new()));
        let heard = last.clone();
        let hears = move |secret: &Lazy<Secret>| {
            *heard.lock().unwrap() = secret.resource_version().to_owned();
        };
        let handler = Handler::new().on_update(move |_, secret| hears(secret));
        let _handle = handles.then(|| informer.add_handler(handler).unwrap());
        let mut events = (!handles).then(|| informer.events().unwrap());
        informer.start();
        if handles {
            until("the handler was told", || *last.lock().unwrap() == "1000").await;
        } else {
            let version = || informer.snapshot().resource_version().as_str().to_owned();
            until("all of it has happened", || version() == "1000").await;
            assert!(Arc::strong_count(&alive) > 900, "the stream still needs it");
        }
        if reads {
            let events = events.as_mut().unwrap();
            while !matches!(events.next().await, Some(Event::Updated { new, .. }) if new.resource_version() == "1000")
            {
            }
            // That there is nothing more is found out by whoever asks.
            assert!(poll_once(events).await.is_none());
        } else {
            drop(events.take());
        }
        // That of the store is left, those of the two who make the changes, and this one.
        until("all but the last are freed", || {
            Arc::strong_count(&alive) <= 4
        })
        .await;
    }
}

/// An informer of a secret that changes a thousand times, and what counts how often it is in memory.
fn changing() -> (SharedInformer<Secret>, Arc<()>) {
    let alive = Arc::new(());
    let all = alive.clone();
    let list = |_: ListOptions| async {
        let mut list = ObjectList::<Lazy<Secret>>::default();
        list.metadata.resource_version = "1".into();
        Ok(list)
    };
    let watched = ListWatch::new(list, move |_| {
        let changes = Changes {
            next: 1,
            alive: all.clone(),
        };
        async { Ok(WatchStream::new(changes)) }
    });
    (SharedInformer::over(watched).build(), alive)
}

async fn poll_once(events: &mut Events<Secret>) -> Option<Event<Secret>> {
    poll_fn(|cx| match Pin::new(&mut *events).poll_next(cx) {
        Poll::Ready(event) => Poll::Ready(event),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("ten seconds have passed, and not yet: {what}");
}

const LAST: usize = 1_000;
