//! [`ReflectorOptions`], what is decided before a reflector starts.

use std::time::Duration;

use super::Backoff;

/// What is decided before a reflector starts.
#[derive(Clone, Debug)]
pub struct ReflectorOptions {
    pub(super) watch_list: bool,
    pub(super) page_size: i64,
    pub(super) backoff: Backoff,
    pub(super) shortest_watch: Duration,
    pub(super) longest_watch: Duration,
    pub(super) patience: Duration,
}

impl ReflectorOptions {
    /// The defaults, which are client-go's.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the objects are asked for by a watch that begins with all of them. A server that does
    /// not know how is asked for a list. Default: yes. A watch is spared the time and memory that a
    /// server needs for a list.
    #[must_use]
    pub fn watch_list(mut self, watch_list: bool) -> Self {
        self.watch_list = watch_list;
        self
    }

    /// The most objects of a page of a list; 0, the default, is 500 where that spares the server
    /// something, and all at once where the server answers from its cache.
    #[must_use]
    pub fn page_size(mut self, objects: u32) -> Self {
        self.page_size = objects.into();
        self
    }

    /// How long to wait after failures.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// How long a watch lasts before the server ends it: a time by chance between this and twice as
    /// long, so that not all watches begin anew together. Default, and least: 5 minutes.
    #[must_use]
    pub fn watch_timeout(mut self, shortest: Duration) -> Self {
        self.shortest_watch = shortest.max(SHORTEST_WATCH);
        self.longest_watch = self.shortest_watch * 2;
        self
    }

    /// How long a list may be silent, and a watch may go on after its end, before it is given up for
    /// lost: what protects from a connection on which nothing arrives any more. Default: one minute.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

impl Default for ReflectorOptions {
    fn default() -> Self {
        Self {
            watch_list: true,
            page_size: 0,
            backoff: Backoff::default(),
            shortest_watch: SHORTEST_WATCH,
            longest_watch: SHORTEST_WATCH * 2,
            patience: Duration::from_secs(60),
        }
    }
}

const SHORTEST_WATCH: Duration = Duration::from_secs(5 * 60);
