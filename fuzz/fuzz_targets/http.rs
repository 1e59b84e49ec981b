//! The HTTP surface of the embedded server: whatever is asked, in whatever order, is answered, and a fault of
//! the server's own is a `Status`.
//!
//! An input is a few requests, each as HTTP/1 has it: a line with method and URI, headers, an empty line, the
//! body; a line `---` between two. What a URI has between `<` and `>` is sent in base64: the insides of tokens,
//! which would otherwise be out of the fuzzer's reach.
#![no_main]

use std::borrow::Cow;
use std::str;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use pintle_apiserver::fuzzing::Server;
use pintle_codec::Format;
use pintle_fuzz::seeds;

thread_local! {
    /// Made once, since its keys take a while; it is emptied before each input.
    static SERVER: Server = Server::new();
}

fuzz_target!(
    init: { seeds::write(inputs()); },
    |input: &[u8]| {
        SERVER.with(|server| {
            server.reset();
            for request in split(input, b"\n---\n").take(8) {
                ask(server, request);
            }
            server.collect();
        });
    }
);

fn ask(server: &Server, request: &[u8]) {
    let mut parts = request.splitn(2, |byte| *byte == b'\n');
    let line = parts.next().unwrap_or_default();
    let Some((method, uri)) = str::from_utf8(line).ok().and_then(|line| line.split_once(' ')) else {
        return;
    };
    let mut rest = parts.next().unwrap_or_default();
    let mut headers = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        match str::from_utf8(line).ok().and_then(|line| line.split_once(": ")) {
            Some(header) => headers.push(header),
            None => break,
        }
    }
    let uri = &*with_tokens(uri);
    let Some(answer) = server.answer(method, uri, &headers, rest) else {
        return;
    };
    // The answer to a HEAD has no body.
    if answer.code >= 500 && method != "HEAD" {
        let says = |what: &[u8]| answer.body.windows(what.len()).any(|window| window == what);
        assert!(says(b"Status"), "{method} {uri}: {answer:?}");
    }
}

/// A URI with its tokens written as they are sent.
fn with_tokens(uri: &str) -> Cow<'_, str> {
    let token = uri.split_once('<').and_then(|(before, rest)| {
        let (token, after) = rest.split_once('>')?;
        Some([before, &URL_SAFE_NO_PAD.encode(token), after].concat())
    });
    token.map_or(Cow::Borrowed(uri), Cow::Owned)
}

/// The parts of an input between separators.
fn split<'a>(input: &'a [u8], separator: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(input);
    std::iter::from_fn(move || {
        let input = rest?;
        match input.windows(separator.len()).position(|window| window == separator) {
            Some(at) => {
                rest = Some(&input[at + separator.len()..]);
                Some(&input[..at])
            }
            None => rest.take(),
        }
    })
}

/// Requests that mean something, and objects of every kind in each format.
fn inputs() -> Vec<Vec<u8>> {
    let conversations = CONVERSATIONS.split("\n=====\n");
    let mut inputs: Vec<Vec<u8>> = conversations.map(|text| text.as_bytes().to_vec()).collect();
    for (format, media_type) in [
        (Format::Json, "application/json"),
        (Format::Protobuf, "application/vnd.kubernetes.protobuf"),
        (Format::Cbor, "application/cbor"),
    ] {
        for pod in seeds::pods(format) {
            let head = format!(
                "POST /api/v1/namespaces/default/pods?fieldValidation=Strict\nContent-Type: {media_type}\n\
                 Accept: {media_type}\n\n"
            );
            inputs.push([head.as_bytes(), &pod].concat());
        }
    }
    inputs
}

/// Inputs, a line `=====` between two.
const CONVERSATIONS: &str = include_str!("../src/conversations.http");
