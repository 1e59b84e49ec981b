//! What must hold of streams that arrive in pieces.

use pintle_codec::{Error, Format, Frames, ListReader};

/// Checks that frames are the same however their bytes arrive.
pub fn frames(format: Format, stream: &[u8], piece: usize) {
    let whole = cut_frames(format, stream, stream.len().max(1));
    assert_eq!(cut_frames(format, stream, piece.max(1)), whole);
}

/// Checks that the items of a list are the same however its bytes arrive.
pub fn list(format: Format, stream: &[u8], piece: usize) {
    let whole = cut_list(format, stream, stream.len().max(1));
    assert_eq!(cut_list(format, stream, piece.max(1)), whole);
}

/// What came out, and whether the stream could have ended there.
type Outcome = (Vec<Vec<u8>>, bool);

fn cut_frames(format: Format, stream: &[u8], piece: usize) -> Outcome {
    let mut frames = Frames::new(format).limit(LIMIT);
    let mut found = Vec::new();
    for piece in stream.chunks(piece) {
        frames.push(piece);
        loop {
            match frames.next_frame() {
                Ok(Some(frame)) => found.push(frame.to_vec()),
                Ok(None) => break,
                Err(_) => return (found, false),
            }
        }
    }
    (found, frames.is_between_frames())
}

fn cut_list(format: Format, stream: &[u8], piece: usize) -> Outcome {
    let mut reader = ListReader::new(format).item_limit(LIMIT);
    let mut found = Vec::new();
    for piece in stream.chunks(piece) {
        reader.push(piece);
        if take_items(&mut reader, &mut found).is_err() {
            return (found, false);
        }
    }
    let ended = reader.finish().is_ok();
    assert_eq!(reader.items(), found.len());
    (found, ended)
}

fn take_items(reader: &mut ListReader, found: &mut Vec<Vec<u8>>) -> Result<(), Error> {
    while let Some(item) = reader.next_item()? {
        found.push(item.bytes().to_vec());
    }
    Ok(())
}

/// More than a test input has, so that only its content is wrong.
const LIMIT: usize = 1 << 20;
