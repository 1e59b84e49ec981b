//! [`Response`], a successful answer; and how any other answer becomes an error.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use pintle_codec::{Decoder, Format, Value, cbor, json};
use pintle_config::Warning;
use pintle_meta::v1::Status;
use pintle_meta::{Body as Decodable, Kind};
use pintle_transport::Body;

use crate::watch::Decode;
use crate::{Error, Verb};

/// The server's answer to a request that succeeded.
///
/// client-go's `rest.Result`.
#[derive(Clone)]
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

    /// The format of the body; JSON if the server did not say, or named another one.
    pub fn format(&self) -> Format {
        format(&self.content_type)
    }

    /// The body as an object.
    ///
    /// # Errors
    /// When the body is a Status that reports a failure; when it is empty, malformed, or says that
    /// it is of another kind.
    pub fn into_object<K: Kind>(self) -> Result<K, Error> {
        let may_be_status = K::KIND == Status::KIND;
        self.read(&mut Decoder::new(), K::decode, |_| may_be_status)
    }

    /// The body as an object that `decode` reads. `may_be_status` says whether one that was read may
    /// be a Status all the same.
    pub(crate) fn read<K>(
        &self,
        decoder: &mut Decoder,
        decode: Decode<K>,
        may_be_status: impl FnOnce(&K) -> bool,
    ) -> Result<K, Error> {
        if self.body.is_empty() {
            return Err(Error::invalid_answer(&self.what, "the body is empty"));
        }
        let object = decode(&self.body, self.format(), decoder);
        // Success in the head and a failure in the body is a failure, as in client-go.
        if object.as_ref().map_or(true, may_be_status)
            && let Some(status) = failure(&self.body, self.format(), self.status)
        {
            return Err(Error::from_status(status));
        }
        object.map_err(|error| Error::invalid_answer(&self.what, error))
    }

    /// The body, if it is a Status of success.
    pub(crate) fn to_status(&self) -> Option<Status> {
        Status::decode(&self.body, self.format(), &mut Decoder::new())
            .ok()
            .filter(|status| !status.status.is_empty())
    }

    /// The body as a tree of values.
    ///
    /// # Errors
    /// When the body is a Status that reports a failure, or is malformed; when it is protobuf, which
    /// names no fields.
    pub fn into_value(self) -> Result<Value, Error> {
        let value = match self.format() {
            Format::Json => json::parse(&self.body),
            Format::Cbor => cbor::parse(&self.body),
            Format::Protobuf => {
                let why = "protobuf names no fields; ask for JSON, or read it as its type";
                return Err(Error::invalid_answer(&self.what, why));
            }
        };
        let value = value.map_err(|error| Error::invalid_answer(&self.what, error))?;
        let is_status = value.get("kind").and_then(Value::as_str) == Some(Status::KIND);
        match is_status
            .then(|| failure(&self.body, self.format(), self.status))
            .flatten()
        {
            Some(status) => Err(Error::from_status(status)),
            None => Ok(value),
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body may be a Secret.
        f.debug_struct("Response")
            .field("request", &self.what)
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("warnings", &self.warnings)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// Reads an answer whole: a [`Response`] if it is a success, otherwise the error that it stands for.
pub(crate) async fn read(
    what: &str,
    verb: Verb,
    answer: http::Response<Body>,
) -> Result<Response, Error> {
    let success = (200..=206).contains(&answer.status().as_u16());
    if !success {
        return Err(refusal(verb, answer).await);
    }
    let (head, mut body) = answer.into_parts();
    let content_type = head.headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    Ok(Response {
        what: what.to_owned(),
        status: head.status.as_u16(),
        content_type: content_type.unwrap_or_default().to_owned(),
        warnings: warnings(&head.headers),
        body: body.read_all(usize::MAX).await.map_err(Error::transport)?,
    })
}

/// The error that an answer stands for which is not what was asked for.
pub(crate) async fn refusal(verb: Verb, answer: http::Response<Body>) -> Error {
    let (head, mut body) = answer.into_parts();
    let code = head.status.as_u16();
    let body = match body.read_all(LONGEST_ERROR).await {
        Ok(body) => body,
        Err(error) => return Error::transport(error),
    };
    // A Status is an answer of the API server's; anything else came from something in between.
    let format = format_of(&head.headers);
    let mut status = failure(&body, format, code).unwrap_or_else(|| synthesise(verb, code, &body));
    let details = status.details.get_or_insert_default();
    if details.retry_after_seconds == 0 {
        let seconds = head
            .headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        details.retry_after_seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(0);
    }
    Error::from_status(status)
}

/// The texts of an answer's warnings that are for users. The transport has told its handler of them.
fn warnings(headers: &HeaderMap) -> Vec<String> {
    let warnings = pintle_transport::warnings(headers).into_iter();
    let for_users = warnings.filter(Warning::is_for_users);
    for_users.map(|warning| warning.text).collect()
}

/// The failure that a body reports as a Status, if it does. The head's code stands in for a missing
/// one.
fn failure(body: &[u8], format: Format, code: u16) -> Option<Status> {
    let mut status = Status::default();
    let mut decoder = Decoder::new();
    let type_meta = match format {
        Format::Json => decoder.decode_json(body, &mut status),
        Format::Protobuf => decoder.decode_protobuf(body, &mut status),
        Format::Cbor => decoder.decode_cbor(body, &mut status),
    };
    if status.code == 0 {
        status.code = i32::from(code);
    }
    (type_meta.ok()?.kind == Status::KIND && status.is_failure()).then_some(status)
}

/// The format that the head of an answer names; JSON if it names none that is known.
pub(crate) fn format_of(headers: &HeaderMap) -> Format {
    let content_type = headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    format(content_type.unwrap_or_default())
}

fn format(content_type: &str) -> Format {
    // A watch in CBOR is a sequence of it.
    if content_type.starts_with("application/cbor-seq") {
        return Format::Cbor;
    }
    Format::from_media_type(content_type).unwrap_or(Format::Json)
}

/// A Status for an answer that is not one.
fn synthesise(verb: Verb, code: u16, body: &[u8]) -> Status {
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
            "",
            "the server responded with a status that cannot be understood",
        ),
    };
    let text;
    let shown = String::from_utf8_lossy(body.get(..SHOWN_OF_BODY).unwrap_or(body));
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

/// How much of an answer that is not a Status a message shows, as client-go.
const SHOWN_OF_BODY: usize = 2048;

/// How much of a failure's body is read: a Status is far shorter.
const LONGEST_ERROR: usize = 1 << 20;
