//! Watches over WebSocket, for clients such as browsers that cannot read a body while it comes.
//!
//! As the real server: a message an event, of text for JSON, and whatever a client says but its goodbye
//! is passed over. What a server needs for that of RFC 6455 is a key, a header of up to ten bytes, and an
//! answer to pings, which is why there is no library behind it.

use std::{fmt, io, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header, request};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use pintle_env::{Clock, Timer};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::sync::mpsc;

use super::{Body, api::respond};
use crate::shutdown::Shutdown;

/// A watch whose connection is about to leave HTTP.
pub(crate) struct Socket {
    client: OnUpgrade,
    events: Body,
    kind: Opcode,
    /// The bytes before each event that say how long it is, which a message says by itself.
    prefix: usize,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opcode {
    Text = 1,
    Binary = 2,
    Close = 8,
    Pong = 10,
}

/// What a client said that has to be answered.
#[derive(Debug)]
enum Said {
    Ping(Vec<u8>),
    Goodbye,
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
    let (kind, prefix) = match media_type.unwrap_or_default() {
        text if text.contains("json") || text.contains("yaml") => (Opcode::Text, 0),
        binary if binary.contains("protobuf") => (Opcode::Binary, 4),
        _ => (Opcode::Binary, 0),
    };
    let socket = Socket {
        client: client.clone(),
        events: answer.into_body(),
        kind,
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
        let Self {
            client,
            mut events,
            kind,
            prefix,
        } = self;
        let Ok(client) = client.await else {
            // The client left before it was answered.
            return;
        };
        let (from_client, mut to_client) = split(TokioIo::new(client));
        let (said, mut hears) = mpsc::channel(1);
        let mut listening = std::pin::pin!(listen(from_client, said));
        let ends = events.deadline();
        let sending = async {
            loop {
                tokio::select! {
                    event = events.piece() => match event {
                        Some(event) => {
                            let event = event.get(prefix..).unwrap_or_default();
                            send(&mut to_client, kind, event).await?;
                        }
                        None => return send(&mut to_client, Opcode::Close, &NORMAL).await,
                    },
                    heard = hears.recv() => match heard {
                        Some(Said::Ping(data)) => send(&mut to_client, Opcode::Pong, &data).await?,
                        Some(Said::Goodbye) => {
                            return send(&mut to_client, Opcode::Close, &NORMAL).await;
                        }
                        None => return Ok(()),
                    },
                }
            }
        };
        // One that takes nothing does not find out by itself that its time is over.
        let over = async {
            match ends {
                Some(ends) => timer.sleep_until(ends.max(clock.now()) + LINGER).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = sending => {}
            // It says by its end that the client is gone, which the other half hears.
            () = async { listening.as_mut().await; std::future::pending().await } => {}
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

/// Hears a client out. Its end is that of the client.
async fn listen(mut from: impl AsyncRead + Unpin, said: mpsc::Sender<Said>) {
    while let Ok(frame) = read(&mut from).await {
        let Some(frame) = frame else {
            continue;
        };
        let is_last = matches!(frame, Said::Goodbye);
        if said.send(frame).await.is_err() || is_last {
            return;
        }
    }
}

/// A frame of a client, which is masked. What need not be answered is read and forgotten.
async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Said>> {
    let mut start = [0; 2];
    from.read_exact(&mut start).await?;
    let [first, second] = start;
    let length = match second & 0x7f {
        126 => u64::from(from.read_u16().await?),
        127 => from.read_u64().await?,
        length => u64::from(length),
    };
    let is_masked = second & 0x80 != 0;
    let is_control = first & 0x08 != 0;
    if !is_masked || is_control && length > CONTROL_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut mask = [0; 4];
    from.read_exact(&mut mask).await?;
    if !is_control {
        let skipped = tokio::io::copy(&mut from.take(length), &mut tokio::io::sink()).await?;
        return match skipped == length {
            true => Ok(None),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        };
    }
    let mut data = vec![0; usize::try_from(length).unwrap_or_default()];
    from.read_exact(&mut data).await?;
    for (byte, mask) in data.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
    Ok(match first & 0x0f {
        8 => Some(Said::Goodbye),
        9 => Some(Said::Ping(data)),
        _ => None,
    })
}

/// Sends a message as one frame.
async fn send(to: &mut (impl AsyncWrite + Unpin), kind: Opcode, data: &[u8]) -> io::Result<()> {
    let mut frame = Vec::with_capacity(data.len() + 10);
    frame.push(0x80 | kind as u8);
    match data.len() {
        length @ ..126 => frame.push(length as u8),
        length @ 126..=0xffff => {
            frame.push(126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            frame.push(127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(data);
    to.write_all(&frame).await?;
    to.flush().await
}

/// What shows that a server understood a client's key.
fn accept(key: &str) -> String {
    let text = [key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"].concat();
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()))
}

/// The status 1000: all was said.
const NORMAL: [u8; 2] = 1000_u16.to_be_bytes();
/// The most that a frame may have that is not for an application.
const CONTROL_MAX: u64 = 125;
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

    // RFC 6455, 5.7.
    #[tokio::test]
    async fn frames_are_those_of_the_standard() {
        let mut out = Vec::new();
        send(&mut out, Opcode::Text, b"Hello").await.unwrap();
        assert_eq!(out, b"\x81\x05Hello");
        for (length, head) in [
            (256, &b"\x82\x7e\x01\x00"[..]),
            (65_536, b"\x82\x7f\0\0\0\0\0\x01\0\0"),
        ] {
            let mut out = Vec::new();
            send(&mut out, Opcode::Binary, &vec![0; length])
                .await
                .unwrap();
            assert!(out.starts_with(head) && out.len() == head.len() + length);
        }
        let masked = b"\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
        let ping = read(&mut &masked[..]).await.unwrap();
        assert!(matches!(ping, Some(Said::Ping(data)) if data == b"Hello"));
        let text = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
        assert!(read(&mut &text[..]).await.unwrap().is_none());
        let unmasked = b"\x81\x05Hello";
        assert!(read(&mut &unmasked[..]).await.is_err());
        assert!(read(&mut &text[..7]).await.is_err(), "it ends too early");
    }
}
