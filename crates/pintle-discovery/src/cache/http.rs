//! [`HttpCache`], which keeps answers in files and asks whether they have changed.
//!
//! Invariant: what is not whole, or not what was written, is as good as not there. Each file begins
//! with the SHA-256 of the rest, which also spares the wait for the disk at each write.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, COOKIE, DATE, ETAG, EXPIRES,
    HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RANGE,
    TRANSFER_ENCODING, VARY,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body::{Frame, SizeHint};
use pintle_client::BoxFuture;
use pintle_env::{Clock, SystemClock, Timestamp};
use pintle_transport::{Body, Error};
use ring::digest::{SHA256, digest};
use tower_layer::Layer;
use tower_service::Service;

use super::disk::replace;

/// A layer for a transport whose answers are kept in files, by their URL.
///
/// An answer with a tag (`ETag`) or a date (`Last-Modified`) is asked for again with it, so that the
/// server sends it only if it has changed; one that is good for some time (`Cache-Control: max-age`,
/// `Expires`) is not asked for meanwhile; one that allows for it (`stale-if-error`) stands in when the
/// server fails. It is meant for discovery and OpenAPI: whoever may read the directory reads what
/// was answered. Watches pass it by.
#[derive(Clone)]
pub struct HttpCacheLayer {
    store: Arc<Store>,
}

/// The service of an [`HttpCacheLayer`].
#[derive(Clone)]
pub struct HttpCache<S> {
    inner: S,
    store: Arc<Store>,
}

struct Store {
    directory: PathBuf,
    clock: Arc<dyn Clock>,
}

/// What is kept.
struct Kept {
    headers: HeaderMap,
    body: Bytes,
}

/// What a kept answer is good for.
#[derive(Debug, PartialEq, Eq)]
enum Freshness {
    /// It can be given.
    Fresh,
    /// The server has to be asked whether it has changed.
    Stale,
    /// It is of no use for this request.
    Useless,
}

impl HttpCacheLayer {
    /// Keeps answers in a directory, which is made when there is something to keep.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            store: Arc::new(Store {
                directory: directory.into(),
                clock: Arc::new(SystemClock::new()),
            }),
        }
    }

    /// The clock that says how old answers are. The default is the system's.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self {
            store: Arc::new(Store {
                directory: self.store.directory.clone(),
                clock,
            }),
        }
    }
}

impl<S> Layer<S> for HttpCacheLayer {
    type Service = HttpCache<S>;

    fn layer(&self, inner: S) -> HttpCache<S> {
        HttpCache {
            inner,
            store: self.store.clone(),
        }
    }
}

impl<S> Service<Request<Body>> for HttpCache<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Response<Body>, Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut inner = self.inner.clone();
        // The one that is ready is the one that is called.
        std::mem::swap(&mut inner, &mut self.inner);
        if !is_cacheable(&request) {
            return Box::pin(inner.call(request));
        }
        let store = self.store.clone();
        Box::pin(async move { store.answer(&mut inner, request).await })
    }
}

impl Store {
    async fn answer<S>(
        self: Arc<Self>,
        inner: &mut S,
        mut request: Request<Body>,
    ) -> Result<Response<Body>, Error>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Error>,
    {
        let file = self.file(&request);
        let asked = request.headers().clone();
        let kept = self.read(&file).filter(|kept| kept.matches(&asked));
        if let Some(kept) = &kept {
            match kept.freshness(&asked, self.clock.timestamp()) {
                Freshness::Fresh => return Ok(kept.respond()),
                Freshness::Stale => kept.add_validators(request.headers_mut()),
                Freshness::Useless => {}
            }
        }
        let answer = inner.call(request).await;
        let failed = match &answer {
            Ok(answer) => answer.status().is_server_error(),
            Err(_) => true,
        };
        if failed
            && let Some(kept) = &kept
            && kept.may_be_stale_on_error(&asked, self.clock.timestamp())
        {
            return Ok(kept.respond());
        }
        let answer = answer.inspect_err(|_| self.forget(&file))?;
        if answer.status() == StatusCode::NOT_MODIFIED
            && let Some(mut kept) = kept
        {
            kept.update(answer.headers());
            if may_store(&asked, &kept.headers) {
                self.write(&file, &kept.headers, &kept.body);
            }
            return Ok(kept.respond());
        }
        if answer.status() != StatusCode::OK || !may_store(&asked, answer.headers()) {
            self.forget(&file);
            return Ok(answer);
        }
        let (head, body) = answer.into_parts();
        let keeping = Keeping {
            body,
            read: Some(Vec::new()),
            headers: with_varied(&head.headers, &asked),
            file,
            store: self,
        };
        Ok(Response::from_parts(head, Body::new(keeping)))
    }

