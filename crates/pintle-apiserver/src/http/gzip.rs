//! Compressed answers, as kube-apiserver compresses them: to clients that take it, what is large, at
//! the level that takes the least time. Watches are never compressed: each event is to be seen at once.

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, Response, header};

use super::Body;

/// Whether a client takes compressed answers.
pub(super) fn is_accepted(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING);
    let accepted = accepted
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    // As there, whatever it says of how much it likes it.
    accepted
        .split(',')
        .any(|encoding| encoding.trim() == "gzip")
}

/// Compresses an answer if it is large.
pub(super) fn compress(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    let pieces = match body.exceeds(THRESHOLD) {
        Ok(pieces) => pieces,
        Err(body) => return Response::from_parts(head, body),
    };
    let headers = &mut head.headers;
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let mut compressed = Some(GzEncoder::new(Vec::new(), Compression::new(1)));
    let mut pieces = pieces;
    let pieces = std::iter::from_fn(move || {
        let encoder = compressed.as_mut()?;
        // Writing to memory does not fail.
        while encoder.get_ref().len() < PIECE {
            let Some(piece) = pieces.next() else {
                return compressed.take()?.finish().ok().map(Bytes::from);
            };
            encoder.write_all(&piece).ok()?;
        }
        Some(std::mem::take(encoder.get_mut()).into())
    });
    Response::from_parts(head, Body::chunks(pieces))
}

/// As kube-apiserver: answers of no more are sent as they are.
const THRESHOLD: usize = 128 << 10;

/// Compressed pieces are at least this large, the last one aside.
const PIECE: usize = 32 << 10;
