//! Documents on standard input, answered on standard output: the other end of `tools/exchange`.
//!
//! All numbers are little endian. A request is its length (4 bytes), the number of the format (1), the length of
//! the kind's name (2), the name, and the document. An answer is its length (4) and a status (1): after 1 comes the
//! reason why the document could not be read; after 0, for each format in the order of their numbers, a status (1),
//! a length (4), and the document, or after status 1 the reason why there is none.
//!
//! Invariant: every request has one answer, in the order of requests, and is answered before the next one is read;
//! so if a document ends the process, the other side knows which.

use std::io::{self, BufRead, Read as _, Write};

use pintle_codec::{Decoder, Format};

use crate::kinds::Kind;
use crate::object::Object;

/// Answers requests until there are no more.
pub(crate) fn run(input: &mut impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let mut decoder = Decoder::new();
    let mut request = Vec::new();
    let mut answer = Vec::new();
    while read_frame(input, &mut request)? {
        answer.clear();
        answer.extend_from_slice(&[0; LENGTH]);
        respond(&mut decoder, &request, &mut answer)?;
        let length = length_of(&answer[LENGTH..])?;
        answer[..LENGTH].copy_from_slice(&length);
        output.write_all(&answer)?;
        output.flush()?;
    }
    Ok(())
}

/// Reads a request without its length; false at the end of the input.
fn read_frame(input: &mut impl BufRead, request: &mut Vec<u8>) -> io::Result<bool> {
    if input.fill_buf()?.is_empty() {
        return Ok(false);
    }
    let mut length = [0; LENGTH];
    input.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    request.clear();
    if input.take(length).read_to_end(request)? as u64 == length {
        Ok(true)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn respond(decoder: &mut Decoder, request: &[u8], answer: &mut Vec<u8>) -> io::Result<()> {
    let (format, name, document) =
        parse(request).ok_or_else(|| io::Error::other("a malformed request"))?;
    let object = match Kind::named(name) {
        Some(kind) => {
            Object::read(kind, format, document, decoder).map_err(|error| error.to_string())
        }
        None => Err(format!("no type is of the kind {name}")),
    };
    let object = match object {
        Ok(object) => object,
        Err(reason) => {
            answer.push(FAILED);
            answer.extend_from_slice(reason.as_bytes());
            return Ok(());
        }
    };
    answer.push(DONE);
    let mut written = Vec::new();
    for format in FORMATS {
        written.clear();
        match object.write(format, &mut written) {
            Ok(()) => answer.push(DONE),
            Err(reason) => {
                answer.push(FAILED);
                written = reason.to_string().into_bytes();
            }
        }
        answer.extend_from_slice(&length_of(&written)?);
        answer.extend_from_slice(&written);
    }
    Ok(())
}

fn parse(request: &[u8]) -> Option<(Format, &str, &[u8])> {
    let (&[format], rest) = request.split_first_chunk()?;
    let (&length, rest) = rest.split_first_chunk()?;
    let (name, document) = rest.split_at_checked(u16::from_le_bytes(length).into())?;
    let format = *FORMATS.get(usize::from(format))?;
    Some((format, str::from_utf8(name).ok()?, document))
}

fn length_of(bytes: &[u8]) -> io::Result<[u8; LENGTH]> {
    let length = u32::try_from(bytes.len())
        .map_err(|_| io::Error::other("a document of more than 4 GiB"))?;
    Ok(length.to_le_bytes())
}

/// The formats, in the order of their numbers.
const FORMATS: [Format; 3] = [Format::Json, Format::Protobuf, Format::Cbor];
/// The bytes that state a length.
const LENGTH: usize = 4;
const DONE: u8 = 0;
const FAILED: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(format: u8, kind: &str, document: &[u8]) -> Vec<u8> {
        let mut payload = vec![format];
        payload.extend_from_slice(&(kind.len() as u16).to_le_bytes());
        payload.extend_from_slice(kind.as_bytes());
        payload.extend_from_slice(document);
        let mut frame = (payload.len() as u32).to_le_bytes().to_vec();
        frame.append(&mut payload);
        frame
    }

    fn answers(mut input: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        let mut output = Vec::new();
        run(&mut input, &mut output)?;
        let mut output = output.as_slice();
        let mut frames = Vec::new();
        let mut frame = Vec::new();
        while read_frame(&mut output, &mut frame)? {
            frames.push(frame.clone());
        }
        Ok(frames)
    }

    #[test]
    fn requests_are_answered_in_their_order() {
        let document = br#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"}}"#;
        let requests = [
            request(0, "v1/ConfigMap", document),
            request(0, "v1/Nothing", document),
            request(0, "v1/ConfigMap", b"{"),
        ];
        let answers = answers(&requests.concat()).unwrap();
        let mut written = vec![0, 0];
        written.extend_from_slice(&(document.len() as u32).to_le_bytes());
        written.extend_from_slice(document);
        assert!(answers[0].starts_with(&written), "{:?}", answers[0]);
        assert_eq!(answers[1], b"\x01no type is of the kind v1/Nothing");
        assert_eq!(answers[2][0], FAILED);
        assert_eq!(answers.len(), 3);
    }

    #[test]
    fn request_that_ends_early_or_is_malformed_is_an_error() {
        let whole = request(0, "v1/ConfigMap", b"{}");
        let cut = answers(&whole[..whole.len() - 1]).unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof);
        answers(&request(9, "v1/ConfigMap", b"{}")).unwrap_err();
        answers(&[1, 0, 0, 0, 0]).unwrap_err();
    }
}
