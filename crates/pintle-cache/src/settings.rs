//! [`Settings`], what is decided of an informer alike by itself and by its factory.

use std::sync::Arc;
use std::time::Duration;

use pintle_cache_core::{Policy, ReflectorOptions};
use pintle_client::RuntimeTime;
use pintle_env::{Metrics, Random, SystemRandom, Time};

use crate::report::{OnProblem, log};
use crate::source::Tweak;
use crate::storage::Storage;

/// What an informer is told to do.
#[derive(Clone)]
pub(crate) struct Settings {
    /// For metrics and messages; may be empty.
    pub(crate) name: String,
    pub(crate) resync: Duration,
    pub(crate) storage: Storage,
    pub(crate) tweak: Option<Tweak>,
    pub(crate) policy: Policy,
    pub(crate) reflector: ReflectorOptions,
    pub(crate) on_problem: OnProblem,
    pub(crate) aborts_on_panic: bool,
    pub(crate) metrics: Metrics,
    pub(crate) time: Arc<dyn Time>,
    pub(crate) random: Arc<dyn Random>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: String::new(),
            resync: Duration::ZERO,
            storage: Storage::default(),
            tweak: None,
            policy: Policy::InOrder,
            reflector: ReflectorOptions::new(),
            on_problem: Arc::new(log),
            aborts_on_panic: false,
            metrics: Metrics::none(),
            time: Arc::new(RuntimeTime::new()),
            random: Arc::new(SystemRandom),
        }
    }
}

/// The setters of a builder that has [`Settings`].
macro_rules! setters {
    (impl [$($parameter:tt)*] for $builder:ty) => {
        impl<$($parameter)*> $builder {
            /// A name, which stands beside that of the resource in metrics and messages.
            pub fn name(mut self, name: impl Into<String>) -> Self {
                self.settings.name = name.into();
                self
            }

            /// How often every object is shown again to handlers that do not say otherwise. The default
            /// is never: a watch misses nothing. It is for handlers that act on more than the cluster's
            /// objects.
            pub fn resync(mut self, period: std::time::Duration) -> Self {
                self.settings.resync = period;
                self
            }

            /// In what form objects are kept.
            pub fn storage(mut self, storage: $crate::Storage) -> Self {
                self.settings.storage = storage;
                self
            }

            /// Changes the options of each list and watch, for instance to select by labels.
            pub fn tweak(
                mut self,
                tweak: impl Fn(&mut pintle_meta::v1::ListOptions) + Send + Sync + 'static,
            ) -> Self {
                self.settings.tweak = Some(std::sync::Arc::new(tweak));
                self
            }

            /// Whether changes reach the store in the order in which they came, or by key. The default
            /// is in order.
            pub fn policy(mut self, policy: $crate::Policy) -> Self {
                self.settings.policy = policy;
                self
            }

            /// How the server is asked.
            pub fn reflector(mut self, options: $crate::ReflectorOptions) -> Self {
                self.settings.reflector = options;
                self
            }

            /// Is told what goes wrong; informers go on by themselves. The default logs it.
            pub fn on_problem(
                mut self,
                on_problem: impl Fn(&$crate::Report<'_>) + Send + Sync + 'static,
            ) -> Self {
                self.settings.on_problem = std::sync::Arc::new(on_problem);
                self
            }

            /// Ends the process when a handler panics. The default is to report it and to go on.
            pub fn abort_on_handler_panic(mut self) -> Self {
                self.settings.aborts_on_panic = true;
                self
            }

            /// Where informers tell about themselves in numbers. The default is nowhere.
            pub fn metrics(mut self, metrics: pintle_env::Metrics) -> Self {
                self.settings.metrics = metrics;
                self
            }

            /// The time, and the chance by which waits differ. The default are the system's.
            pub fn time(
                mut self,
                time: std::sync::Arc<dyn pintle_env::Time>,
                random: std::sync::Arc<dyn pintle_env::Random>,
            ) -> Self {
                self.settings.time = time;
                self.settings.random = random;
                self
            }
        }
    };
}

pub(crate) use setters;
