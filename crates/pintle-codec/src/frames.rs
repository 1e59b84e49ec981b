//! [`Frames`], which cuts the stream of a watch into frames.

use crate::buffer::Buffer;
use crate::cbor::Scan;
use crate::json::Nesting;
use crate::{Error, ErrorKind, Format};

/// The longest frame that [`Frames`] takes unless it is told otherwise: 16 MiB, as client-go.
pub const MAX_FRAME: usize = 16 << 20;

/// Cuts the stream that a watch sends into frames, each of which holds an event.
///
/// Bytes come in as they arrive; each is looked at once. In JSON, frames are objects one behind the
/// other, told apart by nesting, as Kubernetes does, not by line ends; in CBOR they are items one
/// behind the other. In protobuf, the length of a frame stands before it, in four bytes that are no
/// part of it.
///
/// ```
/// use pintle_codec::{Format, Frames};
///
/// let mut frames = Frames::new(Format::Json);
/// frames.push(br#"{"type":"ADDED"}{"type":"#);
/// assert_eq!(frames.next_frame()?, Some(&br#"{"type":"ADDED"}"#[..]));
/// assert_eq!(frames.next_frame()?, None);
/// assert!(!frames.is_between_frames());
/// # Ok::<(), pintle_codec::Error>(())
/// ```
#[derive(Debug)]
pub struct Frames {
    buffer: Buffer,
    limit: usize,
    cutter: Cutter,
}

/// What is known of the frame at the front of the buffer.
#[derive(Debug)]
enum Cutter {
    /// How many bytes of it were scanned, and how deep the scan is.
    Json(Option<(Nesting, usize)>),
    Protobuf,
    Cbor(Scan),
}

impl Frames {
    /// A cutter of a stream in `format`.
    pub fn new(format: Format) -> Self {
        let cutter = match format {
            Format::Json => Cutter::Json(None),
            Format::Protobuf => Cutter::Protobuf,
            Format::Cbor => Cutter::Cbor(Scan::default()),
        };
        Self {
            buffer: Buffer::default(),
            limit: MAX_FRAME,
            cutter,
        }
    }

    /// Refuses frames of more than `bytes`. The default is [`MAX_FRAME`].
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Takes in what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.push(bytes);
    }

    /// The next whole frame, or `None` until more bytes arrive.
    ///
    /// # Errors
    /// When the stream is not made of frames, or a frame is too long. The stream cannot be read on
    /// then.
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, Error> {
        let length = match &mut self.cutter {
            Cutter::Json(scan) => next_object(&mut self.buffer, scan, self.limit)?,
            Cutter::Protobuf => next_counted(&mut self.buffer, self.limit)?,
            Cutter::Cbor(scan) => next_item(&mut self.buffer, scan, self.limit)?,
        };
        Ok(length.map(|length| self.buffer.take(length)))
    }

    /// Whether the stream may end here: no frame is left unfinished.
    pub fn is_between_frames(&self) -> bool {
        let unused = self.buffer.unused();
        match self.cutter {
            Cutter::Json(_) => unused.iter().all(u8::is_ascii_whitespace),
            Cutter::Protobuf | Cutter::Cbor(_) => unused.is_empty(),
        }
    }
}

/// The length of the JSON object at the front of the buffer, if all of it is there.
fn next_object(
    buffer: &mut Buffer,
    scan: &mut Option<(Nesting, usize)>,
    limit: usize,
) -> Result<Option<usize>, Error> {
    let (mut nesting, scanned) = match scan.take() {
        Some(scan) => scan,
        None => match buffer.skip_while(u8::is_ascii_whitespace) {
            Some(b'{') => Default::default(),
            Some(_) => return Err(unexpected(buffer)),
            None => return Ok(None),
        },
    };
    let unused = buffer.unused();
    let end = nesting.end(&unused[scanned..]);
    let length = end.map_or(unused.len(), |end| scanned + end);
    check_length(length, buffer, limit)?;
    *scan = end.is_none().then_some((nesting, length));
    Ok(end.and(Some(length)))
}

/// The length of the frame at the front of the buffer, if all of it is there; uses the bytes that
/// say it.
fn next_counted(buffer: &mut Buffer, limit: usize) -> Result<Option<usize>, Error> {
    let Some((length, arrived)) = buffer.unused().split_first_chunk() else {
        return Ok(None);
    };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    check_length(length, buffer, limit)?;
    if arrived.len() < length {
        return Ok(None);
    }
    buffer.take(LENGTH_BYTES);
    Ok(Some(length))
}

