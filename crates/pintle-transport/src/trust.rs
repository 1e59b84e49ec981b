//! What the TLS connections of a pool believe and present, now.
//!
//! Invariant: what cannot be used never takes the place of what could. A file that is being replaced
//! is seen whole or not at all, because a certificate without its key does not get in.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pintle_config::{Http2, Identity, Pem, Tls};
use pintle_env::{Instant, Time};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use crate::connect::server_name;
use crate::error::Error;
use crate::identity::{ClientIdentity, Identities};
use crate::rotation::Schedule;
use crate::stream::{ALPN_H2, ALPN_HTTP11};
use crate::tls::{Authorities, client_config};

/// The TLS settings of a pool, as they change.
pub(crate) struct Trust {
    /// The name to expect instead of the URL's host.
    server_name: Option<ServerName<'static>>,
    protocols: Vec<Vec<u8>>,
    time: Arc<dyn Time>,
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
        time: Arc<dyn Time>,
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
        let now = time.now();
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
            time,
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
        let now = self.time.now();
        if state.authority.is_some() && state.authority_check.is_due(now) {
            self.reread_authority(&mut state);
        }
        Ok(state.version)
    }

    /// What a handshake that begins now is done with. The identity of files is read again if that was
    /// not done in the last second.
    pub(crate) fn before_handshake(&self) -> (Arc<ClientConfig>, u64) {
        let mut state = self.state();
        if state.identity_check.is_due(self.time.now()) {
            self.reread_identity(&mut state);
        }
        (Arc::clone(&state.config), state.version.identity)
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
        in_files.then(|| self.time.now() + IDENTITY_CHECK)
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
        &self.time
    }

    /// Whether HTTP/2 is offered.
    pub(crate) fn offers_http2(&self) -> bool {
        self.protocols.iter().any(|name| name == ALPN_H2)
    }

    fn reread_authority(&self, state: &mut State) {
        // Small local files, read seldom: no thread is worth it.
        let Some(old) = &state.authority else { return };
        let Some((pem, authorities)) = old.file().and_then(|file| {
            let pem = reread(file, old)?;
            match Authorities::in_pem(&pem) {
                Ok(authorities) => Some((pem, authorities)),
                Err(error) => {
                    tracing::warn!(%error, "the certificate authority was replaced by one that cannot be used; the old one stays");
                    None
                }
            }
        }) else {
            return;
        };
        match client_config(
            &authorities,
            state.identity.as_ref(),
            self.protocols.clone(),
        ) {
            Ok(config) => {
                tracing::info!(file = ?pem.file(), "the certificate authority was replaced");
                state.config = Arc::new(config);
                state.authority = Some(pem);
                state.authorities = authorities;
                state.version.authority += 1;
            }
            Err(error) => tracing::warn!(%error, "the new certificate authority is of no use"),
        }
    }

    fn reread_identity(&self, state: &mut State) {
        if state.source.is_some() {
            return;
        }
        let Some(old) = &state.identity else { return };
        let again = |pem: &Pem| pem.file().and_then(|file| reread(file, pem));
        let (certificate, key) = (again(&old.certificate), again(&old.key));
        if certificate.is_none() && key.is_none() {
            return;
        }
        let identity = Identity {
            certificate: certificate.unwrap_or_else(|| old.certificate.clone()),
            key: key.unwrap_or_else(|| old.key.clone()),
        };
        let file = identity.certificate.file().map(Path::to_owned);
        match self.present(state, Some(identity)) {
            Ok(()) => tracing::info!(?file, "the client certificate was replaced"),
            // Of a pair that is being replaced, one half is there first.
            Err(error) => {
                tracing::warn!(%error, "the client certificate was replaced by one that cannot be used; the old one stays");
            }
        }
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

/// What is in `file`, if that is something else than `old`.
fn reread(file: &Path, old: &Pem) -> Option<Pem> {
    match Pem::from_file(file) {
        Ok(pem) => (pem != *old).then_some(pem),
        Err(error) => {
            tracing::warn!(%error, file = %file.display(), "cannot be read again; what was read before stays");
            None
        }
    }
}

/// As often as client-go looks: a certificate at a handshake, and a certificate and an authority in any
/// case.
const HANDSHAKE_CHECK: Duration = Duration::from_secs(1);
const IDENTITY_CHECK: Duration = Duration::from_secs(300);
const AUTHORITY_CHECK: Duration = Duration::from_secs(300);
