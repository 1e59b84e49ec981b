//! [`Canned`], the server that all peers follow.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::Programs;
use crate::command;
use crate::error::{Context, Error, Result};

/// A server, which ends when this is dropped.
pub(in crate::bench) struct Canned {
    process: Child,
    pub(in crate::bench) address: String,
}

/// All pods together.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in crate::bench) struct State {
    pub(in crate::bench) objects: u64,
    pub(in crate::bench) digest: String,
}

impl Canned {
    /// Serves the pods of a directory, each so many times.
    pub(in crate::bench) fn start(
        programs: &Programs,
        inputs: &Path,
        copies: usize,
    ) -> Result<Self> {
        let mut command = Command::new(programs.server());
        command
            .arg(inputs)
            .arg(copies.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut canned = Self {
            process: command::spawn(&mut command)?,
            address: String::new(),
        };
        if let Some(out) = canned.process.stdout.take() {
            let read = BufReader::new(out).read_line(&mut canned.address);
            read.context(|| "read the address of the canned server".to_owned())?;
        }
        canned.address.truncate(canned.address.trim_end().len());
        if canned.address.is_empty() {
            return Err(Error::new("the canned server has printed no address"));
        }
        Ok(canned)
    }

    /// What there is now.
    pub(in crate::bench) fn state(&self) -> Result<State> {
        let asking = || format!("ask the canned server at {}", self.address);
        let mut stream = TcpStream::connect(&self.address).context(asking)?;
        let request = "GET /state HTTP/1.1\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).context(asking)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).context(asking)?;
        let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        serde_json::from_str(body).context(asking)
    }
}

impl Drop for Canned {
    fn drop(&mut self) {
        // It has nothing that would have to be kept.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
