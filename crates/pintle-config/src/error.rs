//! What can be wrong with a configuration.
//!
//! Invariant: an [`Error`] holds at least one problem, names the file and stanza of each, and
//! contains no value that may be a secret.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

/// Why there is no usable configuration.
///
/// Validation does not stop at the first fault, so one error may report several; [`Error::kind`] is
/// then that of the first, and the predicates answer for any. `Display` says what is wrong and where,
/// [`Error::hint`] what to do about it.
#[derive(Clone)]
pub struct Error {
    problems: Vec<Problem>,
}

/// The sorts of configuration error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No configuration anywhere: no kubeconfig, and not in a pod.
    NotFound,
    /// A file exists or is referred to, and cannot be read.
    UnreadableFile,
    /// A file is not a kubeconfig: not YAML, of the wrong shape, or of an unknown version.
    Malformed,
    /// A context that no kubeconfig defines, or none chosen.
    UnknownContext,
    /// A cluster that no kubeconfig defines.
    UnknownCluster,
    /// A user that no kubeconfig defines.
    UnknownUser,
    /// A cluster without a server.
    NoServer,
    /// The address of a server cannot be understood.
    ServerUrl,
    /// Something is given both as a file and as data.
    BothForms,
    /// A client certificate without its key.
    NoKey,
    /// Several ways to authenticate, of which one is to be chosen.
    SeveralMethods,
    /// An exec plugin that cannot be run as it is described, or may not be run.
    Plugin,
    /// A proxy that cannot be used.
    Proxy,
    /// Impersonation of groups, or of another part, without a user.
    Impersonation,
    /// A time limit that is none.
    Timeout,
    /// A rate limit that says too little.
    RateLimit,
    /// A stanza contradicts itself or lacks something else.
    Invalid,
    /// A stanza asks for something that this version does not do.
    Unsupported,
    /// The process runs in no pod.
    NotInCluster,
    /// A file could not be written.
    Unwritable,
    /// A file is being written by another program.
    Locked,
}

#[derive(Clone)]
struct Problem {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    source: Option<Arc<io::Error>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            problems: vec![Problem {
                kind,
                message: message.into(),
                hint: None,
                source: None,
            }],
        }
    }

    /// Says what to do about the first problem.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(problem) = self.problems.first_mut() {
            problem.hint = Some(hint.into());
        }
        self
    }

    /// Says of the first problem what it is part of.
    pub(crate) fn within(mut self, what: &str) -> Self {
        if let Some(problem) = self.problems.first_mut() {
            problem.message = format!("{what}: {}", problem.message);
        }
        self
    }

    /// Attaches the cause of the first problem.
    pub(crate) fn caused_by(mut self, source: io::Error) -> Self {
        if let Some(problem) = self.problems.first_mut() {
            problem.source = Some(Arc::new(source));
        }
        self
    }

    /// The sort of error; of the first problem, if there are several.
    pub fn kind(&self) -> ErrorKind {
        self.problems[0].kind
    }

    /// The sorts of all problems, in the order in which they are reported.
    pub fn kinds(&self) -> impl Iterator<Item = ErrorKind> + '_ {
        self.problems.iter().map(|problem| problem.kind)
    }

    /// Whether there is no configuration at all: no kubeconfig and no service account.
    pub fn is_not_found(&self) -> bool {
        self.has(ErrorKind::NotFound)
    }

    /// Whether a file could not be read: a kubeconfig, or one that a kubeconfig refers to.
    pub fn is_unreadable_file(&self) -> bool {
        self.has(ErrorKind::UnreadableFile)
    }

    /// Whether a file is not a kubeconfig; the message has its line and column.
    pub fn is_malformed(&self) -> bool {
        self.has(ErrorKind::Malformed)
    }

    /// Whether the context asked for is not defined, or none is chosen.
    pub fn is_unknown_context(&self) -> bool {
        self.has(ErrorKind::UnknownContext)
    }

    /// Whether a cluster is referred to and not defined.
    pub fn is_unknown_cluster(&self) -> bool {
        self.has(ErrorKind::UnknownCluster)
    }

    /// Whether a user is referred to and not defined.
    pub fn is_unknown_user(&self) -> bool {
        self.has(ErrorKind::UnknownUser)
    }

    /// Whether a stanza contradicts itself or lacks something.
    pub fn is_invalid(&self) -> bool {
        self.kinds().any(|kind| {
            matches!(
                kind,
                ErrorKind::NoServer
                    | ErrorKind::ServerUrl
                    | ErrorKind::BothForms
                    | ErrorKind::NoKey
                    | ErrorKind::SeveralMethods
                    | ErrorKind::Plugin
                    | ErrorKind::Proxy
                    | ErrorKind::Impersonation
                    | ErrorKind::Timeout
                    | ErrorKind::RateLimit
                    | ErrorKind::Invalid
            )
        })
    }

    /// Whether the process runs in no pod, where a pod's configuration was asked for.
    pub fn is_not_in_cluster(&self) -> bool {
        self.has(ErrorKind::NotInCluster)
    }

    /// Whether another program is writing a kubeconfig that was to be changed.
    pub fn is_locked(&self) -> bool {
        self.has(ErrorKind::Locked)
    }

    /// Whether a stanza asks for something that this version does not do.
    pub fn is_unsupported(&self) -> bool {
        self.has(ErrorKind::Unsupported)
    }

    /// What to do about it, as one sentence without full stop; several are joined by `; `.
    pub fn hint(&self) -> Option<String> {
        let mut hints: Vec<&str> = Vec::new();
        for hint in self
            .problems
            .iter()
            .filter_map(|problem| problem.hint.as_deref())
        {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        (!hints.is_empty()).then(|| hints.join("; "))
    }

    fn has(&self, kind: ErrorKind) -> bool {
        self.problems.iter().any(|problem| problem.kind == kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            if n > 0 {
                f.write_str("; ")?;
            }
            f.write_str(&problem.message)?;
            // With several problems `source` can name one cause at most, so each names its own.
            if let (Some(source), true) = (&problem.source, self.problems.len() > 1) {
                write!(f, ": {source}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for problem in &self.problems {
            list.entry(&(problem.kind, &problem.message, &problem.source));
        }
        list.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.problems.as_slice() {
            [only] => only.source.as_deref().map(|source| source as _),
            _ => None,
        }
    }
}

/// Gathers problems, so that all of them are reported at once.
#[derive(Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn push(&mut self, error: Error) {
        self.0.extend(error.problems);
    }

    /// Keeps the error of `result`, if it is one.
    pub(crate) fn check<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// `Ok` if nothing went wrong.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Error { problems: self.0 })
    }
}
