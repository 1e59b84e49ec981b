//! What the messages of `v4.channel.k8s.io` and `v5.channel.k8s.io` are about: their first byte says.
//!
//! Invariant: there is no I/O here, and nothing is kept but the status, of which there is a most.

use bytes::{Buf as _, Bytes};

use super::OutputPiece;

/// What is spoken, the preferred first.
pub(super) const PROTOCOLS: [&str; 2] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

/// The channels to the other side.
pub(super) const STDIN: u8 = 0;
pub(super) const RESIZE: u8 = 4;
/// Says in v5 that the channel whose number follows is at its end.
pub(super) const CLOSE: u8 = 255;

/// Tells apart what comes.
#[derive(Debug, Default)]
pub(super) struct Channels {
    status: Vec<u8>,
}

impl Channels {
    /// Takes a message, and gives what the command wrote. Whatever else it is about is kept, or nothing
    /// to us.
    pub(super) fn take(&mut self, mut message: Bytes) -> Option<OutputPiece> {
        let channel = message.try_get_u8().ok()?;
        match channel {
            // Servers open each channel by saying nothing on it.
            _ if message.is_empty() => None,
            STDOUT => Some(OutputPiece::Stdout(message)),
            STDERR => Some(OutputPiece::Stderr(message)),
            STATUS => {
                self.keep(&message);
                None
            }
            _ => None,
        }
    }

    /// What was said of how the command ended.
    pub(super) fn status(&self) -> &[u8] {
        &self.status
    }

    fn keep(&mut self, bytes: &Bytes) {
        let room = LONGEST_STATUS.saturating_sub(self.status.len());
        self.status
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const STATUS: u8 = 3;
const LONGEST_STATUS: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of messages.
    fn take(messages: &[&'static str]) -> (Vec<OutputPiece>, String) {
        let mut channels = Channels::default();
        let written = messages.iter().map(|it| Bytes::from_static(it.as_bytes()));
        let written = written
            .filter_map(|message| channels.take(message))
            .collect();
        let status = String::from_utf8(channels.status().to_vec()).unwrap();
        (written, status)
    }

    #[test]
    fn outputs_and_the_status_are_told_apart() {
        let (written, status) = take(&[
            "\x01",
            "\x02",
            "\x03",
            "\x01out",
            "\x02err",
            "\x03{\"a\"",
            "\x03:1}",
            "\x00in",
            "\x07new",
            "",
            "\x01more",
        ]);
        let expected = [
            OutputPiece::Stdout("out".into()),
            OutputPiece::Stderr("err".into()),
            OutputPiece::Stdout("more".into()),
        ];
        assert_eq!(written, expected);
        assert_eq!(status, "{\"a\":1}");
    }

    #[test]
    fn a_status_without_end_is_not_kept() {
        let mut channels = Channels::default();
        for _ in 0..100 {
            let mut message = vec![b'x'; 64 << 10];
            message[0] = STATUS;
            channels.take(message.into());
        }
        assert_eq!(channels.status().len(), LONGEST_STATUS);
    }
}
