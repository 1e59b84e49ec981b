//! [`Heartbeat`], which asks a peer that is silent whether it is still there.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::Sleep;

/// Asks every [`INTERVAL`], and gives up after [`UNANSWERED`] questions in a row.
///
/// It gives up on nobody who may be busy: a server that cannot get rid of what it was sent reads no
/// further, so it does not see the question. TCP looks after such a connection.
pub(super) struct Heartbeat {
    next: Pin<Box<Sleep>>,
    unanswered: u32,
    /// Whether data was sent since the peer was heard of.
    is_busy: bool,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Beat {
    Ask,
    GiveUp,
}

impl Heartbeat {
    pub(super) fn new() -> Self {
        Self {
            next: Box::pin(tokio::time::sleep(INTERVAL)),
            unanswered: 0,
            is_busy: false,
        }
    }

    /// Something came from the peer.
    pub(super) fn heard(&mut self) {
        self.unanswered = 0;
        self.is_busy = false;
    }

    /// Data goes to the peer.
    pub(super) fn sent(&mut self) {
        self.is_busy = true;
    }

    /// Is to be asked when all that has come was read: a reader that is slow itself hears no answers.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Beat> {
        ready!(self.next.as_mut().poll(cx));
        self.next = Box::pin(tokio::time::sleep(INTERVAL));
        if self.unanswered == UNANSWERED {
            return Poll::Ready(Beat::GiveUp);
        }
        if !self.is_busy {
            self.unanswered += 1;
        }
        Poll::Ready(Beat::Ask)
    }
}

/// As often as client-go asks.
const INTERVAL: Duration = Duration::from_secs(5);
/// That is a minute, as client-go waits.
const UNANSWERED: u32 = 12;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    async fn beat(heartbeat: &mut Heartbeat) -> Beat {
        poll_fn(|cx| heartbeat.poll(cx)).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_is_given_up_after_a_minute() {
        let start = tokio::time::sleep(Duration::ZERO).deadline();
        let mut heartbeat = Heartbeat::new();
        for _ in 0..7 {
            assert_eq!(beat(&mut heartbeat).await, Beat::Ask);
        }
        heartbeat.heard();
        for _ in 0..UNANSWERED {
            assert_eq!(beat(&mut heartbeat).await, Beat::Ask);
        }
        assert_eq!(beat(&mut heartbeat).await, Beat::GiveUp);
        assert_eq!(start.elapsed(), INTERVAL * (7 + UNANSWERED + 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_peer_is_not_given_up() {
        let mut heartbeat = Heartbeat::new();
        heartbeat.sent();
        for _ in 0..1_000 {
            assert_eq!(beat(&mut heartbeat).await, Beat::Ask);
        }
    }
}
