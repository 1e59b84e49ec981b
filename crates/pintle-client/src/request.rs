//! [`Request`], the chain that becomes one HTTP request.
//!
//! Invariant: the first mistake of a chain is the one that is reported, and nothing is sent after
//! a mistake.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderMap, Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use pintle_codec::{Decoder, Format, Message, TypeMeta, Value, json, to_query};
use pintle_config::Impersonation;
use pintle_meta::{Body as Encodable, Kind as _, ObjectList, Resource};
use pintle_transport::{Body, Purpose, RequestOptions, Upgrade, Upgraded};

use crate::response::{self, Response};
use crate::rest_client::Connection;
use crate::watch::Decode;
use crate::{ByteStream, Error, ListStream, RemoteCommand, WatchStream};

/// A request in the making: a verb, a path in Kubernetes' parts, parameters, headers and a body.
///
/// The parts are set in any order, each at most once; a mistake shows when the request is sent.
/// client-go's `rest.Request`.
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    connection: Connection,
    verb: Verb,
    prefix: String,
    absolute_path: Option<String>,
    namespace: Option<String>,
    resource: Option<String>,
    name: Option<String>,
    subresource: Vec<String>,
    suffix: Vec<String>,
    parameters: Vec<(Cow<'static, str>, String)>,
    headers: HeaderMap,
    timeout: Option<Duration>,
    /// How it is sent, the time limit apart.
    options: RequestOptions,
    body: Bytes,
    /// What makes JSON of the body, if it is something else.
    to_json: Option<ToJson>,
    mistake: Option<Error>,
}

/// Makes JSON of a body in some format.
#[derive(Clone, Copy)]
struct ToJson {
    from: Format,
    convert: fn(&[u8], Format) -> Result<Vec<u8>, pintle_codec::Error>,
}

/// What a request does.
///
/// Exhaustive: these are the methods of the Kubernetes API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes a part.
    Patch,
    /// Deletes.
    Delete,
}

impl Verb {
    /// The HTTP method.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Request {
    pub(crate) fn new(connection: Connection, verb: Verb, prefix: String) -> Self {
        Self {
            options: connection.options().clone(),
            connection,
            verb,
            prefix,
            absolute_path: None,
            namespace: None,
            resource: None,
            name: None,
            subresource: Vec::new(),
            suffix: Vec::new(),
            parameters: Vec::new(),
            headers: HeaderMap::new(),
            timeout: None,
            body: Bytes::new(),
            to_json: None,
            mistake: None,
        }
    }

