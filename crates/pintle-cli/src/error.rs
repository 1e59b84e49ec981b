//! What a command can fail with, what it exits with then, and what to do next.
//!
//! Invariant: every failure has a [`Kind`], every kind has one exit code, and no message holds a
//! credential.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use pintle_client::ErrorKind;
use pintle_meta::v1::Status;
use pintle_transport::ErrorKind as TransportKind;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Error {
    kind: Kind,
    /// Empty for an error that says what its source says.
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The sorts of failure, which are what the exit codes tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The server refused the request, or something that has no code of its own failed.
    Failed,
    /// The command line makes no sense.
    Usage,
    /// There is no usable kubeconfig.
    Configuration,
    /// The server was not reached, or the connection was lost.
    Unreachable,
    /// The server does not know who is asking, or does not allow it.
    NotAllowed,
    /// There is no such object, or no such type.
    NotFound,
    /// The object exists already, or has changed since it was read.
    Conflict,
    /// A file of objects cannot be used.
    Input,
    /// The server's answer makes no sense.
    InvalidAnswer,
    /// Whoever read the output has stopped to; nothing is wrong.
    OutputClosed,
    /// What was run, or a signal, says what to exit with.
    Exit(u8),
}

impl Kind {
    /// What the process exits with. [`EXIT_CODES`] says the same to the user.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::OutputClosed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::Unreachable => 4,
            Self::NotAllowed => 5,
            Self::NotFound => 6,
            Self::Conflict => 7,
            Self::Input => 8,
            Self::InvalidAnswer => 9,
            Self::Exit(code) => code,
        }
    }

    /// What to do next, when the error itself does not say.
    fn hint(self) -> &'static str {
        match self {
            Self::Failed => "the message above says what the server objects to",
            Self::Usage => "run the command with --help",
            Self::Configuration => "correct the kubeconfig, or choose another with --kubeconfig",
            Self::Unreachable => "check that the API server runs and can be reached from here",
            Self::NotAllowed => "choose a user who may do this, with another --context",
            Self::NotFound => {
                "check the name and the namespace: `pintle get TYPE -A` lists what there is"
            }
            Self::Conflict => "look at the object as it is now, and try again",
            Self::Input => "correct the file",
            Self::InvalidAnswer => {
                "check that the cluster's server URL is that of a Kubernetes API server"
            }
            Self::OutputClosed => "nothing is wrong",
            Self::Exit(_) => "what it has printed says more",
        }
    }
}

/// The documentation of the exit codes, for `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the server refused the request, or something else failed
  2  the command line makes no sense
  3  no usable kubeconfig
  4  the server was not reached, or the connection was lost
  5  the server does not know the user, or does not allow this
  6  no such object or type
  7  the object exists already, or changed in the meantime
  8  a file of objects cannot be used
  9  the server's answer makes no sense
