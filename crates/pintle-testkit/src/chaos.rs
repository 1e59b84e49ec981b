//! Informers behind a way on which everything goes wrong, and whether they hold what the server holds.
//!
//! [`Chaos`] writes ConfigMaps with several writers, who are not disturbed but by the server itself, while informers of
//! every storage follow. At the end each store, and what each handler makes of what it was told, is compared with a
//! list.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pintle_api::core::v1::{ConfigMap, Namespace};
use pintle_cache::{
    Handler, HandlerHandle, InformerFactory, KeyEventKind, ReflectorOptions, SharedInformer,
    Storage,
};
use pintle_client::{Api, Client, Error, OneNamespace};
use pintle_codec::Str;
use pintle_env::{Random as _, SeededRandom};
use pintle_meta::v1::{CreateOptions, DeleteOptions, ListOptions, UpdateOptions};
use pintle_meta::{GroupVersion, Lazy, Object, ObjectName, ResourceVersion};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Objects by key, each with its version.
type Held = BTreeMap<ObjectName, Str>;

/// How much is written.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Workload {
    /// How many objects there are to begin with.
    pub objects: usize,
    /// How often one of them is changed, deleted or created anew.
    pub changes: usize,
    /// How many write at the same time, each in a namespace of its own.
    pub writers: usize,
    /// Which objects are changed.
    pub seed: u64,
}

/// Informers that follow a server, and those who write to it.
pub struct Chaos {
    workload: Workload,
    /// Undisturbed.
    client: Client,
    followers: Vec<Box<dyn Follow>>,
}

/// One comparison that failed.
#[derive(Debug)]
pub struct Difference {
    what: String,
    example: String,
}

impl Default for Workload {
    fn default() -> Self {
        Self {
            objects: 2_000,
            changes: 5_000,
            writers: 4,
            seed: 1,
        }
    }
}

impl Chaos {
    /// Writers with an undisturbed client; nobody follows yet.
    pub fn new(workload: Workload, client: Client) -> Self {
        Self {
            workload,
            client,
            followers: Vec::new(),
        }
    }

    /// Lets an informer of each storage follow, and one each of metadata and of objects without a type, each over the
    /// client that `client` makes for it.
    pub fn follow(
        &mut self,
        options: &ReflectorOptions,
        client: impl Fn(&str) -> Client,
        configure: impl Fn(pintle_cache::FactoryBuilder) -> pintle_cache::FactoryBuilder,
    ) {
        let resource = GroupVersion::core("v1").with_resource("configmaps");
        let factory = |name: &str| {
            let builder = InformerFactory::builder(client(name)).reflector(options.clone());
            configure(builder).build()
        };
        for storage in [Storage::Lazy, Storage::Typed, Storage::Compressed] {
            let name = storage.to_string();
            let informer =
                factory(&name).informer_with::<ConfigMap>(|informer| informer.storage(storage));
            self.add(name, informer);
        }
        self.add("metadata", factory("metadata").metadata(&resource));
        self.add("dynamic", factory("dynamic").for_resource(&resource));
    }

    fn add<K: Object>(&mut self, name: impl Into<String>, informer: SharedInformer<K>) {
        let mut follower = Follower {
            name: name.into(),
            informer,
            folds: Vec::new(),
        };
        follower.add_handlers("from the beginning");
        follower.informer.start();
        self.followers.push(Box::new(follower));
    }

    /// Creates the objects.
    ///
    /// # Errors
    /// When the server does not take them in ten minutes.
    pub async fn populate(&self) -> Result<(), Error> {
        let namespaces = self.client.api::<Namespace>();
        for writer in 0..self.workload.writers {
            let mut namespace = Namespace::default();
            namespace.metadata.name = namespace_of(writer).into();
            let options = CreateOptions::new();
            persist(|| namespaces.get_or_create(&namespace, &options)).await?;
        }
        let each = self.workload.objects / self.workload.writers;
        self.write(|writer| async move {
            for number in 0..each {
                writer.create(number).await?;
            }
            Ok(())
        })
        .await
    }

