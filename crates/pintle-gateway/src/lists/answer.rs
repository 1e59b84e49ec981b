//! The envelope of lists.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use http::{HeaderMap, Response, StatusCode};
use pintle_codec::json;

use super::Query;
use super::followed::Followed;
use crate::board::{Board, Item};
use crate::body::Body;

/// Why there is no list, for the envelope.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, message: impl fmt::Display) -> Self {
        Self {
            status,
            message: message.to_string(),
        }
    }

    pub(crate) fn bad_request(message: impl fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// The envelope; the status is in it only, unless it is to be the answer's.
    pub(crate) fn answer(&self, http_status: bool) -> Response<Body> {
        let mut body = br#"{"code":40000,"message":"#.to_vec();
        json::Writer::new(&mut body).string(&self.message);
        body.push(b'}');
        let status = if http_status {
            self.status
        } else {
            StatusCode::OK
        };
        crate::answer::with_type(status, "application/json", body)
    }
}

/// The objects that are asked for, unless the caller has them.
pub(super) fn list(followed: &Followed, query: &Query, request: &HeaderMap) -> Response<Body> {
    let (tag, body) = {
        let mut board = followed.board();
        let tag = followed.tag(board.last());
        let known = request
            .get(IF_NONE_MATCH)
            .is_some_and(|known| known == tag.as_str());
        (tag, (!known).then(|| body(&mut board, query)))
    };
    let is_known = body.is_none();
    let mut response = Response::new(body.unwrap_or(Body::Empty));
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    let tag = HeaderValue::try_from(tag).expect("digits in quotes make a header");
    headers.insert(ETAG, tag);
    response
}

/// The objects that are asked for, in their envelope.
fn body(board: &mut Board, query: &Query) -> Body {
    if query.is_everything() {
        let objects = board.whole();
        return if objects.length() <= SHORT {
            Body::Whole(board.text(|objects| objects.between(HEAD, TAIL)))
        } else {
            Body::list(Bytes::from_static(HEAD), objects, Bytes::from_static(TAIL))
        };
    }
    let after = |item: &&Arc<Item>| query.after.as_ref().is_none_or(|after| item.key > *after);
    let selected = board
        .items()
        .filter(after)
        .filter(|item| query.selects(item));
    let mut selected: Vec<&Arc<Item>> = selected.collect();
    let mut tail = b"]".to_vec();
    if query.limit > 0 {
        let remaining = selected.len().saturating_sub(query.limit);
        selected.truncate(query.limit);
        let last = selected.last().filter(|_| remaining > 0);
        let token = last.map(|last| format!("{}/{}", last.key.namespace, last.key.name));
        tail.extend_from_slice(br#","metadata":{"continue":"#);
        json::Writer::new(&mut tail).string(token.as_deref().unwrap_or_default());
        tail.extend_from_slice(format!(r#","remainingItemCount":{remaining}}}"#).as_bytes());
    }
    tail.push(b'}');
    let objects = match query.has_parts() {
        false => selected
            .into_iter()
            .map(|item| item.json().clone())
            .collect(),
        true => {
            let parts = |item: &Arc<Item>| Bytes::from(query.parts_of(item));
            selected.into_iter().map(parts).collect()
        }
    };
    Body::list(Bytes::from_static(HEAD), objects, tail.into())
}

const HEAD: &[u8] = br#"{"code":20000,"message":"success","data":["#;
const TAIL: &[u8] = b"]}";

/// Up to how many bytes of objects a list is put into one piece: it costs more to send several than to copy
/// them once a change.
const SHORT: u64 = 64 << 10;
