//! Does with pintle's client what can be done with pods of the kubelet in `tools/streaming`: commands,
//! attachments, ports and logs. The last line says how many checks passed.
//!
//! What must come of each is what those pods are made to answer, as `tools/streaming/runtime.go` and
//! `logs.go` say it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool prints"
)]

use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use pintle_api::core::v1::{PodAttachOptions, PodExecOptions, PodLogOptions};
use pintle_client::{
    Client, CommandOutput, Error, ErrorKind, Forwarding, OutputPiece, RemoteCommand, StreamOptions,
    TerminalSize,
};
use pintle_clientset::{Clientset, Pods};
use pintle_config::{Environment, Loader};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

#[derive(Parser)]
#[command(about = "Connects with pods of the kubelet in tools/streaming")]
struct Arguments {
    /// The kubeconfig of the cluster
    #[arg(long, env = "KUBECONFIG")]
    kubeconfig: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut checks = Checks::default();
    match clientset(Arguments::parse().kubeconfig) {
        Ok(clientset) => all(&clientset, &mut checks).await,
        Err(error) => eprintln!("{error}"),
    }
    println!("{} passed, {} failed", checks.passed, checks.failed);
    if checks.failed == 0 && checks.passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn clientset(kubeconfig: PathBuf) -> Result<Clientset, Error> {
    let loader = Loader::new(Environment::process()).path(kubeconfig);
    // How fast it asks is not the point.
    let config = loader.load()?.rate_limit(-1.0, 0);
    Ok(Clientset::new(Client::new(&config)?))
}

/// What came of the checks.
#[derive(Default)]
struct Checks {
    passed: usize,
    failed: usize,
}

impl Checks {
    /// Does something, and compares what came of it with what must.
    async fn check(
        &mut self,
        name: &str,
        expected: &str,
        found: impl Future<Output = Result<String, Error>>,
    ) {
        let found = match timeout(PATIENCE, found).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => format!("error: {error}"),
            Err(_) => "nothing, in all that time".to_owned(),
        };
        if found == expected {
            self.passed += 1;
        } else {
            self.failed += 1;
            let (expected, found) = (abridged(expected), abridged(&found));
            println!("FAILED {name}\n--- must be\n{expected}\n--- is\n{found}");
        }
    }
}

// claims: remote.protocols, remote.channels, remote.exit, remote.stdin, remote.v4, remote.resize, port-forward.protocol, port-forward.error, port-forward.listener, clients.typed.logs
async fn all(clientset: &Clientset, checks: &mut Checks) {
    let pods = clientset.core_v1().pods("default");
    for pod in ["one", "old"] {
        outputs(&pods, pod, checks).await;
        conversations(&pods, pod, checks).await;
    }
    inputs(&pods, checks).await;
    refusals(&pods, checks).await;
    ports(&pods, checks).await;
    logs(&pods, checks).await;
}

/// What any protocol is good for.
async fn outputs(pods: &Pods, pod: &str, checks: &mut Checks) {
    let many = (1..=300_000).fold(String::new(), |mut lines, number| {
        let _ = writeln!(lines, "line {number}");
        lines
    });
    for (words, expected) in [
        (&["echo", "hello", "world"][..], "hello world\n"),
        (&["echo", "a b ", "c&d=%41+"][..], "a b  c&d=%41+\n"),
        (&["fail"][..], "out\n[err\n](exit code 42)"),
        (&["exit", "7"][..], "(exit code 7)"),
        (
            &["nonsense"][..],
            "[nonsense: no such command\n](exit code 127)",
        ),
        (&["lines", "300000"][..], many.as_str()),
    ] {
        let name = format!("{pod}: {words:?}");
        checks
            .check(&name, expected, output(pods, pod, words))
            .await;
    }
    let together = async {
        let mut running = JoinSet::new();
        for _ in 0..10 {
            let command = pods.exec(pod, &options(&["hostname"])).await?;
            running.spawn(command.output());
        }
        let mut all = String::new();
        while let Some(ended) = running.join_next().await {
            all += &shown(&ended.expect("a command does not panic")?);
        }
        Ok(all)
    };
    let expected = format!("default/{pod}/main\n").repeat(10);
    let name = format!("{pod}: several commands at a time");
    checks.check(&name, &expected, together).await;
    let attached = async {
        let options = PodAttachOptions {
            stdout: true,
            stderr: true,
            ..Default::default()
        };
        Ok(shown(&pods.attach(pod, &options).await?.output().await?))
    };
    let expected = format!("this is default/{pod}/main\n[and this an error\n]");
    let name = format!("{pod}: attach without input");
    checks.check(&name, &expected, attached).await;
}

