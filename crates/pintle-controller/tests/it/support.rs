//! An informer that a test feeds, and a controller that runs beside it.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use futures_core::Stream;
use pintle_api::core::v1::ConfigMap;
use pintle_cache::SharedInformer;
use pintle_client::{Error, ListWatch, WatchStream};
use pintle_controller::{Action, Context, Controller};
use pintle_meta::{Object, ObjectList, ObjectName, WatchEvent};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// Config maps that a test makes up, and an informer that follows them.
pub(crate) struct Fed {
    pub(crate) informer: SharedInformer<ConfigMap>,
    events: mpsc::UnboundedSender<WatchEvent<ConfigMap>>,
}

struct Channel(mpsc::UnboundedReceiver<WatchEvent<ConfigMap>>);

impl Fed {
    /// With these objects at first, of version 10.
    pub(crate) fn new(names: &[&str]) -> Self {
        Self::of(names.iter().map(|name| map(name, 10)).collect())
    }

    /// With these objects at first.
    pub(crate) fn of(items: Vec<ConfigMap>) -> Self {
        let (events, channel) = mpsc::unbounded_channel();
        let channel = Arc::new(Mutex::new(Some(Channel(channel))));
        let source = ListWatch::new(
            move |_| {
                let mut list = ObjectList {
                    items: items.clone().into(),
                    ..Default::default()
                };
                list.metadata.resource_version = "10".into();
                async move { Ok(list) }
            },
            move |_| {
                let channel = channel.lock().unwrap().take().expect("one watch is enough");
                async move { Ok(WatchStream::new(channel)) }
            },
        );
        Self {
            informer: SharedInformer::over::<ConfigMap>(source).build(),
            events,
        }
    }

    pub(crate) fn add(&self, map: ConfigMap) {
        self.events.send(WatchEvent::Added(map)).unwrap();
    }

    pub(crate) fn change(&self, map: ConfigMap) {
        self.events.send(WatchEvent::Modified(map)).unwrap();
    }

    pub(crate) fn delete(&self, map: ConfigMap) {
        self.events.send(WatchEvent::Deleted(map)).unwrap();
    }
}

impl Stream for Channel {
    type Item = Result<WatchEvent<ConfigMap>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|event| event.map(Ok))
    }
}

/// A config map of the namespace `n`, in a version.
pub(crate) fn map(name: &str, version: u64) -> ConfigMap {
    let mut map = ConfigMap::default();
    map.metadata.name = name.into();
    map.metadata.namespace = "n".into();
    map.metadata.uid = format!("uid-{name}").into();
    map.metadata.resource_version = version.to_string().into();
    map
}

/// A controller that runs.
pub(crate) struct Running {
    stop: Option<oneshot::Sender<()>>,
    task: JoinSet<Result<(), Error>>,
}

impl Running {
    pub(crate) fn start<K: Object, F>(
        controller: Controller<K>,
        reconcile: impl Fn(ObjectName, Context<K>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Action, Failed>> + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel();
        let mut task = JoinSet::new();
        let stopped = async {
            // A test that ends stops it too.
            let _ = stopped.await;
        };
        task.spawn(controller.run_until(stopped, reconcile));
        let stop = Some(stop);
        Self { stop, task }
    }

    /// Asks it to stop.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&mut self) -> Result<(), Error> {
        soon(self.task.join_next()).await.unwrap().unwrap()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.task.try_join_next().is_some()
    }
}

/// What a reconcile of a test fails with.
pub(crate) type Failed = Box<dyn std::error::Error + Send + Sync>;

/// What reconciles tell a test.
pub(crate) struct Told(mpsc::UnboundedReceiver<String>);

#[derive(Clone)]
pub(crate) struct Teller(mpsc::UnboundedSender<String>);

pub(crate) fn telling() -> (Teller, Told) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Teller(sender), Told(receiver))
}

impl Teller {
    pub(crate) fn tell(&self, what: impl Into<String>) {
        // The test may not want to know any more.
        let _ = self.0.send(what.into());
    }
}

impl Told {
    /// The next that is told.
    pub(crate) async fn next(&mut self) -> String {
        soon(self.0.recv()).await.unwrap()
    }

    /// The next so many, in order.
    pub(crate) async fn sorted(&mut self, count: usize) -> Vec<String> {
        let mut told = Vec::new();
        for _ in 0..count {
            told.push(self.next().await);
        }
        told.sort();
        told
    }

    /// Nothing more is told for a while.
    pub(crate) async fn nothing(&mut self) {
        let told = tokio::time::timeout(Duration::from_millis(50), self.0.recv()).await;
        assert!(!matches!(told, Ok(Some(_))), "{told:?}");
    }
}

/// Waits for what comes soon.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(Duration::from_secs(30), future).await;
    outcome.expect("it comes soon")
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it does not come to pass that {what}");
}
