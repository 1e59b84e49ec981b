//! [`DiskCache`], which shares what a server says of itself with other processes.
//!
//! The layout is client-go's: `servergroups.json`, and `GROUP/VERSION/serverresources.json` for each
//! group version. Files are replaced in one step, so that nobody reads half of one, and whoever
//! writes last wins, which is as well.
//!
//! Files are read and written where the future is polled: each is a few kilobytes, and the system has
//! it in memory all but the first time; a thread for each would cost more than it spares.

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use pintle_client::{BoxFuture, Client};
use pintle_codec::{Decoder, Format};
use pintle_config::Config;
use pintle_env::{Clock, SystemClock, Timestamp};
use pintle_meta::v1::{APIGroupList, APIResourceList};
use pintle_meta::{GroupVersion, Kind};
use pintle_transport::Transport;

use super::http::HttpCacheLayer;
use super::memory::MemoryCache;
use crate::client::bursty;
use crate::{Discovery, DiscoveryClient, Error, Groups, OpenApiIndex};

/// Keeps what a server says of itself in files, which expire.
///
/// Programs that run for a moment, such as command-line tools, share one: the second one asks nothing
/// as long as the files are young. A directory is for one server. Files that cannot be read or written
/// are as good as none, and what is empty is not kept. client-go's `disk.CachedDiscoveryClient`.
///
/// ```no_run
/// use std::time::Duration;
/// use pintle_config::Config;
/// use pintle_discovery::{DiskCache, Discovery as _};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let cache = DiskCache::builder("/var/cache/deploy/cluster-a", Duration::from_secs(6 * 3600))
///     .http_cache("/var/cache/deploy/http")
///     .build(&Config::infer()?)?;
/// println!("{} resources", cache.all().await?.resources().count());
/// # Ok(())
/// # }
/// ```
pub struct DiskCache {
    delegate: MemoryCache,
    directory: PathBuf,
    lifetime: Duration,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

/// How a [`DiskCache`] is to be.
#[derive(Clone)]
pub struct DiskCacheBuilder {
    directory: PathBuf,
    lifetime: Duration,
    http: Option<PathBuf>,
    clock: Arc<dyn Clock>,
}

struct State {
    /// The files that this handle wrote since it last forgot everything.
    own: HashSet<PathBuf>,
    /// Whether the files of others are too old, whatever they say.
    own_only: bool,
    /// Whether all files that were read are our own.
    fresh: bool,
}

impl DiskCache {
    /// A cache in a directory, which is made when there is something to keep. Files are believed for
    /// `lifetime` from when they were written.
    pub fn builder(directory: impl Into<PathBuf>, lifetime: Duration) -> DiskCacheBuilder {
        DiskCacheBuilder {
            directory: directory.into(),
            lifetime,
            http: None,
            clock: Arc::new(SystemClock::new()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The document in a file, if it is to be believed.
    fn read<K: Kind>(&self, file: Option<&Path>) -> Option<K> {
        let file = file?;
        let own = {
            let state = self.state();
            let own = state.own.contains(file);
            if state.own_only && !own {
                return None;
            }
            own
        };
        let document = self.read_young(file).ok()??;
        let document = K::decode(&document, Format::Json, &mut Decoder::new()).ok()?;
        let mut state = self.state();
        state.fresh = state.fresh && own;
        Some(document)
    }

    /// The content of a file, unless it has expired.
    fn read_young(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let mut file = File::open(path)?;
        let written = since_epoch(file.metadata()?.modified()?);
        let Some(expiry) = written.checked_add(self.lifetime) else {
            return Ok(None);
        };
        if self.clock.timestamp() > Timestamp::UNIX_EPOCH + expiry {
            return Ok(None);
        }
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        Ok(Some(content))
    }

    fn write<K: Kind>(&self, file: Option<&Path>, document: &K) {
        let Some(file) = file else { return };
        let mut content = Vec::new();
        if document.encode(Format::Json, &mut content).is_err() {
            return;
        }
        content.push(b'\n');
        match replace(file, &content) {
            Ok(()) => drop(self.state().own.insert(file.to_owned())),
            Err(error) => {
                tracing::debug!(file = %file.display(), %error, "discovery is not cached");
            }
        }
    }

    fn groups_file(&self) -> PathBuf {
        self.directory.join("servergroups.json")
    }

    /// The file of a group version. A name that would lead out of the directory has none.
    fn resources_file(&self, group_version: &GroupVersion) -> Option<PathBuf> {
        let relative = PathBuf::from(group_version.to_string());
        let mut parts = relative.components();
        if relative.as_os_str().is_empty() || !parts.all(|it| matches!(it, Component::Normal(_))) {
            return None;
        }
        Some(self.directory.join(relative).join("serverresources.json"))
    }
}

impl DiskCacheBuilder {
    /// Keeps answers that have a tag of their content in another directory too, and asks the server
    /// for those that have changed only: OpenAPI documents, and discovery once its files have
    /// expired. The default is not to.
    #[must_use]
    pub fn http_cache(mut self, directory: impl Into<PathBuf>) -> Self {
        self.http = Some(directory.into());
        self
    }

    /// The clock that says how old files are. The default is the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// A cache before the server of a configuration, over connections of its own. Nothing is read or
    /// asked yet.
    ///
    /// # Errors
    /// As [`DiscoveryClient::for_config`].
    pub fn build(self, config: &Config) -> Result<DiskCache, Error> {
        let config = bursty(config);
        let mut transport = Transport::builder(&config);
        if let Some(directory) = &self.http {
            let layer = HttpCacheLayer::new(directory).clock(self.clock.clone());
            transport = transport.layer(layer);
        }
        let transport = transport.build().map_err(pintle_client::Error::from)?;
        let client = Client::from_transport(transport, &config.default_namespace);
        Ok(self.over(DiscoveryClient::new(&client)))
    }

    /// A cache before a client of the caller's, whose requests pass no HTTP cache of this one's.
    pub fn over(self, live: DiscoveryClient) -> DiskCache {
        DiskCache {
            delegate: MemoryCache::new(live),
            directory: self.directory,
            lifetime: self.lifetime,
            clock: self.clock,
            state: Mutex::new(State {
                own: HashSet::new(),
                own_only: false,
                fresh: true,
            }),
        }
    }
}

impl Discovery for DiskCache {
    fn groups(&self) -> BoxFuture<'_, Result<Groups, Error>> {
        Box::pin(async {
            let file = self.groups_file();
            let kept = self.read::<APIGroupList>(Some(&file));
            let groups = match kept {
                Some(list) => list.groups,
                None => {
                    let groups = self.delegate.groups().await?.groups;
                    let list = APIGroupList {
                        groups: groups.into_iter().collect(),
                    };
                    if !list.groups.is_empty() {
                        self.write(Some(&file), &list);
                    }
                    list.groups
                }
            };
            Ok(Groups {
                groups: groups.into_iter().collect(),
                ..Groups::default()
            })
        })
    }

    fn resources(
        &self,
        group_version: &GroupVersion,
    ) -> BoxFuture<'_, Result<Arc<APIResourceList>, Error>> {
        let version = group_version.clone();
        Box::pin(async move {
            let file = self.resources_file(&version);
            if let Some(list) = self.read::<APIResourceList>(file.as_deref()) {
                return Ok(Arc::new(list));
            }
            let list = self.delegate.resources(&version).await?;
            if !list.resources.is_empty() {
                self.write(file.as_deref(), &*list);
            }
            Ok(list)
        })
    }

    fn live(&self) -> &DiscoveryClient {
        self.delegate.live()
    }

    /// Whether all that was read so far was written by this handle, since it last forgot everything.
    fn is_fresh(&self) -> bool {
        self.state().fresh
    }

    /// Believes no file any more but those that this handle will write.
    fn invalidate(&self) {
        *self.state() = State {
            own: HashSet::new(),
            own_only: true,
            fresh: true,
        };
        self.delegate.invalidate();
    }

    fn openapi_v3(&self) -> BoxFuture<'_, Result<Arc<OpenApiIndex>, Error>> {
        self.delegate.openapi_v3()
    }
}

impl fmt::Debug for DiskCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskCache")
            .field("directory", &self.directory)
            .field("lifetime", &self.lifetime)
            .field("live", self.live())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DiskCacheBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskCacheBuilder")
            .field("directory", &self.directory)
            .field("lifetime", &self.lifetime)
            .field("http_cache", &self.http)
            .finish_non_exhaustive()
    }
}

/// Puts a file in the place of another, or of none, in one step; makes the directories that it needs.
///
/// Owner and group may read and write it, and the owner may write to the directories, as far as the
/// process' mask lets them: what a server serves is not for everybody to see.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut directories = fs::DirBuilder::new();
    directories.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        directories.mode(0o750);
    }
    directories.create(directory)?;
    // Of a name that nobody else has, and gone again if anything goes wrong.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(content)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(0o660))?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A file's date; one from before the epoch is the epoch.
fn since_epoch(date: SystemTime) -> Duration {
    date.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}
