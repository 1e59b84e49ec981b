//! [`Reflector`], what happens to the objects of a resource, for a store of one's own.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::sync::Arc;

use pintle_cache_core::ReflectorOptions;
use pintle_client::{ListerWatcher, RuntimeTime};
use pintle_env::{Random, SystemRandom, Time};
use pintle_meta::{AnyObject, Body, Lazy, Object, ResourceVersion};

use crate::core::options_for;
use crate::driver::{Driver, Found};
use crate::intake::Intake;
use crate::report::Problem;
use crate::source::Typed;

/// Follows the objects of a resource through whatever befalls the server and the way to it, and says
/// what changed: an informer without the store.
///
/// It begins with all objects ([`Change::Replaced`]), and says all of them again when it cannot know
/// what it has missed. It makes requests while it is polled, and never ends. client-go's
/// `cache.Reflector`.
///
/// ```
/// use pintle_api::core::v1::Namespace;
/// use pintle_cache::{Change, Reflector};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # pintle_test::block_on(async {
/// # let cluster = pintle_test::Cluster::start().await?;
/// let namespaces = cluster.client().api::<Namespace>();
/// let mut reflector = Reflector::<Namespace>::new(namespaces);
/// let Ok(Change::Replaced { objects, .. }) = reflector.next_change().await else { panic!() };
/// assert!(objects.iter().any(|namespace| namespace.key().name == "default"));
/// # Ok(())
/// # })
/// # }
/// ```
pub struct Reflector<K> {
    driver: Driver,
    kind: PhantomData<fn() -> K>,
}

/// What a reflector found out.
#[derive(Clone)]
#[non_exhaustive]
pub enum Change<K> {
    /// An object came into existence, or into what is selected.
    Added(Lazy<K>),
    /// An object changed. It may be one that was not there: what happened in a gap is one change.
    Updated(Lazy<K>),
    /// An object was deleted, or left what is selected: its last state.
    Deleted(Lazy<K>),
    /// The object of this name is gone, and its last state cannot be read.
    Vanished(pintle_meta::ObjectName),
    /// These are all objects there are, by namespace and name.
    Replaced {
        /// The objects.
        objects: Vec<Lazy<K>>,
        /// Objects that are there as well and cannot be read: whatever is known of them stays.
        unreadable: Vec<pintle_meta::ObjectName>,
    },
    /// Everything up to the reflector's version has been said.
    Bookmark,
}

impl<K: Object> Reflector<K> {
    /// A reflector over whatever lists and watches.
    pub fn new<W: Body + Into<Lazy<K>>>(lister_watcher: impl ListerWatcher<W> + 'static) -> Self {
        let time = Arc::new(RuntimeTime::new());
        let random = Arc::new(SystemRandom);
        Self::with_options(lister_watcher, ReflectorOptions::new(), time, random)
    }

    /// As [`Reflector::new`], with options, time and randomness of the caller's.
    pub fn with_options<W: Body + Into<Lazy<K>>>(
        lister_watcher: impl ListerWatcher<W> + 'static,
        options: ReflectorOptions,
        time: Arc<dyn Time>,
        random: Arc<dyn Random>,
    ) -> Self {
        let source = Arc::new(Typed::<K, W>::new(lister_watcher, None));
        let options = options_for(&*source, options);
        let reflector = pintle_cache_core::Reflector::new(options, random);
        Self {
            driver: Driver::new(reflector, source, Intake::default(), time),
            kind: PhantomData,
        }
    }

    /// What changed, or what went wrong; after a problem it goes on by itself.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When a request failed, or an object cannot be read.
    pub async fn next_change(&mut self) -> Result<Change<K>, Problem> {
        use pintle_cache_core::ChangeKind;
        let typed = |object: AnyObject| -> Lazy<K> {
            object
                .downcast()
                .expect("the source makes objects of one type")
        };
        match poll_fn(|cx| self.driver.poll_found(cx)).await {
            Found::Problem(problem) => Err(problem),
            Found::Change(change) => Ok(match change.kind {
                ChangeKind::Added(object) => Change::Added(typed(object)),
                ChangeKind::Updated(object) => Change::Updated(typed(object)),
                ChangeKind::Deleted(object) => Change::Deleted(typed(object)),
                ChangeKind::Vanished(key) => Change::Vanished(key),
                ChangeKind::Replaced(all) => Change::Replaced {
                    objects: all.objects.into_iter().map(|(_, it)| typed(it)).collect(),
                    unreadable: all.unreadable,
                },
                _ => Change::Bookmark,
            }),
        }
    }

    /// Up to which version everything has been said; empty if nothing has.
    pub fn resource_version(&self) -> &ResourceVersion {
        self.driver.resource_version()
    }
}

/// Prints which objects it is about, not what is in them: they may be secrets.
impl<K: Object> fmt::Debug for Change<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(object) => f.debug_tuple("Added").field(object).finish(),
            Self::Updated(object) => f.debug_tuple("Updated").field(object).finish(),
            Self::Deleted(object) => f.debug_tuple("Deleted").field(object).finish(),
            Self::Vanished(key) => f.debug_tuple("Vanished").field(key).finish(),
            Self::Replaced {
                objects,
                unreadable,
            } => f
                .debug_struct("Replaced")
                .field("objects", objects)
                .field("unreadable", unreadable)
                .finish(),
            Self::Bookmark => f.write_str("Bookmark"),
        }
    }
}

impl<K> fmt::Debug for Reflector<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.driver.fmt(f)
    }
}
