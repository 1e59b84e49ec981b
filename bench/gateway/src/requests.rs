//! Requests in HTTP/1.1, with as little between as can be: what comes is counted and thrown away.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// Sends requests over so many connections for so long. The first answer is read as text, for whoever wants
/// to know what it is that is counted.
pub(crate) fn send(
    address: &str,
    path: &str,
    connections: usize,
    seconds: f64,
) -> Result<serde_json::Value> {
    let first = Connection::open(address)?.ask(path, true)?;
    let text = String::from_utf8_lossy(&first.body);
    let is_envelope = text.starts_with('{') && text.contains("\"code\":20000");
    let objects = text.matches("\"resourceVersion\":").count();
    let begin = Instant::now();
    let end = begin + Duration::from_secs_f64(seconds);
    let counts = thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| -> Result<(u64, u64)> {
                    let mut connection = Connection::open(address)?;
                    let (mut requests, mut bytes) = (0, 0);
                    while Instant::now() < end {
                        let answer = connection.ask(path, false)?;
                        requests += 1;
                        bytes += answer.length;
                    }
                    Ok((requests, bytes))
                })
            })
            .collect();
        let joined = workers.into_iter().map(|worker| match worker.join() {
            Ok(counts) => counts,
            Err(_) => Err("a connection's thread panicked".into()),
        });
        joined.collect::<Result<Vec<_>>>()
    })?;
    let requests: u64 = counts.iter().map(|(requests, _)| requests).sum();
    let bytes: u64 = counts.iter().map(|(_, bytes)| bytes).sum();
    Ok(serde_json::json!({
        "requests": requests,
        // The last of each connection may end late.
        "seconds": begin.elapsed().as_secs_f64(),
        "bytes": bytes,
        "bytes_first": first.length,
        "objects_first": objects,
        "is_envelope": is_envelope,
    }))
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    address: String,
    buffer: Vec<u8>,
    /// What of the buffer was read and not looked at.
    begin: usize,
    end: usize,
}

struct Answer {
    length: u64,
    body: Vec<u8>,
}

impl Connection {
    fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            request: Vec::new(),
            address: address.to_owned(),
            buffer: vec![0; 256 << 10],
            begin: 0,
            end: 0,
        })
    }

    fn ask(&mut self, path: &str, keep: bool) -> Result<Answer> {
        if self.request.is_empty() {
            let host = &self.address;
            self.request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes();
        }
        self.stream.write_all(&self.request)?;
        let mut length = None;
        let status = self.line()?;
        if !status.starts_with("HTTP/1.1 200") {
            return Err(format!("the answer begins {status:?}").into());
        }
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = Some(value.trim().parse()?);
            }
        }
        let mut answer = Answer {
            length: 0,
            body: Vec::new(),
        };
        if let Some(length) = length {
            self.take(length, &mut answer, keep)?;
            return Ok(answer);
        }
        // Without a length it comes in chunks.
        loop {
            let size = u64::from_str_radix(self.line()?.trim(), 16)?;
            self.take(size, &mut answer, keep)?;
            self.line()?;
            if size == 0 {
                return Ok(answer);
            }
        }
    }

    /// Reads so much of a body.
    fn take(&mut self, mut left: u64, answer: &mut Answer, keep: bool) -> Result<()> {
        while left > 0 {
            if self.begin == self.end {
                self.fill()?;
            }
            let here = usize::try_from(left).unwrap_or(usize::MAX);
            let here = here.min(self.end - self.begin);
            if keep {
                let piece = &self.buffer[self.begin..self.begin + here];
                answer.body.extend_from_slice(piece);
            }
            self.begin += here;
            left -= here as u64;
            answer.length += here as u64;
        }
        Ok(())
    }

    fn line(&mut self) -> Result<String> {
        let mut line = Vec::new();
        loop {
            if self.begin == self.end {
                self.fill()?;
            }
            let rest = &self.buffer[self.begin..self.end];
            let Some(at) = rest.iter().position(|byte| *byte == b'\n') else {
                line.extend_from_slice(rest);
                self.begin = self.end;
                continue;
            };
            line.extend_from_slice(&rest[..at]);
            self.begin += at + 1;
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
    }

    fn fill(&mut self) -> Result<()> {
        self.begin = 0;
        self.end = self.stream.read(&mut self.buffer)?;
        match self.end {
            0 => Err("the gateway has closed the connection".into()),
            _ => Ok(()),
        }
    }
}
