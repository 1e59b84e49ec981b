//! What the loader knows of the machine it runs on.
//!
//! Invariant: the loader asks an [`Environment`] and nothing else, so that a test says exactly what
//! it sees.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// Variables, home directory and service-account directory.
///
/// [`Environment::process`] is the real one. [`Environment::empty`] knows nothing, to be filled in by
/// tests and by programs that take their configuration from elsewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    home: Option<PathBuf>,
    service_account: PathBuf,
}

impl Environment {
    /// A snapshot of the process' variables, its user's home directory, and
    /// `/var/run/secrets/kubernetes.io/serviceaccount`.
    pub fn process() -> Self {
        Self {
            variables: std::env::vars_os().collect(),
            home: std::env::home_dir(),
            service_account: PathBuf::from(SERVICE_ACCOUNT),
        }
    }

    /// No variables, no home, and a service-account directory that does not exist.
    pub fn empty() -> Self {
        Self {
            variables: BTreeMap::new(),
            home: None,
            service_account: PathBuf::from("/nonexistent/serviceaccount"),
        }
    }

    /// Sets a variable.
    pub fn with_variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Sets the home directory, in which `.kube/config` is looked for.
    pub fn with_home(mut self, home: impl Into<PathBuf>) -> Self {
        self.home = Some(home.into());
        self
    }

    /// Sets the directory that a pod's service account is mounted at.
    pub fn with_service_account(mut self, directory: impl Into<PathBuf>) -> Self {
        self.service_account = directory.into();
        self
    }

    /// The variable's value; one that is set but empty counts as not set.
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// All variables, also those that are set but empty.
    pub fn variables(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        let variables = self.variables.iter();
        variables.map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The user's home directory.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The directory with a pod's `token`, `ca.crt` and `namespace`.
    pub fn service_account(&self) -> &Path {
        &self.service_account
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values of variables may be secrets.
        f.debug_struct("Environment")
            .field("variables", &self.variables.keys())
            .field("home", &self.home)
            .field("service_account", &self.service_account)
            .finish()
    }
}

const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