    /// The file of a request: the hash of its URL, so that no URL leads anywhere else.
    fn file(&self, request: &Request<Body>) -> PathBuf {
        let hash = digest(&SHA256, request.uri().to_string().as_bytes());
        let mut name = String::new();
        for byte in hash.as_ref() {
            write!(name, "{byte:02x}").expect("a string takes what is written to it");
        }
        self.directory.join(name)
    }

    fn read(&self, file: &Path) -> Option<Kept> {
        let content = fs::read(file).ok()?;
        let (sum, rest) = content.split_at_checked(SUM)?;
        (digest(&SHA256, rest).as_ref() == sum).then(|| Kept::parse(rest))?
    }

    fn write(&self, file: &Path, headers: &HeaderMap, body: &[u8]) {
        let mut rest = b"HTTP/1.1 200 OK\r\n".to_vec();
        for (name, value) in headers {
            // The body is whole, however it came.
            if name == TRANSFER_ENCODING || name == CONTENT_LENGTH {
                continue;
            }
            rest.extend_from_slice(name.as_str().as_bytes());
            rest.extend_from_slice(b": ");
            rest.extend_from_slice(value.as_bytes());
            rest.extend_from_slice(b"\r\n");
        }
        rest.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        rest.extend_from_slice(body);
        let mut content = digest(&SHA256, &rest).as_ref().to_vec();
        content.extend_from_slice(&rest);
        if let Err(error) = replace(file, &content) {
            tracing::debug!(file = %file.display(), %error, "an answer is not cached");
        }
    }

    fn forget(&self, file: &Path) {
        // There mostly is none.
        let _ = fs::remove_file(file);
    }
}

impl Kept {
    fn parse(text: &[u8]) -> Option<Self> {
        let end = text.windows(4).position(|it| it == b"\r\n\r\n")?;
        let (head, body) = (&text[..end], &text[end + 4..]);
        let mut lines = head
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii_end);
        if !lines.next()?.starts_with(b"HTTP/1.1 200") {
            return None;
        }
        let mut headers = HeaderMap::new();
        for line in lines {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(&line[..colon]).ok()?;
            let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
            headers.append(name, value);
        }
        let length = text_of(&headers, &CONTENT_LENGTH).parse::<usize>().ok();
        let whole = length == Some(body.len()) && !headers.contains_key(TRANSFER_ENCODING);
        whole.then(|| Self {
            headers,
            body: Bytes::copy_from_slice(body),
        })
    }

    /// Whether the answer is one to a request like this, by the headers that it says it varies by.
    fn matches(&self, asked: &HeaderMap) -> bool {
        varied_by(&self.headers).all(|name| {
            let kept = varied(&name).and_then(|varied| self.headers.get(varied));
            asked.get(&name) == kept
        })
    }

    fn freshness(&self, asked: &HeaderMap, now: Timestamp) -> Freshness {
        if directive(asked, "no-cache").is_some() {
            return Freshness::Useless;
        }
        if directive(&self.headers, "no-cache").is_some() {
            return Freshness::Stale;
        }
        let Some(date) = date_of(&self.headers, &DATE) else {
            return Freshness::Stale;
        };
        let lifetime = match directive(&self.headers, "max-age") {
            Some(seconds) => Duration::from_secs(seconds.parse().unwrap_or(0)),
            None => date_of(&self.headers, &EXPIRES)
                .unwrap_or_default()
                .saturating_sub(date),
        };
        let until = date.checked_add(lifetime).unwrap_or(Duration::MAX);
        if now < at(until) {
            Freshness::Fresh
        } else {
            Freshness::Stale
        }
    }

    fn may_be_stale_on_error(&self, asked: &HeaderMap, now: Timestamp) -> bool {
        let allowed = directive(asked, "stale-if-error")
            .or_else(|| directive(&self.headers, "stale-if-error"));
        match (allowed, date_of(&self.headers, &DATE)) {
            (None, _) => false,
            (Some(""), _) => true,
            (Some(seconds), Some(date)) => {
                let lifetime = Duration::from_secs(seconds.parse().unwrap_or(0));
                now < at(date.saturating_add(lifetime))
            }
            (Some(_), None) => false,
        }
    }

    fn add_validators(&self, request: &mut HeaderMap) {
        for (validator, header) in [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)] {
            if let Some(value) = self.headers.get(validator)
                && !request.contains_key(&header)
            {
                request.insert(header, value.clone());
            }
        }
    }

    /// Takes over what an answer says that brings nothing else.
    fn update(&mut self, headers: &HeaderMap) {
        let named = text_of(headers, &CONNECTION).to_ascii_lowercase();
        let hop_by_hop: Vec<&str> = named.split(',').map(str::trim).collect();
        for name in headers.keys() {
            let kept = HOP_BY_HOP.contains(&name.as_str()) || hop_by_hop.contains(&name.as_str());
            if kept || *name == CONTENT_LENGTH {
                continue;
            }
            self.headers.remove(name);
            for value in headers.get_all(name) {
                self.headers.append(name, value.clone());
            }
        }
    }

    fn respond(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.headers_mut() = self.headers.clone();
        let mark = HeaderValue::from_static("1");
        response.headers_mut().insert("x-from-cache", mark);
        response
    }
}

