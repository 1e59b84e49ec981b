//! [`InformerFactory`], one informer a type, however many use it.

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use pintle_cache_core::Version;
use pintle_client::{Client, DynamicClient, Error, ErrorKind, MetadataClient};
use pintle_codec::{Prune, Str};
use pintle_meta::v1::PartialObjectMetadata;
use pintle_meta::{
    GroupVersion, GroupVersionResource, Lazy, Object, Resource, Scope as _, Unstructured,
};

use crate::core::Owner;
use crate::informer::{InformerBuilder, SharedInformer};
use crate::place::Somewhere;
use crate::settings::{Settings, setters};

/// Makes informers, one a type and resource: whoever asks for one gets a handle of the same, so that
/// the server serves one watch. Cheap to clone; clones are the same factory.
///
/// It does not keep informers alive by itself: one ends with its last handle, unless
/// [`InformerFactory::keep`] says otherwise. client-go's `informers.SharedInformerFactory`.
#[derive(Clone)]
pub struct InformerFactory(Arc<Inner>);

/// What is decided before a factory makes informers. Everything has a default.
#[must_use = "a builder does nothing until it is built"]
pub struct FactoryBuilder {
    client: Client,
    settings: Settings,
    namespaces: Vec<String>,
    prune: Option<Prune>,
    sync_timeout: Duration,
}

/// How far an informer is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SyncState {
    /// The informer: the factory's name, if it has one, and the resource.
    pub informer: String,
    /// Whether it holds all objects there were when it started.
    pub is_synced: bool,
    /// How many objects it holds or, before it holds all, how many of them have come.
    pub objects: usize,
    /// What went wrong last, if something did.
    pub last_problem: Option<String>,
}

struct Inner {
    options: FactoryBuilder,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    informers: HashMap<Key, Weak<Owner>>,
    kept: Vec<Arc<Owner>>,
    is_shut_down: bool,
}

/// What informers of a factory differ in.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    kind: TypeId,
    resource: GroupVersionResource,
}

impl InformerFactory {
    /// A factory with the defaults.
    pub fn new(client: Client) -> Self {
        Self::builder(client).build()
    }

    /// For a factory with options.
    pub fn builder(client: Client) -> FactoryBuilder {
        FactoryBuilder {
            client,
            settings: Settings::default(),
            namespaces: Vec::new(),
            prune: None,
            sync_timeout: Duration::from_secs(60),
        }
    }

    /// The informer of a type.
    pub fn informer<K: Resource>(&self) -> SharedInformer<K> {
        self.informer_with(|builder| builder)
    }

    /// As [`InformerFactory::informer`], with options that differ from the factory's. They count if
    /// the informer is made now, and not if there is one.
    pub fn informer_with<K: Resource>(
        &self,
        configure: impl FnOnce(InformerBuilder<K>) -> InformerBuilder<K>,
    ) -> SharedInformer<K> {
        let resource = GroupVersion::new(K::GROUP, K::VERSION).with_resource(K::PLURAL);
        let is_namespaced = K::Scope::NAMESPACED;
        self.get_or_make(resource, |_, builder| {
            let options = &self.0.options;
            let places = options.places(is_namespaced);
            let builder = places.into_iter().fold(builder, |builder, namespace| {
                let api = options
                    .client
                    .api_at::<Lazy<K>, _>(Somewhere(namespace.clone()));
                let api = match &options.prune {
                    Some(prune) => api.prune(prune.clone()),
                    None => api,
                };
                builder.source::<Lazy<K>>(namespace.map(Str::from), api)
            });
            configure(builder)
        })
    }

    /// The informer of a resource whose type is not known when the program is compiled, such as a
    /// custom one. If the factory is confined to namespaces, it is one whose objects live in
    /// namespaces.
    pub fn for_resource(&self, resource: &GroupVersionResource) -> SharedInformer<Unstructured> {
        self.for_resource_with(resource, |builder| builder)
    }

    /// As [`InformerFactory::for_resource`], with options that differ from the factory's. They count
    /// if the informer is made now, and not if there is one.
    pub fn for_resource_with(
        &self,
        resource: &GroupVersionResource,
        configure: impl FnOnce(InformerBuilder<Unstructured>) -> InformerBuilder<Unstructured>,
    ) -> SharedInformer<Unstructured> {
        self.get_or_make(resource.clone(), |resource, builder| {
            let options = &self.0.options;
            let dynamic = DynamicClient::new(&options.client);
            let places = options.places(true);
            let builder = places.into_iter().fold(builder, |builder, namespace| {
                let api = dynamic.at(resource, Somewhere(namespace.clone()));
                let api = match &options.prune {
                    Some(prune) => api.prune(prune.clone()),
                    None => api,
                };
                builder.source::<Unstructured>(namespace.map(Str::from), api)
            });
            configure(builder)
        })
    }

