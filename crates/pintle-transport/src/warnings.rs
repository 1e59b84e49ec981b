//! What servers warn of, read from their answers and told to who wants to hear it.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::header::WARNING;
use http::{HeaderMap, Request, Response};
use pintle_config::{Warning, Warnings};
use tower_layer::Layer;
use tower_service::Service;

use crate::body::Body;
use crate::error::Error;

/// Tells a handler what the server warns of.
#[derive(Clone, Debug)]
pub(crate) struct WarningsLayer(Warnings);

impl WarningsLayer {
    pub(crate) fn new(warnings: Warnings) -> Self {
        Self(warnings)
    }
}

impl<S> Layer<S> for WarningsLayer {
    type Service = HandleWarnings<S>;

    fn layer(&self, inner: S) -> HandleWarnings<S> {
        HandleWarnings {
            inner,
            warnings: self.0.clone(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct HandleWarnings<S> {
    inner: S,
    warnings: Warnings,
}

impl<S> Service<Request<Body>> for HandleWarnings<S>
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

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let warnings = self.warnings.clone();
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let sent = self.inner.call(request);
        Box::pin(async move {
            let response = sent.await?;
            for warning in crate::warnings::warnings(response.headers()) {
                handle(&warnings, &format!("{method} {}", uri.path()), &warning);
            }
            Ok(response)
        })
    }
}

fn handle(warnings: &Warnings, request: &str, warning: &Warning) {
    match warnings {
        Warnings::Handler(handler) => handler.handle(request, warning),
        Warnings::Log if warning.is_for_users() => {
            tracing::warn!(request, "the API server warns: {}", warning.text);
        }
        _ => {}
    }
}

/// The warnings of an answer, of any code. What is not of the header's form is passed over.
pub fn warnings(headers: &HeaderMap) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for line in headers.get_all(WARNING) {
        let line = String::from_utf8_lossy(line.as_bytes());
        let mut rest = line.trim();
        while let Some((warning, after)) = first(rest) {
            warnings.push(warning);
            rest = after;
        }
    }
    warnings
}

/// The first warning of a header, `299 agent "text" "date"`, where the date may be missing, and what
/// follows it behind a comma.
fn first(header: &str) -> Option<(Warning, &str)> {
    let (code, after) = header.split_once(' ')?;
    let (agent, after) = after.split_once(' ')?;
    let is_code = code.len() == 3 && code.bytes().all(|digit| digit.is_ascii_digit());
    let (text, after) = unquote(after)?;
    // What controls a terminal has no business in a text.
    if !is_code || agent.is_empty() || text.chars().any(char::is_control) {
        return None;
    }
    let after = match unquote(after) {
        Some((_date, after)) => after,
        None => after,
    };
    let after = after.trim_start();
    let rest = match after.strip_prefix(',') {
        Some(rest) => rest.trim_start(),
        None if after.is_empty() => after,
        None => return None,
    };
    let warning = Warning::new(code.parse().ok()?, agent, text);
    Some((warning, rest))
}

/// The quoted text at the start, without its escapes, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let quoted = text.trim_start().strip_prefix('"')?;
    let mut unquoted = String::new();
    let mut chars = quoted.char_indices();
    loop {
        match chars.next()? {
            (at, '"') => return Some((unquoted, &quoted[at + 1..])),
            (_, '\\') => unquoted.push(chars.next()?.1),
            (_, char) => unquoted.push(char),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn texts(header: &str) -> Vec<(u16, String)> {
        let value = HeaderValue::from_bytes(header.as_bytes()).unwrap();
        let headers = HeaderMap::from_iter([(WARNING, value)]);
        let warnings = warnings(&headers).into_iter();
        warnings
            .map(|warning| (warning.code, warning.text))
            .collect()
    }

    #[test]
    fn warnings_are_unquoted() {
        let of = |code: u16, text: &str| (code, text.to_owned());
        let header = r#"299 - "unknown field \"spec.x\"""#;
        assert_eq!(texts(header), [of(299, r#"unknown field "spec.x""#)]);
        assert_eq!(
            texts(r#"299 kube "a" "Sat, 1 Jan", 299 - "é, b""#),
            [of(299, "a"), of(299, "é, b")]
        );
        assert_eq!(
            texts(r#"199 - "other", 299 - "c""#),
            [of(199, "other"), of(299, "c")]
        );
        for malformed in [
            "",
            "299",
            "299 -",
            r#"299 - "unfinished"#,
            "299 - bare",
            r#"29 - "short""#,
            r#"29x - "not a number""#,
            r#"299 - "no comma" 299 - "b""#,
        ] {
            assert!(texts(malformed).is_empty(), "{malformed}");
        }
        let mixed = "299 - \"tab\tis one\"";
        assert!(texts(mixed).is_empty(), "{mixed}");
    }

    #[test]
    fn several_headers_are_read_in_order() {
        let mut headers = HeaderMap::new();
        headers.append(WARNING, HeaderValue::from_static(r#"299 - "one""#));
        headers.append(WARNING, HeaderValue::from_static("nonsense"));
        headers.append(WARNING, HeaderValue::from_static(r#"299 a "two""#));
        let found = warnings(&headers);
        assert_eq!(
            found,
            [Warning::new(299, "-", "one"), Warning::new(299, "a", "two")]
        );
    }
}
