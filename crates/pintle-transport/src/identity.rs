//! A client certificate that someone else decides, and may change while connections are open.

use std::fmt;
use std::sync::Arc;

use pintle_config::Identity;
use tokio::sync::watch;

/// The client certificate of transports, in the hands of whoever renews it. Clones are the same.
///
/// client-go's `GetCert`. What is set takes effect with the next request: connections that were opened
/// with another certificate serve no request that begins later, what has begun over them is brought to
/// its end, and watches over them end with [`Error::is_closed`](crate::Error::is_closed).
///
/// ```
/// use pintle_config::{Config, Identity, Pem};
/// use pintle_transport::{ClientIdentity, Transport};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = Config::new("https://127.0.0.1:6443")?;
/// # let authority = pintle_pki::CertificateAuthority::generate("a", pintle_pki::Validity::new(0, 9)?)?;
/// # let config = config.certificate_authority(Pem::from_bytes(authority.certificate_pem()));
/// let identity = ClientIdentity::new();
/// let transport = Transport::builder(&config).client_identity(&identity).build()?;
/// # let renewed = authority.issue_client("me", &[], pintle_pki::Validity::new(0, 9)?)?;
/// # let (certificate, key) = (renewed.certificate_pem(), renewed.private_key_pem());
/// identity.set(Some(Identity {
///     certificate: Pem::from_bytes(certificate),
///     key: Pem::from_bytes(key),
/// }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct ClientIdentity(Arc<watch::Sender<Option<Arc<Identity>>>>);

impl ClientIdentity {
    /// No certificate, for now.
    pub fn new() -> Self {
        Self::default()
    }

    /// Presents this certificate from now on, or none. One that is as it was before changes nothing.
    pub fn set(&self, identity: Option<Identity>) {
        self.0.send_if_modified(|current| {
            let is_same = match (&identity, &*current) {
                (None, None) => true,
                (Some(new), Some(old)) => {
                    (&new.certificate, &new.key) == (&old.certificate, &old.key)
                }
                _ => false,
            };
            if !is_same {
                *current = identity.map(Arc::new);
            }
            !is_same
        });
    }

    pub(crate) fn follow(&self) -> Identities {
        Identities {
            receiver: self.0.subscribe(),
            source: self.clone(),
        }
    }
}

impl PartialEq for ClientIdentity {
    /// Whether they are clones of each other.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientIdentity")
    }
}

/// Notices when a [`ClientIdentity`] changes.
#[derive(Clone)]
pub(crate) struct Identities {
    receiver: watch::Receiver<Option<Arc<Identity>>>,
    /// Kept, so that nobody waits for what cannot come any more.
    source: ClientIdentity,
}

impl Identities {
    /// The certificate, if it is another than when it was last looked at.
    pub(crate) fn changed(&mut self) -> Option<Option<Arc<Identity>>> {
        let identity = self.receiver.borrow_and_update();
        identity.has_changed().then(|| identity.clone())
    }

    /// The certificate as it is now.
    pub(crate) fn current(&mut self) -> Option<Arc<Identity>> {
        self.receiver.borrow_and_update().clone()
    }

    /// Waits until the certificate is another than when it was last looked at.
    pub(crate) async fn change(&mut self) {
        let changed = self.receiver.changed().await;
        debug_assert!(changed.is_ok(), "the source is kept: {:?}", self.source);
    }
}
