//! A resource that is followed, for all that ask for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use pintle_cache::{Handler, HandlerHandle, InformerFactory, Problem};
use pintle_env::{Random as _, SystemRandom};
use pintle_meta::{Lazy, Unstructured};
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::debug;

use super::Failure;
use super::resources::{Gvr, line, name};
use crate::board::Board;

/// A resource that is followed for as long as somebody holds this.
pub(crate) struct Followed {
    shared: Arc<Shared>,
    /// What brings changes to the board, and keeps the informer alive.
    handler: HandlerHandle,
}

/// What is known of the resource.
struct Shared {
    board: Mutex<Board>,
    /// Tells this board's numbers from those of another run.
    epoch: u64,
    changes: watch::Sender<u64>,
    trouble: Mutex<String>,
}

impl Followed {
    /// Follows a resource, which nobody does yet.
    pub(super) fn new(factory: &InformerFactory, gvr: &Gvr) -> Self {
        let shared = Arc::new(Shared::new());
        let told = shared.clone();
        let informer = factory.for_resource_with(gvr, |builder| {
            builder.on_problem(move |report| told.note_trouble(report.problem))
        });
        let handler = informer
            .add_handler(handler(&shared))
            .expect("an informer that has just been made has not stopped");
        informer.start();
        Self { shared, handler }
    }

    pub(super) fn board(&self) -> MutexGuard<'_, Board> {
        self.shared.board()
    }

    /// Told of the number of the last change.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }

    /// Why the resource was not read whole yet; nothing once it was.
    pub(super) fn lacks(&self) -> Option<String> {
        (!self.handler.has_synced()).then(|| self.shared.trouble())
    }

    /// Waits until the resource was read whole.
    pub(super) async fn wait(&self, gvr: &Gvr) -> Result<(), Failure> {
        // Mostly it was, long ago, and no time is to be kept.
        if self.handler.has_synced() {
            return Ok(());
        }
        match timeout(SOON, self.handler.wait_for_sync()).await {
            Ok(Ok(())) => Ok(()),
            _ => {
                let message = format!("{} is not there yet: {}", name(gvr), self.shared.trouble());
                Err(Failure::new(StatusCode::SERVICE_UNAVAILABLE, message))
            }
        }
    }

    /// What stands for a list of this number.
    pub(super) fn tag(&self, number: u64) -> String {
        format!("\"{:016x}-{number}\"", self.shared.epoch)
    }

    /// What a stream tells its client to remember.
    pub(super) fn id(&self, number: u64) -> String {
        format!("{:016x}-{number}", self.shared.epoch)
    }

    /// The number that a client has remembered, if it is of this run.
    pub(super) fn number(&self, id: &str) -> Option<u64> {
        let (epoch, number) = id.split_once('-')?;
        let epoch = u64::from_str_radix(epoch, 16).ok()?;
        (epoch == self.shared.epoch)
            .then(|| number.parse().ok())
            .flatten()
    }
}

impl Shared {
    fn new() -> Self {
        Self {
            board: Mutex::default(),
            epoch: SystemRandom.next_u64(),
            changes: watch::Sender::new(0),
            trouble: Mutex::new("it was not read yet".to_owned()),
        }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the board, and wakes the streams.
    fn write(&self, change: impl FnOnce(&mut Board)) {
        let last = {
            let mut board = self.board();
            change(&mut board);
            board.last()
        };
        self.changes.send_if_modified(|known| {
            let is_new = *known != last;
            *known = last;
            is_new
        });
    }

    fn note_trouble(&self, problem: &Problem) {
        let text = match problem {
            Problem::Request(error) => line(error),
            other => other.to_string(),
        };
        debug!("a resource cannot be followed: {text}");
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    fn trouble(&self) -> String {
        let trouble = self.trouble.lock();
        trouble.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Brings what happens to a board.
fn handler(shared: &Arc<Shared>) -> Handler<Unstructured> {
    let put = |shared: &Shared, object: &Lazy<Unstructured>| {
        // It is kept as it came, so there is nothing to decode that could fail.
        if let Ok(object) = object.get() {
            shared.write(|board| board.put(&object));
        }
    };
    let (of_added, of_updated, of_deleted) = (shared.clone(), shared.clone(), shared.clone());
    Handler::new()
        .name("board")
        .on_add(move |object, _| put(&of_added, object))
        .on_update(move |old, new| {
            // It may merely be shown again.
            if !new.is(old) {
                put(&of_updated, new);
            }
        })
        .on_delete(move |gone| {
            if let Ok(object) = gone.object().get() {
                of_deleted.write(|board| board.remove(&object));
            }
        })
}

/// How long a request waits for a resource to be there.
pub(super) const SOON: Duration = Duration::from_secs(10);
