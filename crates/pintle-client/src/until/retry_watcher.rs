//! [`RetryWatcher`], a watch that goes on when it breaks.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use pintle_meta::v1::ListOptions;
use pintle_meta::{Object, WatchEvent};
use tokio::time::Sleep;

use super::retry_watch::{Next, RetryWatch};
use crate::{Error, ErrorKind, WatchStream, Watcher};

/// A watch that goes on when it breaks, from where it was, without its reader noticing.
///
/// It begins again at most once a second, and later if the server says so. It ends with an error when
/// it cannot go on: when the server has forgotten the version to go on from
/// ([`is_gone`](Error::is_gone): list, and watch from there), or does not let the client watch (any
/// more). Bookmarks are not given away. Nothing happens while it is not read, and dropping it ends it.
///
/// ```no_run
/// use pintle_api::core::v1::Pod;
/// use pintle_client::{Client, RetryWatcher};
/// use pintle_meta::v1::ListOptions;
///
/// # async fn example(client: Client) -> Result<(), pintle_client::Error> {
/// let pods = client.api::<Pod>().namespace("default");
/// let list = pods.list(&ListOptions::new()).await?;
/// let version = list.metadata.resource_version.to_string();
/// let mut watch = RetryWatcher::new(pods, version, ListOptions::new())?;
/// loop {
///     println!("{}", watch.next().await?.type_name());
/// }
/// # }
/// ```
#[must_use = "a watch makes progress while it is read"]
pub struct RetryWatcher<K> {
    watcher: Box<dyn Watcher<K>>,
    options: ListOptions,
    state: RetryWatch,
    stream: Option<WatchStream<K>>,
    /// Until when no other watch is begun, as it was when the last one was.
    gap: Option<Pin<Box<Sleep>>>,
    /// For how long the server does not want to be asked.
    pause: Option<Pin<Box<Sleep>>>,
}

impl<K: Object> RetryWatcher<K> {
    /// A watch of what `options` select, from just behind a version. Nothing is asked yet.
    ///
    /// # Errors
    /// A misuse without a version, and with `0`, which is any version.
    pub fn new(
        watcher: impl Watcher<K> + 'static,
        version: impl Into<String>,
        options: ListOptions,
    ) -> Result<Self, Error> {
        Ok(Self {
            watcher: Box::new(watcher),
            options,
            state: RetryWatch::new(version)?,
            stream: None,
            gap: None,
            pause: None,
        })
    }

    /// The version that was seen last: where another watch would go on.
    pub fn version(&self) -> &str {
        self.state.version()
    }

    /// The next event, which is `Added`, `Modified` or `Deleted`. It comes as soon as there is one,
    /// however long that takes.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the watch cannot go on; asked again, it tries once more. An error of kind
    /// [`InvalidObject`](ErrorKind::InvalidObject) is about one object and does not end the watch.
    pub async fn next(&mut self) -> Result<WatchEvent<K>, Error> {
        loop {
            let next = match &mut self.stream {
                Some(stream) => match stream.try_next().await {
                    Err(error) if error.kind() == ErrorKind::InvalidObject => return Err(error),
                    item => self.state.handle(item),
                },
                None => self.open().await,
            };
            match next {
                Next::Give(event) => return Ok(event),
                Next::Read => {}
                Next::Reopen(after) => {
                    self.stream = None;
                    self.pause = wait(after);
                }
                Next::Fail(error) => {
                    self.stream = None;
                    return Err(error);
                }
            }
        }
    }

    /// Begins a watch, when the time has come.
    async fn open(&mut self) -> Next<K> {
        for waiting in [&mut self.gap, &mut self.pause] {
            if let Some(sleep) = waiting {
                sleep.as_mut().await;
                *waiting = None;
            }
        }
        self.gap = wait(RetryWatch::GAP);
        let options = self.state.options(&self.options);
        match self.watcher.watch(options).await {
            Ok(stream) => {
                self.stream = Some(stream);
                Next::Read
            }
            Err(error) => self.state.handle_refusal(error),
        }
    }
}

fn wait(duration: Duration) -> Option<Pin<Box<Sleep>>> {
    (!duration.is_zero()).then(|| Box::pin(tokio::time::sleep(duration)))
}

impl<K> fmt::Debug for RetryWatcher<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryWatcher")
            .field("state", &self.state)
            .field("options", &self.options)
            .field("is_open", &self.stream.is_some())
            .finish_non_exhaustive()
    }
}