/// What is read while it runs.
async fn conversations(pods: &Pods, pod: &str, checks: &mut Checks) {
    let talking = async {
        let options = with_stdin(&["talk", "of leaving"]);
        let mut command = pods.exec(pod, &options).await?;
        let mut heard = String::new();
        for line in ["one\n", "two\n"] {
            command.write_stdin(line.as_bytes()).await?;
            heard += &next_line(&mut command).await?;
        }
        // It is left in the middle.
        Ok(heard)
    };
    let expected = "you said \"one\"\nyou said \"two\"\n";
    let name = format!("{pod}: a conversation");
    checks.check(&name, expected, talking).await;
    let sizes = async {
        let options = PodExecOptions {
            tty: true,
            stderr: false,
            ..with_stdin(&["sizes", "3"])
        };
        let mut command = pods.exec(pod, &options).await?;
        for (width, height) in [(80, 24), (100, 30), (1, 1)] {
            command.resize(TerminalSize { width, height }).await?;
        }
        let mut stdout = Vec::new();
        while let Some(piece) = command.next().await? {
            if let OutputPiece::Stdout(bytes) = piece {
                stdout.extend_from_slice(&bytes);
            }
        }
        let status = command.wait().await?;
        Ok(format!("{}{status}", String::from_utf8_lossy(&stdout)))
    };
    let expected = "80x24\r\n100x30\r\n1x1\r\nexit code 0";
    let name = format!("{pod}: a terminal and its sizes");
    checks.check(&name, expected, sizes).await;
}

/// What takes an end of the input, so the newest protocol.
async fn inputs(pods: &Pods, checks: &mut Checks) {
    let data = made(8 << 20);
    let sum = async {
        let command = pods.exec("one", &with_stdin(&["sum"])).await?;
        let mut stdout = Vec::new();
        let streams = StreamOptions::new().stdin(&data[..]).stdout(&mut stdout);
        command.run(streams).await?;
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    };
    let expected = format!("8388608 bytes, sha256 {SUM}\n");
    let name = "more input than fits into buffers";
    checks.check(name, &expected, sum).await;
    let copied = async {
        let command = pods.exec("one", &with_stdin(&["cat"])).await?;
        let mut copy = Vec::new();
        let streams = StreamOptions::new().stdin(&data[..]).stdout(&mut copy);
        let status = command.run(streams).await?;
        Ok(format!("{status}, {}", copy == data))
    };
    checks
        .check("input comes back", "exit code 0, true", copied)
        .await;
    let attached = async {
        let options = PodAttachOptions {
            stdin: true,
            stdout: true,
            stderr: true,
            ..Default::default()
        };
        let command = pods.attach("one", &options).await?;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let streams = StreamOptions::new().stdin(&b"one\ntwo\n"[..]);
        let streams = streams.stdout(&mut stdout).stderr(&mut stderr);
        let status = command.run(streams).await?;
        stdout.extend_from_slice(&stderr);
        Ok(format!("{}{status}", String::from_utf8_lossy(&stdout)))
    };
    let expected = "this is default/one/main\nyou said \"one\"\nyou said \"two\"\nand this an error\nexit code 0";
    checks.check("attach with input", expected, attached).await;
}

