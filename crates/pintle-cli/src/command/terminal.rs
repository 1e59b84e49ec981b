//! The terminal that a command is run at: its mode and its size.
//!
//! Invariant: whatever the end, the terminal is then as it was.

use std::io::{self, IsTerminal as _};

use pintle_client::TerminalSize;

#[cfg(unix)]
pub(super) use unix::{Raw, Sizes};

#[cfg(not(unix))]
pub(super) use other::{Raw, Sizes};

/// Whether standard input is a terminal.
pub(super) fn is_input() -> bool {
    io::stdin().is_terminal()
}

/// A size that a terminal has not, so that a program draws itself anew when it hears of the next.
fn another(size: TerminalSize) -> TerminalSize {
    TerminalSize {
        width: size.width.saturating_add(1),
        height: size.height.saturating_add(1),
    }
}

#[cfg(unix)]
mod unix {
    use std::collections::VecDeque;
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};

    use futures_core::Stream;
    use pintle_client::TerminalSize;
    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// Lets standard input, a terminal, pass all keys on as they are typed. Dropping it gives the
    /// terminal its mode back.
    pub(in crate::command) struct Raw {
        before: Termios,
    }

    impl Raw {
        pub(in crate::command) fn enter() -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut raw = before.clone();
            raw.make_raw();
            tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
            Ok(Self { before })
        }
    }

    impl Drop for Raw {
        fn drop(&mut self) {
            // There is nobody left to tell.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
        }
    }

    /// The terminal's size, and each that it changes to.
    pub(in crate::command) struct Sizes {
        first: VecDeque<TerminalSize>,
        changes: Signal,
    }

    impl Sizes {
        /// With a size in front that is not the terminal's, if what runs there is to draw itself anew.
        pub(in crate::command) fn new(anew: bool) -> io::Result<Self> {
            let now = size().into_iter();
            let other = now.clone().filter(|_| anew).map(super::another);
            Ok(Self {
                first: other.chain(now).collect(),
                changes: signal(SignalKind::window_change())?,
            })
        }
    }

    impl Stream for Sizes {
        type Item = TerminalSize;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<TerminalSize>> {
            if let Some(size) = self.first.pop_front() {
                return Poll::Ready(Some(size));
            }
            loop {
                if ready!(self.changes.poll_recv(cx)).is_none() {
                    return Poll::Ready(None);
                }
                if let Some(size) = size() {
                    return Poll::Ready(Some(size));
                }
            }
        }
    }

    /// That of the terminal which is written to, else of that which is read.
    fn size() -> Option<TerminalSize> {
        let size = tcgetwinsize(io::stdout()).or_else(|_| tcgetwinsize(io::stdin()));
        let size = size
            .ok()
            .filter(|size| size.ws_col > 0 && size.ws_row > 0)?;
        Some(TerminalSize {
            width: size.ws_col,
            height: size.ws_row,
        })
    }
}

#[cfg(not(unix))]
mod other {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use pintle_client::TerminalSize;

    /// There are none here.
    pub(in crate::command) struct Raw;
    pub(in crate::command) struct Sizes;

    impl Raw {
        pub(in crate::command) fn enter() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    impl Sizes {
        pub(in crate::command) fn new(_: bool) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    impl futures_core::Stream for Sizes {
        type Item = TerminalSize;

        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<TerminalSize>> {
            Poll::Ready(None)
        }
    }
}
