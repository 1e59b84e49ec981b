//! The handshake of a WebSocket (RFC 6455, section 4.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, Request, Response};
use pintle_env::{Random, SystemRandom};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::body::Body;
use crate::error::{Error, ErrorKind};

/// A handshake that has begun.
pub(crate) struct Handshake {
    /// What the answer has to say.
    accept: String,
}

impl Handshake {
    /// Asks for a WebSocket in the headers of a request.
    pub(crate) fn begin(request: &mut Request<Body>, protocols: &[&str]) -> Result<Self, Error> {
        let mut nonce = [0; 16];
        SystemRandom.fill(&mut nonce);
        Self::with_key(request.headers_mut(), &STANDARD.encode(nonce), protocols)
    }

    fn with_key(headers: &mut HeaderMap, key: &str, protocols: &[&str]) -> Result<Self, Error> {
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        let value = HeaderValue::from_str(key).expect("base64 fits a header");
        headers.insert(SEC_WEBSOCKET_KEY, value);
        if !protocols.is_empty() {
            let names = HeaderValue::from_str(&protocols.join(", ")).map_err(|error| {
                let message = "the name of a WebSocket's protocol fits no header";
                Error::with_source(ErrorKind::Request, message, error)
            })?;
            headers.insert(SEC_WEBSOCKET_PROTOCOL, names);
        }
        let digest = digest(
            &SHA1_FOR_LEGACY_USE_ONLY,
            format!("{key}{MAGIC}").as_bytes(),
        );
        Ok(Self {
            accept: STANDARD.encode(digest),
        })
    }

    /// Whether the answer is one to this handshake.
    pub(crate) fn check<B>(
        &self,
        response: &Response<B>,
        protocols: &[&str],
        peer: &str,
    ) -> Result<(), Error> {
        let headers = response.headers();
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
        let is_websocket = text(UPGRADE).is_some_and(|it| it.eq_ignore_ascii_case("websocket"));
        if !is_websocket || text(SEC_WEBSOCKET_ACCEPT) != Some(self.accept.as_str()) {
            return Err(wrong(peer, "is not an answer to the WebSocket handshake"));
        }
        match text(SEC_WEBSOCKET_PROTOCOL) {
            Some(chosen) if protocols.contains(&chosen) => Ok(()),
            None if protocols.is_empty() => Ok(()),
            _ => Err(wrong(
                peer,
                "chooses none of the protocols that were offered",
            )),
        }
    }
}

fn wrong(peer: &str, why: &str) -> Error {
    Error::new(
        ErrorKind::Protocol,
        format!("what {peer} said when it switched protocols {why}"),
    )
}

const MAGIC: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6455, section 1.3.
    #[test]
    fn answer_belongs_to_the_question() {
        let mut asked = HeaderMap::new();
        let protocols = ["chat", "superchat"];
        let handshake =
            Handshake::with_key(&mut asked, "dGhlIHNhbXBsZSBub25jZQ==", &protocols).unwrap();
        assert_eq!(asked[SEC_WEBSOCKET_PROTOCOL], "chat, superchat");

        let answer = |accept: &str, protocol: &str| {
            let response = Response::builder()
                .header("Upgrade", "WebSocket")
                .header("Sec-WebSocket-Accept", accept)
                .header("Sec-WebSocket-Protocol", protocol)
                .body(())
                .unwrap();
            handshake.check(&response, &protocols, "here")
        };
        let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
        answer(accept, "chat").unwrap();
        answer(accept, "superchat").unwrap();
        for (accept, protocol) in [
            (accept, "chess"),
            (accept, ""),
            ("S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "chat"),
            ("", "chat"),
        ] {
            let error = answer(accept, protocol).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol, "{accept} {protocol}");
        }
    }
}