async fn refusals(pods: &Pods, checks: &mut Checks) {
    for (pod, container, expected) in [
        ("nothing", "", "404 pods \"nothing\" not found"),
        (
            "homeless",
            "",
            "400 pod homeless does not have a host assigned",
        ),
        ("one", "nope", "400 container nope is not valid for pod one"),
    ] {
        let refused = async {
            let options = PodExecOptions {
                container: container.into(),
                ..options(&["true"])
            };
            Ok(refusal(pods.exec(pod, &options).await.map(drop)))
        };
        checks
            .check(&format!("exec in {pod}"), expected, refused)
            .await;
    }
    let forwarded = async {
        let connected = pods.port_forward("nothing").connect(7).await;
        Ok(refusal(connected.map(drop)))
    };
    let expected = "404 pods \"nothing\" not found";
    checks.check("a port of no pod", expected, forwarded).await;
}

async fn ports(pods: &Pods, checks: &mut Checks) {
    let forward = pods.port_forward("one");
    let greeted = async {
        let mut greeting = String::new();
        let mut stream = forward.connect(17).await?;
        read(stream.read_to_string(&mut greeting).await)?;
        Ok(greeting)
    };
    let expected = "this is port 17 of default/one\n";
    checks
        .check("a port that speaks first", expected, greeted)
        .await;
    let refused = async {
        let mut stream = forward.connect(9).await?;
        match read(stream.read_u8().await) {
            Ok(_) => Ok("somebody listens".to_owned()),
            Err(error) => Ok(format!("{:?}: {error}", error.kind())),
        }
    };
    let expected = format!(
        "{:?}: error forwarding port 9 to pod default/one, uid : port 9: connection refused",
        ErrorKind::Port
    );
    let name = "a port where nobody listens";
    checks.check(name, &expected, refused).await;
    let together = async {
        let listener = forward.listen(([127, 0, 0, 1], 0).into(), 7).await?;
        let address = listener.local_address();
        let mut using = JoinSet::new();
        for _ in 0..8 {
            using.spawn(async move {
                let data = made(1 << 20);
                let mut stream = TcpStream::connect(address).await?;
                let (mut from, mut to) = stream.split();
                let mut back = vec![0; data.len()];
                tokio::try_join!(to.write_all(&data), from.read_exact(&mut back))?;
                Ok::<_, std::io::Error>(back == data)
            });
        }
        let using = async {
            let mut same = 0;
            while let Some(ended) = using.join_next().await {
                same += usize::from(read(ended.expect("a connection does not panic"))?);
            }
            Ok(same)
        };
        let mut accepted = 0;
        let running = listener.run(|event| {
            accepted += usize::from(matches!(event, Forwarding::Accepted(_)));
        });
        let same: Result<usize, Error> = tokio::select! {
            same = using => same,
            never = running => match never {},
        };
        Ok(format!("{} of {accepted}", same?))
    };
    checks
        .check("several connections", "8 of 8", together)
        .await;
}

