//! Ports of pods, of a server that is a script.

use std::io;
use std::time::Duration;

use pintle_client::{Error, ErrorKind, Forwarding, PortForward, PortStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::websockets::{BINARY, CLOSE, Peer, Server, frame};

const V4: &str = "v4.channel.k8s.io";

async fn connected(server: &Server, port: u16) -> (PortStream, Peer) {
    let forward = server.pods.port_forward("web-0");
    let (stream, peer) = tokio::join!(forward.connect(port), server.accept(V4));
    (stream.unwrap(), peer)
}

/// Says on both channels which port they belong to.
async fn begin(peer: &mut Peer, port: u16) {
    let [low, high] = port.to_le_bytes();
    peer.send(&[0, low, high]).await;
    peer.send(&[1, low, high]).await;
}

fn cause(error: &io::Error) -> &Error {
    error.get_ref().unwrap().downcast_ref().unwrap()
}

// claims: port-forward.protocol
#[tokio::test]
async fn bytes_pass_in_both_directions() {
    let server = Server::start().await;
    let (mut stream, mut peer) = connected(&server, 8080).await;
    assert_eq!(
        peer.line(),
        "GET /api/v1/namespaces/team-a/pods/web-0/portforward?ports=8080 HTTP/1.1"
    );
    assert_eq!(peer.header("sec-websocket-protocol"), V4);
    begin(&mut peer, 8080).await;
    peer.send(b"\0hello").await;
    let mut heard = [0; 5];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"hello");

    let sent = vec![7; 100_000];
    let serving = async {
        let mut heard = Vec::new();
        while heard.len() < 100_000 {
            let message = peer.message().await;
            assert_eq!(message[0], 0);
            heard.extend_from_slice(&message[1..]);
        }
        peer.send(b"\0bye").await;
        peer.close().await;
        heard
    };
    let using = async {
        stream.write_all(&sent).await.unwrap();
        // Nothing ends by that.
        stream.shutdown().await.unwrap();
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
        rest
    };
    let (heard, rest) = tokio::join!(serving, using);
    assert!(heard == sent);
    assert_eq!(rest, "bye");
}

#[tokio::test]
async fn what_begins_a_channel_may_come_in_pieces() {
    let server = Server::start().await;
    let (mut stream, mut peer) = connected(&server, 258).await;
    peer.say(&frame(BINARY, &[])).await;
    peer.say(&frame(0, &[0])).await;
    peer.say(&frame(0, &[2])).await;
    peer.say(&frame(0x80, &[1, b'a'])).await;
    peer.send(&[1, 2, 1]).await;
    peer.send(b"\0b").await;
    peer.close().await;
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "ab");
}

// claims: port-forward.error
#[tokio::test]
async fn a_port_where_nobody_listens_is_an_error() {
    let server = Server::start().await;
    let (mut stream, mut peer) = connected(&server, 9).await;
    begin(&mut peer, 9).await;
    peer.send(b"\x01error forwarding port 9 to pod web-0: ")
        .await;
    peer.send(b"\x01connection refused\n").await;
    peer.close().await;
    let error = stream.read_u8().await.unwrap_err();
    let cause = cause(&error);
    assert_eq!(cause.kind(), ErrorKind::Port);
    let message = "error forwarding port 9 to pod web-0: connection refused";
    assert_eq!(cause.to_string(), message);
}

#[tokio::test]
async fn a_lost_connection_is_no_end() {
    let server = Server::start().await;
    let (mut stream, mut peer) = connected(&server, 80).await;
    begin(&mut peer, 80).await;
    peer.send(b"\0half of").await;
    drop(peer);
    let mut heard = Vec::new();
    let error = stream.read_to_end(&mut heard).await.unwrap_err();
    assert_eq!(heard, b"half of");
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert!(cause(&error).is_closed());
}

#[tokio::test]
async fn dropping_a_stream_closes_the_connection() {
    let server = Server::start().await;
    let (stream, mut peer) = connected(&server, 80).await;
    drop(stream);
    assert_eq!(peer.receive().await, None);
}

#[tokio::test]
async fn both_halves_work_in_tasks_of_their_own() {
    let server = Server::start().await;
    let (stream, mut peer) = connected(&server, 80).await;
    let (mut read, mut write) = tokio::io::split(stream);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        let mut heard = vec![0; 8 << 20];
        read.read_exact(&mut heard).await.unwrap();
    });
    tasks.spawn(async move {
        write.write_all(&vec![7; 8 << 20]).await.unwrap();
        write.flush().await.unwrap();
    });
    tasks.spawn(async move {
        begin(&mut peer, 80).await;
        let mut left = 8 << 20;
        while left > 0 {
            let message = peer.message().await;
            left -= message.len() - 1;
            peer.send(&message).await;
        }
    });
    let all = async {
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
    };
    timeout(Duration::from_secs(30), all)
        .await
        .expect("none waits for ever");
}

