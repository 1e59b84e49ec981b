//! [`Core`], what an informer is, whatever the type of its objects.
//!
//! Invariants: the lock of the writer is held for one batch at a time, and never while a handler
//! runs; readers take what is published. What runs for an informer holds its core, and its handles
//! hold its [`Owner`], which ends what runs when the last of them goes.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};

use pintle_cache_core::{
    Change, Indexers, Informer, Reflector, ReflectorOptions, Snapshot, SourceId, Version,
};
use pintle_client::{Error, ErrorKind};
use pintle_codec::Str;
use pintle_meta::{AnyObject, ResourceVersion};
use pintle_snapshot::SnapshotCell;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::{AbortHandle, JoinSet};

use crate::ahead::Ahead;
use crate::driver::{Driver, Found};
use crate::factory::SyncState;
use crate::intake::Intake;
use crate::metrics;
use crate::report::{Problem, Report};
use crate::settings::Settings;
use crate::source::Source;

/// An informer, whatever the type of its objects.
pub(crate) struct Core {
    pub(crate) identity: Identity,
    pub(crate) settings: Settings,
    writer: Mutex<Informer<AnyObject>>,
    published: Arc<SnapshotCell<Version<AnyObject>>>,
    /// How many versions were published; ends when the informer stops.
    versions: watch::Sender<u64>,
    /// The time of the next resync may be another than before.
    resync_changed: Notify,
    /// Somebody has been told of something that may be freed now.
    passed: Notify,
    sources: Mutex<Vec<SourceState>>,
}

/// What an informer is called.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// A name for metrics; may be empty.
    pub(crate) name: String,
    /// The group of the resource, and its lower-case plural.
    pub(crate) group: Str,
    pub(crate) resource: Str,
    /// Name and resource, for messages.
    pub(crate) label: String,
}

/// A source that has not been started.
pub(crate) struct SourceSpec {
    pub(crate) namespace: Option<Str>,
    pub(crate) source: Arc<dyn Source>,
}

/// One source, for those who ask how it goes.
#[derive(Default)]
struct SourceState {
    /// How many objects have come of those that it began to ask for.
    arrived: usize,
    last_problem: Option<String>,
}

/// Ends what runs for an informer when it is dropped.
pub(crate) struct Owner {
    core: Arc<Core>,
    tasks: Mutex<Tasks>,
    runtime: OnceLock<Handle>,
}

struct Tasks {
    /// What is to run once the informer starts.
    waiting: Vec<Task>,
    running: JoinSet<()>,
    state: RunState,
}

/// A task, and where to put what aborts it.
struct Task {
    future: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>,
    abort: Arc<OnceLock<AbortHandle>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunState {
    NotStarted,
    Running,
    Stopped,
}

impl Identity {
    pub(crate) fn new(name: &str, group: Str, resource: Str) -> Self {
        let qualified = match group.as_str() {
            "" => resource.to_string(),
            group => format!("{resource}.{group}"),
        };
        let label = match name {
            "" => qualified,
            name => format!("{name}/{qualified}"),
        };
        Self {
            name: name.to_owned(),
            group,
            resource,
            label,
        }
    }
}

impl Core {
    /// The objects that were published last.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot<AnyObject>> {
        self.published.load().snapshot().clone()
    }