/// The body of an answer, which is kept once it was read to its end.
struct Keeping {
    body: Body,
    /// What was read; none if it is not to be kept.
    read: Option<Vec<u8>>,
    headers: HeaderMap,
    file: PathBuf,
    store: Arc<Store>,
}

impl http_body::Body for Keeping {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                if let (Some(read), Some(data)) = (&mut this.read, frame.data_ref()) {
                    read.extend_from_slice(data);
                    if read.len() > LONGEST {
                        this.read = None;
                    }
                }
            }
            Some(Err(_)) => this.read = None,
            None => {
                if let Some(read) = this.read.take() {
                    this.store.write(&this.file, &this.headers, &read);
                }
            }
        }
        Poll::Ready(frame)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn is_cacheable(request: &Request<Body>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let endless = query
        .split('&')
        .any(|it| it.starts_with("watch=") || it.starts_with("follow="));
    request.method() == Method::GET && !request.headers().contains_key(RANGE) && !endless
}

fn may_store(asked: &HeaderMap, answered: &HeaderMap) -> bool {
    let all_vary = text_of(answered, &VARY).trim() == "*";
    // To tell such answers apart, credentials would have to be written to the disk.
    let secret = varied_by(answered).any(|name| name == AUTHORIZATION || name == COOKIE);
    let forbidden = directive(asked, "no-store").or_else(|| directive(answered, "no-store"));
    forbidden.is_none() && !all_vary && !secret
}

/// The value of a directive of `Cache-Control`, empty for one without.
fn directive<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(CACHE_CONTROL).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .find_map(|part| {
            let (key, value) = part.trim().split_once('=').unwrap_or((part.trim(), ""));
            key.trim()
                .eq_ignore_ascii_case(name)
                .then_some(value.trim().trim_matches('"'))
        })
}

/// The headers that an answer varies by.
fn varied_by(headers: &HeaderMap) -> impl Iterator<Item = HeaderName> {
    let lines = headers.get_all(VARY).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .filter_map(|name| name.trim().parse().ok())
}

/// The headers of an answer, with those of its request that it varies by.
fn with_varied(answered: &HeaderMap, asked: &HeaderMap) -> HeaderMap {
    let mut headers = answered.clone();
    for name in varied_by(answered) {
        if let (Some(varied), Some(value)) = (varied(&name), asked.get(&name)) {
            headers.insert(varied, value.clone());
        }
    }
    headers
}

/// Where a kept answer says what its request had for a header.
fn varied(name: &HeaderName) -> Option<HeaderName> {
    format!("x-varied-{name}").parse().ok()
}

fn text_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// A date of a header, since the epoch.
fn date_of(headers: &HeaderMap, name: &HeaderName) -> Option<Duration> {
    let date = httpdate::parse_http_date(text_of(headers, name)).ok()?;
    date.duration_since(SystemTime::UNIX_EPOCH).ok()
}

fn at(since_epoch: Duration) -> Timestamp {
    Timestamp::UNIX_EPOCH + since_epoch
}

impl fmt::Debug for HttpCacheLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCacheLayer")
            .field("directory", &self.store.directory)
            .finish_non_exhaustive()
    }
}

impl<S> fmt::Debug for HttpCache<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCache")
            .field("directory", &self.store.directory)
            .finish_non_exhaustive()
    }
}

/// The length of a SHA-256.
const SUM: usize = 32;

/// The longest body that is kept: ten times the OpenAPI document of a large cluster.
const LONGEST: usize = 64 << 20;

const HOP_BY_HOP: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
];
