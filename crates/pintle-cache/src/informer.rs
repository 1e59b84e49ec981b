//! [`SharedInformer`], one watch for all who want to know.

use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pintle_cache_core::{Indexers, SubscribeOptions, Version};
use pintle_client::{Error, ErrorKind, ListerWatcher};
use pintle_codec::Str;
use pintle_meta::{AnyObject, Body, Lazy, Object, Resource, ResourceVersion};

use crate::core::{Core, Identity, Owner, SourceSpec};
use crate::events::Events;
use crate::factory::SyncState;
use crate::handler::Handler;
use crate::intake::Intake;
use crate::lister::CacheLister;
use crate::running_handler::HandlerHandle;
use crate::settings::{Settings, setters};
use crate::snapshot::{Snapshot, typed};
use crate::source::{Tweak, Typed};

/// Keeps an exact copy of the objects of a resource, for any number of readers and handlers.
///
/// A clone is another handle of the same informer. When the last handle goes (listers, handles of
/// handlers and streams of events are handles too), the watch ends. A handler that holds a handle of
/// its own informer keeps it alive until [`SharedInformer::stop`].
///
/// client-go's `cache.SharedIndexInformer`.
#[must_use = "the informer ends with its last handle"]
pub struct SharedInformer<K> {
    owner: Arc<Owner>,
    kind: PhantomData<fn() -> K>,
}

/// The name of an index of an informer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexName(Str);

/// What is decided before an informer starts. Everything has a default.
#[must_use = "a builder does nothing until it is built"]
pub struct InformerBuilder<K> {
    group: Str,
    resource: Str,
    settings: Settings,
    intake: Intake,
    sources: Vec<MakeSource>,
    kind: PhantomData<fn() -> K>,
}

/// A source, once it is known how its requests are to be changed.
type MakeSource = Box<dyn FnOnce(Option<Tweak>) -> SourceSpec>;

impl<K: Resource> SharedInformer<K> {
    /// An informer over whatever lists and watches objects of a type. It is to be started.
    ///
    /// What lists and watches may give the objects themselves or, which costs less, each as a
    /// [`Lazy`].
    ///
    /// ```
    /// use pintle_api::core::v1::Pod;
    /// use pintle_cache::SharedInformer;
    /// use pintle_client::{ListWatch, WatchStream};
    /// use pintle_meta::ObjectList;
    ///
    /// # pintle_test::block_on(async {
    /// let pods = ListWatch::<Pod>::new(
    ///     |_options| async { Ok(ObjectList::default()) },
    ///     |_options| async { Ok(WatchStream::new(futures_stream())) },
    /// );
    /// let informer = SharedInformer::<Pod>::over(pods).build();
    /// informer.start();
    /// informer.wait_for_sync().await?;
    /// assert!(informer.snapshot().is_empty());
    /// # Ok::<(), pintle_client::Error>(())
    /// # }).unwrap();
    /// # fn futures_stream() -> impl futures_core::Stream<Item = Result<pintle_meta::WatchEvent<Pod>, pintle_client::Error>> + Send {
    /// #     struct Never;
    /// #     impl futures_core::Stream for Never {
    /// #         type Item = Result<pintle_meta::WatchEvent<Pod>, pintle_client::Error>;
    /// #         fn poll_next(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
    /// #             std::task::Poll::Pending
    /// #         }
    /// #     }
    /// #     Never
    /// # }
    /// ```
    pub fn over<W: Body + Into<Lazy<K>>>(
        lister_watcher: impl ListerWatcher<W> + 'static,
    ) -> InformerBuilder<K> {
        let (group, resource) = (Str::from_static(K::GROUP), Str::from_static(K::PLURAL));
        InformerBuilder::new(group, resource).source(None, lister_watcher)
    }
}

impl<K: Object> SharedInformer<K> {
    /// An informer over objects of a type that does not say of which resource it is, such as
    /// [`Unstructured`](pintle_meta::Unstructured).
    pub fn over_any<W: Body + Into<Lazy<K>>>(
        group: impl Into<Str>,
        resource: impl Into<Str>,
        lister_watcher: impl ListerWatcher<W> + 'static,
    ) -> InformerBuilder<K> {
        InformerBuilder::new(group.into(), resource.into()).source(None, lister_watcher)
    }

    pub(crate) fn of(owner: Arc<Owner>) -> Self {
        let kind = PhantomData;
        Self { owner, kind }
    }

    pub(crate) fn owner(&self) -> &Arc<Owner> {
        &self.owner
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        self.owner.core()
    }