async fn logs(pods: &Pods, checks: &mut Checks) {
    let default = PodLogOptions::default;
    let last = "line 9 of main\nline 10 of main\n";
    let whole = (1..=10).map(|number| format!("line {number} of main\n"));
    let whole = whole.collect::<String>();
    let stamped = "2024-02-29T12:00:09Z line 10 of main\n";
    let followed = |options| PodLogOptions {
        follow: true,
        ..options
    };
    let tail = |lines| PodLogOptions {
        tail_lines: Some(lines),
        ..default()
    };
    for (name, pod, options, expected) in [
        ("all", "one", default(), whole.as_str()),
        ("the last lines", "one", tail(2), last),
        (
            "the first bytes",
            "one",
            PodLogOptions {
                limit_bytes: Some(14),
                ..default()
            },
            "line 1 of main",
        ),
        (
            "what is newer",
            "one",
            PodLogOptions {
                since_seconds: Some(1),
                ..default()
            },
            "",
        ),
        (
            "with times",
            "one",
            PodLogOptions {
                timestamps: true,
                ..tail(1)
            },
            stamped,
        ),
        (
            "the previous",
            "many",
            PodLogOptions {
                previous: true,
                container: "restarted".into(),
                ..tail(1)
            },
            "previous line 10 of restarted\n",
        ),
    ] {
        let read = async {
            let mut log = pods.logs(pod, &options).await?;
            let mut all = Vec::new();
            while let Some(bytes) = log.try_next().await? {
                all.extend_from_slice(&bytes);
            }
            Ok(String::from_utf8_lossy(&all).into_owned())
        };
        checks.check(&format!("log: {name}"), expected, read).await;
    }
    let following = async {
        let mut log = pods.logs("one", &followed(tail(1))).await?;
        let mut lines = Vec::new();
        while let Some(line) = log.try_next_line().await? {
            lines.push(line);
        }
        Ok(lines.join("\n"))
    };
    let expected = "line 10 of main\nnew line 1 of main\nnew line 2 of main\nnew line 3 of main";
    checks
        .check("log: as it is written", expected, following)
        .await;
    let endless = async {
        let options = PodLogOptions {
            container: "endless".into(),
            ..followed(tail(0))
        };
        let mut log = pods.logs("many", &options).await?;
        let mut lines = 0;
        while lines < 5 && log.try_next_line().await?.is_some() {
            lines += 1;
        }
        Ok(lines.to_string())
    };
    checks.check("log: without end, left", "5", endless).await;
}

async fn output(pods: &Pods, pod: &str, words: &[&str]) -> Result<String, Error> {
    Ok(shown(
        &pods.exec(pod, &options(words)).await?.output().await?,
    ))
}

/// Output, errors in brackets, and an exit code that is none of success in parentheses.
fn shown(output: &CommandOutput) -> String {
    let mut shown = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.stderr.is_empty() {
        let _ = write!(shown, "[{}]", String::from_utf8_lossy(&output.stderr));
    }
    if !output.status.success() {
        let _ = write!(shown, "({})", output.status);
    }
    shown
}

async fn next_line(command: &mut RemoteCommand) -> Result<String, Error> {
    let mut line = String::new();
    while !line.ends_with('\n') {
        match command.next().await? {
            Some(OutputPiece::Stdout(bytes)) => line += &String::from_utf8_lossy(&bytes),
            Some(OutputPiece::Stderr(_)) => {}
            None => break,
        }
    }
    Ok(line)
}

fn options(words: &[&str]) -> PodExecOptions {
    PodExecOptions {
        command: words.iter().map(|word| (*word).into()).collect(),
        stdout: true,
        stderr: true,
        ..Default::default()
    }
}

fn with_stdin(words: &[&str]) -> PodExecOptions {
    PodExecOptions {
        stdin: true,
        ..options(words)
    }
}

fn refusal(outcome: Result<(), Error>) -> String {
    match outcome {
        Ok(()) => "no refusal".to_owned(),
        Err(error) => match error.as_status() {
            Some(status) => format!("{} {}", status.code, status.message),
            None => error.to_string(),
        },
    }
}

/// The client's error behind that of a stream.
fn read<T>(outcome: std::io::Result<T>) -> Result<T, Error> {
    outcome.map_err(|error| match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::with_message(ErrorKind::Local, error.to_string()),
    })
}

/// As many bytes as asked for, the same every time: those of `made` in `tools/streaming/client.go`.
fn made(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn abridged(text: &str) -> impl fmt::Display + '_ {
    text.get(..2_000).unwrap_or(text)
}

/// The SHA-256 of eight mebibytes of [`made`], reckoned with Python's hashlib.
const SUM: &str = "0dfebe2ad1d6a8ee9c83f409b31d4f8815d77ad89cdf0633c602ec928cbcb73b";
const PATIENCE: Duration = Duration::from_secs(60);
