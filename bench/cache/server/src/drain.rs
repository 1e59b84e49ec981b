//! Asks the canned server for what peers ask for, and throws it away: how fast the server is.
//!
//! `cache-drain ADDRESS FORMAT EVENTS` prints, as JSON, how long a list of everything took, a watch that begins
//! with everything, and EVENTS events.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Instant;

use bench_cache_harness::{Failure, ask, count};
use serde_json::{Value, json};

fn main() -> ExitCode {
    match run() {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cache-drain: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Value, Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, format, events] = &arguments[..] else {
        return Err("cache-drain ADDRESS json|protobuf EVENTS".into());
    };
    let events: usize = events.parse()?;
    let pods = count(address)? as usize;
    let accept = match format.as_str() {
        "protobuf" => "application/vnd.kubernetes.protobuf",
        _ => "application/json",
    };
    let start = Instant::now();
    let mut list = Answer::of(address, "/api/v1/pods?resourceVersion=0", accept)?;
    let length = list.length;
    list.pass(length)?;
    let list = start.elapsed();
    let start = Instant::now();
    let query = "/api/v1/pods?watch=true&sendInitialEvents=true";
    let mut watch = Answer::of(address, query, accept)?;
    // The bookmark too.
    for _ in 0..pods + 1 {
        watch.chunk()?;
    }
    let watch_list = start.elapsed();
    let start = Instant::now();
    ask(address, &format!("/events?count={events}"))?;
    for _ in 0..events {
        watch.chunk()?;
    }
    Ok(json!({
        "objects": pods,
        "events": events,
        "list_ns": list.as_nanos() as u64,
        "watch_list_ns": watch_list.as_nanos() as u64,
        "watch_ns": start.elapsed().as_nanos() as u64,
    }))
}

struct Answer {
    from: BufReader<TcpStream>,
    /// 0 if it comes in chunks.
    length: usize,
    line: String,
}

impl Answer {
    fn of(address: &str, path: &str, accept: &str) -> Result<Self, Failure> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: {accept}\r\n\r\n"
        )?;
        let mut from = BufReader::with_capacity(256 << 10, stream);
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            from.read_line(&mut line)?;
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse()?,
                None if line.trim_end().is_empty() => {
                    return Ok(Self { from, length, line });
                }
                _ => {}
            }
        }
    }

    /// Throws a chunk away.
    fn chunk(&mut self) -> Result<(), Failure> {
        self.line.clear();
        self.from.read_line(&mut self.line)?;
        let length = usize::from_str_radix(self.line.trim_end(), 16)?;
        self.pass(length + 2)?;
        Ok(())
    }

    fn pass(&mut self, mut length: usize) -> io::Result<()> {
        while length > 0 {
            let there = self.from.fill_buf()?.len().min(length);
            if there == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.from.consume(there);
            length -= there;
        }
        Ok(())
    }
}
