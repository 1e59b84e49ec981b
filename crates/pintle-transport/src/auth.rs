//! The `Authorization` header.
//!
//! Invariant: a request that has one keeps it, and ours is marked sensitive, so that neither `Debug`
//! nor HTTP/2's header compression gives it away.

use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response};
use pintle_config::Auth;
use tower_layer::Layer;
use tower_service::Service;

use crate::error::{Error, ErrorKind};

/// Says who sends the request.
#[derive(Clone, Debug)]
pub(crate) struct AuthLayer(Option<HeaderValue>);

impl AuthLayer {
    pub(crate) fn new(auth: &Auth) -> Result<Self, Error> {
        let value = match auth {
            Auth::Bearer(token) if !token.value().is_empty() => {
                Some(format!("Bearer {}", token.value().expose()))
            }
            Auth::Basic { username, password } => {
                let pair = format!("{username}:{}", password.expose());
                Some(format!("Basic {}", STANDARD.encode(pair)))
            }
            _ => None,
        };
        let Some(value) = value else {
            return Ok(Self(None));
        };
        // The error of the conversion says nothing more, and the value must not be said.
        let mut value = HeaderValue::try_from(value).map_err(|_| {
            Error::new(
                ErrorKind::Configuration,
                "the bearer token contains characters that no header may contain",
            )
        })?;
        value.set_sensitive(true);
        Ok(Self(Some(value)))
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AddAuth<S>;

    fn layer(&self, inner: S) -> AddAuth<S> {
        AddAuth {
            inner,
            value: self.0.clone(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct AddAuth<S> {
    inner: S,
    value: Option<HeaderValue>,
}

impl<S, B, R> Service<Request<B>> for AddAuth<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        if let Some(value) = &self.value {
            request
                .headers_mut()
                .entry(AUTHORIZATION)
                .or_insert_with(|| value.clone());
        }
        self.inner.call(request)
    }
}
