//! Acting as someone else: the headers that say so.
//!
//! Invariant: a request that impersonates already is left as it is.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{HeaderName, HeaderValue};
use http::{Request, Response};
use pintle_config::Impersonation;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::Body;
use crate::error::{Error, ErrorKind};
use crate::options::RequestOptions;

/// Says as whom the server is to act.
#[derive(Clone, Debug)]
pub(crate) struct ImpersonateLayer(Arc<Headers>);

type Headers = Vec<(HeaderName, HeaderValue)>;

impl ImpersonateLayer {
    pub(crate) fn new(impersonation: Option<&Impersonation>) -> Result<Self, Error> {
        let headers = match impersonation {
            Some(impersonation) => headers(impersonation, ErrorKind::Configuration)?,
            None => Headers::new(),
        };
        Ok(Self(Arc::new(headers)))
    }
}

impl<S> Layer<S> for ImpersonateLayer {
    type Service = Impersonate<S>;

    fn layer(&self, inner: S) -> Impersonate<S> {
        Impersonate {
            inner,
            headers: Arc::clone(&self.0),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Impersonate<S> {
    inner: S,
    headers: Arc<Headers>,
}

impl<S> Service<Request<Body>> for Impersonate<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Error>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if request.headers().contains_key(USER) {
            return Box::pin(self.inner.call(request));
        }
        let options = request.extensions().get::<RequestOptions>();
        let own = options.and_then(RequestOptions::impersonation);
        match own.map(|own| headers(own, ErrorKind::Request)).transpose() {
            Ok(own) => {
                let headers = own.as_ref().unwrap_or(&self.headers).iter().cloned();
                for (name, value) in headers {
                    request.headers_mut().append(name, value);
                }
                Box::pin(self.inner.call(request))
            }
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

fn headers(impersonation: &Impersonation, kind: ErrorKind) -> Result<Headers, Error> {
    let Impersonation {
        user,
        uid,
        groups,
        extra,
        ..
    } = impersonation;
    if user.is_empty() {
        if uid.is_empty() && groups.is_empty() && extra.is_empty() {
            return Ok(Headers::new());
        }
        let message = "a uid, groups or extras are to be impersonated, and no user";
        return Err(Error::new(kind, message));
    }
    let value = |text: &str| {
        HeaderValue::from_str(text).map_err(|error| {
            let message = format!("{text:?} cannot be impersonated: no header may contain it");
            Error::with_source(kind, message, error)
        })
    };
    let mut headers = vec![(USER, value(user)?)];
    if !uid.is_empty() {
        headers.push((UID, value(uid)?));
    }
    for group in groups {
        headers.push((GROUP, value(group)?));
    }
    for (key, values) in extra {
        let name = format!("impersonate-extra-{}", escaped(key));
        let name = HeaderName::try_from(name).map_err(|error| {
            let message = format!("the extra {key:?} cannot be impersonated");
            Error::with_source(kind, message, error)
        })?;
        for text in values {
            headers.push((name.clone(), value(text)?));
        }
    }
    Ok(headers)
}

/// The key with everything escaped that no name of a header may contain, and the sign of the escapes.
fn escaped(key: &str) -> String {
    let mut out = String::new();
    for byte in key.bytes() {
        let legal = byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte);
        if legal {
            out.push(char::from(byte));
        } else {
            // A string takes whatever is written to it.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

const USER: HeaderName = HeaderName::from_static("impersonate-user");
const UID: HeaderName = HeaderName::from_static("impersonate-uid");
const GROUP: HeaderName = HeaderName::from_static("impersonate-group");
