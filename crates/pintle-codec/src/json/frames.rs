//! [`Frames`], which cuts a stream of JSON values into values.

use memchr::memchr2;

use crate::{Error, ErrorKind};

/// The longest frame that a watch may send: 16 MiB, as client-go.
pub const MAX_FRAME: usize = 16 << 20;

/// Cuts a stream of concatenated JSON objects, as a watch sends them, into objects.
///
/// Bytes come in as they arrive; each is looked at once. Frames are told apart by nesting, as
/// Kubernetes does, not by line ends.
#[derive(Debug)]
pub struct Frames {
    buffer: Vec<u8>,
    /// How many bytes of the stream are no longer in the buffer.
    passed: usize,
    /// Where the frame that is being scanned starts.
    start: usize,
    /// How far it was scanned.
    at: usize,
    depth: usize,
    in_string: bool,
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
            buffer: Vec::new(),
            passed: 0,
            start: 0,
            at: 0,
            depth: 0,
            in_string: false,
            limit,
        }
    }

    /// Takes in what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.passed += self.start;
            self.at -= self.start;
            self.start = 0;
        }
        if self.buffer.is_empty() && self.buffer.capacity() > KEPT_CAPACITY {
            self.buffer = Vec::new();
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame, or `None` until more bytes arrive.
    ///
    /// # Errors
    /// When the stream is not made of JSON objects, or a frame is too long. The stream cannot be
    /// read on then.
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, Error> {
        if self.depth == 0 && !self.find_start()? {
            return Ok(None);
        }
        let end = self.find_end();
        let length = end.unwrap_or(self.buffer.len()) - self.start;
        if length > self.limit {
            let detail = format!("a frame of more than {} bytes", self.limit);
            return Err(Error::new(
                ErrorKind::TooLarge,
                self.passed + self.start,
                detail,
            ));
        }
        let Some(end) = end else { return Ok(None) };
        let frame = self.start..end;
        self.start = end;
        Ok(Some(&self.buffer[frame]))
    }

    /// Whether the stream may end here: no frame is left unfinished.
    pub fn is_between_frames(&self) -> bool {
        self.buffer[self.start..]
            .iter()
            .all(u8::is_ascii_whitespace)
    }

    fn find_start(&mut self) -> Result<bool, Error> {
        while let Some(byte) = self.buffer.get(self.at) {
            match byte {
                b'{' => {
                    self.start = self.at;
                    self.at += 1;
                    self.depth = 1;
                    return Ok(true);
                }
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => {
                    let rest = &self.buffer[self.at..];
                    let shown = String::from_utf8_lossy(&rest[..rest.len().min(40)]).into_owned();
                    let detail = format!("expected an event, found {shown:?}");
                    return Err(Error::new(ErrorKind::Syntax, self.passed + self.at, detail));
                }
            }
        }
        self.start = self.at;
        Ok(false)
    }

    fn find_end(&mut self) -> Option<usize> {
        while self.at < self.buffer.len() {
            let rest = &self.buffer[self.at..];
            if self.in_string {
                let Some(step) = memchr2(b'"', b'\\', rest) else {
                    self.at = self.buffer.len();
                    return None;
                };
                if rest[step] == b'\\' {
                    if step + 1 == rest.len() {
                        // The escaped byte has not arrived yet.
                        self.at += step;
                        return None;
                    }
                    self.at += step + 2;
                } else {
                    self.in_string = false;
                    self.at += step + 1;
                }
                continue;
            }
            self.at += 1;
            match rest[0] {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(self.at);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// A buffer that grew beyond this for one long frame is given back.
const KEPT_CAPACITY: usize = 1 << 20;

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
