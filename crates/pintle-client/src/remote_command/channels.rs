//! What the messages of `v4.channel.k8s.io` and `v5.channel.k8s.io` are about: their first byte says.
//!
//! Invariant: there is no I/O here, and nothing is kept but the status, of which there is a most.

use bytes::{Buf as _, Bytes};

use super::OutputPiece;
use crate::websocket::Data;

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
    /// That of the message that is being read.
    channel: Option<u8>,
    status: Vec<u8>,
}

impl Channels {
    /// Takes some bytes of a message, and gives what the command wrote. Whatever else they are about is
    /// kept, or nothing to us.
    pub(super) fn take(&mut self, data: Data) -> Option<OutputPiece> {
        let Data { mut bytes, ends } = data;
        if self.channel.is_none() && !bytes.is_empty() {
            self.channel = Some(bytes.get_u8());
        }
        let channel = self.channel;
        if ends {
            self.channel = None;
        }
        match channel {
            // Servers open each channel by saying nothing on it.
            _ if bytes.is_empty() => None,
            Some(STDOUT) => Some(OutputPiece::Stdout(bytes)),
            Some(STDERR) => Some(OutputPiece::Stderr(bytes)),
            Some(STATUS) => {
                self.keep(&bytes);
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

    /// What becomes of messages that come in pieces, each piece with whether its message ends.
    fn take(pieces: &[(&'static str, bool)]) -> (Vec<OutputPiece>, String) {
        let mut channels = Channels::default();
        let written = pieces.iter().filter_map(|(bytes, ends)| {
            let bytes = Bytes::from_static(bytes.as_bytes());
            channels.take(Data { bytes, ends: *ends })
        });
        let written = written.collect();
        let status = String::from_utf8(channels.status().to_vec()).unwrap();
        (written, status)
    }

    #[test]
    fn outputs_and_the_status_are_told_apart() {
        let (written, status) = take(&[
            ("\x01", true),
            ("\x02", true),
            ("\x03", true),
            ("\x01out", true),
            ("\x02err", true),
            ("\x03{\"a\"", true),
            ("\x03:1}", true),
            ("\x00in", true),
            ("\x07new", true),
            ("", true),
            ("\x01more", true),
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
    fn a_message_in_pieces_has_one_channel() {
        let (written, status) = take(&[
            ("", false),
            ("\x01", false),
            ("\x02a", false),
            ("b", true),
            ("\x03{", false),
            ("}", false),
            ("", true),
            ("\x02c", true),
        ]);
        let expected = [
            OutputPiece::Stdout("\x02a".into()),
            OutputPiece::Stdout("b".into()),
            OutputPiece::Stderr("c".into()),
        ];
        assert_eq!(written, expected);
        assert_eq!(status, "{}");
    }

    #[test]
    fn a_status_without_end_is_not_kept() {
        let mut channels = Channels::default();
        for _ in 0..100 {
            let mut bytes = vec![b'x'; 64 << 10];
            bytes[0] = STATUS;
            let bytes = bytes.into();
            channels.take(Data { bytes, ends: true });
        }
        assert_eq!(channels.status().len(), LONGEST_STATUS);
    }
}
