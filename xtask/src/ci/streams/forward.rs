//! `port-forward`, of kubectl's or of pintle's, with several connections through it.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::command;
use crate::error::{Context, Error, Result};

/// The words of a command that forwards two ports, of which one repeats what it hears and one speaks by itself.
pub(super) fn words(pod: &str) -> [&str; 5] {
    ["port-forward", pod, ":7", ":17", "--address=127.0.0.1"]
}

/// Uses both ports that a command forwards several times at once.
pub(super) fn several(mut command: Command) -> Result<String> {
    let mut child = command::spawn(command.stdout(Stdio::piped()))?;
    let output = child.stdout.take().expect("standard output is piped");
    // It goes on to be written to, and would end the command if nobody could read it any more.
    let mut output = BufReader::new(output);
    let outcome = forwarded(&mut output).and_then(|[echo, greeting]| {
        let uses: Vec<_> = (0..5)
            .map(|number| {
                thread::spawn(move || {
                    let said = format!("{number}").repeat(100_000);
                    let heard = converse(echo, &said)?;
                    let verdict = if heard == said {
                        "came back"
                    } else {
                        "did not come back"
                    };
                    Ok::<_, Error>(format!("{verdict}, {}", converse(greeting, "")?))
                })
            })
            .collect();
        let heard = uses.into_iter().map(|using| {
            let heard = using.join();
            heard.unwrap_or_else(|_| Err(Error::new("a connection panicked")))
        });
        Ok(heard.collect::<Result<Vec<_>>>()?.concat())
    });
    // It ends by a signal only.
    let _ = child.kill();
    let _ = child.wait();
    outcome
}

/// The local ports, as they are printed, in the order in which they were asked for.
fn forwarded(output: &mut impl BufRead) -> Result<[u16; 2]> {
    let mut port = || {
        let mut line = String::new();
        let read = output.read_line(&mut line);
        read.context(|| "read what port-forward prints".to_owned())?;
        let words: Vec<&str> = line.split([' ', ':']).collect();
        let port = words.get(3).and_then(|port| port.parse().ok());
        port.ok_or_else(|| Error::new(format!("port-forward has printed {line:?}")))
    };
    let ports = [port()?, port()?];
    Ok(ports)
}

/// Says something, and returns all that comes back until the other end has said its last.
fn converse(port: u16, said: &str) -> Result<String> {
    let within = || format!("talk to port {port}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).context(within)?;
    stream.set_read_timeout(Some(PATIENCE)).context(within)?;
    let mut heard = String::new();
    thread::scope(|scope| {
        let mut speaker = stream.try_clone().context(within)?;
        let speaking = scope.spawn(move || {
            speaker.write_all(said.as_bytes())?;
            speaker.shutdown(Shutdown::Write)
        });
        stream.read_to_string(&mut heard).context(within)?;
        // The other end may have gone before it was told that it may.
        let _ = speaking.join();
        Ok::<_, Error>(())
    })?;
    Ok(heard)
}

const PATIENCE: Duration = Duration::from_secs(30);
