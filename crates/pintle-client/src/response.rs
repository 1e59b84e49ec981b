//! [`Response`], a successful answer; and how any other answer becomes an error.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, WARNING};
use pintle_codec::{Value, json};
use pintle_meta::v1::Status;
use pintle_meta::{Kind, decode_json};
use pintle_transport::Body;

use crate::{Error, Verb};

/// The server's answer to a request that succeeded.
///
/// client-go's `rest.Result`.
#[derive(Clone, Debug)]
pub struct Response {
    what: String,
    status: u16,
    content_type: String,
    warnings: Vec<String>,
    body: Bytes,
}

impl Response {
    /// The body as it came.
    pub fn raw(&self) -> &Bytes {
        &self.body
    }

    /// The HTTP status code, between 200 and 206.
    pub fn status_code(&self) -> u16 {
        self.status
    }

    /// The media type of the body; empty if the server did not say.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// Whether the request created an object (201).
    pub fn was_created(&self) -> bool {
        self.status == 201
    }

    /// What the server warned of.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The body as an object.
    ///
    /// # Errors
    /// When the body is empty, malformed, or says that it is of another kind.
    pub fn into_object<K: Kind>(self) -> Result<K, Error> {
        if self.body.is_empty() {
            return Err(Error::invalid_answer(&self.what, "the body is empty"));
        }
        decode_json(&self.body).map_err(|error| Error::invalid_answer(&self.what, error))
    }

    /// The body as a tree of values.
    ///
    /// # Errors
    /// When the body is not JSON.
    pub fn into_value(self) -> Result<Value, Error> {
        json::parse(&self.body).map_err(|error| Error::invalid_answer(&self.what, error))
    }
}

/// Reads an answer whole: a [`Response`] if it is a success, otherwise the error that it stands for.
pub(crate) async fn read(
    what: &str,
    verb: Verb,
    answer: http::Response<Body>,
) -> Result<Response, Error> {
    let (head, mut body) = answer.into_parts();
    let status = head.status.as_u16();
    let success = (200..=206).contains(&status);
    let limit = if success { usize::MAX } else { LONGEST_ERROR };
    let body = body.read_all(limit).await.map_err(Error::transport)?;
    let content_type = head
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let warnings = head.headers.get_all(WARNING).iter();
    let response = Response {
        what: what.to_owned(),
        status,
        content_type: content_type.unwrap_or_default().to_owned(),
        warnings: warnings
            .filter_map(|value| warning_text(value.to_str().ok()?))
            .collect(),
        body,
    };
    for warning in &response.warnings {
        tracing::warn!(request = what, "the API server warns: {warning}");
    }
    if success {
        return Ok(response);
    }
    // A Status is an answer of the API server's; anything else came from something in between.
    match decode_json::<Status>(&response.body) {
        Ok(answer) if answer.is_failure() && answer.code != 0 => Err(Error::from_status(answer)),
        _ => Err(Error::from_status(synthesise(verb, &response))),
    }
}

/// A Status for an answer that is not one.
fn synthesise(verb: Verb, response: &Response) -> Status {
    let code = response.status;
    let (reason, mut message) = match code {
        409 if verb == Verb::Post => ("AlreadyExists", "the server reported a conflict"),
        409 => ("Conflict", "the server reported a conflict"),
        404 => (
            "NotFound",
            "the server could not find the requested resource",
        ),
        400 => (
            "BadRequest",
            "the server rejected our request for an unknown reason",
        ),
        401 => (
            "Unauthorized",
            "the server has asked for the client to provide credentials",
        ),
        403 => ("Forbidden", "the server does not allow this"),
        406 => (
            "NotAcceptable",
            "the server was unable to respond with a content type that the client supports",
        ),
        415 => (
            "UnsupportedMediaType",
            "the server does not support the content type of the request",
        ),
        405 => (
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource",
        ),
        422 => (
            "Invalid",
            "the server rejected our request due to an error in our request",
        ),
        503 => (
            "ServiceUnavailable",
            "the server is currently unable to handle the request",
        ),
        504 => (
            "Timeout",
            "the server was unable to return a response in the time allotted",
        ),
        429 => (
            "TooManyRequests",
            "the server has received too many requests and has asked us to try again later",
        ),
        500.. => (
            "InternalError",
            "the server has an error that prevents the request from succeeding",
        ),
        _ => (
            "Unknown",
            "the server responded with a status that cannot be understood",
        ),
    };
    let text;
    let body = response.body.get(..SHOWN_OF_BODY).unwrap_or(&response.body);
    let shown = String::from_utf8_lossy(body);
    if !shown.trim().is_empty() {
        text = format!("{message}: {}", shown.trim());
        message = &text;
    }
    Status {
        status: "Failure".into(),
        message: message.into(),
        reason: reason.into(),
        code: i32::from(code),
        ..Status::default()
    }
}

/// The text of a `Warning` header of code 299, the only one that Kubernetes gives a meaning.
fn warning_text(header: &str) -> Option<String> {
    let rest = header.strip_prefix("299 ")?;
    let (_agent, rest) = rest.split_once(' ')?;
    let quoted = rest.trim().strip_prefix('"')?;
    let mut text = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some(text),
            '\\' => text.push(chars.next()?),
            char => text.push(char),
        }
    }
}

/// How much of an answer that is not a Status a message shows, as client-go.
const SHOWN_OF_BODY: usize = 2048;

/// How much of a failure's body is read: a Status is far shorter.
const LONGEST_ERROR: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::warning_text;

    #[test]
    fn a_warning_is_unquoted() {
        let text = |header| warning_text(header);
        assert_eq!(
            text(r#"299 - "unknown field \"spec.x\"""#).as_deref(),
            Some(r#"unknown field "spec.x""#)
        );
        assert_eq!(text(r#"299 kube "a" "date""#).as_deref(), Some("a"));
        assert_eq!(text(r#"199 - "other""#), None);
        assert_eq!(text(r#"299 - "unfinished"#), None);
    }
}
