//! `pintle logs`.
//!
//! Invariant: what a container has written is passed on byte by byte; lines of several containers
//! are never mixed.

mod lines;
mod source;

use pintle_meta::{Duration, Time};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::lines::Lines;
use self::source::{Source, sources};
use crate::args::Logs;
use crate::error::{Error, Failures, Kind};
use crate::output::Stdout;
use crate::session::Session;

/// Shows logs, one after the other, or all at once where they are followed.
pub(super) async fn run(
    arguments: &Logs,
    session: &Session,
    out: &mut Stdout,
) -> Result<(), Failures> {
    let parameters = parameters(arguments)?;
    let sources = sources(arguments, session).await?;
    if arguments.follow && sources.len() > arguments.max_log_requests {
        let message = format!(
            "you are attempting to follow {} log streams, but maximum allowed concurrency is {}",
            sources.len(),
            arguments.max_log_requests
        );
        return Err(Error::usage(message)
            .with_hint("use --max-log-requests to increase the limit")
            .into());
    }
    let mut failures = Failures::new();
    if !arguments.follow {
        for source in sources {
            let (sender, receiver) = mpsc::channel(BUFFERED);
            let read = read(source, &parameters, arguments.prefix, session, sender);
            let (read, written) = tokio::join!(read, write(receiver, out));
            written?;
            failures.check(read);
        }
        return failures.finish();
    }
    let (sender, receiver) = mpsc::channel(BUFFERED);
    let mut readers = JoinSet::new();
    for source in sources {
        let opened = open(&source, &parameters, session).await?;
        let (sender, prefix) = (sender.clone(), source.prefix(arguments.prefix));
        readers.spawn(async move { copy(opened, &prefix, &sender).await });
    }
    drop(sender);
    write(receiver, out).await?;
    while let Some(ended) = readers.join_next().await {
        match ended {
            Ok(read) => {
                failures.check(read);
            }
            Err(_) => failures.push(Error::new(Kind::Failed, "a reader of logs has failed")),
        }
    }
    failures.finish()
}

type Parameters = Vec<(&'static str, String)>;

/// The options of the request, which the command line must make sense of first.
fn parameters(arguments: &Logs) -> Result<Parameters, Error> {
    let mut parameters = Parameters::new();
    let mut flag = |name, set: bool| {
        if set {
            parameters.push((name, "true".to_owned()));
        }
    };
    flag("follow", arguments.follow);
    flag("previous", arguments.previous);
    flag("timestamps", arguments.timestamps);
    let unchecked = arguments.insecure_skip_tls_verify_backend;
    flag("insecureSkipTLSVerifyBackend", unchecked);
    if let Some(since) = &arguments.since {
        let invalid = || {
            Error::usage(format!("--since={since} is not a duration"))
                .with_hint("write a positive number and a unit, such as 5s, 2m or 3h")
        };
        let duration: Duration = since.parse().map_err(|_| invalid())?;
        let duration = std::time::Duration::try_from(duration).map_err(|_| invalid())?;
        let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
        if seconds == 0 {
            return Err(invalid());
        }
        parameters.push(("sinceSeconds", seconds.to_string()));
    }
    if let Some(since) = &arguments.since_time {
        let time: Time = since.parse().map_err(|_| {
            Error::usage(format!("--since-time={since} is not a time"))
                .with_hint("write it as in 2026-05-01T12:00:00Z")
        })?;
        parameters.push(("sinceTime", time.to_string()));
    }
    let tail = match (arguments.tail, &arguments.label_selector) {
        (Some(lines), _) if lines < -1 => {
            return Err(Error::usage("--tail must be greater than or equal to -1"));
        }
        (Some(lines), _) => Some(lines).filter(|lines| *lines >= 0),
        (None, Some(_)) => Some(TAIL_OF_SELECTED),
        (None, None) => None,
    };
    if let Some(lines) = tail {
        parameters.push(("tailLines", lines.to_string()));
    }
    match arguments.limit_bytes {
        Some(limit) if limit < 1 => {
            return Err(Error::usage("--limit-bytes must be greater than 0"));
        }
        Some(limit) => parameters.push(("limitBytes", limit.to_string())),
        None => {}
    }
    Ok(parameters)
}

async fn read(
    source: Source,
    parameters: &Parameters,
    with_prefix: bool,
    session: &Session,
    sender: mpsc::Sender<Vec<u8>>,
) -> Result<(), Error> {
    let opened = open(&source, parameters, session).await?;
    copy(opened, &source.prefix(with_prefix), &sender).await
}

/// Asks for a log. Its body goes on for as long as the container writes.
async fn open(
    source: &Source,
    parameters: &Parameters,
    session: &Session,
) -> Result<pintle_transport::Body, Error> {
    let mut request = source.request(session);
    for (name, value) in parameters {
        request = request.param(*name, value.as_str());
    }
    session.stream(request).await
}

/// Passes on what a log says, line by line, until nobody listens.
async fn copy(
    mut body: pintle_transport::Body,
    prefix: &str,
    sender: &mpsc::Sender<Vec<u8>>,
) -> Result<(), Error> {
    let mut lines = Lines::new(prefix);
    while let Some(chunk) = body.chunk().await {
        let chunk = chunk.map_err(pintle_client::Error::from)?;
        let whole = lines.add(&chunk);
        if !whole.is_empty() && sender.send(whole).await.is_err() {
            return Ok(());
        }
    }
    let rest = lines.finish();
    if !rest.is_empty() {
        // Whoever does not listen any more does not miss it.
        let _ = sender.send(rest).await;
    }
    Ok(())
}

async fn write(mut lines: mpsc::Receiver<Vec<u8>>, out: &mut Stdout) -> Result<(), Error> {
    while let Some(lines) = lines.recv().await {
        out.write_bytes(&lines)?;
    }
    Ok(())
}

/// How many pieces may wait to be written.
const BUFFERED: usize = 64;

/// How many lines each of many logs shows unless told otherwise, as kubectl.
const TAIL_OF_SELECTED: i64 = 10;
