//! Credentials that a plugin fetches.
//!
//! Invariant: for equal configurations in one registry the plugin runs once at a time, and only while a
//! request waits for it.

mod certificate;
mod process;
mod protocol;

pub(super) use self::protocol::escaped;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::header::HeaderValue;
use pintle_codec::Value;
use pintle_config::{Config, ExecPlugin, Identity, Pem};
use pintle_env::{Instant, Metrics, Time, Timestamp};

use self::certificate::{Validity, check_identity};
use super::bearer;
use super::flight::{Flight, Work};
use crate::error::{Error, ErrorKind};
use crate::identity::ClientIdentity;
use crate::metrics;
use crate::time;

/// The plugins of a [`Shared`](pintle_config::Shared), and what they have fetched. They live as long as
/// it does, so that a client that is made later need not ask again.
#[derive(Default)]
pub(crate) struct Plugins {
    known: Mutex<Vec<Arc<Credentials>>>,
    expiries: Arc<Expiries>,
}

impl Plugins {
    /// The credentials of a plugin that is configured like this, for such a cluster.
    pub(crate) fn get(
        &self,
        plugin: &ExecPlugin,
        config: &Config,
    ) -> Result<Arc<Credentials>, Error> {
        protocol::check(plugin)?;
        let cluster = protocol::cluster(config, plugin);
        // A list is whole at any time, whoever panicked.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let same = known
            .iter()
            .find(|known| known.plugin == *plugin && known.cluster == cluster);
        if let Some(same) = same {
            return Ok(Arc::clone(same));
        }
        let credentials = Arc::new_cyclic(|weak| Credentials {
            plugin: plugin.clone(),
            cluster,
            time: time::of(&config.time),
            metrics: config.metrics.clone(),
            number: known.len(),
            expiries: Arc::clone(&self.expiries),
            identity: ClientIdentity::new(),
            state: Mutex::new(State::default()),
            flight: Flight::new(),
            itself: Weak::clone(weak),
        });
        known.push(Arc::clone(&credentials));
        Ok(credentials)
    }
}

/// What one plugin fetches for one cluster.
pub(crate) struct Credentials {
    plugin: ExecPlugin,
    cluster: Value,
    time: Arc<dyn Time>,
    metrics: Metrics,
    /// Which of the registry's plugins it is.
    number: usize,
    expiries: Arc<Expiries>,
    /// The client certificate, for connections.
    identity: ClientIdentity,
    state: Mutex<State>,
    flight: Flight<Outcome>,
    itself: Weak<Self>,
}

type Outcome = Result<Arc<Fetched>, Error>;

#[derive(Default)]
struct State {
    current: Option<Arc<Fetched>>,
    /// When to fetch again; none for never.
    renew_at: Option<Timestamp>,
    hints: Hints,
}

/// What a run of the plugin has brought.
pub(crate) struct Fetched {
    /// What the header says, if there is a token.
    pub(crate) authorization: Option<HeaderValue>,
    expires: Option<Timestamp>,
    certificate: Option<Certificate>,
}

/// The client certificate that was fetched.
struct Certificate {
    identity: Identity,
    /// None if it does not say so in a way that can be read.
    validity: Option<Validity>,
}

impl Fetched {
    fn validity(&self) -> Option<Validity> {
        self.certificate.as_ref()?.validity
    }

    /// Whether both present the same, or nothing.
    fn presents_like(&self, other: &Self) -> bool {
        let pem = |fetched: &Self| {
            let certificate = fetched.certificate.as_ref();
            certificate.map(|certificate| certificate.identity.certificate.clone())
        };
        pem(self) == pem(other)
    }
}

impl Credentials {
    /// The client certificate that goes with what was fetched, followed by connections.
    pub(crate) fn identity(&self) -> &ClientIdentity {
        &self.identity
    }

