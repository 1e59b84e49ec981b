//! Putting a transport together.
//!
//! Invariant: the order of the layers is decided here and nowhere else.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use pintle_config::Config;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_layer::Layer;
use tower_service::Service;

use crate::attempts::AttemptsLayer;
use crate::auth::AuthLayer;
use crate::body::Body;
use crate::client::Client;
use crate::connect::Connector;
use crate::dial::{Connect, Dial};
use crate::error::{BoxError, Error, ErrorKind};
use crate::gunzip::GunzipLayer;
use crate::identity::ClientIdentity;
use crate::impersonate::ImpersonateLayer;
use crate::metrics::{self, Meter};
use crate::observe::ObserveLayer;
use crate::pool::Pool;
use crate::proxy::Proxy;
use crate::service::BoxService;
use crate::shared::{Key, Pools};
use crate::time;
use crate::transport::Transport;
use crate::trust::Trust;
use crate::user_agent::UserAgentLayer;
use crate::warnings::WarningsLayer;

/// Builds a [`Transport`] with layers or a service of the caller's.
///
/// ```
/// use http::Request;
/// use http::header::HeaderValue;
/// use pintle_config::Config;
/// use pintle_transport::{Body, Transport};
/// use tower::util::MapRequestLayer;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = Config::new("http://127.0.0.1:8001")?;
/// let transport = Transport::builder(&config)
///     .layer(MapRequestLayer::new(|mut request: Request<Body>| {
///         let headers = request.headers_mut();
///         headers.insert("x-request-source", HeaderValue::from_static("nightly"));
///         request
///     }))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct Builder {
    config: Config,
    connect: Option<Connect>,
    identity: Option<ClientIdentity>,
    service: Option<BoxService>,
    layers: Vec<Box<dyn FnOnce(BoxService) -> BoxService + Send>>,
}

impl Builder {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            connect: None,
            identity: None,
            service: None,
            layers: Vec::new(),
        }
    }

    /// Adds a tower layer. It sees requests as they leave, each attempt of its own: with absolute URI,
    /// user agent and credentials; and answers as they come, perhaps in gzip. Of several layers the
    /// first added is the outermost.
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<BoxService> + Send + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.layers
            .push(Box::new(move |inner| inner.layered(&layer)));
        self
    }

    /// Opens connections by calling `connect` instead of by TCP: to a server in the same process,
    /// through a socket file, over a tunnel. If the server's URL is `https`, TLS is spoken over what
    /// it opens, and else HTTP/1.1. Proxies of the configuration are then of no effect, and the
    /// connections are shared with no other transport.
    pub fn connect_with<F, Fut, S>(mut self, connect: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        self.connect = Some(Connect::new(connect));
        self
    }

    /// Presents the client certificate that `identity` holds, in place of the configuration's.
    pub fn client_identity(mut self, identity: &ClientIdentity) -> Self {
        self.identity = Some(identity.clone());
        self
    }

    /// Sends through `service` instead of over connections of the transport's own. TLS settings of
    /// the configuration, the client certificate included, are then of no effect.
    pub fn service<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.service = Some(BoxService::new(service));
        self
    }

    /// Builds the transport. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if certificates, key, token,
    /// user agent or server name cannot be used.
    pub fn build(self) -> Result<Transport, Error> {
        let Self {
            config,
            connect,
            identity,
            service,
            layers,
        } = self;
        let time = time::of(&config.time);
        let observe = ObserveLayer::new(&config, Arc::clone(&time));
        let attempts = AttemptsLayer::new(&config, Arc::clone(&time));
        let warnings = WarningsLayer::new(config.warnings.clone());
        let impersonate = ImpersonateLayer::new(config.impersonation.as_ref())?;
        let user_agent = UserAgentLayer::new(config.user_agent.as_deref())?;
        let auth = AuthLayer::new(&config, time)?;
        // The program's own certificate comes before a plugin's.
        let identity = identity.or_else(|| auth.identity().cloned());
        let gunzip = GunzipLayer {
            ask: config.compression,
        };
        let mut stack = match service {
            Some(service) => service,
            None => BoxService::new(Client::new(pool(&config, connect, identity)?)),
        };
        for layer in layers.into_iter().rev() {
            stack = layer(stack);
        }
        // One attempt, and what is around all of them.
        let attempt = user_agent.layer(auth.layer(gunzip.layer(stack)));
        let attempt = warnings.layer(impersonate.layer(attempt));
        let stack = BoxService::new(observe.layer(attempts.layer(attempt)));
        Ok(Transport::assemble(config.server, stack))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("config", &self.config)
            .field("layers", &self.layers.len())
            .finish_non_exhaustive()
    }
}

/// The connections of the transport: those of others that are like it, unless it dials in a way of its
/// own. `identity`, if there is one, decides over the client certificate.
fn pool(
    config: &Config,
    connect: Option<Connect>,
    identity: Option<ClientIdentity>,
) -> Result<Arc<Pool>, Error> {
    let proxy = config.proxies.for_server(&config.server);
    let proxy = proxy.map_err(|error| {
        Error::with_source(
            ErrorKind::Configuration,
            "there is no way to the server",
            error,
        )
    })?;
    let key = Key {
        // Without TLS, reading the system's authorities would be for nothing.
        tls: config.server.is_https().then(|| config.tls.clone()),
        // What the caller opens leads to the server.
        proxy: proxy.filter(|_| connect.is_none()).cloned(),
        http2: config.http2,
        identity,
        time: config.time.get(),
        metrics: config.metrics.clone(),
    };
    let meter = Meter {
        metrics: config.metrics.clone(),
        time: time::of(&config.time),
    };
    let make = |dial: Dial, key: &Key| {
        let authority = config.tls.certificate_authority.as_ref();
        let proxy = key.proxy.clone().map(|url| Proxy::new(url, authority));
        let trust = key.tls.as_ref().map(|tls| {
            let meter = dial.meter().clone();
            Trust::new(tls, key.http2, key.identity.as_ref(), meter).map(Arc::new)
        });
        let trust = trust.transpose()?;
        let connector = Connector::new(dial, proxy.transpose()?, trust.clone());
        Ok(Pool::new(connector, trust, key.http2))
    };
    match connect {
        Some(connect) => {
            meter
                .metrics
                .count(&metrics::POOL_REQUESTS, &["uncacheable"]);
            make(Dial::by(connect, meter), &key).map(Arc::new)
        }
        None => {
            let pools = config.shared.part::<Pools>();
            pools.get(key, |key| make(Dial::tcp(meter), key))
        }
    }
}
