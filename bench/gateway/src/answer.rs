//! An answer in HTTP/1.1 as it comes, of which as much is looked at as it takes to know where it ends.

use memchr::{memchr, memmem};

use crate::Result;

/// What has come of an answer.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    awaits: Awaits,
    /// A head or a line of which not all has come.
    begun: Vec<u8>,
    /// The bytes of the body that have come.
    pub(crate) length: u64,
}

#[derive(Clone, Copy, Debug, Default)]
enum Awaits {
    #[default]
    Head,
    /// So many bytes, which end the body or the chunk.
    Body { left: u64, is_chunk: bool },
    /// The line that says how long a chunk is.
    Size,
    /// The line break behind a chunk, which may be the last.
    Break { is_last: bool },
}

impl Answer {
    /// Takes what has come, shows `body` what of it belongs to the body, and says whether the answer has ended.
    /// Nothing comes behind it before it is asked for.
    pub(crate) fn take(&mut self, mut bytes: &[u8], mut body: impl FnMut(&[u8])) -> Result<bool> {
        while !bytes.is_empty() {
            let ended = match self.awaits {
                Awaits::Head => match self.until(b"\r\n\r\n", &mut bytes) {
                    None => return Ok(false),
                    Some(head) => {
                        self.awaits = after_head(&head)?;
                        matches!(self.awaits, Awaits::Body { left: 0, .. })
                    }
                },
                Awaits::Body { left, is_chunk } => {
                    let here = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    let (taken, rest) = bytes.split_at(here);
                    body(taken);
                    self.length += here as u64;
                    bytes = rest;
                    let left = left - here as u64;
                    self.awaits = match (left, is_chunk) {
                        (0, true) => Awaits::Break { is_last: false },
                        _ => Awaits::Body { left, is_chunk },
                    };
                    left == 0 && !is_chunk
                }
                Awaits::Size => match self.until(b"\r\n", &mut bytes) {
                    None => return Ok(false),
                    Some(line) => {
                        let size = u64::from_str_radix(str::from_utf8(&line)?.trim(), 16)?;
                        self.awaits = match size {
                            0 => Awaits::Break { is_last: true },
                            left => Awaits::Body {
                                left,
                                is_chunk: true,
                            },
                        };
                        false
                    }
                },
                Awaits::Break { is_last } => match self.until(b"\r\n", &mut bytes) {
                    None => return Ok(false),
                    Some(_) => {
                        self.awaits = Awaits::Size;
                        is_last
                    }
                },
            };
            if ended {
                return match bytes {
                    [] => Ok(true),
                    _ => Err("there is something behind an answer".into()),
                };
            }
        }
        Ok(false)
    }

    /// What comes before an end, once that has come; it is taken.
    fn until<'b>(
        &mut self,
        end: &[u8],
        bytes: &mut &'b [u8],
    ) -> Option<std::borrow::Cow<'b, [u8]>> {
        if self.begun.is_empty()
            && let Some(at) = memmem::find(bytes, end)
        {
            let (found, rest) = bytes.split_at(at + end.len());
            *bytes = rest;
            return Some(found[..at].into());
        }
        // The end itself may come in parts.
        while let Some((first, rest)) = bytes.split_first() {
            self.begun.push(*first);
            *bytes = rest;
            if self.begun.ends_with(end) {
                let mut found = std::mem::take(&mut self.begun);
                found.truncate(found.len() - end.len());
                return Some(found.into());
            }
        }
        None
    }
}

/// What comes behind a head.
fn after_head(head: &[u8]) -> Result<Awaits> {
    let (status, mut rest) = line(head);
    if !status.starts_with(b"HTTP/1.1 200") {
        let status = String::from_utf8_lossy(status);
        return Err(format!("the answer begins {status:?}").into());
    }
    while !rest.is_empty() {
        let (header, behind) = line(rest);
        rest = behind;
        if let Some(length) = value(header, b"content-length:") {
            return Ok(Awaits::Body {
                left: str::from_utf8(length)?.trim().parse()?,
                is_chunk: false,
            });
        }
        if value(header, b"transfer-encoding:").is_some() {
            return Ok(Awaits::Size);
        }
    }
    Err("the answer does not say how long it is".into())
}

fn line(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b'\n', text) {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, b""),
    }
}

fn value<'h>(header: &'h [u8], name: &[u8]) -> Option<&'h [u8]> {
    let (found, value) = header.split_at_checked(name.len())?;
    found.eq_ignore_ascii_case(name).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body, if the answer ends where it is to end.
    fn read(answer: &[u8], at_once: usize) -> Result<Vec<u8>> {
        let (mut found, mut body) = (Answer::default(), Vec::new());
        let mut parts = answer.chunks(at_once).peekable();
        while let Some(part) = parts.next() {
            let ended = found.take(part, |piece| body.extend_from_slice(piece))?;
            assert_eq!(ended, parts.peek().is_none(), "{found:?}");
        }
        assert_eq!(found.length, body.len() as u64);
        Ok(body)
    }

    #[test]
    fn answers_end_where_they_say_however_they_come() {
        for (answer, body) in [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDate: x\r\n\r\nhello",
                "hello",
            ),
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ""),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nc\r\n, wide world\r\n0\r\n\r\n",
                "hello, wide world",
            ),
        ] {
            for at_once in [1, 2, 3, 7, 1000] {
                let read = read(answer.as_bytes(), at_once).unwrap();
                assert_eq!(read, body.as_bytes());
            }
        }
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for answer in [
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nDate: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nq\r\n",
        ] {
            assert!(read(answer.as_bytes(), 1000).is_err(), "{answer}");
        }
    }
}