    /// Lets `look` look at the objects that were published last: without counting a reference.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Snapshot<AnyObject>) -> T) -> T {
        look(self.published.load().snapshot())
    }

    pub(crate) fn has_synced(&self) -> bool {
        self.published.load().is_synced()
    }

    /// Told of every version that is published from now on.
    pub(crate) fn versions(&self) -> watch::Receiver<u64> {
        self.versions.subscribe()
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Informer<AnyObject>> {
        // An index function that panics is contained before it comes here.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until what is published is `enough`.
    ///
    /// # Errors
    /// When the informer stops before.
    pub(crate) async fn wait_until(
        &self,
        enough: impl Fn(&Version<AnyObject>) -> bool,
    ) -> Result<(), Error> {
        let mut versions = self.versions();
        loop {
            let has_stopped = *versions.borrow_and_update() == STOPPED;
            if enough(&self.published.load()) {
                return Ok(());
            }
            if has_stopped || versions.changed().await.is_err() {
                return Err(self.stopped());
            }
        }
    }

    pub(crate) fn stopped(&self) -> Error {
        let message = format!("the informer of {} has stopped", self.identity.label);
        Error::with_message(ErrorKind::Misuse, message)
    }

    /// Adds indexes, and tells what their functions failed on.
    pub(crate) fn add_indexers(&self, indexers: Indexers<AnyObject>) -> Result<(), Error> {
        let (added, errors) = {
            let mut writer = self.writer();
            (writer.add_indexers(indexers), writer.take_index_errors())
        };
        for error in errors {
            self.report(Problem::Index(error));
        }
        added.map_err(|error| {
            let message = format!("the informer of {} has the index", self.identity.label);
            Error::with_message(ErrorKind::Misuse, message).because(error)
        })?;
        self.announce();
        Ok(())
    }

    pub(crate) fn resync_changed(&self) {
        self.resync_changed.notify_one();
    }

    /// Has what all have been told of freed, by one of the tasks that store.
    pub(crate) fn sweep_soon(&self) {
        let has_stopped = *self.versions.borrow() == STOPPED;
        match has_stopped {
            // There is none any more.
            true => self.sweep(),
            false => self.passed.notify_one(),
        }
    }

    fn sweep(&self) {
        let swept = self.writer().sweep();
        // It may be much, and nobody waits for the writer meanwhile.
        drop(swept);
    }

    pub(crate) fn report(&self, problem: Problem) {
        let kind = match &problem {
            Problem::Request(_) => "request",
            Problem::Unreadable { .. } => "unreadable",
            Problem::Index(_) => "index",
            Problem::HandlerPanicked { .. } => "panic",
            Problem::Warning(_) => "warning",
        };
        let Identity { name, resource, .. } = &self.identity;
        let labels = [name.as_str(), resource.as_str(), kind];
        self.settings.metrics.count(&metrics::PROBLEMS, &labels);
        (self.settings.on_problem)(&Report {
            informer: &self.identity.label,
            problem: &problem,
        });
    }

    /// How far it is.
    pub(crate) fn sync_state(&self) -> SyncState {
        let is_synced = self.has_synced();
        let held = self.look(Snapshot::len);
        let sources = self.source_states();
        let arrived: usize = sources.iter().map(|source| source.arrived).sum();
        SyncState {
            informer: self.identity.label.clone(),
            is_synced,
            objects: if is_synced { held } else { held + arrived },
            last_problem: sources.iter().find_map(|it| it.last_problem.clone()),
        }
    }

    fn source_states(&self) -> MutexGuard<'_, Vec<SourceState>> {
        // Each state is whole between statements.
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes all who wait for a version.
    pub(crate) fn announce(&self) {
        self.versions.send_if_modified(|count| {
            let goes_on = *count != STOPPED;
            *count += u64::from(goes_on);
            goes_on
        });
    }

    /// Follows one source for as long as it is polled, and takes in what is found out, as much at once as
    /// there is: a connection may hand over its events one by one, and to publish costs several times
    /// what an event does.
    async fn follow(self: Arc<Self>, id: SourceId, at: usize, mut driver: Driver) {
        let (mut changes, mut since_yield) = (Vec::new(), 0);
        loop {
            tokio::select! {
                biased;
                () = poll_fn(|cx| self.poll_changes(at, &mut driver, &mut changes, cx)) => {}
                () = self.passed.notified() => {
                    self.sweep();
                    continue;
                }
            }
            since_yield += changes.len();
            self.take(id, &mut changes);
            self.source_states()[at].arrived = 0;
            if since_yield >= BATCH {
                // A server that sends without a pause leaves the others their turn.
                since_yield = 0;
                tokio::task::yield_now().await;
            }
        }
    }

    /// Waits for changes, and gathers those that are there.
    fn poll_changes(
        &self,
        at: usize,
        driver: &mut Driver,
        changes: &mut Vec<Change<AnyObject>>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        while changes.len() < BATCH {
            match driver.poll_found(cx) {
                Poll::Ready(Found::Change(change)) => changes.push(change),
                Poll::Ready(Found::Problem(problem)) => {
                    self.source_states()[at].last_problem = Some(problem.to_string());
                    self.report(problem);
                }
                Poll::Pending if changes.is_empty() => {
                    // What has come counts as arrived until it is taken in.
                    let arrived = driver.arrived();
                    if arrived > 0 {
                        self.source_states()[at].arrived = arrived;
                    }
                    return Poll::Pending;
                }
                Poll::Pending => break,
            }
        }
        Poll::Ready(())
    }

    /// Brings changes into the store.
    fn take(&self, source: SourceId, changes: &mut Vec<Change<AnyObject>>) {
        let count = changes.len();
        let (is_news, errors, swept) = {
            let mut writer = self.writer();
            for change in changes.drain(..) {
                writer.push(source, change);
            }
            let is_news = writer.flush();
            (is_news, writer.take_index_errors(), writer.sweep())
        };
        drop(swept);
        for error in errors {
            self.report(Problem::Index(error));
        }
        let Identity { name, resource, .. } = &self.identity;
        let labels = [name.as_str(), resource.as_str()];
        let metrics = &self.settings.metrics;
        metrics.record(&metrics::CHANGES, &labels, count as f64);
        if is_news {
            let objects = self.look(Snapshot::len);
            metrics.record(&metrics::OBJECTS, &labels, objects as f64);
            self.announce();
        }
    }

    /// Shows objects again to those whose time it is, for as long as it is polled.
    async fn resync(self: Arc<Self>) {
        loop {
            let next = self.writer().poll_timeout();
            let changed = self.resync_changed.notified();
            match next {
                None => changed.await,
                Some(deadline) => tokio::select! {
                    () = changed => continue,
                    () = self.settings.time.sleep_until(deadline) => {
                        let is_news = {
                            let mut writer = self.writer();
                            writer.handle_timeout(self.settings.time.now());
                            writer.flush()
                        };
                        if is_news {
                            self.announce();
                        }
                    }
                },
            }
        }
    }
}

impl Owner {
    /// An informer that has not been started.
    pub(crate) fn new(
        identity: Identity,
        settings: Settings,
        sources: Vec<SourceSpec>,
        mut intake: Intake,
    ) -> Arc<Self> {
        let mut informer = Informer::new(settings.policy);
        let ids: Vec<SourceId> = sources
            .iter()
            .map(|source| informer.add_source(source.namespace.clone()))
            .collect();
        let published = informer.published().clone();
        intake = intake.over(published.clone());
        let states = sources.iter().map(|_| SourceState::default());
        let core = Arc::new(Core {
            identity,
            settings,
            writer: Mutex::new(informer),
            published,
            versions: watch::Sender::new(0),
            resync_changed: Notify::new(),
            passed: Notify::new(),
            sources: Mutex::new(states.collect()),
        });
        let owner = Arc::new(Self {
            core: core.clone(),
            tasks: Mutex::new(Tasks {
                waiting: Vec::new(),
                running: JoinSet::new(),
                state: RunState::NotStarted,
            }),
            runtime: OnceLock::new(),
        });
        for (at, (id, spec)) in ids.into_iter().zip(sources).enumerate() {
            let settings = &core.settings;
            let options = options_for(&*spec.source, settings.reflector.clone());
            let reflector = Reflector::new(options, settings.random.clone());
            let (source, reader) = Ahead::new(spec.source, settings.storage.ahead());
            let driver = Driver::new(
                reflector,
                Arc::new(source),
                intake.clone(),
                settings.time.clone(),
            );
            owner.run_later(reader.run());
            owner.run_later(core.clone().follow(id, at, driver));
        }
        owner.run_later(core.clone().resync());
        owner
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// Starts what waits, on the runtime of the caller. A second time it does nothing.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub(crate) fn start(&self) {
        let mut tasks = self.tasks();
        if tasks.state != RunState::NotStarted {
            return;
        }
        tasks.state = RunState::Running;
        let runtime = self.runtime.get_or_init(Handle::current);
        for task in std::mem::take(&mut tasks.waiting) {
            let abort = tasks.running.spawn_on(task.future, runtime);
            // It is set here only.
            let _ = task.abort.set(abort);
        }
    }

    pub(crate) fn has_started(&self) -> bool {
        self.tasks().state != RunState::NotStarted
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.tasks().state == RunState::Stopped
    }

    /// Runs something for the informer, once that has started; what is returned aborts it.
    pub(crate) fn run(
        &self,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Arc<OnceLock<AbortHandle>>, Error> {
        match self.is_stopped() {
            true => Err(self.core.stopped()),
            false => Ok(self.run_later(future)),
        }
    }

    fn run_later(
        &self,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Arc<OnceLock<AbortHandle>> {
        let abort = Arc::default();
        let task = Task {
            future: Box::pin(future),
            abort: Arc::clone(&abort),
        };
        let mut tasks = self.tasks();
        match (tasks.state, self.runtime.get()) {
            (RunState::Running, Some(runtime)) => {
                // What has ended is of no interest.
                while tasks.running.try_join_next().is_some() {}
                let handle = tasks.running.spawn_on(task.future, runtime);
                let _ = abort.set(handle);
            }
            _ => tasks.waiting.push(task),
        }
        abort
    }

    /// Forgets what was to run and has not been started.
    pub(crate) fn forget(&self, abort: &Arc<OnceLock<AbortHandle>>) {
        let forgotten: Vec<Task> = {
            let mut tasks = self.tasks();
            let is_it = |task: &mut Task| Arc::ptr_eq(&task.abort, abort);
            tasks.waiting.extract_if(.., is_it).collect()
        };
        // What it holds is dropped while no lock is held.
        drop(forgotten);
    }

    /// Ends everything that runs. What was published stays readable.
    pub(crate) fn stop(&self) {
        let ended = {
            let mut tasks = self.tasks();
            tasks.state = RunState::Stopped;
            tasks.running.abort_all();
            std::mem::take(&mut tasks.waiting)
        };
        drop(ended);
        self.core.versions.send_modify(|count| *count = STOPPED);
    }

    /// Waits until nothing runs any more.
    pub(crate) async fn join(&self) {
        loop {
            let mut running = std::mem::take(&mut self.tasks().running);
            if running.is_empty() {
                return;
            }
            while running.join_next().await.is_some() {}
        }
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        // Each statement leaves it whole.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Informer")
            .field("resource", &self.core.identity.label)
            .field("objects", &self.core.look(Snapshot::len))
            .field("resource_version", &self.core.look(version_of))
            .field("state", &self.tasks().state)
            .finish_non_exhaustive()
    }
}

/// The options of a reflector, as far as its source is up to them.
pub(crate) fn options_for(source: &dyn Source, options: ReflectorOptions) -> ReflectorOptions {
    match source.sends_initial_events() {
        true => options,
        false => options.watch_list(false),
    }
}

fn version_of(snapshot: &Snapshot<AnyObject>) -> ResourceVersion {
    snapshot.resource_version().clone()
}

/// How many changes are published together at most, as in client-go.
const BATCH: usize = 1_000;

/// In place of the number of versions, once there are no more.
pub(crate) const STOPPED: u64 = u64::MAX;
