//! Streams of server-sent events, and whether each ends with the last state of everything.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::Result;

/// What is to be reached: pods that were changed by turns, and how often.
#[derive(Clone, Copy, PartialEq)]
struct Goal {
    pods: u64,
    changes: u64,
}

pub(crate) fn follow(address: &str, path: &str, streams: usize) -> Result<serde_json::Value> {
    tokio::runtime::Runtime::new()?.block_on(run(address, path, streams))
}

async fn run(address: &str, path: &str, streams: usize) -> Result<serde_json::Value> {
    let (say, goal) = watch::channel(None);
    let synced = Arc::new(AtomicUsize::new(0));
    let events = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..streams {
        let mut stream = Stream::open(address, path).await?;
        let (goal, synced, events) = (goal.clone(), synced.clone(), events.clone());
        tasks.spawn(async move { stream.read(goal, &synced, &events).await });
    }
    let begin = Instant::now();
    while synced.load(Ordering::Relaxed) < streams {
        if begin.elapsed() > PATIENCE {
            return Err("not every stream has begun".into());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    println!("synced");
    io::stdout().flush()?;
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = line.await??;
    let (pods, changes) = line.trim().split_once(' ').ok_or("PODS CHANGES")?;
    let wanted = Goal {
        pods: pods.parse()?,
        changes: changes.parse()?,
    };
    say.send_replace(Some(wanted));
    let begin = Instant::now();
    let mut whole = 0;
    let finish = async {
        while let Some(ended) = tasks.join_next().await {
            ended??;
            whole += 1;
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    };
    // Whoever has not seen everything by then never will.
    if let Ok(finished) = timeout(PATIENCE, finish).await {
        finished?;
    }
    Ok(serde_json::json!({
        "streams": streams,
        "whole": whole,
        "events": events.load(Ordering::Relaxed),
        "seconds_behind": begin.elapsed().as_secs_f64(),
    }))
}

struct Stream {
    reader: BufReader<TcpStream>,
    line: Vec<u8>,
    /// Of each pod the last change that was told.
    last: Vec<Option<u64>>,
}

impl Stream {
    async fn open(address: &str, path: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        // An answer to HTTP/1.0 is not cut into chunks.
        let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        Ok(Self {
            reader: BufReader::with_capacity(32 << 10, stream),
            line: Vec::new(),
            last: Vec::new(),
        })
    }

    /// Reads until the goal is known and reached.
    async fn read(
        &mut self,
        mut goal: watch::Receiver<Option<Goal>>,
        synced: &AtomicUsize,
        events: &AtomicU64,
    ) -> Result<()> {
        loop {
            let wanted = *goal.borrow_and_update();
            if wanted.is_some_and(|wanted| self.has_reached(wanted)) {
                return Ok(());
            }
            tokio::select! {
                line = next_line(&mut self.reader, &mut self.line) => {
                    if line? == 0 {
                        return Err("a stream has ended".into());
                    }
                    if self.line.starts_with(b"event: synced") {
                        synced.fetch_add(1, Ordering::Relaxed);
                    } else if self.line.starts_with(b"data: {\"type\"") {
                        events.fetch_add(1, Ordering::Relaxed);
                        self.note();
                    }
                    self.line.clear();
                }
                _ = goal.changed() => {}
            }
        }
    }

    fn note(&mut self) {
        let Some(pod) = number_behind(&self.line, b"\"name\":\"pod-") else {
            return;
        };
        let change = number_behind(&self.line, b"\"change\":\"");
        let pod = pod as usize;
        if self.last.len() <= pod {
            self.last.resize(pod + 1, None);
        }
        self.last[pod] = change;
    }

    fn has_reached(&self, goal: Goal) -> bool {
        (0..goal.pods).all(|pod| {
            let last = last_change(pod, goal);
            let told = self.last.get(pod as usize).copied().flatten();
            told == last
        })
    }
}

/// The next line, at the end of what is there of it; nothing is lost when this is dropped.
async fn next_line(reader: &mut BufReader<TcpStream>, line: &mut Vec<u8>) -> io::Result<usize> {
    loop {
        let here = reader.fill_buf().await?;
        if here.is_empty() {
            return Ok(0);
        }
        let end = here.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(here.len(), |end| end + 1);
        line.extend_from_slice(&here[..taken]);
        reader.consume(taken);
        if end.is_some() {
            return Ok(line.len());
        }
    }
}

/// The number of the last change of a pod, if it was changed at all.
fn last_change(pod: u64, goal: Goal) -> Option<u64> {
    let last = goal.changes.checked_sub(1)?;
    let back = (last + goal.pods - pod) % goal.pods;
    last.checked_sub(back)
}

fn number_behind(line: &[u8], name: &[u8]) -> Option<u64> {
    let at = line.windows(name.len()).position(|window| window == name)?;
    let digits = line[at + name.len()..].iter();
    let digits: String = digits
        .take_while(|byte| byte.is_ascii_digit())
        .map(|byte| char::from(*byte))
        .collect();
    digits.parse().ok()
}

const PATIENCE: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_change_of_each_pod_is_known() {
        let goal = Goal {
            pods: 3,
            changes: 7,
        };
        // 0 1 2 0 1 2 0
        let last: Vec<_> = (0..3).map(|pod| last_change(pod, goal)).collect();
        assert_eq!(last, [Some(6), Some(4), Some(5)]);
        let goal = Goal {
            pods: 3,
            changes: 2,
        };
        let last: Vec<_> = (0..3).map(|pod| last_change(pod, goal)).collect();
        assert_eq!(last, [Some(0), Some(1), None]);
    }

    #[test]
    fn numbers_are_found_behind_names() {
        let line = br#"data: {"metadata":{"labels":{"change":"17"},"name":"pod-4"}}"#;
        assert_eq!(number_behind(line, b"\"change\":\""), Some(17));
        assert_eq!(number_behind(line, b"\"name\":\"pod-"), Some(4));
        assert_eq!(number_behind(line, b"\"uid\":\""), None);
    }
}