    /// Credentials that have not expired: those that are there, or new ones.
    ///
    /// They are renewed a little before they expire. If that fails, those that are there are used to
    /// their end.
    pub(crate) async fn current(&self) -> Outcome {
        let now = self.time.timestamp();
        let there = {
            let state = self.lock();
            let fresh = state.renew_at.is_none_or(|at| now < at);
            match &state.current {
                Some(current) if fresh => {
                    self.record_expiry(now);
                    return Ok(Arc::clone(current));
                }
                current => current.clone(),
            }
        };
        let renewed = self.fetch().await;
        let usable = there.filter(|there| {
            let now = self.time.timestamp();
            there.expires.is_none_or(|expires| now < expires)
        });
        match (renewed, usable) {
            (Err(error), Some(there)) => {
                tracing::warn!(%error, "credentials could not be renewed and are used until they expire");
                let mut state = self.lock();
                state.renew_at = renewal(self.time.timestamp(), there.expires);
                Ok(there)
            }
            (renewed, _) => renewed,
        }
    }

    /// Others than those that were refused: those that somebody has fetched meanwhile, or new ones.
    pub(crate) async fn instead_of(&self, refused: &Arc<Fetched>) -> Outcome {
        let current = self.lock().current.clone();
        match current {
            Some(current) if !Arc::ptr_eq(&current, refused) => Ok(current),
            _ => self.fetch().await,
        }
    }

    /// Runs the plugin, or waits for it if it runs.
    async fn fetch(&self) -> Outcome {
        let itself = self.itself.upgrade();
        let itself = itself.expect("whoever asks keeps them alive");
        self.flight
            .join(|| -> Work<Outcome> { Box::pin(async move { itself.run().await }) })
            .await
    }

    async fn run(&self) -> Outcome {
        let output = process::run(self).await?;
        let answer = protocol::read(&output, &self.plugin.api_version)
            .map_err(|error| self.useless(error))?;
        let certificate = match answer.certificate {
            None => None,
            Some((certificate, key)) => {
                let identity = Identity {
                    certificate: Pem::from_bytes(certificate),
                    key: Pem::from_bytes(key.expose()),
                };
                let validity = check_identity(&identity).map_err(|error| self.useless(error))?;
                Some(Certificate { identity, validity })
            }
        };
        let authorization = answer.token.as_ref().map(bearer).transpose();
        let authorization = authorization
            .map_err(|_| self.useless("returned a token that no header may contain".to_owned()))?;
        let fetched = Arc::new(Fetched {
            authorization,
            expires: answer.expires,
            certificate,
        });
        let now = self.time.timestamp();
        let mut state = self.lock();
        // Connections are told before requests are.
        let certificate = fetched.certificate.as_ref();
        self.identity
            .set(certificate.map(|certificate| certificate.identity.clone()));
        if let Some(old) = state.current.replace(Arc::clone(&fetched))
            && !old.presents_like(&fetched)
        {
            self.record_rotation(&old, now);
        }
        state.renew_at = renewal(now, fetched.expires);
        let validity = fetched.validity();
        self.expiries
            .set(self.number, validity.map(|validity| validity.not_after));
        self.record_expiry(now);
        Ok(fetched)
    }

    fn useless(&self, why: String) -> Error {
        let command = &self.plugin.command;
        let message = format!("the exec plugin {command:?} {why}");
        Error::new(ErrorKind::Credentials, message)
    }

    /// What to do about a plugin that is not there, unless that was said often enough.
    fn install_hint(&self) -> Option<&str> {
        self.lock()
            .hints
            .may_be_shown(self.time.now())
            .then_some(self.plugin.install_hint.as_str())
    }

    fn record_expiry(&self, now: Timestamp) {
        if self.metrics.is_some()
            && let Some(first) = self.expiries.first()
        {
            let left = first - now.unix_seconds();
            self.metrics.record(&metrics::EXEC_TTL, &[], left as f64);
        }
    }