/// Uses a port of this machine that leads to one of a pod; what happens is told.
async fn listening(
    forward: PortForward,
    port: u16,
) -> (Listening, mpsc::UnboundedReceiver<String>) {
    let listener = forward
        .listen(([127, 0, 0, 1], 0).into(), port)
        .await
        .unwrap();
    assert_eq!(listener.remote_port(), port);
    let address = listener.local_address();
    let (events, happened) = mpsc::unbounded_channel();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        listener
            .run(|event| {
                let event = match event {
                    Forwarding::Accepted(_) => "accepted".to_owned(),
                    Forwarding::Failed(error) => error.to_string(),
                    _ => unreachable!("there are no others"),
                };
                let _ = events.send(event);
            })
            .await;
    });
    let listening = Listening {
        address,
        _tasks: tasks,
    };
    (listening, happened)
}

struct Listening {
    address: std::net::SocketAddr,
    _tasks: tokio::task::JoinSet<()>,
}

// claims: port-forward.listener
#[tokio::test]
async fn each_connection_to_a_listener_has_one_of_its_own() {
    let server = Server::start().await;
    let (listening, mut happened) = listening(server.pods.port_forward("web-0"), 80).await;
    let mut first = TcpStream::connect(listening.address).await.unwrap();
    let mut first_peer = server.accept(V4).await;
    let mut second = TcpStream::connect(listening.address).await.unwrap();
    let mut second_peer = server.accept(V4).await;
    for (stream, peer, word) in [
        (&mut first, &mut first_peer, "one"),
        (&mut second, &mut second_peer, "two"),
    ] {
        begin(peer, 80).await;
        stream.write_all(word.as_bytes()).await.unwrap();
        assert_eq!(peer.message().await, format!("\0{word}").as_bytes());
        peer.send(format!("\0{word}!").as_bytes()).await;
        let mut heard = [0; 4];
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(heard, format!("{word}!").as_bytes());
    }
    // The end of the one is not that of the other.
    first_peer.close().await;
    assert_eq!(first.read(&mut [0]).await.unwrap(), 0);
    second_peer.send(b"\0still").await;
    let mut still = [0; 5];
    second.read_exact(&mut still).await.unwrap();
    assert_eq!(&still, b"still");
    for _ in 0..2 {
        assert_eq!(happened.recv().await.unwrap(), "accepted");
    }
    // With the listener all ends.
    drop(listening);
    assert_eq!(second_peer.receive().await, None);
    assert_eq!(second.read(&mut [0]).await.unwrap_or(0), 0);
    assert_eq!(happened.recv().await, None);
}

#[tokio::test]
async fn a_connection_that_fails_is_told_and_others_go_on() {
    let server = Server::start().await;
    let (listening, mut happened) = listening(server.pods.port_forward("web-0"), 80).await;
    let mut refused = TcpStream::connect(listening.address).await.unwrap();
    let mut peer = server.accept(V4).await;
    begin(&mut peer, 80).await;
    peer.send(b"\x01nobody listens").await;
    peer.close().await;
    assert_eq!(refused.read(&mut [0]).await.unwrap_or(0), 0);
    assert_eq!(happened.recv().await.unwrap(), "accepted");
    assert_eq!(happened.recv().await.unwrap(), "nobody listens");

    let _gone = TcpStream::connect(listening.address).await.unwrap();
    let mut peer = server.asked().await;
    peer.say(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")
        .await;
    assert_eq!(happened.recv().await.unwrap(), "accepted");
    let event = happened.recv().await.unwrap();
    assert!(event.contains("could not find"), "{event}");

    let mut stream = TcpStream::connect(listening.address).await.unwrap();
    let mut peer = server.accept(V4).await;
    begin(&mut peer, 80).await;
    peer.send(b"\0fine").await;
    peer.say(&frame(0x80 | CLOSE, b"")).await;
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "fine");
}

#[tokio::test]
async fn an_address_that_is_taken_is_an_error_of_this_machine() {
    let server = Server::start().await;
    let forward = server.pods.port_forward("web-0");
    let listener = forward
        .listen(([127, 0, 0, 1], 0).into(), 80)
        .await
        .unwrap();
    let address = listener.local_address();
    let error = forward.listen(address, 80).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    let cause = error.as_io().unwrap().kind();
    assert_eq!(cause, io::ErrorKind::AddrInUse);
}
