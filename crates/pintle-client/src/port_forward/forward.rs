//! [`PortForward`], ways to the ports of a pod.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{PortListener, PortStream};
use crate::{Error, Request};

/// Ways to the ports of a pod, by way of the API server and the pod's node. Cheap to clone.
///
/// A port is connected with once ([`connect`](Self::connect)), or as often as somebody connects with a
/// port of this machine ([`listen`](Self::listen)); client-go's `portforward.PortForwarder` is the
/// latter.
///
/// ```no_run
/// use pintle_api::core::v1::Pod;
/// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
///
/// # async fn example(client: pintle_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let web = client.api::<Pod>().default_namespace().port_forward("web-0");
/// let mut stream = web.connect(80).await?;
/// stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
/// let mut answer = String::new();
/// stream.read_to_string(&mut answer).await?;
/// # Ok(())
/// # }
/// ```
///
/// It speaks `v4.channel.k8s.io` over a WebSocket, one a connection. In that protocol neither side can
/// say that it will send no more and still receive; see [`linger`](Self::linger).
#[derive(Clone)]
pub struct PortForward {
    request: Arc<dyn Fn() -> Request + Send + Sync>,
    linger: Duration,
}

impl PortForward {
    /// Ways to the ports that a request leads to.
    pub(crate) fn new(request: impl Fn() -> Request + Send + Sync + 'static) -> Self {
        Self {
            request: Arc::new(request),
            linger: LINGER,
        }
    }

    /// How long a pod that sends nothing is waited for when whoever connected to a [`PortListener`] sends
    /// no more. The default is ten seconds: the pod cannot be told, so that it may answer late to one who
    /// is still there, or never to one who has left.
    #[must_use]
    pub fn linger(mut self, time: Duration) -> Self {
        self.linger = time;
        self
    }

    /// Connects with a port. Whether anybody listens there shows when the stream is read.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such pod, a bad request when it has no node yet; when
    /// the server cannot be reached.
    pub async fn connect(&self, port: u16) -> Result<PortStream, Error> {
        let request = (self.request)().param("ports", port.to_string());
        PortStream::open(request, port).await
    }

    /// Listens at an address of this machine, for [`PortListener::run`] to connect whoever connects there
    /// with a port of the pod. At port 0 the system chooses a free one.
    ///
    /// ```no_run
    /// use pintle_client::{Forwarding, PortForward};
    ///
    /// # async fn example(web: PortForward) -> Result<(), pintle_client::Error> {
    /// let listener = web.listen(([127, 0, 0, 1], 8080).into(), 80).await?;
    /// println!("http://{}", listener.local_address());
    /// listener
    ///     .run(|event| {
    ///         if let Forwarding::Failed(error) = event {
    ///             eprintln!("{error}");
    ///         }
    ///     })
    ///     .await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// One of kind [`Local`](crate::ErrorKind::Local) when nobody can listen there.
    pub async fn listen(&self, address: SocketAddr, port: u16) -> Result<PortListener, Error> {
        PortListener::bind(self.clone(), address, port, self.linger).await
    }
}

impl fmt::Debug for PortForward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortForward")
            .field("request", &(self.request)().to_string())
            .field("linger", &self.linger)
            .finish()
    }
}

/// As long as the embedded server lets one direction outlive the other.
const LINGER: Duration = Duration::from_secs(10);
