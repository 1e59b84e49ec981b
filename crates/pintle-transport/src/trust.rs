//! What the TLS connections of a pool believe and present, now.
//!
//! Invariant: what cannot be used never takes the place of what could. A file that is being replaced
//! is seen whole or not at all, because a certificate without its key does not get in.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pintle_config::{Http2, Identity, Pem, Tls};
use pintle_env::{Instant, Time};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use crate::connect::server_name;
use crate::error::Error;
use crate::identity::{ClientIdentity, Identities};
use crate::metrics::{self, Meter};
use crate::rotation::Schedule;
use crate::stream::{ALPN_H2, ALPN_HTTP11};
use crate::tls::{Authorities, client_config};

/// The TLS settings of a pool, as they change.
pub(crate) struct Trust {
    /// The name to expect instead of the URL's host.
    server_name: Option<ServerName<'static>>,
    protocols: Vec<Vec<u8>>,
    meter: Meter,
    state: Mutex<State>,
}

/// How often what is believed and what is presented have changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version {
    /// Connections that presented another identity are not used any more.
    pub(crate) identity: u64,
    /// Connections to servers that were believed for another reason serve out what they have begun.
    pub(crate) authority: u64,
}

struct State {
    authorities: Authorities,
    /// The authority that was read from a file, if it was.
    authority: Option<Pem>,
    authority_check: Schedule,
    identity: Option<Identity>,
    identity_check: Schedule,
    source: Option<Identities>,
    /// Why the identity that the source has cannot be used, if it cannot.
    refused: Option<Error>,
    config: Arc<ClientConfig>,
    version: Version,
}

impl Trust {
    /// As `tls` says; the identity from `source`, if there is one.
    pub(crate) fn new(
        tls: &Tls,
        http2: Http2,
        source: Option<&ClientIdentity>,
        meter: Meter,
    ) -> Result<Self, Error> {
        let protocols = match &tls.protocols {
            Some(protocols) => {
                let protocols = protocols.iter().map(|name| name.as_bytes().to_vec());
                protocols
                    .filter(|name| http2.enabled || name != ALPN_H2)
                    .collect()
            }
            None if http2.enabled => vec![ALPN_H2.to_vec(), ALPN_HTTP11.to_vec()],
            None => vec![ALPN_HTTP11.to_vec()],
        };
        let mut source = source.map(ClientIdentity::follow);
        let identity = match &mut source {
            Some(source) => source.current().map(|identity| (*identity).clone()),
            None => tls.identity.clone(),
        };
        let authorities = Authorities::of(tls)?;
        let config = client_config(&authorities, identity.as_ref(), protocols.clone())?;
        let now = meter.now();
        let authority = tls.certificate_authority.clone();
        Ok(Self {
            server_name: tls.server_name.as_deref().map(server_name).transpose()?,
            protocols,
            state: Mutex::new(State {
                authority: authority
                    .filter(|pem| pem.file().is_some() && !tls.danger_accept_invalid_certs),
                authorities,
                authority_check: Schedule::new(AUTHORITY_CHECK, now),
                identity,
                identity_check: Schedule::new(HANDSHAKE_CHECK, now),
                source,
                refused: None,
                config: Arc::new(config),
                version: Version::default(),
            }),
            meter,
        })
    }

    /// Takes note of what has changed before a request is sent: the identity of a source at once, an
    /// authority in a file if it has not been looked at for five minutes.
    ///
    /// # Errors
    ///
    /// If the source has an identity that cannot be used.
    pub(crate) fn before_request(&self) -> Result<Version, Error> {
        let mut state = self.state();
        let change = state.source.as_mut().and_then(Identities::changed);
        if let Some(identity) = change {
            let identity = identity.map(|identity| (*identity).clone());
            state.refused = self.present(&mut state, identity).err();
        }
        if let Some(error) = &state.refused {
            return Err(error.clone());
        }
        let now = self.meter.now();
        if state.authority.is_some() && state.authority_check.is_due(now) {
            self.reread_authority(&mut state);
        }
        Ok(state.version)
    }

    /// What a handshake that begins now is done with. The identity of files is read again if that was
    /// not done in the last second.
    pub(crate) fn before_handshake(&self) -> (Arc<ClientConfig>, Version) {
        let mut state = self.state();
        if state.identity_check.is_due(self.meter.now()) {
            self.reread_identity(&mut state);
        }
        (Arc::clone(&state.config), state.version)
    }

    /// How often what is believed and what is presented have changed by now.
    pub(crate) fn version(&self) -> Version {
        self.state().version
    }

    /// Reads the identity of files again, whenever that was last done.
    pub(crate) fn reread(&self) {
        self.reread_identity(&mut self.state());
    }

    /// When to look at the identity without being asked to, for the sake of connections that are open;
    /// `None` if it is in no file.
    pub(crate) fn next_look(&self) -> Option<Instant> {
        let state = self.state();
        let in_files = state.identity.as_ref().is_some_and(is_in_files);
        in_files.then(|| self.meter.now() + IDENTITY_CHECK)
    }

    /// Where the identity comes from, if someone decides it.
    pub(crate) fn source(&self) -> Option<Identities> {
        self.state().source.clone()
    }

