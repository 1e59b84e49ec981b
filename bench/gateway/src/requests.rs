//! Requests in HTTP/1.1, with as little between as can be: what comes is counted and thrown away.
//!
//! Whoever asks shares the processors with who answers, so it takes little of them: a thread a processor, which
//! serves the connections that have something, and nothing is copied but out of the kernel.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::epoll;

use crate::Result;
use crate::answer::Answer;

/// Sends requests over so many connections for so long. The first answer is read as text, for whoever wants
/// to know what it is that is counted.
pub(crate) fn send(
    address: &str,
    path: &str,
    connections: usize,
    seconds: f64,
) -> Result<serde_json::Value> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let first = first(address, request.as_bytes())?;
    let text = String::from_utf8_lossy(&first);
    let is_envelope = text.starts_with('{') && text.contains("\"code\":20000");
    let objects = text.matches("\"resourceVersion\":").count();
    let processors = thread::available_parallelism()?.get().min(connections);
    let begin = Instant::now();
    let end = begin + Duration::from_secs_f64(seconds);
    let totals = thread::scope(|scope| {
        let workers: Vec<_> = (0..processors)
            .map(|worker| {
                let own = (worker..connections).step_by(processors).len();
                let request = request.as_bytes();
                scope.spawn(move || ask(address, request, own, end))
            })
            .collect();
        let joined = workers.into_iter().map(|worker| match worker.join() {
            Ok(total) => total,
            Err(_) => Err("a thread panicked".into()),
        });
        joined.collect::<Result<Vec<_>>>()
    })?;
    let requests: u64 = totals.iter().map(|total| total.requests).sum();
    let bytes: u64 = totals.iter().map(|total| total.bytes).sum();
    Ok(serde_json::json!({
        "requests": requests,
        // The last of each connection may end late.
        "seconds": begin.elapsed().as_secs_f64(),
        "bytes": bytes,
        "bytes_first": first.len(),
        "objects_first": objects,
        "is_envelope": is_envelope,
    }))
}

/// What was answered whole.
#[derive(Default)]
struct Total {
    requests: u64,
    bytes: u64,
}

/// The body of one answer.
fn first(address: &str, request: &[u8]) -> Result<Vec<u8>> {
    let mut stream = connect(address)?;
    stream.write_all(request)?;
    let (mut answer, mut body, mut buffer) = (Answer::default(), Vec::new(), room());
    loop {
        let read = read(&mut stream, &mut buffer)?;
        if answer.take(&buffer[..read], |piece| body.extend_from_slice(piece))? {
            return Ok(body);
        }
    }
}

/// Asks over so many connections, over each as soon as it has been answered.
fn ask(address: &str, request: &[u8], connections: usize, end: Instant) -> Result<Total> {
    let polled = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut open = Vec::new();
    for number in 0..connections {
        let mut stream = connect(address)?;
        stream.set_nonblocking(true)?;
        let number = epoll::EventData::new_u64(number as u64);
        epoll::add(&polled, &stream, number, epoll::EventFlags::IN)?;
        stream.write_all(request)?;
        open.push((stream, Answer::default()));
    }
    let (mut total, mut asking) = (Total::default(), connections);
    let (mut events, mut buffer) = (Vec::with_capacity(connections), room());
    while asking > 0 {
        epoll::wait(&polled, spare_capacity(&mut events), None)?;
        for event in events.drain(..) {
            let (stream, answer) = &mut open[event.data.u64() as usize];
            let read = read(stream, &mut buffer)?;
            if !answer.take(&buffer[..read], |_| {})? {
                continue;
            }
            total.requests += 1;
            total.bytes += std::mem::take(answer).length;
            if Instant::now() < end {
                // So small that there is always room for it.
                stream.write_all(request)?;
            } else {
                asking -= 1;
            }
        }
    }
    Ok(total)
}

fn connect(address: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What there is, which may be nothing yet.
fn read(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<usize> {
    match stream.read(buffer) {
        Ok(0) => Err("the gateway has closed the connection".into()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        read => Ok(read?),
    }
}

fn room() -> Vec<u8> {
    vec![0; 256 << 10]
}
