//! Commands in containers, of a server that is a script.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use futures_util::stream;
use pintle_api::core::v1::{PodAttachOptions, PodExecOptions};
use pintle_client::{Error, ErrorKind, OutputPiece, RemoteCommand, StreamOptions, TerminalSize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::time::timeout;

use crate::websockets::{BINARY, CLOSE, PING, PONG, Peer, SUCCESS, Server, TEXT, frame};

const V4: &str = "v4.channel.k8s.io";
const V5: &str = "v5.channel.k8s.io";

/// A command that was begun, and the server's side of it.
async fn begun(options: &PodExecOptions, protocol: &str) -> (RemoteCommand, Peer) {
    let server = Server::start().await;
    let (command, peer) = tokio::join!(
        server.pods.remote_command("web-0", "exec", options),
        server.accept(protocol)
    );
    (command.unwrap(), peer)
}

fn options() -> PodExecOptions {
    PodExecOptions {
        command: ["sh", "-c", "a & b"].map(Into::into).into_iter().collect(),
        stdout: true,
        stderr: true,
        ..Default::default()
    }
}

fn with_stdin() -> PodExecOptions {
    PodExecOptions {
        stdin: true,
        ..options()
    }
}

// claims: remote.protocols, remote.channels, remote.exit
#[tokio::test]
async fn what_a_command_writes_and_how_it_ends_comes_back() {
    let (command, mut peer) = begun(&options(), V5).await;
    assert_eq!(
        peer.line(),
        "GET /api/v1/namespaces/team-a/pods/web-0/exec?stdout=true&stderr=true\
         &command=sh&command=-c&command=a%20%26%20b HTTP/1.1"
    );
    assert_eq!(
        peer.header("sec-websocket-protocol"),
        "v5.channel.k8s.io, v4.channel.k8s.io"
    );
    let serving = async {
        for channel in [b"\x01", b"\x02", b"\x03"] {
            peer.send(channel).await;
        }
        peer.send(b"\x01out").await;
        peer.send(b"\x02err").await;
        let status = br#"{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: exit status 42","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"42"}]}}"#;
        peer.send(&[b"\x03".as_slice(), status].concat()).await;
        // What was written before the end may arrive behind it.
        peer.send(b"\x01 and more").await;
        peer.close().await;
    };
    let (output, ()) = tokio::join!(command.output(), serving);
    let output = output.unwrap();
    assert_eq!(output.stdout, b"out and more");
    assert_eq!(output.stderr, b"err");
    assert_eq!(output.status.code(), 42);
    assert!(!output.status.success());
}

// claims: remote.stdin
#[tokio::test]
async fn input_is_passed_on_and_its_end_told() {
    let (command, mut peer) = begun(&with_stdin(), V5).await;
    assert!(command.can_close_stdin());
    let input: Vec<u8> = (0..1_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    let serving = async {
        let mut heard = Vec::new();
        loop {
            let message = peer.message().await;
            match message.split_first().unwrap() {
                (0, data) => heard.extend_from_slice(data),
                (255, channel) => break assert_eq!(channel, [0]),
                other => panic!("{other:?}"),
            }
        }
        peer.send(SUCCESS).await;
        peer.close().await;
        heard
    };
    let streams = StreamOptions::new().stdin(&input[..]);
    let (status, heard) = tokio::join!(command.run(streams), serving);
    assert!(status.unwrap().success());
    assert!(heard == input);
}

#[tokio::test]
async fn input_without_a_reader_ends_at_once() {
    let (command, mut peer) = begun(&with_stdin(), V5).await;
    let serving = async {
        assert_eq!(peer.message().await, [255, 0]);
        peer.send(SUCCESS).await;
        peer.close().await;
    };
    let (output, ()) = tokio::join!(command.output(), serving);
    assert!(output.unwrap().status.success());
}

#[tokio::test]
async fn command_without_input_is_sent_none() {
    let (command, mut peer) = begun(&options(), V5).await;
    let serving = async {
        peer.send(SUCCESS).await;
        peer.say(&frame(0x80 | CLOSE, b"")).await;
        assert_eq!(peer.receive().await, Some((CLOSE, Vec::new())));
        assert_eq!(peer.receive().await, None);
    };
    let streams = StreamOptions::new().stdin(&b"unwanted"[..]);
    let running = async {
        assert!(command.run(streams).await.unwrap().success());
    };
    tokio::join!(running, serving);

    let (mut command, _peer) = begun(&options(), V5).await;
    let error = command.write_stdin(b"unwanted").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
}

// claims: remote.v4
#[tokio::test]
async fn an_older_server_is_not_told_of_the_end_of_input() {
    let (command, mut peer) = begun(&with_stdin(), V4).await;
    assert!(!command.can_close_stdin());
    let serving = async {
        assert_eq!(peer.message().await, b"\0line\n");
        peer.send(b"\x01line\n").await;
        peer.send(SUCCESS).await;
        peer.say(&frame(0x80 | CLOSE, b"")).await;
        // Nothing but the answer to the farewell.
        assert_eq!(peer.receive().await.unwrap().0, CLOSE);
    };
    let mut stdout = Vec::new();
    let streams = StreamOptions::new()
        .stdin(&b"line\n"[..])
        .stdout(&mut stdout);
    let (status, ()) = tokio::join!(command.run(streams), serving);
    assert!(status.unwrap().success());
    assert_eq!(stdout, b"line\n");
}

#[tokio::test]
async fn output_is_read_while_input_is_not_taken() {
    let (command, mut peer) = begun(&with_stdin(), V5).await;
    let output = vec![1; 1 << 20];
    let serving = async {
        // The command does not read at all, and then leaves in the middle of its input.
        for _ in 0..32 {
            peer.send(&output).await;
        }
        peer.send(SUCCESS).await;
        peer.close().await;
    };
    let mut stdout = Vec::new();
    let streams = StreamOptions::new()
        .stdin(tokio::io::repeat(0))
        .stdout(&mut stdout);
    let (status, ()) = tokio::join!(command.run(streams), serving);
    // The end may get lost where a connection is reset with something unread: that is all.
    match status {
        Ok(status) => assert!(status.success()),
        Err(error) => assert!(error.is_closed(), "{error:?}"),
    }
}

// claims: remote.backpressure
#[tokio::test]
async fn a_slow_reader_makes_the_command_wait() {
    let (command, mut peer) = begun(&options(), V5).await;
    let (near, mut far) = duplex(1);
    let mut sent = 0_usize;
    let serving = async {
        let message = vec![1; 64 << 10];
        loop {
            peer.send(&message).await;
            sent += message.len();
            assert!(sent < 64 << 20, "somebody keeps it all");
        }
    };
    let running = command.run(StreamOptions::new().stdout(near));
    tokio::select! {
        _ = running => panic!("it is not over"),
        () = serving => {}
        () = tokio::time::sleep(Duration::from_secs(2)) => {}
    }
    assert_eq!(far.read_u8().await.unwrap(), 1);
    assert!(sent > 0);
}

// claims: remote.cancel
#[tokio::test]
async fn dropping_a_command_closes_the_connection() {
    let (command, mut peer) = begun(&with_stdin(), V5).await;
    {
        let (near, _far) = duplex(64);
        let mut running = pin!(command.run(StreamOptions::new().stdin(near)));
        poll_fn(|cx| {
            assert!(running.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
    }
    assert_eq!(peer.receive().await, None);
}

#[tokio::test]
async fn a_lost_connection_is_no_end() {
    // Without a word; in the middle of a message; and with a farewell, but no word of the command.
    for (said, ends_well) in [
        (Vec::new(), false),
        (frame(0x80 | BINARY, b"\x01abc")[..4].to_vec(), false),
        (frame(0x80 | CLOSE, b""), true),
    ] {
        let (command, mut peer) = begun(&options(), V5).await;
        peer.say(&said).await;
        drop(peer);
        let error = command.wait().await.unwrap_err();
        assert!(error.is_closed(), "{error:?}");
        assert_eq!(error.kind(), ErrorKind::Transport);
        let cause = error.as_io().unwrap().to_string();
        assert_eq!(
            cause.contains("how the command ended"),
            ends_well,
            "{cause}"
        );
    }
}

#[tokio::test]
async fn the_end_is_known_though_the_server_leaves_without_a_word() {
    let (command, mut peer) = begun(&options(), V5).await;
    peer.send(SUCCESS).await;
    drop(peer);
    assert!(command.wait().await.unwrap().success());
}

#[tokio::test]
async fn what_is_no_websocket_is_an_invalid_answer() {
    let (command, mut peer) = begun(&options(), V5).await;
    let oops = "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\n";
    peer.say(oops.repeat(2).as_bytes()).await;
    let error = command.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidAnswer);
}

#[tokio::test]
async fn a_refusal_is_the_servers_answer() {
    let server = Server::start().await;
    let serving = async {
        let mut peer = server.asked().await;
        assert!(
            peer.line()
                .starts_with("GET /api/v1/namespaces/team-a/pods/web-0/attach?stdout=true ")
        );
        let status = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"web-0\" not found","reason":"NotFound","code":404}"#;
        let length = status.len();
        let answer = format!(
            "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{status}"
        );
        peer.say(answer.as_bytes()).await;
    };
    let options = PodAttachOptions {
        stdout: true,
        ..Default::default()
    };
    let attached = server.pods.remote_command("web-0", "attach", &options);
    let (attached, ()) = tokio::join!(attached, serving);
    let error = attached.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    let status = error.as_status().unwrap();
    assert_eq!(status.message, "pods \"web-0\" not found");
}

// claims: remote.resize
#[tokio::test]
async fn sizes_are_sent() {
    let terminal = PodExecOptions {
        tty: true,
        ..with_stdin()
    };
    let (mut command, mut peer) = begun(&terminal, V5).await;
    let size = |width, height| TerminalSize { width, height };
    command.resize(size(80, 24)).await.unwrap();
    assert_eq!(peer.message().await, b"\x04{\"Width\":80,\"Height\":24}");
    let (near, _far) = duplex(64);
    let sizes = stream::iter([size(1, 2), size(3, 4)]);
    let streams = StreamOptions::new().stdin(near).terminal_sizes(sizes);
    let serving = async {
        assert_eq!(peer.message().await, b"\x04{\"Width\":1,\"Height\":2}");
        assert_eq!(peer.message().await, b"\x04{\"Width\":3,\"Height\":4}");
        peer.send(SUCCESS).await;
        peer.close().await;
    };
    let (status, ()) = tokio::join!(command.run(streams), serving);
    assert!(status.unwrap().success());
}

// claims: remote.heartbeat
#[tokio::test]
async fn questions_are_answered_and_asked() {
    let (mut command, mut peer) = begun(&options(), V5).await;
    let asked = async {
        peer.say(&frame(0x80 | PING, b"there?")).await;
        assert_eq!(peer.receive().await, Some((PONG, b"there?".to_vec())));
        peer.say(&frame(0x80 | TEXT, b"\x01text")).await;
    };
    let (piece, ()) = tokio::join!(command.next(), asked);
    assert_eq!(piece.unwrap(), Some(OutputPiece::Stdout("text".into())));

    tokio::time::pause();
    let start = tokio::time::sleep(Duration::ZERO).deadline();
    let silent = async {
        let mut questions = 0;
        while let Some((opcode, _)) = peer.receive().await {
            assert_eq!(opcode, PING);
            questions += 1;
        }
        questions
    };
    let waiting = async {
        let error = command.wait().await.unwrap_err();
        assert!(error.is_closed(), "{error:?}");
        let cause = error.as_io().unwrap().kind();
        assert_eq!(cause, std::io::ErrorKind::TimedOut);
    };
    let (questions, ()) = tokio::join!(silent, waiting);
    assert_eq!(questions, 12);
    assert!(start.elapsed() >= Duration::from_secs(60));
}

#[tokio::test]
async fn nothing_is_lost_when_waiting_is_given_up() {
    let (mut command, mut peer) = begun(&options(), V5).await;
    let serving = async {
        for number in 0..100_u8 {
            let message = frame(0x80 | BINARY, &[1, number, number]);
            for byte in message {
                peer.say(&[byte]).await;
                tokio::task::yield_now().await;
            }
        }
        peer.send(SUCCESS).await;
        peer.close().await;
    };
    let reading = async {
        let mut heard = Vec::new();
        loop {
            // Each future is polled once.
            let once = poll_fn(|cx| Poll::Ready(pin!(command.next()).poll(cx))).await;
            match once {
                Poll::Ready(Ok(Some(OutputPiece::Stdout(bytes)))) => {
                    heard.extend_from_slice(&bytes);
                }
                Poll::Ready(Ok(None)) => break heard,
                Poll::Ready(other) => panic!("{other:?}"),
                Poll::Pending => tokio::task::yield_now().await,
            }
        }
    };
    let (heard, ()) = tokio::join!(reading, serving);
    let expected: Vec<u8> = (0..100).flat_map(|number| [number, number]).collect();
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn a_conversation_is_possible() {
    let (mut command, mut peer) = begun(&with_stdin(), V5).await;
    let serving = async {
        for _ in 0..2 {
            let said = peer.message().await;
            peer.send(&[b"\x01you said ", &said[1..]].concat()).await;
        }
        assert_eq!(peer.message().await, [255, 0]);
        peer.send(SUCCESS).await;
        peer.close().await;
    };
    let talking = async {
        for word in ["one", "two"] {
            command.write_stdin(word.as_bytes()).await.unwrap();
            let expected = format!("you said {word}");
            let piece = command.next().await.unwrap();
            assert_eq!(piece, Some(OutputPiece::Stdout(expected.into())));
        }
        command.close_stdin().await.unwrap();
        let error = command.write_stdin(b"three").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse);
        command.wait().await.unwrap()
    };
    let (status, ()) = tokio::join!(talking, serving);
    assert!(status.success());
}

#[tokio::test]
async fn streams_of_the_callers_may_fail() {
    struct Broken;
    impl tokio::io::AsyncWrite for Broken {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &[u8],
        ) -> Poll<std::io::Result<usize>> {
            Poll::Ready(Err(std::io::ErrorKind::BrokenPipe.into()))
        }
        fn poll_flush(
            self: Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_shutdown(
            self: Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }
    let (command, mut peer) = begun(&options(), V5).await;
    peer.send(b"\x01out").await;
    let run = command.run(StreamOptions::new().stdout(Broken));
    let error: Error = timeout(Duration::from_secs(10), run)
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    let cause = error.as_io().unwrap().kind();
    assert_eq!(cause, std::io::ErrorKind::BrokenPipe);
    // And the command is left.
    assert_eq!(peer.receive().await, None);
}

#[tokio::test]
async fn a_terminal_that_is_never_read_is_not_asked_for_more() {
    let (command, mut peer) = begun(&with_stdin(), V5).await;
    let (near, mut far) = duplex(1 << 20);
    let running = command.run(StreamOptions::new().stdin(near));
    let typing = async {
        for _ in 0..3 {
            far.write_all(b"x").await.unwrap();
            assert_eq!(peer.message().await, b"\0x");
        }
    };
    tokio::select! {
        _ = running => panic!("it is not over"),
        () = typing => {}
    }
}