    /// Starts the informer. A second time, and once it has stopped, it does nothing.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start(&self) {
        self.owner.start();
    }

    /// Stops the informer for good, whoever holds it. What it holds stays readable.
    pub fn stop(&self) {
        self.owner.stop();
    }

    /// Stops the informer, and waits until nothing of it runs.
    ///
    /// # Cancel safety
    /// The informer is stopped in any case.
    pub async fn shutdown(&self) {
        self.owner.stop();
        self.owner.join().await;
    }

    /// Whether the informer was started, though it may have stopped since.
    pub fn has_started(&self) -> bool {
        self.owner.has_started()
    }

    /// Whether the informer has stopped.
    pub fn is_stopped(&self) -> bool {
        self.owner.is_stopped()
    }

    /// Waits until the informer has stopped.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub async fn stopped(&self) {
        // It stops before that is so.
        let _ = self.core().wait_until(|_| false).await;
    }

    /// How far the informer is, and what went wrong with it last.
    pub fn sync_state(&self) -> SyncState {
        self.core().sync_state()
    }

    /// Whether the informer holds all objects there were when it started.
    pub fn has_synced(&self) -> bool {
        self.core().has_synced()
    }

    /// Waits until the informer holds all objects there were when it started.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the informer stops before.
    pub async fn wait_for_sync(&self) -> Result<(), Error> {
        self.core().wait_until(Version::is_synced).await
    }

    /// Waits until the informer holds everything up to a version, such as that of an object which
    /// the program has just written. It may take until the server sends its next bookmark, about a
    /// minute, if the version is one of another resource.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the informer stops before, or the version is not one that can be compared.
    pub async fn wait_for(&self, version: &ResourceVersion) -> Result<(), Error> {
        if version.compare(version).is_none() {
            let message = format!("the resource version {version:?} cannot be compared");
            return Err(Error::with_message(ErrorKind::Misuse, message));
        }
        let is_there = |reached: &ResourceVersion| {
            let order = reached.compare(version);
            order.is_some_and(std::cmp::Ordering::is_ge)
        };
        let core = self.core();
        core.wait_until(|version| is_there(version.snapshot().resource_version()))
            .await
    }

    /// Reads what the informer holds.
    pub fn lister(&self) -> CacheLister<K> {
        CacheLister::new(self.owner.clone())
    }

    /// All that the informer holds now.
    pub fn snapshot(&self) -> Snapshot<K> {
        Snapshot::new(self.core().snapshot())
    }

    /// Adds a handler, which is called with every object there is, then with what happens, once the
    /// informer runs.
    ///
    /// # Errors
    /// When the informer has stopped.
    pub fn add_handler(&self, handler: Handler<K>) -> Result<HandlerHandle, Error> {
        let options = SubscribeOptions::new()
            .delivery(handler.delivery)
            .resync(handler.resync.unwrap_or(self.core().settings.resync));
        let subscription = self.subscribe(options)?;
        let name = handler.name.clone();
        HandlerHandle::new(&self.owner, name, subscription, handler.erase())
    }

    /// Every object there is, then what happens, as a stream.
    ///
    /// # Errors
    /// When the informer has stopped.
    pub fn events(&self) -> Result<Events<K>, Error> {
        let subscription = self.subscribe(SubscribeOptions::new())?;
        Ok(Events::new(self.owner.clone(), subscription))
    }

    fn subscribe(
        &self,
        options: SubscribeOptions,
    ) -> Result<pintle_cache_core::Subscription<AnyObject>, Error> {
        let core = self.core();
        if self.is_stopped() {
            return Err(core.stopped());
        }
        let now = core.settings.time.now();
        let subscription = core.writer().subscribe(now, options);
        core.resync_changed();
        Ok(subscription)
    }

    /// Adds an index, by values that the object says; over what is there already too. Objects are
    /// decoded to be asked.
    ///
    /// # Errors
    /// When there is an index of this name.
    pub fn add_index<V: Into<Str> + 'static>(
        &self,
        name: impl Into<Str>,
        values: impl Fn(&K) -> Vec<V> + Send + Sync + 'static,
    ) -> Result<IndexName, Error> {
        self.add_lazy_index(name, move |object| {
            let decoded = object.get()?;
            Ok(values(&decoded))
        })
    }

    /// As [`SharedInformer::add_index`], by values that can be found without decoding the object,
    /// such as a label's; or by a function that fails, whose error is reported, and whose object is
    /// then not in the index.
    ///
    /// # Errors
    /// When there is an index of this name.
    pub fn add_lazy_index<V: Into<Str> + 'static>(
        &self,
        name: impl Into<Str>,
        values: impl Fn(&Lazy<K>) -> Result<Vec<V>, Box<dyn std::error::Error + Send + Sync>>
        + Send
        + Sync
        + 'static,
    ) -> Result<IndexName, Error> {
        let name = name.into();
        let indexers = Indexers::new().with(name.clone(), index_function(values));
        self.core().add_indexers(indexers)?;
        Ok(IndexName(name))
    }
}

