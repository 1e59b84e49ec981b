//! A server that shakes hands for a WebSocket, and then says what a test has it say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_api::core::v1::Pod;
use pintle_client::{Api, Client};
use pintle_config::Config;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// How a command ended well, in the words of a kubelet.
pub(crate) const SUCCESS: &[u8] = b"\x03{\"metadata\":{},\"status\":\"Success\"}";

pub(crate) struct Server {
    listener: TcpListener,
    pub(crate) pods: Api<Pod>,
}

/// The server's side of a WebSocket.
pub(crate) struct Peer {
    stream: TcpStream,
    /// The request that it began with.
    pub(crate) head: String,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config::new(&format!("http://{address}")).unwrap();
        let client = Client::new(&config.rate_limit(-1.0, 0)).unwrap();
        let pods = client.api::<Pod>().namespace("team-a");
        Self { listener, pods }
    }

    /// The next connection, with the head of its request.
    pub(crate) async fn asked(&self) -> Peer {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        Peer { stream, head }
    }

    /// The next connection, which speaks a protocol from then on.
    pub(crate) async fn accept(&self, protocol: &str) -> Peer {
        let mut peer = self.asked().await;
        let key = peer.header("sec-websocket-key");
        let accept = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
        let accept = digest(&SHA1_FOR_LEGACY_USE_ONLY, accept.as_bytes());
        let accept = STANDARD.encode(accept);
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
        );
        peer.say(answer.as_bytes()).await;
        peer
    }
}

impl Peer {
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> String {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let value = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
        value.map(|(_, value)| value.to_owned()).unwrap_or_default()
    }

    /// Sends bytes as they are.
    pub(crate) async fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Sends a message.
    pub(crate) async fn send(&mut self, payload: &[u8]) {
        self.say(&frame(0x80 | BINARY, payload)).await;
    }

    /// Says that this was all, and leaves.
    pub(crate) async fn close(mut self) {
        self.say(&frame(0x80 | CLOSE, &1000_u16.to_be_bytes()))
            .await;
    }

    /// The next frame: what it is, and what it says. `None` when the client has left.
    pub(crate) async fn receive(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.stream.read_u8().await.ok()?;
        assert_eq!(first & 0x70, 0, "nothing is reserved");
        let second = self.stream.read_u8().await.ok()?;
        assert_ne!(second & 0x80, 0, "clients mask");
        let length = match second & 0x7f {
            126 => u64::from(self.stream.read_u16().await.ok()?),
            127 => self.stream.read_u64().await.ok()?,
            length => length.into(),
        };
        let mut mask = [0; 4];
        self.stream.read_exact(&mut mask).await.ok()?;
        let mut payload = vec![0; length.try_into().unwrap()];
        self.stream.read_exact(&mut payload).await.ok()?;
        for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        Some((first & 0x0f, payload))
    }

    /// The next message. A slow machine is asked in between whether it is still there.
    pub(crate) async fn message(&mut self) -> Vec<u8> {
        loop {
            match self.receive().await.expect("the client is there") {
                (BINARY, payload) => return payload,
                (opcode, _) => assert_eq!(opcode, PING),
            }
        }
    }
}

/// A frame of a server's.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..126 => frame.push(length.try_into().unwrap()),
        length => {
            frame.push(127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame
}
