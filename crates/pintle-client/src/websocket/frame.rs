//! Frames, as a client reads and writes them (RFC 6455, section 5).
//!
//! Invariant: there is no I/O here, and a message is never held: its bytes are given away as they
//! arrive, whatever length it says to have.

use std::fmt;

use bytes::{Buf as _, Bytes, BytesMut};

/// What is read of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Some bytes of a message, and whether it ends with them.
    Data { bytes: Bytes, ends: bool },
    /// A question whether this side is there, to be answered by a pong that says the same.
    Ping(Bytes),
    /// The answer to such a question.
    Pong,
    /// The last thing that the other side says.
    Close,
}

/// What frames are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// A frame that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Violation(&'static str);

/// Cuts what a server sends into pieces.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The frame of data that is being read.
    frame: Option<DataFrame>,
    /// Whether a message has begun that goes on in another frame.
    in_message: bool,
}

#[derive(Debug)]
struct DataFrame {
    left: u64,
    is_last: bool,
}

/// The beginning of a frame.
struct Head {
    opcode: Opcode,
    is_last: bool,
    length: u64,
    /// How many bytes the head itself has.
    size: usize,
}

impl Reader {
    /// Takes the next piece off the front of `buffer`; `None` if more has to arrive first.
    pub(super) fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Piece>, Violation> {
        let frame = match &mut self.frame {
            Some(frame) => frame,
            None => {
                let Some(head) = Head::read(buffer)? else {
                    return Ok(None);
                };
                if head.opcode.is_control() {
                    return head.take_control(buffer);
                }
                if (head.opcode == Opcode::Continuation) != self.in_message {
                    return Err(Violation("messages are mixed"));
                }
                buffer.advance(head.size);
                self.in_message = !head.is_last;
                self.frame.insert(DataFrame {
                    left: head.length,
                    is_last: head.is_last,
                })
            }
        };
        if frame.left > 0 && buffer.is_empty() {
            return Ok(None);
        }
        let there = buffer.len();
        let length = usize::try_from(frame.left).map_or(there, |left| left.min(there));
        let bytes = buffer.split_to(length).freeze();
        frame.left -= length as u64;
        let ends = frame.left == 0 && frame.is_last;
        if frame.left == 0 {
            self.frame = None;
        }
        Ok(Some(Piece::Data { bytes, ends }))
    }
}

impl Head {
    fn read(buffer: &[u8]) -> Result<Option<Self>, Violation> {
        let [first, second, rest @ ..] = buffer else {
            return Ok(None);
        };
        if first & RESERVED != 0 {
            return Err(Violation(
                "a frame uses an extension that was not agreed on",
            ));
        }
        if second & MASKED != 0 {
            return Err(Violation("a frame is masked as only a client's are"));
        }
        let (length, size) = match second & !MASKED {
            126 => match rest.first_chunk() {
                Some(length) => (u16::from_be_bytes(*length).into(), 4),
                None => return Ok(None),
            },
            127 => match rest.first_chunk() {
                Some(length) => (u64::from_be_bytes(*length), 10),
                None => return Ok(None),
            },
            length => (length.into(), 2),
        };
        let head = Self {
            opcode: Opcode::from_bits(first & OPCODE)?,
            is_last: first & LAST != 0,
            length,
            size,
        };
        if head.length > i64::MAX as u64 {
            return Err(Violation("a frame is longer than frames can be"));
        }
        if head.opcode.is_control() && (!head.is_last || head.length > LONGEST_CONTROL) {
            return Err(Violation("a control frame is too long, or in parts"));
        }
        Ok(Some(head))
    }

    fn take_control(&self, buffer: &mut BytesMut) -> Result<Option<Piece>, Violation> {
        // It is no longer than a few bytes.
        let length = self.length as usize;
        if buffer.len() < self.size + length {
            return Ok(None);
        }
        buffer.advance(self.size);
        let payload = buffer.split_to(length).freeze();
        Ok(Some(match self.opcode {
            Opcode::Ping => Piece::Ping(payload),
            Opcode::Pong => Piece::Pong,
            _ => Piece::Close,
        }))
    }
}

impl Opcode {
    fn from_bits(bits: u8) -> Result<Self, Violation> {
        Ok(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return Err(Violation("a frame is of a sort that there is not")),
        })
    }

    fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server does not speak WebSocket: {}", self.0)
    }
}

impl std::error::Error for Violation {}