/// The length of the item of CBOR at the front of the buffer, if all of it is there.
fn next_item(buffer: &mut Buffer, scan: &mut Scan, limit: usize) -> Result<Option<usize>, Error> {
    let shifted = |error: Error| error.shifted_by(buffer.offset());
    let end = scan.end(buffer.unused()).map_err(shifted)?;
    check_length(scan.length(), buffer, limit)?;
    if end.is_some() {
        *scan = Scan::default();
    }
    Ok(end)
}

fn check_length(length: usize, buffer: &Buffer, limit: usize) -> Result<(), Error> {
    if length <= limit {
        return Ok(());
    }
    let detail = format!("a frame of more than {limit} bytes");
    Err(Error::new(ErrorKind::TooLarge, buffer.offset(), detail))
}

#[cold]
fn unexpected(buffer: &Buffer) -> Error {
    let unused = buffer.unused();
    let shown = String::from_utf8_lossy(&unused[..unused.len().min(40)]).into_owned();
    let detail = format!("expected an event, found {shown:?}");
    Error::new(ErrorKind::Syntax, buffer.offset(), detail)
}

/// How many bytes say the length of a frame in protobuf.
const LENGTH_BYTES: usize = 4;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Frames;
    use crate::{ErrorKind, Format};

    fn cut(stream: &[u8], chunk: usize) -> Vec<String> {
        let frames = cut_bytes(Format::Json, stream, chunk);
        let text = |frame| String::from_utf8(frame).unwrap();
        frames.into_iter().map(text).collect()
    }

    fn cut_bytes(format: Format, stream: &[u8], chunk: usize) -> Vec<Vec<u8>> {
        let mut frames = Frames::new(format);
        let mut found = Vec::new();
        for bytes in stream.chunks(chunk.max(1)) {
            frames.push(bytes);
            while let Some(frame) = frames.next_frame().unwrap() {
                found.push(frame.to_vec());
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
        for (format, stream) in [
            (Format::Json, &b"{\"a\":\"0123456789"[..]),
            (Format::Protobuf, b"\0\0\0\x0b"),
            (Format::Protobuf, b"\xff\xff\xff\xff"),
            (Format::Cbor, b"\xa1\x41a\x48"),
        ] {
            let mut frames = Frames::new(format).limit(10);
            frames.push(stream);
            let error = frames.next_frame().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{format}");
            assert!(error.detail().contains("10 bytes"), "{error}");
        }
        for (format, stream) in [
            (Format::Json, &b"{\"a\":\"01\"}"[..]),
            (Format::Protobuf, b"\0\0\0\x0a0123456789"),
            (Format::Cbor, b"\xa1\x41a\x460123456"),
        ] {
            let mut frames = Frames::new(format).limit(10);
            frames.push(stream);
            assert_eq!(frames.next_frame().unwrap().unwrap().len(), 10, "{format}");
        }
    }

    #[test]
    fn something_else_than_an_object_is_refused() {
        let mut frames = Frames::new(Format::Json);
        frames.push(b"<html>");
        let error = frames.next_frame().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Syntax);
        assert!(error.to_string().contains("<html>"), "{error}");
    }

    #[test]
    fn an_unfinished_frame_is_noticed() {
        for (format, stream) in [
            (Format::Json, &b"{\"a\":{}} {\"b\""[..]),
            (Format::Protobuf, b"\0\0\0\x02ab\0\0"),
            (Format::Protobuf, b"\0\0\0\x02ab\0\0\0\x02c"),
            (Format::Cbor, b"\xa1\x41a\x00\xa1"),
        ] {
            let mut frames = Frames::new(format);
            frames.push(stream);
            assert!(frames.next_frame().unwrap().is_some());
            assert!(frames.next_frame().unwrap().is_none());
            assert!(!frames.is_between_frames(), "{format}");
        }
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

        #[test]
        fn binary_frames_do_not_depend_on_how_bytes_arrive(
            frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6),
            chunk in 1usize..400,
        ) {
            let head = |frame: &Vec<u8>| u32::try_from(frame.len()).unwrap().to_be_bytes();
            let counted: Vec<_> = frames.iter().map(|frame| [&head(frame), &frame[..]].concat()).collect();
            prop_assert_eq!(&cut_bytes(Format::Protobuf, &counted.concat(), chunk), &frames);
            // Each a string in a list in the tag that says "this is CBOR".
            let items: Vec<_> = frames
                .iter()
                .map(|frame| [b"\xd9\xd9\xf7\x81\x5a", &head(frame)[..], frame].concat())
                .collect();
            prop_assert_eq!(cut_bytes(Format::Cbor, &items.concat(), chunk), items);
        }
    }
}