    /// The informer of nothing but the metadata of a resource's objects, which the server sends
    /// alone. If the factory is confined to namespaces, it is a resource whose objects live in
    /// namespaces.
    pub fn metadata(
        &self,
        resource: &GroupVersionResource,
    ) -> SharedInformer<PartialObjectMetadata> {
        self.metadata_with(resource, |builder| builder)
    }

    /// As [`InformerFactory::metadata`], with options that differ from the factory's. They count if
    /// the informer is made now, and not if there is one.
    pub fn metadata_with(
        &self,
        resource: &GroupVersionResource,
        configure: impl FnOnce(
            InformerBuilder<PartialObjectMetadata>,
        ) -> InformerBuilder<PartialObjectMetadata>,
    ) -> SharedInformer<PartialObjectMetadata> {
        self.get_or_make(resource.clone(), |resource, builder| {
            let options = &self.0.options;
            let metadata = MetadataClient::new(&options.client);
            let places = options.places(true);
            let builder = places.into_iter().fold(builder, |builder, namespace| {
                let api = metadata.at(resource, Somewhere(namespace.clone()));
                builder.source::<PartialObjectMetadata>(namespace.map(Str::from), api)
            });
            configure(builder)
        })
    }

    /// Keeps an informer alive until the factory goes or is shut down, whoever holds a handle.
    pub fn keep<K: Object>(&self, informer: &SharedInformer<K>) {
        let mut state = self.state();
        let owner = informer.owner();
        let is_kept = state.kept.iter().any(|kept| Arc::ptr_eq(kept, owner));
        if !state.is_shut_down && !is_kept {
            state.kept.push(owner.clone());
        }
    }

