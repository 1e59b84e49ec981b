//! A peer: a process that reads and writes objects with one library, and says how long it takes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::command;
use crate::error::{Context, Error, Result};

/// A running peer. It answers one request at a time, and ends with its input.
pub(super) struct Peer {
    name: String,
    lanes: Vec<Lane>,
    walks: bool,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    Json,
    Protobuf,
}

/// One of the ways in which a peer reads and writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lane {
    pub(super) format: Format,
    /// What is special about it; empty for the peer's ordinary way.
    pub(super) variant: String,
}

/// What a peer is asked to do with an input.
#[derive(Clone, Serialize)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub(super) enum Task<'a> {
    Decode { millis: u64 },
    Walk { millis: u64 },
    Encode { millis: u64 },
    CountDecode,
    CountEncode,
    Live { pruned: bool },
    Write { to: &'a Path },
}

/// What it answers.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Time {
        objects: f64,
        thread_ns: f64,
        wall_ns: f64,
        cpu_ns: f64,
    },
    Count {
        objects: f64,
        allocations: f64,
        reallocations: f64,
    },
    Live {
        objects: f64,
        bytes: f64,
    },
    Written,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Failed(String),
    Unsupported,
    #[serde(untagged)]
    Answer(Answer),
}

#[derive(Deserialize)]
struct Greeting {
    peer: String,
    lanes: Vec<Lane>,
    walks: bool,
}

#[derive(Serialize)]
struct Request<'a> {
    #[serde(flatten)]
    lane: &'a Lane,
    input: &'a str,
    #[serde(flatten)]
    task: Task<'a>,
}

impl Peer {
    /// Starts a peer's program on a directory of inputs.
    pub(super) fn start(program: &Path, inputs: &Path) -> Result<Self> {
        let mut start = Command::new(program);
        start
            .arg(inputs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command::spawn(&mut start)?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("standard output is piped");
        let mut peer = Self {
            name: program.display().to_string(),
            lanes: Vec::new(),
            walks: false,
            child,
            stdin,
            stdout: BufReader::new(stdout),
        };
        let greeting: Greeting = peer.read()?;
        peer.name = greeting.peer;
        peer.lanes = greeting.lanes;
        peer.walks = greeting.walks;
        Ok(peer)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it can look at every field of an object.
    pub(super) fn walks(&self) -> bool {
        self.walks
    }

    /// The ways in which it reads and writes a format.
    pub(super) fn lanes(&self, format: Format) -> Vec<Lane> {
        let all = self.lanes.iter();
        all.filter(|lane| lane.format == format).cloned().collect()
    }

    /// Asks for something and waits for the answer.
    pub(super) fn ask(&mut self, lane: &Lane, input: &str, task: Task<'_>) -> Result<Answer> {
        let request = Request { lane, input, task };
        let mut line = serde_json::to_vec(&request).context(|| "write a request".to_owned())?;
        line.push(b'\n');
        let stdin = self.stdin.as_mut().expect("it is closed by drop alone");
        stdin
            .write_all(&line)
            .context(|| format!("ask {}", self.name))?;
        let answer = self.read()?;
        let wrong = |what: &str| Error::new(format!("{} {what}", self.name));
        match answer {
            Line::Answer(answer) => Ok(answer),
            Line::Unsupported => Err(wrong(&format!("knows no {input}"))),
            Line::Failed(why) => Err(wrong(&format!("failed on {input}: {why}"))),
        }
    }

    fn read<T: for<'de> Deserialize<'de>>(&mut self) -> Result<T> {
        let mut line = String::new();
        let read = self.stdout.read_line(&mut line);
        read.context(|| format!("read the answer of {}", self.name))?;
        if line.is_empty() {
            return Err(Error::new(format!("{} ended without an answer", self.name)));
        }
        serde_json::from_str(&line).context(|| format!("{} answered {line:?}", self.name))
    }
}

/// Closes its input, at which it ends; it is waited for, so that it is not measured along with the next.
impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // How it ends does not matter once it has answered.
        let _ = self.child.wait();
    }
}
