//! Server-sent events: what there is, and then what happens.
//!
//! Invariant: a stream holds a number, at most one state of each object and, where it selects, the
//! names of what it has told of; whatever happens while its client takes nothing is not kept for it.

use std::collections::{BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

use super::{Query, Shared};
use crate::board::{Change, Key, News};

/// The events of one stream.
pub(crate) struct Events {
    shared: Arc<Shared>,
    query: Query,
    /// Up to which change it has seen everything, and up to which it had before its last look.
    told: u64,
    before: u64,
    /// What it has seen and not told yet: of each object one state.
    seen: VecDeque<Change>,
    is_whole: bool,
    /// What a selecting stream has told of.
    known: BTreeSet<Key>,
    ready: VecDeque<Bytes>,
    changed: Changed,
    silence: Pin<Box<Sleep>>,
}

type Changed = Pin<Box<dyn Future<Output = Option<watch::Receiver<u64>>> + Send>>;

impl Events {
    /// From the beginning, or from what the client says it was told last.
    pub(crate) fn new(shared: Arc<Shared>, query: Query, last_id: Option<&str>) -> Self {
        // Which objects a selecting stream has told of is not in the number.
        let told = last_id
            .filter(|_| query.selects_everything())
            .and_then(|id| shared.number(id));
        let mut ready = VecDeque::new();
        ready.push_back(Bytes::from_static(b"retry: 1000\n\n"));
        if told.is_none() && last_id.is_some() {
            ready.push_back(RESET);
        }
        Self {
            changed: wait(shared.changes()),
            is_whole: told.is_some(),
            told: told.unwrap_or(0),
            before: 0,
            seen: VecDeque::new(),
            shared,
            query,
            known: BTreeSet::new(),
            ready,
            silence: Box::pin(sleep(BREATH)),
        }
    }

    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Poll::Ready(Some(piece));
            }
            // Asked for before a look, so that no change goes unseen between the two.
            while let Poll::Ready(receiver) = self.changed.as_mut().poll(cx) {
                match receiver {
                    Some(receiver) => self.changed = wait(receiver),
                    None => return Poll::Ready(None),
                }
            }
            self.look();
            if !self.ready.is_empty() {
                self.silence = Box::pin(sleep(BREATH));
                continue;
            }
            match self.silence.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) => {
                    self.silence = Box::pin(sleep(BREATH));
                    self.ready
                        .push_back(Bytes::from_static(b": still here\n\n"));
                }
            }
        }
    }

    /// Takes what there is to tell: the next of what was seen, else what has changed since.
    fn look(&mut self) {
        while self.ready.is_empty() {
            if self.seen.is_empty() && !self.look_anew() {
                return;
            }
            while self.ready.len() < HANDFUL
                && let Some(change) = self.seen.pop_front()
            {
                self.tell(&change);
            }
        }
    }

    /// Whether there was something to see.
    fn look_anew(&mut self) -> bool {
        let (news, last) = {
            let board = self.shared.lock();
            (board.since(self.told), board.last())
        };
        match news {
            News::Everything => {
                self.told = 0;
                self.is_whole = false;
                self.known.clear();
                self.ready.push_back(RESET);
            }
            News::Changes(changes) if changes.is_empty() => {
                if self.is_whole || !self.shared.is_synced() {
                    return false;
                }
                self.is_whole = true;
                let id = self.shared.id(self.told);
                let synced = format!("id: {id}\nevent: synced\ndata: {{}}\n\n");
                self.ready.push_back(synced.into());
            }
            News::Changes(changes) => {
                self.before = self.told;
                self.told = last;
                self.seen = changes.into();
            }
        }
        true
    }

    fn tell(&mut self, change: &Change) {
        let item = &change.item;
        let kind = match self.query.selects_everything() {
            true if change.is_deletion => "DELETED",
            true if item.created > self.before => "ADDED",
            true => "MODIFIED",
            false => {
                let was = self.known.contains(&item.key);
                match (was, !change.is_deletion && self.query.selects(item)) {
                    (false, false) => return,
                    (true, false) => {
                        self.known.remove(&item.key);
                        "DELETED"
                    }
                    (false, true) => {
                        self.known.insert(item.key.clone());
                        "ADDED"
                    }
                    (true, true) => "MODIFIED",
                }
            }
        };
        let id = self.shared.id(change.number);
        let head = format!("id: {id}\ndata: {{\"type\":\"{kind}\",\"object\":");
        let object = match self.query.has_parts() {
            true => self.query.parts_of(item).into(),
            false => item.json(),
        };
        self.ready
            .extend([head.into(), object, Bytes::from_static(b"}\n\n")]);
    }
}

fn wait(mut receiver: watch::Receiver<u64>) -> Changed {
    Box::pin(async move { receiver.changed().await.ok().map(|()| receiver) })
}

const RESET: Bytes = Bytes::from_static(b"event: reset\ndata: {}\n\n");

/// How many pieces are made ready at once.
const HANDFUL: usize = 96;

/// After how much silence a sign of life is sent, so that nobody in between takes the stream for dead.
const BREATH: Duration = Duration::from_secs(15);