    /// Starts all informers that were asked for and have not been started. To be called again when
    /// more were asked for.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start(&self) {
        if self.state().is_shut_down {
            return;
        }
        for owner in self.owners() {
            owner.start();
        }
    }

    /// Waits until all informers hold the objects there were when they started, a minute at most
    /// ([`FactoryBuilder::sync_timeout`]).
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When it takes too long, with the informer that is not there yet and what went wrong with it
    /// last; when one was not started, or has stopped.
    pub async fn wait_for_sync(&self) -> Result<(), Error> {
        let timeout = self.0.options.sync_timeout;
        let time = &self.0.options.settings.time;
        let deadline = time.now() + timeout;
        for owner in self.owners() {
            let core = owner.core();
            if !owner.has_started() {
                let message = format!("the informer of {} was not started", core.identity.label);
                return Err(Error::with_message(ErrorKind::Misuse, message));
            }
            tokio::select! {
                synced = core.wait_until(Version::is_synced) => synced?,
                () = time.sleep_until(deadline) => {
                    return Err(Error::with_message(
                        ErrorKind::DeadlineExceeded,
                        self.unsynced(timeout),
                    ));
                }
            }
        }
        Ok(())
    }

    /// As [`InformerFactory::wait_for_sync`], and tells meanwhile how far each informer is: after each
    /// such period, and once at the end.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`InformerFactory::wait_for_sync`].
    pub async fn wait_for_sync_with(
        &self,
        every: Duration,
        mut progress: impl FnMut(&[SyncState]),
    ) -> Result<(), Error> {
        let time = &self.0.options.settings.time;
        let mut synced = std::pin::pin!(self.wait_for_sync());
        loop {
            let outcome = tokio::select! {
                outcome = &mut synced => Some(outcome),
                () = time.sleep_until(time.now() + every) => None,
            };
            progress(&self.sync_states());
            if let Some(outcome) = outcome {
                return outcome;
            }
        }
    }

    fn unsynced(&self, timeout: Duration) -> String {
        let mut message = format!("not synced within {timeout:?}");
        for state in self.sync_states().into_iter().filter(|it| !it.is_synced) {
            message += &format!("; {}", state.informer);
            match (state.last_problem, state.objects) {
                (Some(problem), _) => message += &format!(": {problem}"),
                (None, 0) => message += " has had no answer yet",
                (None, objects) => {
                    message += &format!(" is not complete, {objects} objects have come");
                }
            }
        }
        message
    }

    /// How far each informer is.
    pub fn sync_states(&self) -> Vec<SyncState> {
        let owners = self.owners();
        let states = owners.iter().map(|owner| owner.core().sync_state());
        let mut states: Vec<SyncState> = states.collect();
        states.sort_by(|one, other| one.informer.cmp(&other.informer));
        states
    }

    /// Stops all informers for good, and waits until nothing of them runs. None is started
    /// afterwards.
    ///
    /// # Cancel safety
    /// All informers are stopped in any case.
    pub async fn shutdown(&self) {
        let kept = {
            let mut state = self.state();
            state.is_shut_down = true;
            std::mem::take(&mut state.kept)
        };
        let owners = self.owners();
        for owner in &owners {
            owner.stop();
        }
        for owner in &owners {
            owner.join().await;
        }
        drop(kept);
    }

    /// The informer of this type and resource, or a new one.
    fn get_or_make<K: Object>(
        &self,
        resource: GroupVersionResource,
        build: impl FnOnce(&GroupVersionResource, InformerBuilder<K>) -> InformerBuilder<K>,
    ) -> SharedInformer<K> {
        let kind = TypeId::of::<K>();
        let key = Key { kind, resource };
        if let Some(owner) = self.state().known(&key) {
            return SharedInformer::of(owner);
        }
        let options = &self.0.options;
        let GroupVersionResource {
            group, resource, ..
        } = key.resource.clone();
        let builder = InformerBuilder::new(group, resource).settings(options.settings.clone());
        // The caller's function may ask for other informers, so nothing is locked.
        let informer = build(&key.resource, builder).build();
        let mut state = self.state();
        if let Some(owner) = state.known(&key) {
            return SharedInformer::of(owner);
        }
        if state.is_shut_down {
            informer.stop();
        }
        state.informers.retain(|_, owner| owner.strong_count() > 0);
        let owner = Arc::downgrade(informer.owner());
        state.informers.insert(key, owner);
        informer
    }

    /// The informers that somebody holds.
    fn owners(&self) -> Vec<Arc<Owner>> {
        let state = self.state();
        state.informers.values().filter_map(Weak::upgrade).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each statement leaves it whole.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The informer, if somebody holds it and it has not stopped.
    fn known(&self, key: &Key) -> Option<Arc<Owner>> {
        let owner = self.informers.get(key)?.upgrade()?;
        (!owner.is_stopped()).then_some(owner)
    }
}

setters!(impl [] for FactoryBuilder);

impl FactoryBuilder {
    /// Confines the informers of resources with namespaces to these; each takes a watch. The default
    /// are all.
    pub fn namespaces<N: Into<String>>(mut self, namespaces: impl IntoIterator<Item = N>) -> Self {
        self.namespaces = namespaces.into_iter().map(Into::into).collect();
        self.namespaces.sort();
        self.namespaces.dedup();
        self
    }

    /// Leaves parts out of all objects, which then take neither memory nor time. Such objects are
    /// marked, and clients refuse to update them. It is not for metadata alone.
    pub fn prune(mut self, prune: Prune) -> Self {
        self.prune = Some(prune);
        self
    }

    /// How long [`InformerFactory::wait_for_sync`] waits. The default is a minute.
    pub fn sync_timeout(mut self, timeout: Duration) -> Self {
        self.sync_timeout = timeout;
        self
    }

    /// The factory.
    pub fn build(self) -> InformerFactory {
        InformerFactory(Arc::new(Inner {
            options: self,
            state: Mutex::default(),
        }))
    }

    /// Where the objects of a resource are looked for.
    fn places(&self, is_namespaced: bool) -> Vec<Option<String>> {
        match is_namespaced && !self.namespaces.is_empty() {
            true => self.namespaces.iter().cloned().map(Some).collect(),
            false => vec![None],
        }
    }
}

impl fmt::Debug for InformerFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InformerFactory")
            .field("options", &self.0.options)
            .field("informers", &self.sync_states())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FactoryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FactoryBuilder")
            .field("name", &self.settings.name)
            .field("namespaces", &self.namespaces)
            .field("storage", &self.settings.storage)
            .field("resync", &self.settings.resync)
            .finish_non_exhaustive()
    }
}
