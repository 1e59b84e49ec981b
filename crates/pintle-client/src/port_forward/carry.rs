//! [`carry`], which moves bytes between a connection of this machine's and one with a pod.

use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};

use crate::websocket::BUFFER;

/// Moves bytes until the pod's side has ended, the near side has left, or the near side sends no more and
/// nothing came from the pod for as long as `linger`. What fails on the near side is its own affair.
///
/// # Errors
/// When the pod's side fails.
pub(super) async fn carry(
    near: impl AsyncRead + AsyncWrite,
    pod: impl AsyncRead + AsyncWrite,
    linger: Duration,
) -> io::Result<()> {
    let (near_read, near_write) = split(near);
    let (pod_read, pod_write) = split(pod);
    let received = AtomicU64::new(0);
    let there = pin!(send(near_read, pod_write));
    let mut back = pin!(receive(pod_read, near_write, &received));
    tokio::select! {
        ended = back.as_mut() => return ended,
        there = there => match there {
            Sent::All => {}
            Sent::Left => return Ok(()),
            // The pod's side may say why.
            Sent::Refused => {}
        },
    }
    loop {
        let before = received.load(Ordering::Relaxed);
        tokio::select! {
            ended = back.as_mut() => return ended,
            () = tokio::time::sleep(linger) => {}
        }
        if received.load(Ordering::Relaxed) == before {
            return Ok(());
        }
    }
}

/// How it came that no more is sent.
enum Sent {
    /// That was all.
    All,
    /// The near side has left.
    Left,
    /// The pod's side takes no more.
    Refused,
}

async fn send(mut near: impl AsyncRead + Unpin, mut pod: impl AsyncWrite + Unpin) -> Sent {
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = match near.read(&mut buffer).await {
            Ok(0) => break,
            Ok(length) => length,
            Err(_) => return Sent::Left,
        };
        let written = pod.write_all(&buffer[..length]).await;
        if written.is_err() || pod.flush().await.is_err() {
            return Sent::Refused;
        }
    }
    Sent::All
}

async fn receive(
    mut pod: impl AsyncRead + Unpin,
    mut near: impl AsyncWrite + Unpin,
    received: &AtomicU64,
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = pod.read(&mut buffer).await?;
        let passed_on = match length {
            0 => near.shutdown().await,
            _ => near.write_all(&buffer[..length]).await,
        };
        if length == 0 || passed_on.is_err() {
            return Ok(());
        }
        received.fetch_add(length as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_near_side_that_sends_no_more_is_answered() {
        let (near, mut user) = duplex(64);
        let (pod, mut port) = duplex(64);
        let linger = Duration::from_secs(10);
        let using = async {
            user.write_all(b"question").await.unwrap();
            user.shutdown().await.unwrap();
            let mut heard = [0; 8];
            port.read_exact(&mut heard).await.unwrap();
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_secs(9)).await;
                port.write_all(b"answer").await.unwrap();
            }
            drop(port);
            let mut answers = String::new();
            user.read_to_string(&mut answers).await.unwrap();
            assert_eq!(answers, "answer".repeat(3));
        };
        let (carried, ()) = tokio::join!(carry(near, pod, linger), using);
        carried.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_pod_that_is_silent_is_left_after_the_near_side_has_ended() {
        let (near, mut user) = duplex(64);
        let (pod, mut port) = duplex(64);
        let linger = Duration::from_secs(10);
        user.shutdown().await.unwrap();
        carry(near, pod, linger).await.unwrap();
        let mut nothing = Vec::new();
        port.read_to_end(&mut nothing).await.unwrap();
        assert_eq!(nothing, b"");
    }

    #[tokio::test(start_paused = true)]
    async fn neither_side_waits_for_the_other() {
        // Both write more than fits on the way before either reads.
        let (near, user) = duplex(64);
        let (pod, port) = duplex(64);
        let talk = |stream: tokio::io::DuplexStream| async move {
            let (mut read, mut write) = split(stream);
            let sent = vec![7; 300_000];
            let mut heard = vec![0; 300_000];
            tokio::join!(
                async {
                    write.write_all(&sent).await.unwrap();
                },
                async {
                    read.read_exact(&mut heard).await.unwrap();
                }
            );
            assert!(heard == sent);
        };
        let carried = carry(near, pod, Duration::from_secs(1));
        let (carried, (), ()) = tokio::join!(carried, talk(user), talk(port));
        carried.unwrap();
    }
}