    /// The namespace; an empty one stands for all namespaces.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        let namespace = namespace.into();
        if self.namespace.is_some() {
            return self.mistaken("the namespace is set twice");
        }
        if !namespace.is_empty() {
            self.check_segment("namespace", &namespace);
        }
        self.namespace = Some(namespace);
        self
    }

    /// The resource: the lower-case plural, such as `pods`.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        let resource = resource.into();
        if self.resource.is_some() {
            return self.mistaken("the resource is set twice");
        }
        self.check_segment("resource", &resource);
        self.resource = Some(resource);
        self
    }

    /// The name of one object.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if self.name.is_some() {
            return self.mistaken("the name is set twice");
        }
        self.check_segment("name", &name);
        self.name = Some(name);
        self
    }

    /// A part of one object that has an endpoint of its own, such as `status`.
    pub fn subresource<S: Into<String>>(mut self, segments: impl IntoIterator<Item = S>) -> Self {
        if !self.subresource.is_empty() {
            return self.mistaken("the subresource is set twice");
        }
        self.subresource = segments.into_iter().map(Into::into).collect();
        for segment in self.subresource.clone() {
            self.check_segment("subresource", &segment);
        }
        self
    }

    /// More segments at the end of the path.
    pub fn suffix<S: Into<String>>(mut self, segments: impl IntoIterator<Item = S>) -> Self {
        for segment in segments {
            let segment = segment.into();
            self.check_segment("path suffix", &segment);
            self.suffix.push(segment);
        }
        self
    }

    /// A path, such as `/version`, in place of that of the group and version. The other parts follow
    /// it.
    pub fn abs_path(mut self, path: impl Into<String>) -> Self {
        let path = path.into();
        if self.absolute_path.is_some() {
            return self.mistaken("the path is set twice");
        }
        let relative = path.split('/').any(|part| part == "." || part == "..");
        if !path.starts_with('/') || relative || path.contains(['?', '#']) {
            return self.mistaken(format!(
                "{path:?} is not an absolute path without ., .., ? and #"
            ));
        }
        self.absolute_path = Some(path);
        self
    }

    /// A path with a query, as a server names it, in place of that of the group and version: its
    /// parameters are added to those that are there.
    pub fn request_uri(self, uri: &str) -> Self {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let mut request = self.abs_path(path);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = |text: &str| {
                let text = text.replace('+', " ");
                percent_decode_str(&text).decode_utf8().map(Cow::into_owned)
            };
            request = match (decoded(name), decoded(value)) {
                (Ok(name), Ok(value)) => request.param(name, value),
                _ => request.mistaken(format!("the query of {uri:?} is not UTF-8")),
            };
        }
        request
    }

    /// A query parameter, added to those that are there.
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Options, such as `ListOptions`, as query parameters, added to those that are there.
    pub fn versioned_params(mut self, options: &dyn Message) -> Self {
        let options = to_query(options).into_iter();
        self.parameters
            .extend(options.map(|(name, value)| (name.into(), value)));
        self
    }

    /// A header, in place of one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
                self
            }
            // A value may be a credential, so it is not shown.
            _ => self.mistaken(format!(
                "the header {name:?} or its value is not one that HTTP allows"
            )),
        }
    }

    /// How long the whole request may take, all attempts and its answer included; waiting for the
    /// client's rate limit does not count. The server is told as well, in the parameter `timeout`; for a
    /// watch, which has no end of its own, only the server is told. Default, and zero: no limit but
    /// that of the configuration.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout).filter(|timeout| !timeout.is_zero());
        self
    }

    /// How often the request may be sent again, where that does no harm. The default is 10 times.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.options = self.options.max_retries(retries);
        self
    }

    /// Acts as this user, whomever the client acts as.
    pub fn impersonate(mut self, impersonation: Impersonation) -> Self {
        self.options = self.options.impersonate(impersonation);
        self
    }

    /// An object as the body, in the format that the client sends its type in.
    pub fn body<K: Encodable>(mut self, object: &K) -> Self {
        let format = self.connection.sent(K::FORMATS);
        let mut body = Vec::new();
        if let Err(error) = object.encode(format, &mut body) {
            return self.mistaken(format!("the body cannot be written: {error}"));
        }
        let has_json = format != Format::Json && K::FORMATS.contains(&Format::Json);
        self.to_json = has_json.then_some(ToJson {
            from: format,
            convert: to_json::<K>,
        });
        self.body = body.into();
        self.header(CONTENT_TYPE.as_str(), format.media_type())
    }

    /// Bytes of some content type as the body.
    pub fn body_bytes(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into().into();
        self.to_json = None;
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Asks for the formats that the client prefers, of those that objects of this type have, unless
    /// the request asks for some already. The default is to ask for all that the client accepts.
    pub fn accept<K: Encodable>(self) -> Self {
        if self.headers.contains_key(ACCEPT) {
            return self;
        }
        let accept = self.connection.content().accept_header(K::FORMATS, "");
        self.header(ACCEPT.as_str(), &accept)
    }

    /// Path and query, as they are sent.
    ///
    /// # Errors
    /// The first mistake of the chain.
    pub fn path_and_query(&self) -> Result<String, Error> {
        self.check()?;
        let mut path = self.path();
        let mut separator = '?';
        for (name, value) in &self.parameters {
            path.push(separator);
            separator = '&';
            push_encoded(&mut path, name, QUERY);
            path.push('=');
            push_encoded(&mut path, value, QUERY);
        }
        Ok(path)
    }

    /// Sends the request and reads its answer whole.
    ///
    /// # Cancel safety
    /// Dropping the future gives the request up. The server may have received it and may act on it.
    ///
    /// # Errors
    /// The first mistake of the chain; any answer but a success, as
    /// [`Error::as_status`]; and what befalls a connection.
    pub async fn send(mut self) -> Result<Response, Error> {
        let (what, verb) = (self.to_string(), self.verb);
        self = self.telling_timeout();
        response::read(&what, verb, self.answer().await?).await
    }

    /// Sends the request and returns its answer as bytes, while they arrive. A timeout is for the server
    /// to keep. After an error it is not sent again, only when the server says so.
    ///
    /// # Cancel safety
    /// Dropping the future gives the request up. The server may have received it and may act on it.
    ///
    /// # Errors
    /// As [`Request::send`], until the bytes begin; any answer of 2xx is a success.
    pub async fn stream(mut self) -> Result<ByteStream, Error> {
        if let Some(timeout) = self.timeout.take() {
            self = self.param("timeout", format_timeout(timeout));
        }
        self.options = self.options.purpose(Purpose::Stream);
        let verb = self.verb;
        let answer = self.answer().await?;
        if !answer.status().is_success() {
            return Err(response::refusal(verb, answer).await);
        }
        Ok(ByteStream::over(answer.into_body()))
    }

    /// Sends the request, which asks for `exec` or `attach` of a pod, and returns the streams that are
    /// opened. [`Api::remote_command`](crate::Api::remote_command) makes such a request.
    ///
    /// # Cancel safety
    /// Dropping the future gives the request up. The server may have received it and may act on it.
    ///
    /// # Errors
    /// As [`Request::stream`], until the streams are open.
    pub async fn remote_command(self) -> Result<RemoteCommand, Error> {
        RemoteCommand::open(self).await
    }

    /// Sends the request and decodes the items of the list that is answered while they arrive: its
    /// body is never held whole.
    ///
    /// # Cancel safety
    /// Dropping the future gives the request up; nothing is lost.
    ///
    /// # Errors
    /// As [`Request::send`], until the items begin; see [`ListStream::try_next`].
    pub async fn list<K: Resource>(self) -> Result<ListStream<K>, Error> {
        let expected = ObjectList::<K>::type_meta();
        let request = self.accept::<K>();
        request.list_with(Decoder::new(), expected).await
    }

    /// As [`Request::list`], of a list that says to be `expected`, or of any if that is empty.
    pub(crate) async fn list_with<K: Encodable>(
        mut self,
        decoder: Decoder,
        expected: TypeMeta,
    ) -> Result<ListStream<K>, Error> {
        let (what, verb) = (self.to_string(), self.verb);
        self = self.telling_timeout();
        let answer = self.answer().await?;
        if !(200..=206).contains(&answer.status().as_u16()) {
            return Err(response::refusal(verb, answer).await);
        }
        Ok(ListStream::over(what, answer, decoder, expected))
    }

    /// Sends the request as a watch of objects of type `K`.
    ///
    /// # Cancel safety
    /// Dropping the future gives the watch up; nothing is lost but the watch.
    ///
    /// # Errors
    /// As [`Request::send`]; a watch has begun only when the server answers 200. One whose connection is
    /// lost, or does not come about, at every attempt is an empty watch: whoever watches begins again
    /// anyway.
    pub async fn watch<K: Encodable>(self) -> Result<WatchStream<K>, Error> {
        self.accept::<K>()
            .watch_with(Decoder::new(), K::decode)
            .await
    }

    /// Sends the request as a watch of objects of any type, as trees of values, unless the request asks
    /// for something else in JSON.
    ///
    /// # Cancel safety
    /// As [`Request::watch`].
    ///
    /// # Errors
    /// As [`Request::watch`].
    pub async fn watch_values(self) -> Result<WatchStream<Value>, Error> {
        fn read(document: &[u8], _: Format, _: &mut Decoder) -> Result<Value, pintle_codec::Error> {
            json::parse(document)
        }
        let request = if self.headers.contains_key(ACCEPT) {
            self
        } else {
            self.header(ACCEPT.as_str(), Format::Json.media_type())
        };
        request.watch_with(Decoder::new(), read).await
    }

    pub(crate) async fn watch_with<K: 'static>(
        mut self,
        decoder: Decoder,
        read: Decode<K>,
    ) -> Result<WatchStream<K>, Error> {
        if !self.parameters.iter().any(|(name, _)| name == "watch") {
            self = self.param("watch", "true");
        }
        self = self.telling_timeout();
        self.timeout = None;
        self.options = self.options.purpose(Purpose::Watch);
        let (what, verb) = (self.to_string(), self.verb);
        let answer = match self.answer().await {
            Ok(answer) => answer,
            Err(error) if error.may_pass() => {
                tracing::debug!(request = what, %error, "the watch ends before it has begun");
                return Ok(WatchStream::empty());
            }
            Err(error) => return Err(error),
        };
        if answer.status() != StatusCode::OK {
            return Err(response::refusal(verb, answer).await);
        }
        Ok(WatchStream::over(what, answer, decoder, read))
    }

    /// Tells the server how much time there is.
    fn telling_timeout(self) -> Self {
        match self.timeout {
            Some(timeout) => self.param("timeout", format_timeout(timeout)),
            None => self,
        }
    }

    /// Sends the request; the head of the answer is there, its body is still to be read.
    async fn answer(mut self) -> Result<http::Response<Body>, Error> {
        let answer = self.answer_once().await?;
        let Some(to_json) = self.to_json.take() else {
            return Ok(answer);
        };
        if answer.status() != StatusCode::UNSUPPORTED_MEDIA_TYPE {
            return Ok(answer);
        }
        // The server did not look into the body, so it can be sent again, whatever the verb.
        self.connection.send_json_from_now_on();
        let body = (to_json.convert)(&self.body, to_json.from);
        let body = body.map_err(|error| Error::misuse(format!("a body has no JSON: {error}")))?;
        self = self.body_bytes(Format::Json.media_type(), body);
        self.answer_once().await
    }

    async fn answer_once(&self) -> Result<http::Response<Body>, Error> {
        let request = self.http_request()?;
        let sent = self.connection.transport().send(request);
        sent.await.map_err(Error::transport)
    }

    /// Sends the request as the beginning of a WebSocket that speaks one of these protocols, and returns
    /// which.
    pub(crate) async fn websocket(
        mut self,
        protocols: &[&str],
    ) -> Result<(String, Upgraded), Error> {
        self.options = self.options.purpose(Purpose::Stream);
        // A kubelet that this is passed on to names no format, and answers 406 to who names some.
        let anything = HeaderValue::from_static("*/*");
        self.headers.entry(ACCEPT).or_insert(anything);
        let verb = self.verb;
        let request = self.http_request()?;
        let transport = self.connection.transport();
        match transport.websocket(request, protocols).await? {
            Upgrade::Switched(answer) => {
                let chosen = answer.headers().get(SEC_WEBSOCKET_PROTOCOL);
                let chosen = chosen.and_then(|name| name.to_str().ok());
                Ok((chosen.unwrap_or_default().to_owned(), answer.into_body()))
            }
            Upgrade::Refused(answer) => Err(response::refusal(verb, answer).await),
            _ => Err(Error::invalid_answer(
                &self.to_string(),
                "it is no WebSocket",
            )),
        }
    }

    /// Whether an option is on.
    pub(crate) fn asks_for(&self, option: &str) -> bool {
        let mut parameters = self.parameters.iter();
        parameters.any(|(name, value)| name == option && value == "true")
    }

    fn http_request(&self) -> Result<http::Request<Body>, Error> {
        let uri = self.path_and_query()?;
        let uri = uri
            .parse()
            .map_err(|_| Error::misuse(format!("\"{self}\" is no request that HTTP allows")))?;
        let mut request = http::Request::new(Body::from(self.body.clone()));
        *request.uri_mut() = uri;
        *request.method_mut() = match self.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
            Verb::Patch => Method::PATCH,
            Verb::Delete => Method::DELETE,
        };
        *request.headers_mut() = self.headers.clone();
        let options = self.options.clone();
        let options = match self.timeout {
            Some(timeout) => options.timeout(timeout),
            None => options,
        };
        request.extensions_mut().insert(options);
        if !self.headers.contains_key(ACCEPT) {
            let accept = self.connection.content().accept_header(ALL_FORMATS, "");
            let accept = HeaderValue::try_from(accept).expect("media types are values of headers");
            request.headers_mut().insert(ACCEPT, accept);
        }
        Ok(request)
    }

    fn path(&self) -> String {
        let mut path = self.absolute_path.as_ref().unwrap_or(&self.prefix).clone();
        if self.has_parts() {
            path.truncate(path.trim_end_matches('/').len());
        }
        let mut push = |segment: &str| {
            path.push('/');
            push_encoded(&mut path, segment, PATH_SEGMENT);
        };
        if let Some(namespace) = self
            .namespace
            .as_deref()
            .filter(|namespace| !namespace.is_empty())
        {
            push("namespaces");
            push(namespace);
        }
        self.resource
            .iter()
            .for_each(|resource| push(&resource.to_lowercase()));
        self.name
            .iter()
            .chain(&self.subresource)
            .chain(&self.suffix)
            .for_each(|part| push(part));
        path
    }

    fn has_parts(&self) -> bool {
        let namespaced = self
            .namespace
            .as_deref()
            .is_some_and(|namespace| !namespace.is_empty());
        let named = self.resource.is_some() || self.name.is_some();
        namespaced || named || !self.suffix.is_empty()
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(mistake) = &self.mistake {
            return Err(Error::misuse(mistake.to_string()));
        }
        if !self.subresource.is_empty() && self.name.is_none() {
            return Err(Error::misuse("a subresource needs the name of its object"));
        }
        // Without a namespace the path would be that of another resource, or of all namespaces.
        let one_object = self.name.is_some()
            && matches!(
                self.verb,
                Verb::Get | Verb::Put | Verb::Delete | Verb::Patch
            );
        let needs_namespace = one_object || self.verb == Verb::Post;
        if needs_namespace && self.namespace.as_deref() == Some("") {
            let message =
                "an empty namespace may not be set when a resource name is provided, or to create";
            return Err(Error::misuse(message));
        }
        Ok(())
    }

    fn check_segment(&mut self, part: &str, segment: &str) {
        let problem = if segment.is_empty() {
            "is empty"
        } else if segment == "." || segment == ".." {
            "may not be '.' or '..'"
        } else if segment.contains(['/', '%']) {
            "may not contain '/' or '%'"
        } else {
            return;
        };
        let mistake = Error::misuse(format!("the {part} {segment:?} {problem}"));
        self.mistake.get_or_insert(mistake);
    }

    fn mistaken(mut self, message: impl Into<String>) -> Self {
        self.mistake.get_or_insert_with(|| Error::misuse(message));
        self
    }
}

