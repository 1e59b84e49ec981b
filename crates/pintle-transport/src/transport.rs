//! The handle that requests are sent with.
//!
//! Invariant: a request goes to the configured server and to no other, whatever its URI says.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{Request, Response, Uri, Version};
use pintle_config::{Config, ServerUrl};
use tower::ServiceExt as _;
use tower_service::Service;

use crate::body::Body;
use crate::builder::Builder;
use crate::error::{BoxError, Error, ErrorKind};
use crate::service::BoxService;
use crate::upgrade::{self, Upgrade};
use crate::websocket::Handshake;

/// Sends requests to one API server. Cheap to clone; clones share their connections.
///
/// When the last clone is dropped, and the last response body that came through it, the connections
/// are closed.
#[derive(Clone)]
pub struct Transport {
    server: Arc<ServerUrl>,
    service: BoxService,
}

impl Transport {
    /// A transport to the server of `config`, with its TLS settings and credentials. Nothing is
    /// connected yet.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn new(config: &Config) -> Result<Self, Error> {
        Self::builder(config).build()
    }

    /// For a transport with layers, or a service, of the caller's.
    pub fn builder(config: &Config) -> Builder {
        Builder::new(config.clone())
    }

    /// A transport that hands every request to `service`, for instance a server in the same process.
    /// Requests say `http://localhost`, carry no credentials, and are not limited in their rate.
    pub fn from_service<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let config = Config::new("http://localhost").expect("this is a URL");
        Self::builder(&config.rate_limit(-1.0, 0))
            .service(service)
            .build()
            .expect("without TLS, credentials and user agent there is nothing to refuse")
    }

    pub(crate) fn assemble(server: ServerUrl, service: BoxService) -> Self {
        Self {
            server: Arc::new(server),
            service,
        }
    }

    /// The API server.
    pub fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// Sends `request` and waits for the head of the response; its body is read from the response.
    ///
    /// The request's URI is path and query only: the server's scheme, authority and base path are put
    /// before it. Any status code is a success here. What is special about the request is among its
    /// extensions, as [`RequestOptions`](crate::RequestOptions).
    ///
    /// It waits for the client's rate limit, and is sent again if that can do no harm: after an answer of
    /// 429 or 500 and above that says when, and, if it is a GET, after a connection that was lost. What
    /// such an attempt came to is logged; what the last one came to is returned.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the request up. The server may have received it, and may act on it.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`].
    pub async fn send(&self, mut request: Request<Body>) -> Result<Response<Body>, Error> {
        *request.uri_mut() = self.absolute(request.uri())?;
        // Which version is spoken is the connection's affair.
        *request.version_mut() = Version::HTTP_11;
        self.service.clone().oneshot(request).await
    }

    /// Asks the server to leave HTTP, by what the request's `Upgrade` header names: `websocket`, or
    /// `SPDY/3.1`. The connection is one of its own, over HTTP/1.1, and takes the same way as that of
    /// other requests: same proxy, same TLS, same credentials, same layers.
    ///
    /// What is spoken after that is nothing to the transport; [`Transport::websocket`] shakes hands for
    /// WebSockets. A limit to the request's time ends when the answer begins.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the request up. The server may have received it, and may act on it.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]. That the server answers otherwise than with 101 is none.
    pub async fn upgrade(&self, mut request: Request<Body>) -> Result<Upgrade, Error> {
        upgrade::mark(&mut request);
        upgrade::outcome(self.send(request).await?)
    }

    /// Opens a WebSocket that speaks one of these protocols, the first of them preferred: shakes hands,
    /// and checks the answer. `Sec-WebSocket-Protocol` of the answer names the one that was chosen.
    ///
    /// From there on it is for a library to cut the bytes into frames; with `tokio-tungstenite`:
    /// `WebSocketStream::from_raw_socket(upgraded, Role::Client, None)`.
    ///
    /// ```no_run
    /// use http::Request;
    /// use pintle_transport::{Body, Transport, Upgrade};
    ///
    /// # async fn example(transport: Transport) -> Result<(), Box<dyn std::error::Error>> {
    /// let uri = "/api/v1/namespaces/web/pods/web-0/exec?command=date&stdout=true";
    /// let request = Request::get(uri).body(Body::empty())?;
    /// match transport.websocket(request, &["v5.channel.k8s.io"]).await? {
    ///     Upgrade::Switched(response) => {
    ///         let _stream = response.into_body();
    ///     }
    ///     Upgrade::Refused(response) => println!("no WebSocket: {}", response.status()),
    ///     _ => {}
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As [`Transport::upgrade`].
    ///
    /// # Errors
    ///
    /// As [`Transport::upgrade`]; [`ErrorKind::Protocol`] if the server switches and the answer is not
    /// that to this handshake, [`ErrorKind::Request`] if a protocol's name fits no header.
    pub async fn websocket(
        &self,
        mut request: Request<Body>,
        protocols: &[&str],
    ) -> Result<Upgrade, Error> {
        let handshake = Handshake::begin(&mut request, protocols)?;
        let upgrade = self.upgrade(request).await?;
        if let Upgrade::Switched(response) = &upgrade {
            handshake.check(response, protocols, self.server.authority().as_str())?;
        }
        Ok(upgrade)
    }

    fn absolute(&self, uri: &Uri) -> Result<Uri, Error> {
        if uri.authority().is_some() {
            return Err(Error::new(
                ErrorKind::Request,
                "the request's URI names a server; it must be path and query only",
            ));
        }
        let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let path = format!("{}{path}", self.server.base_path());
        Uri::builder()
            .scheme(self.server.scheme().clone())
            .authority(self.server.authority().clone())
            .path_and_query(path)
            .build()
            .map_err(|error| {
                Error::with_source(ErrorKind::Request, "the request's URI is not valid", error)
            })
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