    /// The name that the server's certificate must have, instead of that of its URL.
    pub(crate) fn server_name(&self) -> Option<&ServerName<'static>> {
        self.server_name.as_ref()
    }

    /// The clock and timer.
    pub(crate) fn time(&self) -> &Arc<dyn Time> {
        &self.meter.time
    }

    /// Whether HTTP/2 is offered.
    pub(crate) fn offers_http2(&self) -> bool {
        self.protocols.iter().any(|name| name == ALPN_H2)
    }

    fn reread_authority(&self, state: &mut State) {
        let (result, reason) = match self.replace_authority(state) {
            Ok(false) => UNCHANGED,
            Ok(true) => {
                let file = state.authority.as_ref().and_then(Pem::file);
                tracing::info!(?file, "the certificate authority was replaced");
                UPDATED
            }
            Err(error) => {
                tracing::warn!(%error, "the certificate authority cannot be replaced; the old one stays");
                (FAILURE, error.reason("ca_parse_error"))
            }
        };
        let labels = [result, reason];
        let metrics = &self.meter.metrics;
        metrics.count(&metrics::AUTHORITY_RELOADS, &labels);
    }

    /// Whether there is another one in the file.
    fn replace_authority(&self, state: &mut State) -> Result<bool, Useless> {
        let Some(pem) = state.authority.as_ref().map_or(Ok(None), replaced)? else {
            return Ok(false);
        };
        let authorities = Authorities::in_pem(&pem)?;
        let identity = state.identity.as_ref();
        let config = client_config(&authorities, identity, self.protocols.clone())?;
        state.config = Arc::new(config);
        state.authority = Some(pem);
        state.authorities = authorities;
        state.version.authority += 1;
        Ok(true)
    }

    fn reread_identity(&self, state: &mut State) {
        if state.source.is_some() || !state.identity.as_ref().is_some_and(is_in_files) {
            return;
        }
        let (result, reason) = match self.replace_identity(state) {
            Ok(false) => UNCHANGED,
            Ok(true) => {
                let identity = state.identity.as_ref();
                let file = identity.and_then(|identity| identity.certificate.file());
                tracing::info!(?file, "the client certificate was replaced");
                UPDATED
            }
            // Of a pair that is being replaced, one half is there first.
            Err(error) => {
                tracing::warn!(%error, "the client certificate cannot be replaced; the old one stays");
                (FAILURE, error.reason("cert_parse_error"))
            }
        };
        let labels = [result, reason];
        let metrics = &self.meter.metrics;
        metrics.count(&metrics::CERTIFICATE_RELOADS, &labels);
    }

    /// Whether there is another certificate or key in the files.
    fn replace_identity(&self, state: &mut State) -> Result<bool, Useless> {
        let Some(old) = &state.identity else {
            return Ok(false);
        };
        let (certificate, key) = (replaced(&old.certificate)?, replaced(&old.key)?);
        if certificate.is_none() && key.is_none() {
            return Ok(false);
        }
        let identity = Identity {
            certificate: certificate.unwrap_or_else(|| old.certificate.clone()),
            key: key.unwrap_or_else(|| old.key.clone()),
        };
        self.present(state, Some(identity))?;
        Ok(true)
    }

    fn present(&self, state: &mut State, identity: Option<Identity>) -> Result<(), Error> {
        let config = client_config(
            &state.authorities,
            identity.as_ref(),
            self.protocols.clone(),
        )?;
        state.config = Arc::new(config);
        state.identity = identity;
        state.version.identity += 1;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that may panic stands between two assignments that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_in_files(identity: &Identity) -> bool {
    identity.certificate.file().is_some() || identity.key.file().is_some()
}

/// What is in the file that this comes from, if it comes from one that holds something else by now.
fn replaced(old: &Pem) -> Result<Option<Pem>, Useless> {
    // Small local files, read seldom: no thread is worth it.
    let Some(file) = old.file() else {
        return Ok(None);
    };
    let pem = Pem::from_file(file).map_err(|error| Useless::Unreadable(file.into(), error))?;
    if pem.bytes().is_empty() {
        return Err(Useless::Empty(file.into()));
    }
    Ok((pem != *old).then_some(pem))
}

/// Why a file is of no use at the moment.
enum Useless {
    Unreadable(PathBuf, io::Error),
    Empty(PathBuf),
    Unusable(Error),
}

impl Useless {
    /// The same in a word of metrics; `unusable` is that for what cannot be used.
    fn reason(&self, unusable: &'static str) -> &'static str {
        match self {
            Self::Unreadable(..) => "read_error",
            Self::Empty(_) => "empty",
            Self::Unusable(_) => unusable,
        }
    }
}

impl From<Error> for Useless {
    fn from(error: Error) -> Self {
        Self::Unusable(error)
    }
}

impl fmt::Display for Useless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(file, error) => {
                write!(f, "{} cannot be read: {error}", file.display())
            }
            Self::Empty(file) => write!(f, "{} is empty", file.display()),
            Self::Unusable(error) => error.fmt(f),
        }
    }
}

/// What came of a look at a file, as metrics have it.
const UNCHANGED: (&str, &str) = ("success", "unchanged");
const UPDATED: (&str, &str) = ("success", "updated");
const FAILURE: &str = "failure";

/// As often as client-go looks: a certificate at a handshake, and a certificate and an authority in any
/// case.
const HANDSHAKE_CHECK: Duration = Duration::from_secs(1);
const IDENTITY_CHECK: Duration = Duration::from_secs(300);
const AUTHORITY_CHECK: Duration = Duration::from_secs(300);
