//! [`Dialer`], what makes connections.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use pintle_env::{Clock, Timer};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};
use tokio_rustls::TlsConnector;

use super::{Endpoint, KubeletTls, Trust, Unreachable};

/// Makes connections.
#[derive(Clone)]
pub(crate) struct Dialer {
    tls: Arc<KubeletTls>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
}

/// A connection, in the clear or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Dialer {
    /// What makes connections with this TLS.
    pub(crate) fn new(tls: KubeletTls, clock: Arc<dyn Clock>, timer: Arc<dyn Timer>) -> Self {
        Self {
            tls: Arc::new(tls),
            clock,
            timer,
        }
    }

    /// Connects to an endpoint.
    ///
    /// # Cancel safety
    ///
    /// Dropping this closes what was opened.
    pub(super) async fn connect(
        &self,
        endpoint: &Endpoint,
    ) -> Result<Box<dyn Stream>, Unreachable> {
        let stream = self.connect_tcp(endpoint).await?;
        let config = match endpoint.trust {
            Trust::Plain => return Ok(Box::new(stream)),
            Trust::Anyone => &self.tls.anyone,
            Trust::Kubelet => &self.tls.kubelets,
            Trust::AnyKubelet => &self.tls.any_kubelets,
        };
        let name = ServerName::try_from(endpoint.host.clone());
        let name = name.map_err(|_| Unreachable::Name(endpoint.host.clone()))?;
        tokio::select! {
            stream = TlsConnector::from(config.clone()).connect(name, stream) => {
                Ok(Box::new(stream.map_err(Unreachable::Tls)?))
            }
            () = self.timer.sleep_until(self.clock.now() + TLS) => Err(Unreachable::TlsTimeout),
        }
    }

    /// The addresses of a host, of which there is at least one.
    pub(crate) async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Unreachable> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        let none = || Unreachable::Name(host.to_owned());
        tokio::select! {
            found = lookup_host((host, 0)) => {
                let found: Vec<_> = found.map_err(|_| none())?.map(|found| found.ip()).collect();
                if found.is_empty() {
                    return Err(none());
                }
                Ok(found)
            }
            () = self.timer.sleep_until(self.clock.now() + CONNECT) => Err(none()),
        }
    }

    async fn connect_tcp(&self, endpoint: &Endpoint) -> Result<TcpStream, Unreachable> {
        let port = endpoint.dialed_port();
        let Ok(port) = port.parse::<u16>() else {
            return Err(Unreachable::Port(port.to_owned()));
        };
        let addresses = match endpoint.addresses.as_slice() {
            [] => self.resolve(&endpoint.host).await?,
            known => known.to_vec(),
        };
        let mut first = None;
        let deadline = self.clock.now() + CONNECT;
        for address in addresses {
            let address = SocketAddr::from((address, port));
            let connected = tokio::select! {
                connected = TcpStream::connect(address) => connected,
                () = self.timer.sleep_until(deadline) => Err(io::ErrorKind::TimedOut.into()),
            };
            match connected {
                Ok(stream) => {
                    // What clients type is not held back.
                    _ = stream.set_nodelay(true);
                    keep_alive(&stream);
                    return Ok(stream);
                }
                Err(error) => {
                    first.get_or_insert(Unreachable::Connect(address.to_string(), error));
                }
            }
        }
        // `resolve` finds an address or fails.
        Err(first.unwrap_or_else(|| Unreachable::Name(endpoint.host.clone())))
    }
}

/// Notices a peer that went away without a word, however long nothing has to be said.
pub(crate) fn keep_alive(stream: &TcpStream) {
    let every = socket2::TcpKeepalive::new()
        .with_time(KEEP_ALIVE)
        .with_interval(KEEP_ALIVE);
    // Without it the connection works as well as before.
    _ = socket2::SockRef::from(stream).set_tcp_keepalive(&every);
}

/// As kube-apiserver.
const CONNECT: Duration = Duration::from_secs(30);
const TLS: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(30);