    fn record_rotation(&self, old: &Fetched, now: Timestamp) {
        if let Some(validity) = old.validity() {
            let age = now.unix_seconds() - validity.not_before;
            self.metrics
                .record(&metrics::EXEC_ROTATION_AGE, &[], age as f64);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each part is whole at any time, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the client certificates of a registry's plugins expire, in seconds since 1970; none for a plugin
/// that has none.
#[derive(Default)]
struct Expiries(Mutex<Vec<Option<i64>>>);

impl Expiries {
    fn set(&self, number: usize, expiry: Option<i64>) {
        let mut expiries = self.lock();
        if expiries.len() <= number {
            expiries.resize(number + 1, None);
        }
        expiries[number] = expiry;
    }

    fn first(&self) -> Option<i64> {
        self.lock().iter().flatten().min().copied()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<i64>>> {
        // Each is whole at any time, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When to renew what was fetched now: when a fifth of its time is left, but not earlier than half a
/// minute before its end. So credentials that are short-lived, or were old when they were handed out, are
/// not fetched with every request.
fn renewal(now: Timestamp, expires: Option<Timestamp>) -> Option<Timestamp> {
    let expires = expires?;
    let left = nanoseconds(expires) - nanoseconds(now);
    let left = Duration::from_nanos(u64::try_from(left).unwrap_or(0));
    Some(now + (left - (left / 5).min(EARLIEST)))
}

fn nanoseconds(timestamp: Timestamp) -> i128 {
    i128::from(timestamp.unix_seconds()) * 1_000_000_000
        + i128::from(timestamp.subsecond_nanoseconds())
}

/// How long before their end credentials are renewed at most.
const EARLIEST: Duration = Duration::from_secs(30);

/// How often it was said of late how to install a plugin.
#[derive(Default)]
struct Hints {
    since: Option<Instant>,
    shown: u32,
}

impl Hints {
    fn may_be_shown(&mut self, now: Instant) -> bool {
        if self
            .since
            .is_none_or(|since| now.saturating_since(since) >= HINTS_IN)
        {
            *self = Self {
                since: Some(now),
                shown: 0,
            };
        }
        self.shown += 1;
        self.shown <= MAX_HINTS
    }
}

const MAX_HINTS: u32 = 10;
const HINTS_IN: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    // claims: rest.exec.expiry
    #[test]
    fn credentials_are_renewed_before_they_expire() {
        let now = Timestamp::from_unix(1_000, 0);
        for (seconds, renewed_after) in [
            (3, Duration::from_millis(2_400)),
            (60, Duration::from_secs(48)),
            (900, Duration::from_secs(870)),
            (0, Duration::ZERO),
            (-5, Duration::ZERO),
        ] {
            let expires = Timestamp::from_unix(1_000 + seconds, 0);
            assert_eq!(renewal(now, Some(expires)), Some(now + renewed_after));
        }
        assert_eq!(renewal(now, None), None);
    }

    // claims: rest.metrics.certificate
    #[test]
    fn the_certificate_that_expires_first_is_told_of() {
        let expiries = Expiries::default();
        assert_eq!(expiries.first(), None);
        for (plugin, expiry, first) in [
            (1, Some(50), Some(50)),
            (0, None, Some(50)),
            (2, Some(30), Some(30)),
            (2, Some(90), Some(50)),
            (1, None, Some(90)),
        ] {
            expiries.set(plugin, expiry);
            assert_eq!(expiries.first(), first, "{plugin} {expiry:?}");
        }
    }

    // claims: rest.exec.missing
    #[test]
    fn hints_are_shown_ten_times_an_hour() {
        let mut hints = Hints::default();
        let at = |minutes: u64| Instant::from_origin(Duration::from_secs(60 * minutes));
        assert!((0..10).all(|minute| hints.may_be_shown(at(minute))));
        assert!(!hints.may_be_shown(at(30)));
        assert!(!hints.may_be_shown(at(59)));
        assert!(hints.may_be_shown(at(60)));
    }
}