`pintle exec` exits with the exit code of the command that it has run.
Of several failures, the first decides.";

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
            source: None,
        }
    }

    /// An error that says what its source says.
    pub(crate) fn of(kind: Kind, source: impl StdError + Send + Sync + 'static) -> Self {
        Self::new(kind, String::new()).caused_by(source)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn caused_by(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync + 'static>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The failure that a Status of the server's stands for, as a watch sends one.
    pub(crate) fn from_status(status: &Status) -> Self {
        let error = Self::new(kind_of_status(status), status.to_string());
        match hint_of_status(status) {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }

    /// The same error, of something at a place in a file.
    pub(crate) fn at(mut self, place: &dyn fmt::Display) -> Self {
        self.message = format!("{place}: {self}");
        self
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> &str {
        self.hint.as_deref().unwrap_or_else(|| self.kind.hint())
    }

    /// The error and its causes on one line, each once.
    pub(crate) fn line(&self) -> String {
        let mut line = self.to_string();
        let mut last = line.clone();
        let mut next = self.source();
        while let Some(cause) = next {
            let text = cause.to_string();
            // Libraries like to repeat in a message what its cause says.
            if !text.is_empty() && !last.contains(&text) {
                line.push_str(": ");
                line.push_str(&text);
            }
            last = text;
            next = cause.source();
        }
        // One line an error, whatever a server or a proxy put into its message.
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// All that went wrong in a command, in order.
#[derive(Debug)]
pub(crate) struct Failures(Vec<Error>);

impl Failures {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn push(&mut self, error: Error) {
        self.0.push(error);
    }

    /// Keeps the error of `result`, if it is one.
    pub(crate) fn check<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// `Ok` if nothing went wrong.
    pub(crate) fn finish(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Error> {
        self.0.iter()
    }

    /// What the process exits with: the first failure decides.
    pub(crate) fn exit_code(&self) -> u8 {
        self.0.first().map_or(0, |error| error.kind().exit_code())
    }
}

impl<E: Into<Error>> From<E> for Failures {
    fn from(error: E) -> Self {
        Self(vec![error.into()])
    }
}

impl From<pintle_client::Error> for Error {
    fn from(error: pintle_client::Error) -> Self {
        let (kind, hint) = judge(&error);
        Self {
            hint,
            ..Self::of(kind, error)
        }
    }
}

impl From<pintle_discovery::Error> for Error {
    fn from(error: pintle_discovery::Error) -> Self {
        let (kind, hint) = match (error.as_client(), error.kind()) {
            (Some(error), _) => judge(error),
            (None, pintle_discovery::ErrorKind::InvalidAnswer) => (Kind::InvalidAnswer, None),
            (None, _) => (Kind::Failed, None),
        };
        Self {
            hint,
            ..Self::of(kind, error)
        }
    }
}

impl From<pintle_config::Error> for Error {
    fn from(error: pintle_config::Error) -> Self {
        pintle_client::Error::from(error).into()
    }
}

/// A template that does not fit what it is applied to.
impl From<crate::jsonpath::Error> for Error {
    fn from(error: crate::jsonpath::Error) -> Self {
        Self::of(Kind::Failed, error).with_hint("`-o json` shows what there is to name")
    }
}

/// A failure to write to standard output.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::BrokenPipe => Kind::OutputClosed,
            _ => Kind::Failed,
        };
        Self::new(kind, "cannot write to standard output")
            .caused_by(error)
            .with_hint("check what the output is redirected to")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) if self.message.is_empty() => source.fmt(f),
            _ => f.write_str(&self.message),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.source.as_deref()?;
        // What `Display` has said already is not said again as the cause.
        if self.message.is_empty() {
            source.source()
        } else {
            Some(source)
        }
    }
}

/// What sort of failure an error of the client's is, and what to do.
fn judge(error: &pintle_client::Error) -> (Kind, Option<String>) {
    if let Some(status) = error.as_status() {
        return (kind_of_status(status), hint_of_status(status));
    }
    let kind = match error.kind() {
        ErrorKind::Configuration => Kind::Configuration,
        ErrorKind::Misuse => Kind::Usage,
        ErrorKind::Transport => error
            .as_transport()
            .map_or(Kind::Unreachable, |error| kind_of_transport(error.kind())),
        ErrorKind::DeadlineExceeded => Kind::Unreachable,
        ErrorKind::InvalidAnswer if error.is_closed() => Kind::Unreachable,
        ErrorKind::InvalidAnswer | ErrorKind::InvalidObject => Kind::InvalidAnswer,
        ErrorKind::Local if is_closed_output(error) => Kind::OutputClosed,
        _ => Kind::Failed,
    };
    let hint = error.hint();
    (
        kind,
        hint.or_else(|| hint_of_answer(error).map(str::to_owned)),
    )
}

fn is_closed_output(error: &pintle_client::Error) -> bool {
    let cause = error.as_io().map(io::Error::kind);
    cause == Some(io::ErrorKind::BrokenPipe)
}

fn kind_of_status(status: &Status) -> Kind {
    match (status.reason.as_str(), status.code) {
        ("Unauthorized" | "Forbidden", _) | (_, 401 | 403) => Kind::NotAllowed,
        ("NotFound", _) | (_, 404) => Kind::NotFound,
        ("Conflict" | "AlreadyExists", _) | (_, 409) => Kind::Conflict,
        _ => Kind::Failed,
    }
}

fn kind_of_transport(kind: TransportKind) -> Kind {
    match kind {
        TransportKind::Configuration => Kind::Configuration,
        TransportKind::Request => Kind::Usage,
        TransportKind::ClientCertificate => Kind::NotAllowed,
        TransportKind::Protocol => Kind::InvalidAnswer,
        _ => Kind::Unreachable,
    }
}

fn hint_of_status(status: &Status) -> Option<String> {
    let details = status.details.as_deref();
    let resource = details.map_or("", |details| &details.kind);
    if kind_of_status(status) == Kind::NotFound && !resource.is_empty() {
        return Some(match resource {
            "namespaces" => "create the namespace first, or name another".to_owned(),
            resource => {
                format!("`pintle get {resource}` lists what there is; -n names another namespace")
            }
        });
    }
    let hint = match (status.reason.as_str(), status.code) {
        ("Unauthorized", _) | (_, 401) => {
            "check the credentials of the context's user in the kubeconfig: a token or certificate may have expired"
        }
        ("Forbidden", _) | (_, 403) => {
            "ask for a role that allows this, or choose another user with --context"
        }
        ("AlreadyExists", _) => "choose another name, or change the object that is there",
        ("Invalid", _) | (_, 422) => "correct the fields that the message names",
        ("BadRequest", _) | (_, 400) => "correct what the message names",
        ("TooManyRequests", _) | (_, 429) => "wait a little and try again",
        ("Expired" | "Gone", _) | (_, 410) => "try again: the list has changed in the meantime",
        ("MethodNotAllowed", _) | (_, 405) => "this resource cannot be used in this way",
        (_, 500..) => "try again; if it persists, look at the API server's log",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn hint_of_answer(error: &pintle_client::Error) -> Option<&'static str> {
    if error.is_closed() {
        return Some("try again; if it persists, look at the API server's log");
    }
    let cause = error.source()?.downcast_ref::<pintle_codec::Error>()?;
    (cause.kind() == pintle_codec::ErrorKind::TooLarge)
        .then_some("leave the object that is too long out, with -l or --field-selector")
}