    /// Changes the objects, and adds handlers half way. `reached` is called with the number of changes made so far,
    /// from time to time.
    ///
    /// # Errors
    /// When the server does not take a change in ten minutes.
    pub async fn change(
        &mut self,
        reached: impl Fn(usize) + Send + Sync + 'static,
    ) -> Result<(), Error> {
        let reached = Arc::new(reached);
        let done = Arc::new(AtomicUsize::new(0));
        for part in 0..2 {
            let each = self.workload.changes / self.workload.writers / 2;
            let objects = (self.workload.objects / self.workload.writers).max(1) as u64;
            let seed = self.workload.seed * 2 + part;
            self.write(|writer| {
                let (reached, done) = (reached.clone(), done.clone());
                async move {
                    let random = SeededRandom::new(seed * 1_000 + writer.number as u64);
                    for _ in 0..each {
                        let number = random.below(objects) as usize;
                        match random.below(5) {
                            0 => writer.delete(number).await?,
                            1 => writer.create(number).await?,
                            _ => writer.update(number, random.next_u64()).await?,
                        }
                        reached(done.fetch_add(1, Ordering::Relaxed) + 1);
                    }
                    Ok(())
                }
            })
            .await?;
            if part == 0 {
                self.followers.iter_mut().for_each(|it| it.add_late());
            }
        }
        Ok(())
    }

    /// Lets every writer work.
    async fn write<W>(&self, work: impl Fn(Writer) -> W) -> Result<(), Error>
    where
        W: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let mut writers = JoinSet::new();
        for number in 0..self.workload.writers {
            let configmaps = self.client.api().namespace(namespace_of(number));
            let writer = Writer { number, configmaps };
            writers.spawn(work(writer));
        }
        while let Some(outcome) = writers.join_next().await {
            outcome.expect("a writer does not panic")?;
        }
        Ok(())
    }

    /// Compares what everybody holds with a list; returns how many comparisons there were, and those that failed.
    ///
    /// # Errors
    /// When the server cannot be listed.
    pub async fn compare(&self, patience: Duration) -> Result<(usize, Vec<Difference>), Error> {
        let configmaps = self.client.api::<ConfigMap>();
        // Whoever has seen the last change has seen all.
        let last = Writer {
            number: 0,
            configmaps: configmaps.namespace(namespace_of(0)),
        };
        last.create(self.workload.objects).await?;
        let name = name_of(self.workload.objects);
        let last = persist(|| last.configmaps.get(&name)).await?;
        let version: ResourceVersion = last.metadata.resource_version.into();
        let options = ListOptions::new();
        let list = persist(|| configmaps.list(&options)).await?;
        let server: Held = list.items.iter().map(|it| entry(&it.metadata)).collect();
        let (mut compared, mut differences) = (0, Vec::new());
        for follower in &self.followers {
            for (what, held) in follower.held(&version, patience).await {
                compared += 1;
                differences.extend(difference(what, &held, &server));
            }
        }
        Ok((compared, differences))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} differs from the server: {}", self.what, self.example)
    }
}

/// What differs first, if anything does.
fn difference(what: String, held: &Held, server: &Held) -> Option<Difference> {
    let keys = held.keys().chain(server.keys());
    let mut different = keys.filter(|key| held.get(*key) != server.get(*key));
    let first = different.next()?;
    let said =
        |version: Option<&Str>| version.map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let example = format!(
        "{first} is {} and not {}, and so are {} others",
        said(held.get(first)),
        said(server.get(first)),
        different.count()
    );
    Some(Difference { what, example })
}

/// An informer with its handlers, whatever the type of its objects.
trait Follow: Send + Sync {
    /// Adds handlers that come late.
    fn add_late(&mut self);

    /// What the store and each handler hold, once the store has come to a version.
    fn held<'a>(&'a self, version: &'a ResourceVersion, patience: Duration) -> Finding<'a>;
}

type Finding<'a> = Pin<Box<dyn Future<Output = Vec<(String, Held)>> + Send + 'a>>;

struct Follower<K> {
    name: String,
    informer: SharedInformer<K>,
    folds: Vec<Fold>,
}

/// What a handler makes of what it was told.
struct Fold {
    name: String,
    held: Arc<Mutex<Held>>,
    handle: HandlerHandle,
    /// It is told keys, and nothing of versions.
    keys_only: bool,
}

impl<K: Object> Follower<K> {
    /// One handler for each way to be told.
    fn add_handlers(&mut self, when: &str) {
        for way in ["everything", "latest", "keys"] {
            let held = Arc::new(Mutex::new(Held::new()));
            let handler = match way {
                "keys" => keys_into(&held),
                "latest" => objects_into::<K>(&held).latest(),
                _ => objects_into::<K>(&held),
            };
            let handle = self.informer.add_handler(handler);
            self.folds.push(Fold {
                name: format!("what a handler of {way} {when} was told"),
                held,
                handle: handle.expect("the informer has not stopped"),
                keys_only: way == "keys",
            });
        }
    }
}

impl<K: Object> Follow for Follower<K> {
    fn add_late(&mut self) {
        self.add_handlers("late");
    }