/// Appends a frame that is a whole message, made of parts.
pub(super) fn write(out: &mut Vec<u8>, opcode: Opcode, mask: [u8; 4], parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.push(LAST | opcode as u8);
    match length {
        0..126 => out.push(MASKED | length as u8),
        126..65_536 => {
            out.push(MASKED | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(MASKED | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&mask);
    let start = out.len();
    for part in parts {
        out.extend_from_slice(part);
    }
    for four in out[start..].chunks_mut(4) {
        for (byte, mask) in four.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
}

const LAST: u8 = 0x80;
const RESERVED: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const MASKED: u8 = 0x80;
const LONGEST_CONTROL: u64 = 125;

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads all that can be read of some bytes, of which so many arrive at a time.
    fn read(bytes: &[u8], at_a_time: usize) -> Result<Vec<Piece>, Violation> {
        let (mut reader, mut buffer) = (Reader::default(), BytesMut::new());
        let mut pieces = Vec::new();
        for some in bytes.chunks(at_a_time) {
            buffer.extend_from_slice(some);
            while let Some(piece) = reader.next(&mut buffer)? {
                pieces.push(piece);
            }
        }
        Ok(pieces)
    }

    fn data(bytes: &'static [u8], ends: bool) -> Piece {
        let bytes = Bytes::from_static(bytes);
        Piece::Data { bytes, ends }
    }

    /// The examples of RFC 6455, section 5.7, as far as a server may send them.
    #[test]
    fn frames_of_the_rfc_are_read() {
        let hello = b"\x81\x05Hello";
        assert_eq!(read(hello, 99).unwrap(), [data(b"Hello", true)]);
        let fragmented = b"\x01\x03Hel\x80\x02lo";
        let expected = [data(b"Hel", false), data(b"lo", true)];
        assert_eq!(read(fragmented, 99).unwrap(), expected);
        let ping = b"\x89\x05Hello";
        assert_eq!(read(ping, 1).unwrap(), [Piece::Ping("Hello".into())]);
        let long = [b"\x82\x7e\x01\x00".as_slice(), &[7; 256]].concat();
        assert_eq!(read(&long, 999).unwrap(), [data(&[7; 256], true)]);
        let longer = [b"\x82\x7f\0\0\0\0\0\x01\0\0".as_slice(), &[7; 65_536]].concat();
        assert_eq!(read(&longer, 99_999).unwrap(), [data(&[7; 65_536], true)]);
    }

    #[test]
    fn frames_of_the_rfc_are_written() {
        let mut out = Vec::new();
        let mask = [0x37, 0xfa, 0x21, 0x3d];
        write(&mut out, Opcode::Text, mask, &[b"He", b"", b"llo"]);
        assert_eq!(out, b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    }

    #[test]
    fn bytes_are_given_away_as_they_arrive() {
        let bytes = b"\x02\x04abcd\x8a\x00\x00\x00\x80\x02ef\x88\x02\x03\xe8";
        let expected = [
            data(b"a", false),
            data(b"b", false),
            data(b"c", false),
            data(b"d", false),
            Piece::Pong,
            data(b"", false),
            data(b"e", false),
            data(b"f", true),
            Piece::Close,
        ];
        assert_eq!(read(bytes, 1).unwrap(), expected);
    }

    #[test]
    fn messages_are_the_same_however_they_arrive() {
        let messages = [
            b"".as_slice(),
            b"a",
            &[b'b'; 125],
            &[b'c'; 126],
            &[b'd'; 70_000],
        ];
        let mut bytes = Vec::new();
        for message in messages {
            let head = bytes.len();
            write(&mut bytes, Opcode::Binary, [0; 4], &[message]);
            // A server's: without the mask, which changes nothing.
            bytes[head + 1] &= !MASKED;
            let mask = bytes.len() - message.len() - 4;
            bytes.drain(mask..mask + 4);
            bytes.extend_from_slice(b"\x89\x01?");
        }
        for at_a_time in [1, 2, 3, 5, 7, 64, 127, 4_096, 65_537, bytes.len()] {
            let mut read_messages = vec![Vec::new()];
            let mut pings = 0;
            for piece in read(&bytes, at_a_time).unwrap() {
                match piece {
                    Piece::Data { bytes, ends } => {
                        let message = read_messages.last_mut().unwrap();
                        message.extend_from_slice(&bytes);
                        if ends {
                            read_messages.push(Vec::new());
                        }
                    }
                    Piece::Ping(_) => pings += 1,
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(read_messages.pop().unwrap(), b"");
            assert!(read_messages == messages, "{at_a_time} at a time");
            assert_eq!(pings, messages.len());
        }
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        for bytes in [
            b"\xc2\x00".as_slice(),
            b"\x83\x00",
            b"\x8b\x00",
            b"\x82\x81\0\0\0\0a",
            b"\x80\x00",
            b"\x02\x01a\x82\x01b",
            b"\x09\x00",
            b"\x89\x7e\x00\x7e",
            b"\x82\x7f\x80\0\0\0\0\0\0\0",
        ] {
            read(bytes, 99).expect_err("no frame");
        }
    }

    #[test]
    fn a_server_reads_what_a_client_writes() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            let payload: Vec<u8> = (0..length).map(|n: u32| n.to_le_bytes()[0]).collect();
            let mut out = Vec::new();
            write(&mut out, Opcode::Binary, [1, 2, 3, 4], &[&payload]);
            // As a server takes it: the mask bit off, the mask out, the payload unmasked.
            out[1] &= !MASKED;
            let at = out.len() - payload.len() - 4;
            let mask: Vec<u8> = out.splice(at..at + 4, []).collect();
            for (byte, mask) in out[at..].iter_mut().zip(mask.iter().cycle()) {
                *byte ^= mask;
            }
            let expected = Piece::Data {
                bytes: payload.into(),
                ends: true,
            };
            assert_eq!(read(&out, usize::MAX).unwrap(), [expected]);
        }
    }
}
