//! The `Authorization` header, and where what it says comes from.
//!
//! Invariant: a request that has one keeps it, and ours is marked sensitive, so that neither `Debug`
//! nor HTTP/2's header compression gives it away.

mod exec;
mod flight;
mod oidc;
mod token_file;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response, StatusCode};
use pintle_config::{Auth, AuthProvider, Config, Secret};
use pintle_env::Time;
use tower::ServiceExt as _;
use tower_layer::Layer;
use tower_service::Service;

use crate::attempts::drain;
use crate::body::Body;
use crate::client::copy;
use crate::error::{Error, ErrorKind};
use crate::identity::ClientIdentity;
use token_file::TokenFile;

/// Says who sends the request.
#[derive(Clone)]
pub(crate) struct AuthLayer(Source);

/// Where the header's value comes from.
#[derive(Clone)]
enum Source {
    Nobody,
    Fixed(HeaderValue),
    File(Arc<TokenFile>),
    Exec(Arc<exec::Credentials>),
    Oidc(Arc<oidc::Provider>),
}

/// What a request has shown, by which it is known what to do when that was refused.
enum Shown {
    Fixed,
    File(HeaderValue),
    Exec(Arc<exec::Fetched>),
}

impl AuthLayer {
    pub(crate) fn new(config: &Config, time: Arc<dyn Time>) -> Result<Self, Error> {
        Ok(Self(match &config.auth {
            Auth::Bearer(token) => match token.file() {
                Some(file) => Source::File(Arc::new(TokenFile::new(file, token.value(), time)?)),
                None if token.value().is_empty() => Source::Nobody,
                None => Source::Fixed(bearer(token.value())?),
            },
            Auth::Basic { username, password } => {
                let pair = format!("{username}:{}", password.expose());
                Source::Fixed(sensitive(format!("Basic {}", STANDARD.encode(pair)))?)
            }
            // Who presents a certificate has said enough.
            Auth::Exec(_) if config.tls.identity.is_some() => Source::Nobody,
            Auth::Exec(plugin) => {
                let plugins = config.shared.part::<exec::Plugins>();
                Source::Exec(plugins.get(plugin, config)?)
            }
            Auth::Provider(provider) if provider.name == "oidc" => {
                let providers = config.shared.part::<oidc::Providers>();
                Source::Oidc(providers.get(provider, config)?)
            }
            Auth::Provider(provider) => return Err(unknown(provider)),
            _ => Source::Nobody,
        }))
    }

    /// The client certificate for connections, if one comes from where the header comes from.
    pub(crate) fn identity(&self) -> Option<&ClientIdentity> {
        match &self.0 {
            Source::Exec(credentials) => Some(credentials.identity()),
            _ => None,
        }
    }
}

/// A provider that there is no more, or never was.
fn unknown(provider: &AuthProvider) -> Error {
    let message = match provider.name.as_str() {
        "gcp" => {
            "the auth provider gcp has been removed; let the user run the exec plugin gke-gcloud-auth-plugin".to_owned()
        }
        "azure" => {
            "the auth provider azure has been removed; let the user run the exec plugin kubelogin".to_owned()
        }
        other => format!("the auth provider {other:?} is not known"),
    };
    Error::new(ErrorKind::Configuration, message)
}

/// The value of the header for a bearer token.
fn bearer(token: &Secret) -> Result<HeaderValue, Error> {
    sensitive(format!("Bearer {}", token.expose()))
}

fn sensitive(value: String) -> Result<HeaderValue, Error> {
    // The error of the conversion says nothing more, and the value must not be said.
    let mut value = HeaderValue::try_from(value).map_err(|_| {
        Error::new(
            ErrorKind::Configuration,
            "the bearer token contains characters that no header may contain",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

impl Source {
    /// What the header says now, if there is to be one.
    async fn current(&self) -> Result<(Option<HeaderValue>, Shown), Error> {
        Ok(match self {
            Self::Nobody => (None, Shown::Fixed),
            Self::Fixed(value) => (Some(value.clone()), Shown::Fixed),
            Self::File(file) => {
                let value = file.current()?;
                (Some(value.clone()), Shown::File(value))
            }
            Self::Exec(credentials) => {
                let fetched = credentials.current().await?;
                (fetched.authorization.clone(), Shown::Exec(fetched))
            }
            Self::Oidc(provider) => (Some(provider.current().await?), Shown::Fixed),
        })
    }

    /// Learns that the server has refused what was shown. Whether there is something else to show.
    async fn refused(&self, shown: &Shown) -> bool {
        match (self, shown) {
            (Self::File(file), Shown::File(value)) => file.refused(value),
            (Self::Exec(credentials), Shown::Exec(fetched)) => {
                let others = credentials.instead_of(fetched).await;
                if let Err(error) = &others {
                    tracing::warn!(%error, "credentials were refused and there are no others");
                }
                others.is_ok()
            }
            _ => false,
        }
    }

    /// Whether there can be something else to show when this was refused.
    fn is_renewable(&self) -> bool {
        matches!(self, Self::File(_) | Self::Exec(_))
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AddAuth<S>;

    fn layer(&self, inner: S) -> AddAuth<S> {
        AddAuth {
            inner,
            source: self.0.clone(),
        }
    }
}

#[derive(Clone)]
pub(crate) struct AddAuth<S> {
    inner: S,
    source: Source,
}

impl<S> Service<Request<Body>> for AddAuth<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // A request waits for a clone of its own, once it knows what to show.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let inner = self.inner.clone();
        if request.headers().contains_key(AUTHORIZATION) {
            return Box::pin(inner.oneshot(request));
        }
        Box::pin(send(inner, self.source.clone(), request))
    }
}

async fn send<S>(
    inner: S,
    source: Source,
    mut request: Request<Body>,
) -> Result<Response<Body>, Error>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Error> + Clone,
{
    let (value, shown) = source.current().await?;
    let again = if source.is_renewable() {
        copy(&request)
    } else {
        None
    };
    request
        .headers_mut()
        .extend(value.map(|value| (AUTHORIZATION, value)));
    let response = inner.clone().oneshot(request).await?;
    if response.status() != StatusCode::UNAUTHORIZED || !source.refused(&shown).await {
        return Ok(response);
    }
    // Who is not known has done nothing, so that to do it once more does no harm.
    let Some(mut again) = again else {
        return Ok(response);
    };
    let (value, _) = source.current().await?;
    drain(response.into_body()).await;
    tracing::debug!("sending a request again with new credentials");
    again
        .headers_mut()
        .extend(value.map(|value| (AUTHORIZATION, value)));
    inner.oneshot(again).await
}