/// An index function of objects of whatever type.
pub(crate) fn index_function<K: Object, V: Into<Str> + 'static>(
    values: impl Fn(&Lazy<K>) -> Result<Vec<V>, Box<dyn std::error::Error + Send + Sync>> + Send + Sync,
) -> impl Fn(&AnyObject) -> Result<Vec<Str>, Box<dyn std::error::Error + Send + Sync>> + Send + Sync
{
    move |object| {
        let object = typed(object);
        // What it leaves behind is its own.
        let found = catch_unwind(AssertUnwindSafe(|| values(&object)));
        let found = found.unwrap_or_else(|_| Err("the index function panicked".into()))?;
        Ok(found.into_iter().map(Into::into).collect())
    }
}

setters!(impl [K] for InformerBuilder<K>);

impl<K: Object> InformerBuilder<K> {
    pub(crate) fn new(group: Str, resource: Str) -> Self {
        Self {
            group,
            resource,
            settings: Settings::default(),
            intake: Intake::default(),
            sources: Vec::new(),
            kind: PhantomData,
        }
    }

    /// One more source, of the objects of a namespace or, if it is the only one, of all.
    pub(crate) fn source<W: Body + Into<Lazy<K>>>(
        mut self,
        namespace: Option<Str>,
        lister_watcher: impl ListerWatcher<W> + 'static,
    ) -> Self {
        self.sources.push(Box::new(move |tweak| SourceSpec {
            namespace,
            source: Arc::new(Typed::<K, W>::new(lister_watcher, tweak)),
        }));
        self
    }

    pub(crate) fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Changes each object before it is stored, once; for instance to leave out what is not needed.
    /// The object is decoded for that, and kept so. To leave out parts without decoding anything, see
    /// [`FactoryBuilder::prune`](crate::FactoryBuilder::prune).
    ///
    /// It must leave the object's name, uid and version as they are.
    pub fn transform(mut self, transform: impl Fn(K) -> K + Send + Sync + 'static) -> Self {
        self.intake.step(Arc::new(move |object| {
            let object: Lazy<K> = typed(&object);
            let decoded = object.get().map_err(|error| {
                let message = format!("object {} cannot be decoded", object.key());
                Error::with_message(ErrorKind::InvalidObject, message).because(error)
            })?;
            Ok(Lazy::from(transform(decoded.into_inner())).erase())
        }));
        self
    }

    /// Keeps only objects for which this holds. One that changes so that it no longer does is
    /// deleted, for readers and handlers. What the server can select is cheaper left to it.
    pub fn predicate(
        mut self,
        predicate: impl Fn(&Lazy<K>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.intake
            .predicate(Arc::new(move |object| predicate(&typed(object))));
        self
    }

    /// The informer, which is to be started.
    pub fn build(self) -> SharedInformer<K> {
        let identity = Identity::new(&self.settings.name, self.group, self.resource);
        let mut intake = self.intake;
        if let Some(step) = self.settings.storage.step::<K>() {
            intake.step(step);
        }
        let sources = self.sources.into_iter();
        let sources = sources
            .map(|make| make(self.settings.tweak.clone()))
            .collect();
        SharedInformer::of(Owner::new(identity, self.settings, sources, intake))
    }
}

impl IndexName {
    pub(crate) fn new(name: Str) -> Self {
        Self(name)
    }
}

impl AsRef<str> for IndexName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<K> Clone for SharedInformer<K> {
    fn clone(&self) -> Self {
        Self {
            owner: self.owner.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for SharedInformer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedInformer").field(&self.owner).finish()
    }
}

impl<K> fmt::Debug for InformerBuilder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InformerBuilder")
            .field("name", &self.settings.name)
            .field("group", &self.group)
            .field("resource", &self.resource)
            .field("storage", &self.settings.storage)
            .field("resync", &self.settings.resync)
            .finish_non_exhaustive()
    }
}
