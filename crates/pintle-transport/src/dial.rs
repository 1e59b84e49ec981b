//! Reaching the server: by name lookup and TCP, or however the caller does it.

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use crate::connect::{late, peer};
use crate::error::{BoxError, Error, of_connect};
use crate::metrics::{self, Meter};

/// Opens connections, and tells how long that took. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Dial {
    way: Way,
    meter: Meter,
}

/// How the server is reached.
#[derive(Clone)]
enum Way {
    /// Over TCP, at the host and port of its URL.
    Tcp(HttpConnector<Resolver>),
    /// As the caller does it.
    Foreign(Connect),
}

/// A function of the caller's that opens a connection to the server.
#[derive(Clone)]
pub(crate) struct Connect(Arc<dyn Fn() -> Opening + Send + Sync>);

type Opening = Pin<Box<dyn Future<Output = io::Result<Box<dyn Duplex>>> + Send>>;

/// What was opened.
pub(crate) enum Dialed {
    Tcp(TcpStream),
    Foreign(Box<dyn Duplex>),
}

/// Something that bytes go into and come out of.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

impl Connect {
    pub(crate) fn new<F, Fut, S>(connect: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        Self(Arc::new(move || {
            let opening = connect();
            Box::pin(async move {
                let opened: Box<dyn Duplex> = Box::new(opening.await?);
                Ok(opened)
            })
        }))
    }
}

impl Dial {
    /// Over TCP.
    pub(crate) fn tcp(meter: Meter) -> Self {
        let resolver = Resolver {
            system: GaiResolver::new(),
            meter: meter.clone(),
        };
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        // Shared out among the host's addresses, so that a dead first one does not use it all up.
        tcp.set_connect_timeout(Some(DIAL_TIMEOUT));
        Self {
            way: Way::Tcp(tcp),
            meter,
        }
    }

    /// As the caller does it.
    pub(crate) fn by(connect: Connect, meter: Meter) -> Self {
        Self {
            way: Way::Foreign(connect),
            meter,
        }
    }

    /// Opens a connection to the host and port of a URL.
    pub(crate) async fn open(&self, uri: &Uri) -> Result<Dialed, Error> {
        let peer = peer(uri);
        let begun = self.meter.now();
        // The dialer's own limit leaves out the name lookup.
        let dialed = timeout(DIAL_TIMEOUT, self.dial(uri.clone()))
            .await
            .map_err(|_| late(peer, "the connection attempt", DIAL_TIMEOUT))?
            .map_err(|error| of_connect(peer, error))?;
        self.meter.took(&metrics::DIAL_DURATION, &[peer], begun);
        Ok(dialed)
    }

    /// What tells how long things took.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    async fn dial(&self, uri: Uri) -> Result<Dialed, BoxError> {
        match &self.way {
            Way::Tcp(tcp) => Ok(Dialed::Tcp(tcp.clone().call(uri).await?.into_inner())),
            Way::Foreign(connect) => Ok(Dialed::Foreign((connect.0)().await?)),
        }
    }
}

impl AsyncRead for Dialed {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_read(cx, buffer),
            Self::Foreign(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Dialed {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_write(cx, data),
            Self::Foreign(stream) => Pin::new(stream).poll_write(cx, data),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_write_vectored(cx, data),
            Self::Foreign(stream) => Pin::new(stream).poll_write_vectored(cx, data),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Tcp(tcp) => tcp.is_write_vectored(),
            Self::Foreign(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Foreign(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Foreign(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// The system's name lookup, measured, and with failures that can be told from those of the connection.
#[derive(Clone)]
pub(crate) struct Resolver {
    system: GaiResolver,
    meter: Meter,
}

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = LookupFailed;
    type Future = Pin<Box<dyn Future<Output = Result<GaiAddrs, LookupFailed>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LookupFailed>> {
        self.system.poll_ready(cx).map_err(LookupFailed)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (meter, begun) = (self.meter.clone(), self.meter.now());
        let host = name.as_str().to_owned();
        let lookup = self.system.call(name);
        Box::pin(async move {
            let found = lookup.await.map_err(LookupFailed);
            meter.took(&metrics::LOOKUP_DURATION, &[&host], begun);
            found
        })
    }
}

/// A name lookup that failed.
#[derive(Debug)]
pub(crate) struct LookupFailed(io::Error);

impl fmt::Display for LookupFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("name lookup failed")
    }
}

impl std::error::Error for LookupFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

const DIAL_TIMEOUT: Duration = Duration::from_secs(30);
const KEEPALIVE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use pintle_env::{ManualClock, Metrics};

    use super::*;

    // claims: rest.transport.dial, defects.tcp
    #[tokio::test]
    async fn small_requests_leave_at_once_and_a_peer_that_is_gone_is_noticed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}", listener.local_addr().unwrap());

        let meter = Meter {
            metrics: Metrics::none(),
            time: Arc::new(ManualClock::new()),
        };
        let dialed = Dial::tcp(meter).open(&uri.parse().unwrap()).await;

        let Dialed::Tcp(tcp) = dialed.unwrap() else {
            panic!("dialed otherwise");
        };
        assert!(tcp.nodelay().unwrap());
        let socket = socket2::SockRef::from(&tcp);
        assert!(socket.keepalive().unwrap());
        let seconds = Duration::from_secs(30);
        assert_eq!(socket.tcp_keepalive_time().unwrap(), seconds);
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), seconds);
    }
}
