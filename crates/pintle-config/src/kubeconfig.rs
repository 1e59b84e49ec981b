//! The kubeconfig file, as it is written.
//!
//! Invariant: what is read is what is written back. Fields that this version has no use for are kept
//! and written, and no file is touched but the one named.

mod extra;
mod modify;
mod paths;
mod read;
mod write;
mod yaml;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use pintle_codec::Value;

pub(crate) use self::extra::Extra;
pub(crate) use self::modify::{Files, modify};
use crate::auth::AuthProvider;
use crate::exec::ExecPlugin;
use crate::secret::Secret;

/// Clusters, users, and the contexts that pair them.
///
/// Usually read from a file ([`Kubeconfig::read`]) and resolved by a [`Loader`](crate::Loader). A
/// program that runs a cluster builds one and writes it:
///
/// ```
/// use pintle_config::{Base64Data, Cluster, Context, Kubeconfig, User};
///
/// let mut cluster = Cluster::new("https://127.0.0.1:6443");
/// cluster.certificate_authority_data = Some(Base64Data::from("-----BEGIN CERTIFICATE-----\n"));
/// let mut user = User::default();
/// user.token = Some("sesame".into());
///
/// let mut kubeconfig = Kubeconfig::default();
/// kubeconfig.clusters.insert("local".to_owned(), cluster);
/// kubeconfig.users.insert("admin".to_owned(), user);
/// kubeconfig.contexts.insert("local".to_owned(), Context::new("local", "admin"));
/// kubeconfig.current_context = "local".to_owned();
/// assert!(kubeconfig.to_yaml().contains("server: https://127.0.0.1:6443"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Kubeconfig {
    /// The context used when none is asked for; may be empty.
    pub current_context: String,
    /// API servers by name.
    pub clusters: BTreeMap<String, Cluster>,
    /// Pairs of cluster and user, by name.
    pub contexts: BTreeMap<String, Context>,
    /// Credentials by name.
    pub users: BTreeMap<String, User>,
    extra: Extra,
}

/// How to reach an API server and how it proves who it is.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Cluster {
    /// URL of the server, or `host:port`.
    pub server: String,
    /// Name to expect in the server's certificate instead of the server's host.
    pub tls_server_name: Option<String>,
    /// Do not check the server's certificate.
    pub insecure_skip_tls_verify: bool,
    /// File with the certificate authorities to trust, PEM encoded; absolute once read from a file.
    pub certificate_authority: Option<PathBuf>,
    /// The certificate authorities to trust, PEM encoded.
    pub certificate_authority_data: Option<Base64Data>,
    /// URL of the proxy that the server is reached through: http, https or socks5.
    pub proxy_url: Option<Secret>,
    /// Do not ask for compressed answers, which spares both sides time where the network is fast.
    pub disable_compression: bool,
    pub(crate) extra: Extra,
    pub(crate) origin: Origin,
}

/// Credentials.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct User {
    /// File with the client certificate, PEM encoded; absolute once read from a file.
    pub client_certificate: Option<PathBuf>,
    /// The client certificate, PEM encoded.
    pub client_certificate_data: Option<Base64Data>,
    /// File with the client certificate's private key, PEM encoded; absolute once read from a file.
    pub client_key: Option<PathBuf>,
    /// The client certificate's private key, PEM encoded.
    pub client_key_data: Option<Base64Data>,
    /// Bearer token.
    pub token: Option<Secret>,
    /// File with a bearer token, which wins over `token`; absolute once read from a file.
    pub token_file: Option<PathBuf>,
    /// User name of basic authentication.
    pub username: Option<String>,
    /// Password of basic authentication.
    pub password: Option<Secret>,
    /// User to act as (`as`).
    pub impersonate: Option<String>,
    /// Unique identifier of the user to act as (`as-uid`).
    pub impersonate_uid: Option<String>,
    /// Groups of the user to act as (`as-groups`).
    pub impersonate_groups: Vec<String>,
    /// What else is known of the user to act as (`as-user-extra`).
    pub impersonate_extra: BTreeMap<String, Vec<String>>,
    /// Program that is run for credentials.
    pub exec: Option<ExecPlugin>,
    /// Provider of credentials that is built in.
    pub auth_provider: Option<AuthProvider>,
    pub(crate) extra: Extra,
    pub(crate) origin: Origin,
}

/// A cluster, a user of it, and the namespace to work in.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Context {
    /// Name of the cluster.
    pub cluster: String,
    /// Name of the user; empty for no credentials.
    pub user: String,
    /// Namespace used when a command names none.
    pub namespace: Option<String>,
    pub(crate) extra: Extra,
    pub(crate) origin: Origin,
}

impl Cluster {
    /// A cluster at `server`.
    pub fn new(server: impl Into<String>) -> Self {
        Self {
            server: server.into(),
            ..Self::default()
        }
    }

    /// What the cluster's extension of this name says, if it has one. Exec plugins find what is meant
    /// for them under `client.authentication.k8s.io/exec`.
    pub fn extension(&self, name: &str) -> Option<&Value> {
        let extensions = self.extra.get("extensions")?.as_array()?;
        let named = |entry: &&Value| entry.get("name").and_then(Value::as_str) == Some(name);
        extensions.iter().find(named)?.get("extension")
    }

    /// The file that defines this cluster, if it was read from one.
    pub fn origin(&self) -> Option<&Path> {
        self.origin.0.as_deref()
    }
}

impl User {
    /// The file that defines this user, if it was read from one.
    pub fn origin(&self) -> Option<&Path> {
        self.origin.0.as_deref()
    }
}

impl Context {
    /// Pairs a cluster with a user, by their names.
    pub fn new(cluster: impl Into<String>, user: impl Into<String>) -> Self {
        Self {
            cluster: cluster.into(),
            user: user.into(),
            ..Self::default()
        }
    }

    /// The file that defines this context, if it was read from one.
    pub fn origin(&self) -> Option<&Path> {
        self.origin.0.as_deref()
    }
}

impl Kubeconfig {
    /// Adds what `other` defines and `self` does not.
    ///
    /// An entry that both define is taken from `self` whole; its fields are not mixed. The first
    /// current context that is not empty stays.
    pub fn merge(&mut self, other: Self) {
        fn keep_first<T>(ours: &mut BTreeMap<String, T>, theirs: BTreeMap<String, T>) {
            for (name, value) in theirs {
                ours.entry(name).or_insert(value);
            }
        }
        if self.current_context.is_empty() {
            self.current_context = other.current_context;
        }
        keep_first(&mut self.clusters, other.clusters);
        keep_first(&mut self.contexts, other.contexts);
        keep_first(&mut self.users, other.users);
        self.extra.merge(other.extra);
    }
}

/// Bytes that a kubeconfig holds in base64: certificates and keys. `Debug` shows their number only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Base64Data(Vec<u8>);

impl Base64Data {
    /// The decoded bytes. If this is a private key, keep them out of logs and errors.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Base64Data {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&str> for Base64Data {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<String> for Base64Data {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl fmt::Debug for Base64Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64Data({} bytes)", self.0.len())
    }
}

/// The file that a stanza was read from. It does not make two stanzas different.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin(Option<PathBuf>);

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
