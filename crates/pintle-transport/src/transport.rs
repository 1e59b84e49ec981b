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
use tracing::Instrument as _;

use crate::body::Body;
use crate::builder::Builder;
use crate::error::{BoxError, Error, ErrorKind};
use crate::service::BoxService;

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
    /// Requests say `http://localhost` and carry no credentials.
    pub fn from_service<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let config = Config::new("http://localhost").expect("this is a URL");
        Self::builder(&config)
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
    /// before it. Any status code is a success here.
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
        let span = tracing::debug_span!(
            "request",
            http.request.method = %request.method(),
            url.path = request.uri().path(),
            http.response.status_code = tracing::field::Empty,
        );
        let response = self
            .service
            .clone()
            .oneshot(request)
            .instrument(span.clone())
            .await?;
        span.record("http.response.status_code", response.status().as_u16());
        Ok(response)
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
