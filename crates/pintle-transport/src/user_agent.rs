//! The `User-Agent` header.
//!
//! Invariant: every request has one, and a request that comes with one keeps it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll};

use http::header::{HeaderValue, USER_AGENT};
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::error::{Error, ErrorKind};

/// A user agent as client-go writes it: `name/version (os/arch) kubernetes/version`, with Go's names
/// for operating systems and architectures. The last part is the Kubernetes release that pintle is
/// made for.
pub fn user_agent(name: &str, version: &str) -> String {
    format!(
        "{name}/{version} ({}/{}) kubernetes/{KUBERNETES}",
        os(),
        arch()
    )
}

/// Says what program sends the request.
#[derive(Clone, Debug)]
pub(crate) struct UserAgentLayer(HeaderValue);

impl UserAgentLayer {
    pub(crate) fn new(configured: Option<&str>) -> Result<Self, Error> {
        let value = match configured {
            Some(value) => HeaderValue::try_from(value),
            None => HeaderValue::try_from(user_agent(&program(), env!("CARGO_PKG_VERSION"))),
        };
        let value = value.map_err(|error| {
            Error::with_source(
                ErrorKind::Configuration,
                "the user agent contains characters that no header may contain",
                error,
            )
        })?;
        Ok(Self(value))
    }
}

impl<S> Layer<S> for UserAgentLayer {
    type Service = AddUserAgent<S>;

    fn layer(&self, inner: S) -> AddUserAgent<S> {
        AddUserAgent {
            inner,
            value: self.0.clone(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct AddUserAgent<S> {
    inner: S,
    value: HeaderValue,
}

impl<S, B, R> Service<Request<B>> for AddUserAgent<S>
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
        request
            .headers_mut()
            .entry(USER_AGENT)
            .or_insert_with(|| self.value.clone());
        self.inner.call(request)
    }
}

/// The name that the program was started by; `pintle` if it has none that a header may contain.
fn program() -> String {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.as_deref().and_then(Path::file_name);
    let name = name.and_then(OsStr::to_str).unwrap_or_default();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return "pintle".to_owned();
    }
    name.to_owned()
}

fn os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

fn arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
        other => other,
    }
}

const KUBERNETES: &str = "v1.36";