    fn held<'a>(&'a self, version: &'a ResourceVersion, patience: Duration) -> Finding<'a> {
        Box::pin(async move {
            // If it does not come that far, the comparison says what is missing.
            let _ = timeout(patience, self.informer.wait_for(version)).await;
            let store: Held = self
                .informer
                .snapshot()
                .iter()
                .map(|object| entry(&object))
                .collect();
            let mut all = Vec::new();
            for fold in &self.folds {
                let mut held = fold.when_drained(patience).await;
                if fold.keys_only {
                    for (key, version) in &mut held {
                        *version = store.get(key).cloned().unwrap_or_default();
                    }
                }
                all.push((format!("{}: {}", self.name, fold.name), held));
            }
            all.push((format!("{}: the store", self.name), store));
            all
        })
    }
}

impl Fold {
    /// What the handler made of everything there is to be told.
    async fn when_drained(&self, patience: Duration) -> Held {
        let drained = async {
            while self.handle.lag().events > 0 {
                sleep(PAUSE).await;
            }
        };
        let _ = timeout(patience, drained).await;
        // The last notice may be with the handler still.
        sleep(PAUSE).await;
        self.held.lock().expect("no handler panics").clone()
    }
}

fn objects_into<K: Object>(held: &Arc<Mutex<Held>>) -> Handler<K> {
    let [add, update, delete] = [(); 3].map(|()| held.clone());
    let put = |held: &Mutex<Held>, object: &Lazy<K>| {
        let (key, version) = entry(object);
        held.lock().expect("no handler panics").insert(key, version)
    };
    Handler::new()
        .on_add(move |object, _| {
            let known = put(&add, object);
            assert!(known.is_none(), "{} is added twice", object.key());
        })
        .on_update(move |_, object| {
            let known = put(&update, object);
            assert!(known.is_some(), "{} is updated and unknown", object.key());
        })
        .on_delete(move |gone| {
            let known = delete
                .lock()
                .expect("no handler panics")
                .remove(&gone.key());
            assert!(known.is_some(), "{} is deleted and unknown", gone.key());
        })
}

fn keys_into<K: Object>(held: &Arc<Mutex<Held>>) -> Handler<K> {
    let held = held.clone();
    Handler::keys(move |event| {
        let mut held = held.lock().expect("no handler panics");
        match event.kind {
            KeyEventKind::Deleted => held.remove(&event.key),
            _ => held.insert(event.key.clone(), Str::new()),
        };
    })
}

fn entry(object: &impl pintle_meta::Metadata) -> (ObjectName, Str) {
    (ObjectName::of(object), object.resource_version().into())
}

/// One who writes in a namespace of its own.
struct Writer {
    number: usize,
    configmaps: Api<ConfigMap, OneNamespace>,
}

impl Writer {
    async fn create(&self, number: usize) -> Result<(), Error> {
        let (configmap, options) = (configmap(number, 0), CreateOptions::new());
        match persist(|| self.configmaps.create(&configmap, &options)).await {
            Err(error) if error.is_already_exists() => Ok(()),
            created => created.map(drop),
        }
    }

    async fn update(&self, number: usize, value: u64) -> Result<(), Error> {
        let (configmap, options) = (configmap(number, value), UpdateOptions::new());
        match persist(|| self.configmaps.update(&configmap, &options)).await {
            Err(error) if error.is_not_found() => self.create(number).await,
            updated => updated.map(drop),
        }
    }

    async fn delete(&self, number: usize) -> Result<(), Error> {
        let (name, options) = (name_of(number), DeleteOptions::new());
        match persist(|| self.configmaps.delete(&name, &options)).await {
            Err(error) if error.is_not_found() => Ok(()),
            deleted => deleted.map(drop),
        }
    }
}

/// Asks until the server answers what asking again would not change.
async fn persist<T, F>(ask: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for _ in 0..ATTEMPTS {
        match ask().await {
            Err(error) if may_pass(&error) => sleep(PAUSE).await,
            answer => return answer,
        }
    }
    ask().await
}

/// Whether an error may be another next time: a server that is on its way down or up refuses for many reasons.
fn may_pass(error: &Error) -> bool {
    let is_final = error.is_not_found() || error.is_already_exists() || error.is_invalid();
    !is_final
}

fn configmap(number: usize, value: u64) -> ConfigMap {
    let mut configmap = ConfigMap::default();
    configmap.metadata.name = name_of(number).into();
    configmap.data.insert("value", value.to_string().into());
    configmap
        .data
        .insert("text", "so much that it takes some room ".repeat(8).into());
    configmap
}

fn name_of(number: usize) -> String {
    format!("chaos-{number}")
}

fn namespace_of(writer: usize) -> String {
    format!("chaos-{writer}")
}

const PAUSE: Duration = Duration::from_millis(100);

/// Ten minutes of them.
const ATTEMPTS: usize = 6_000;
