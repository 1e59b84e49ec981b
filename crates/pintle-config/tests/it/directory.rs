//! A directory of files for one test.

use std::path::{Path, PathBuf};

use pintle_config::{Config, Environment, Error, Loader};

pub(crate) struct Directory(tempfile::TempDir);

impl Directory {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, and what directories it needs.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }
}

/// A kubeconfig with one cluster, user and context, all called `name`.
pub(crate) fn kubeconfig(name: &str) -> String {
    format!(
        "
apiVersion: v1
kind: Config
current-context: {name}
clusters:
- name: {name}
  cluster: {{server: 'https://{name}.example:6443'}}
users:
- name: {name}
  user: {{token: token-of-{name}}}
contexts:
- name: {name}
  context: {{cluster: {name}, user: {name}, namespace: ns-of-{name}}}
"
    )
}

/// Resolves this kubeconfig, read from a file in `directory`.
pub(crate) fn resolve(directory: &Directory, text: &str) -> Result<Config, Error> {
    let path = directory.file("kubeconfig", text);
    Loader::new(Environment::empty()).path(path).load()
}

/// The token that a configuration sends.
pub(crate) fn token(config: &Config) -> Option<&str> {
    match &config.auth {
        pintle_config::Auth::Bearer(token) => Some(token.value().expose()),
        _ => None,
    }
}
