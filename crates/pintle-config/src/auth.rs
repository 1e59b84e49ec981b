//! How a request proves who sends it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::Error;
use crate::exec::ExecPlugin;
use crate::kubeconfig::Extra;
use crate::secret::Secret;

/// What the `Authorization` header says, or who knows it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Auth {
    /// Nothing: a client certificate, if there is one, is all the server learns.
    #[default]
    Anonymous,
    /// A bearer token, such as a service account's.
    Bearer(Token),
    /// A user name and a password. API servers no longer accept these; proxies before them may.
    Basic {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// What a program says that is run for it: a token, a client certificate, or both. It is not run
    /// where there is a client certificate already.
    Exec(Box<ExecPlugin>),
    /// What a provider that is built in says: `oidc`.
    Provider(Box<AuthProvider>),
}

/// A bearer token and, when there is one, the file that it belongs in.
///
/// Service-account tokens are replaced in their file before they expire: the file is read again when
/// what was read is 50 seconds old, and wins over the token beside it.
#[derive(Clone)]
pub struct Token {
    value: Secret,
    file: Option<PathBuf>,
}

impl Token {
    /// A token held in memory. Surrounding white space is dropped.
    pub fn new(value: impl Into<Secret>) -> Self {
        Self {
            value: Secret::new(value.into().expose().trim()),
            file: None,
        }
    }

    /// Reads a token from `path`. Surrounding white space is dropped.
    ///
    /// # Errors
    ///
    /// Whatever reading the file as UTF-8 fails with.
    pub fn from_file(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let text = std::fs::read_to_string(&path)?;
        Ok(Self {
            value: Secret::new(text.trim()),
            file: Some(path),
        })
    }

    /// The same token, standing in for that of `file` until it could be read.
    #[must_use]
    pub fn until_read_from(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// The token.
    pub fn value(&self) -> &Secret {
        &self.value
    }

    /// The file that holds the token, if one is configured.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "Token({})", file.display()),
            None => f.write_str("Token([redacted])"),
        }
    }
}

/// A provider of credentials that is built in, with its settings.
///
/// `oidc` is the one that is left; those of clouds are plugins now. `Debug` shows the names of its
/// settings only.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct AuthProvider {
    /// Its name.
    pub name: String,
    /// Its settings; some are secrets.
    pub config: BTreeMap<String, String>,
    /// Where settings go that change, such as tokens that were renewed. Never in a file.
    pub persister: Option<Persister>,
    pub(crate) extra: Extra,
}

impl AuthProvider {
    /// A provider by its name and settings.
    pub fn new(name: impl Into<String>, config: BTreeMap<String, String>) -> Self {
        Self {
            name: name.into(),
            config,
            ..Self::default()
        }
    }
}

impl PartialEq for AuthProvider {
    /// Where changes go does not make two providers different.
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.config, &self.extra) == (&other.name, &other.config, &other.extra)
    }
}

impl fmt::Debug for AuthProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthProvider")
            .field("name", &self.name)
            .field("config", &self.config.keys())
            .finish_non_exhaustive()
    }
}

/// Stores the settings of an [`AuthProvider`] that have changed: in the kubeconfig, for instance.
#[derive(Clone)]
pub struct Persister(Arc<Store>);

type Store = dyn Fn(&BTreeMap<String, String>) -> Result<(), Error> + Send + Sync;

impl Persister {
    /// Stores with a function.
    pub fn new(
        store: impl Fn(&BTreeMap<String, String>) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(store))
    }

    /// Stores these settings in place of those before.
    ///
    /// # Errors
    ///
    /// Whatever the function fails with.
    pub fn store(&self, config: &BTreeMap<String, String>) -> Result<(), Error> {
        (self.0)(config)
    }
}

impl fmt::Debug for Persister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Persister")
    }
}
