//! Watches over WebSocket, for clients such as browsers that cannot read a body while it comes.
//!
//! As the real server: a message an event, of text for JSON, and whatever a client says but its goodbye
//! is passed over, unless it is more than 1 MiB at once, or text that is none.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header, request};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use pintle_env::{Clock, Timer};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig};

use super::{Body, api::respond};
use crate::shutdown::Shutdown;

/// A watch whose connection is about to leave HTTP.
pub(crate) struct Socket {
    client: OnUpgrade,
    events: Body,
    is_text: bool,
    /// The bytes before each event that say how long it is, which a message says by itself.
    prefix: usize,
}

/// Whether a request asks for WebSocket.
pub(super) fn is_asked_for(headers: &HeaderMap) -> bool {
    let has = |name, word: &str| {
        let values = headers.get_all(name).into_iter();
        let mut values = values.filter_map(|value| value.to_str().ok());
        values.any(|value| value.to_ascii_lowercase().contains(word))
    };
    has(header::CONNECTION, "upgrade") && has(header::UPGRADE, "websocket")
}

/// The answer to a watch over WebSocket: the events of the answer that it would have had without.
pub(super) fn serve(head: &request::Parts, answer: Response<Body>) -> Response<Body> {
    if answer.status() != StatusCode::OK {
        return answer;
    }
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let refused = |code| {
        let mut refused = Response::new(Body::whole(Bytes::new()));
        *refused.status_mut() = code;
        refused
    };
    if text(header::SEC_WEBSOCKET_VERSION) != Some("13") {
        let mut refused = refused(StatusCode::BAD_REQUEST);
        let version = HeaderValue::from_static("13");
        let headers = refused.headers_mut();
        headers.insert(header::SEC_WEBSOCKET_VERSION, version);
        return refused;
    }
    let client = head.extensions.get::<OnUpgrade>();
    let (Some(key), Some(client)) = (text(header::SEC_WEBSOCKET_KEY), client) else {
        return refused(StatusCode::BAD_REQUEST);
    };
    // Whose page it is, a browser says; the real server insists that somebody does.
    if text(header::ORIGIN).is_none_or(str::is_empty) {
        return refused(StatusCode::FORBIDDEN);
    }
    let protocol = head.headers.get(header::SEC_WEBSOCKET_PROTOCOL);
    // Events have no protocol of their own: one is agreed to, and among several there is no choice.
    if protocol.is_some_and(|names| names.as_bytes().contains(&b',')) {
        return refused(StatusCode::BAD_REQUEST);
    }
    let protocol = protocol.cloned();
    let media_type = answer.headers().get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let (is_text, prefix) = match media_type.unwrap_or_default() {
        text if text.contains("json") || text.contains("yaml") => (true, 0),
        binary if binary.contains("protobuf") => (false, 4),
        _ => (false, 0),
    };
    let socket = Socket {
        client: client.clone(),
        events: answer.into_body(),
        is_text,
        prefix,
    };
    let mut switched = respond(StatusCode::SWITCHING_PROTOCOLS, "", Body::socket(socket));
    let headers = switched.headers_mut();
    for unwanted in [header::CONTENT_TYPE, header::CACHE_CONTROL] {
        headers.remove(unwanted);
    }
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    if let Some(protocol) = protocol {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    if let Ok(accept) = HeaderValue::try_from(accept(key)) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    switched
}

impl Socket {
    /// Sends the events until there are no more, the client is gone, or the server ends.
    ///
    /// # Cancel safety
    ///
    /// Dropping this closes the connection.
    pub(crate) async fn run(self, clock: &dyn Clock, timer: &dyn Timer, mut shutdown: Shutdown) {
        let Ok(client) = self.client.await else {
            // The client left before it was answered.
            return;
        };
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .max_write_buffer_size(WAITING)
            .max_message_size(Some(LONGEST))
            .max_frame_size(Some(LONGEST));
        let client = TokioIo::new(client);
        let socket = WebSocketStream::from_raw_socket(client, Role::Server, Some(config)).await;
        let (mut to_client, mut from_client) = socket.split();
        let mut events = self.events;
        let ends = events.deadline();
        let sending = async {
            while let Some(event) = events.piece().await {
                let event = event.slice(self.prefix.min(event.len())..);
                to_client.send(message(event, self.is_text)).await?;
            }
            to_client.send(Message::Close(Some(GOODBYE))).await
        };
        // Pings and the goodbye are answered on the way.
        let hearing = async { while let Some(Ok(_)) = from_client.next().await {} };
        // One that takes nothing does not find out by itself that its time is over.
        let over = async {
            match ends {
                Some(ends) => timer.sleep_until(ends.max(clock.now()) + LINGER).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = sending => {}
            () = hearing => {}
            () = over => {}
            () = shutdown.requested() => {}
        }
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
    }
}

/// What tells of an event.
fn message(event: Bytes, is_text: bool) -> Message {
    if is_text && let Ok(text) = Utf8Bytes::try_from(event.clone()) {
        return Message::Text(text);
    }
    Message::Binary(event)
}

/// What shows that a server understood a client's key.
fn accept(key: &str) -> String {
    let text = [key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"].concat();
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()))
}

/// All was said.
const GOODBYE: CloseFrame = CloseFrame {
    code: CloseCode::Normal,
    reason: Utf8Bytes::from_static(""),
};
/// The longest message that is taken from a client, to be passed over.
const LONGEST: usize = 1 << 20;
/// How much is read at a time: clients say little.
const READ: usize = 4 << 10;
/// The most that waits for a client: an event, and answers to its pings.
const WAITING: usize = 16 << 20;
/// How long a client that takes nothing outlives its watch.
const LINGER: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 6455, 1.3.
    #[test]
    fn a_key_is_answered_as_the_standard_says() {
        assert_eq!(
            accept("dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }
}
