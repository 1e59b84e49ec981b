//! [`Frames`], which cuts a stream of JSON values into values.

use super::nesting::Nesting;
use crate::buffer::Buffer;
use crate::{Error, ErrorKind};

/// The longest frame that a watch may send: 16 MiB, as client-go.
pub const MAX_FRAME: usize = 16 << 20;

/// Cuts a stream of concatenated JSON objects, as a watch sends them, into objects.
///
/// Bytes come in as they arrive; each is looked at once. Frames are told apart by nesting, as
/// Kubernetes does, not by line ends.
#[derive(Debug)]
pub struct Frames {
    buffer: Buffer,
    /// The frame that is being scanned, and how many bytes of it were.
    frame: Option<(Nesting, usize)>,
    limit: usize,
}

impl Default for Frames {
    fn default() -> Self {
        Self::new(MAX_FRAME)
    }
}

impl Frames {
    /// A cutter that refuses frames of more than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            buffer: Buffer::default(),
            frame: None,
            limit,
        }
    }

    /// Takes in what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.push(bytes);
    }

    /// The next whole frame, or `None` until more bytes arrive.
    ///
    /// # Errors
    /// When the stream is not made of JSON objects, or a frame is too long. The stream cannot be
    /// read on then.
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, Error> {
        let (mut nesting, scanned) = match self.frame {
            Some(frame) => frame,
            None => match self.buffer.skip_while(u8::is_ascii_whitespace) {
                Some(b'{') => Default::default(),
                Some(_) => return Err(self.unexpected()),
                None => return Ok(None),
            },
        };
        let unused = self.buffer.unused();
        let end = nesting.end(&unused[scanned..]);
        let length = end.map_or(unused.len(), |end| scanned + end);
        if length > self.limit {
            let detail = format!("a frame of more than {} bytes", self.limit);
            return Err(Error::new(
                ErrorKind::TooLarge,
                self.buffer.offset(),
                detail,
            ));
        }
        if end.is_none() {
            self.frame = Some((nesting, length));
            return Ok(None);
        }
        self.frame = None;
        Ok(Some(self.buffer.take(length)))
    }

    /// Whether the stream may end here: no frame is left unfinished.
    pub fn is_between_frames(&self) -> bool {
        self.buffer.unused().iter().all(u8::is_ascii_whitespace)
    }

    #[cold]
    fn unexpected(&self) -> Error {
        let unused = self.buffer.unused();
        let shown = String::from_utf8_lossy(&unused[..unused.len().min(40)]).into_owned();
        let detail = format!("expected an event, found {shown:?}");
        Error::new(ErrorKind::Syntax, self.buffer.offset(), detail)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Frames;
    use crate::ErrorKind;

    fn cut(stream: &[u8], chunk: usize) -> Vec<String> {
        let mut frames = Frames::default();
        let mut found = Vec::new();
        for bytes in stream.chunks(chunk.max(1)) {
            frames.push(bytes);
            while let Some(frame) = frames.next_frame().unwrap() {
                found.push(String::from_utf8(frame.to_vec()).unwrap());
            }
        }
        assert!(frames.is_between_frames());
        found
    }

    #[test]
    fn a_status_over_several_lines_is_one_frame() {
        let stream = b"{\n  \"kind\": \"Status\",\n  \"code\": 410\n}\n{\"type\":\"ADDED\"}";
        for chunk in 1..stream.len() {
            let frames = cut(stream, chunk);
            assert_eq!(frames.len(), 2, "chunks of {chunk}");
            assert_eq!(frames[1], "{\"type\":\"ADDED\"}");
        }
    }

    #[test]
    fn a_frame_over_the_limit_is_refused_before_it_ends() {
        let mut frames = Frames::new(10);
        frames.push(b"{\"a\":\"0123456789");
        assert_eq!(frames.next_frame().unwrap_err().kind(), ErrorKind::TooLarge);
    }

    #[test]
    fn something_else_than_an_object_is_refused() {
        let mut frames = Frames::default();
        frames.push(b"<html>");
        let error = frames.next_frame().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Syntax);
        assert!(error.to_string().contains("<html>"), "{error}");
    }

    #[test]
    fn an_unfinished_frame_is_noticed() {
        let mut frames = Frames::default();
        frames.push(b"{\"a\":{}} {\"b\"");
        assert!(frames.next_frame().unwrap().is_some());
        assert!(frames.next_frame().unwrap().is_none());
        assert!(!frames.is_between_frames());
    }

    proptest! {
        #[test]
        fn frames_do_not_depend_on_how_bytes_arrive(
            texts in prop::collection::vec("[\\PC\"\\\\{}\\[\\]]{0,20}", 0..6),
            chunk in 1usize..40,
        ) {
            let objects: Vec<String> =
                texts.iter().map(|text| serde_json::json!({ "k": text, "l": [text] }).to_string()).collect();
            prop_assert_eq!(cut(objects.concat().as_bytes(), chunk), objects.clone());
            prop_assert_eq!(cut(objects.join("\n").as_bytes(), chunk), objects);
        }
    }
}
