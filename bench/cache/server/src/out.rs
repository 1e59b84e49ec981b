//! [`Out`], what is on its way to a client.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Write as _};
use std::net::TcpStream;
use std::ops::Range;

/// Gathers what is to be written. What is encoded is handed to the kernel from where it is.
pub(crate) struct Out<'a> {
    stream: TcpStream,
    /// What is not encoded anywhere else.
    own: Vec<u8>,
    pieces: Vec<Piece<'a>>,
    length: usize,
}

enum Piece<'a> {
    Own(Range<usize>),
    Lent(&'a [u8]),
}

impl<'a> Out<'a> {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            own: Vec::new(),
            pieces: Vec::new(),
            length: 0,
        }
    }

    /// Writes a few bytes.
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let start = self.own.len();
        self.own.extend_from_slice(bytes);
        let end = self.own.len();
        self.length += bytes.len();
        match self.pieces.last_mut() {
            Some(Piece::Own(last)) => last.end = end,
            _ => self.pieces.push(Piece::Own(start..end)),
        }
    }

    /// Writes a few letters.
    pub(crate) fn put_fmt(&mut self, letters: fmt::Arguments<'_>) {
        let mut room = [0; 32];
        let mut rest = &mut room[..];
        rest.write_fmt(letters).expect("there is room");
        let left = rest.len();
        self.put(&room[..room.len() - left]);
    }

    /// Writes what is there for as long as the server is.
    pub(crate) fn lend(&mut self, bytes: &'a [u8]) {
        self.length += bytes.len();
        self.pieces.push(Piece::Lent(bytes));
    }

    /// The head of an answer, which comes in chunks if its length is not known.
    pub(crate) fn head(&mut self, content_type: &str, length: Option<usize>) {
        let framing = match length {
            Some(length) => format!("Content-Length: {length}"),
            None => "Transfer-Encoding: chunked".to_owned(),
        };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n{framing}\r\n\r\n");
        self.put(head.as_bytes());
    }

    pub(crate) fn answer(&mut self, content_type: &str, body: &[u8]) -> io::Result<()> {
        self.head(content_type, Some(body.len()));
        self.put(body);
        self.flush()
    }

    pub(crate) fn flush_if_much(&mut self) -> io::Result<()> {
        match self.length < FLUSH && self.pieces.len() < PIECES {
            true => Ok(()),
            false => self.flush(),
        }
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let slice = |piece: &Piece<'a>| match piece {
            Piece::Own(range) => &self.own[range.clone()],
            Piece::Lent(bytes) => *bytes,
        };
        let mut slices: Vec<IoSlice<'_>> =
            self.pieces.iter().map(slice).map(IoSlice::new).collect();
        let mut left = &mut slices[..];
        while self.length > 0 {
            let written = match self.stream.write_vectored(left) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => written,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.length -= written;
            IoSlice::advance_slices(&mut left, written);
        }
        self.pieces.clear();
        self.own.clear();
        Ok(())
    }
}

/// So many bytes are written together.
const FLUSH: usize = 1024 << 10;
/// So many pieces; the kernel takes a few more at once.
const PIECES: usize = 1_000;
