//! The server's side of a WebSocket, as far as the commands need one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// What a server says over a WebSocket.
#[derive(Clone)]
pub(crate) enum Socket {
    /// These messages, and that it was all.
    Says(Vec<Vec<u8>>),
    /// What it has heard of standard input, once that is at its end, on standard output.
    Repeats,
    /// The same on the channel of a port, each time it hears something, until that ends with `bye`.
    Port,
}

/// How a command ended well, in the words of a kubelet.
pub(crate) const SUCCESS: &[u8] = b"\x03{\"metadata\":{},\"status\":\"Success\"}";

/// How a command ended with an exit code.
pub(crate) fn exit_code(code: u8) -> Vec<u8> {
    format!("\x03{{\"status\":\"Failure\",\"message\":\"command terminated with non-zero exit code: exit status {code}\",\"reason\":\"NonZeroExitCode\",\"details\":{{\"causes\":[{{\"reason\":\"ExitCode\",\"message\":\"{code}\"}}]}}}}").into_bytes()
}

/// What the answer to a handshake says of its key.
pub(crate) fn accept(key: &str) -> String {
    let text = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()))
}

impl Socket {
    /// Says it. A client that has left is not told any more.
    pub(crate) async fn run(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        match self {
            Self::Says(messages) => {
                for message in messages {
                    send(&mut stream, BINARY, &message).await;
                }
            }
            Self::Repeats => {
                let mut heard = vec![1];
                while let Some((opcode, payload)) = receive(&mut stream).await {
                    match (opcode, payload.as_slice()) {
                        (BINARY, [0, data @ ..]) => heard.extend_from_slice(data),
                        (BINARY, [255, 0]) => break,
                        _ => {}
                    }
                }
                send(&mut stream, BINARY, &heard).await;
                send(&mut stream, BINARY, SUCCESS).await;
            }
            Self::Port => {
                for channel in [0, 1] {
                    send(&mut stream, BINARY, &[channel, 80, 0]).await;
                }
                while let Some((opcode, payload)) = receive(&mut stream).await {
                    if opcode == BINARY {
                        send(&mut stream, BINARY, &payload).await;
                    }
                    if payload.ends_with(b"bye") {
                        break;
                    }
                }
            }
        }
        send(&mut stream, CLOSE, &1000_u16.to_be_bytes()).await;
        // What the client says to that is read, so that nothing it was told is taken back.
        while receive(&mut stream).await.is_some() {}
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), opcode: u8, payload: &[u8]) {
    let mut frame = vec![0x80 | opcode, 126];
    frame.extend_from_slice(&u16::try_from(payload.len()).unwrap().to_be_bytes());
    if payload.len() < 126 {
        frame = vec![0x80 | opcode, payload.len().try_into().unwrap()];
    }
    frame.extend_from_slice(payload);
    let _ = stream.write_all(&frame).await;
    let _ = stream.flush().await;
}

async fn receive(stream: &mut (impl AsyncRead + Unpin)) -> Option<(u8, Vec<u8>)> {
    let opcode = stream.read_u8().await.ok()? & 0x0f;
    let length = match stream.read_u8().await.ok()? & 0x7f {
        126 => u64::from(stream.read_u16().await.ok()?),
        127 => stream.read_u64().await.ok()?,
        length => length.into(),
    };
    let mut mask = [0; 4];
    stream.read_exact(&mut mask).await.ok()?;
    let mut payload = vec![0; length.try_into().unwrap()];
    stream.read_exact(&mut payload).await.ok()?;
    for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
    Some((opcode, payload))
}

const BINARY: u8 = 2;
const CLOSE: u8 = 8;