/// Method and path, for messages; parameters are left out.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb.as_str(), self.path())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and body may hold secrets, and parameters what a user types into a container.
        let parameters: Vec<&str> = self.parameters.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("Request")
            .field("request", &self.to_string())
            .field("parameters", &parameters)
            .field("mistake", &self.mistake)
            .finish_non_exhaustive()
    }
}

fn to_json<K: Encodable>(body: &[u8], from: Format) -> Result<Vec<u8>, pintle_codec::Error> {
    let mut json = Vec::new();
    K::decode(body, from, &mut Decoder::new())?.encode(Format::Json, &mut json)?;
    Ok(json)
}

const ALL_FORMATS: &[Format] = &[Format::Json, Format::Protobuf, Format::Cbor];

fn push_encoded(out: &mut String, text: &str, kept: &'static AsciiSet) {
    write!(out, "{}", utf8_percent_encode(text, kept))
        .expect("a string takes what is written to it");
}

/// As the server reads a duration: whole seconds, or milliseconds, rounded up.
fn format_timeout(timeout: Duration) -> String {
    if timeout.subsec_nanos() == 0 {
        return format!("{}s", timeout.as_secs());
    }
    format!("{}ms", timeout.as_micros().div_ceil(1000))
}

/// What Go escapes in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What Go escapes in a segment of a path.
const PATH_SEGMENT: &AsciiSet = &QUERY
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');
