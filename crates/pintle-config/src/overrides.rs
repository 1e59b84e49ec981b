//! What a command line puts on top of a kubeconfig.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::exec::ExecPlugin;
use crate::kubeconfig::{Base64Data, Cluster, User};
use crate::secret::Secret;

/// What a command line puts on top of the kubeconfig. The default changes nothing, and neither does an
/// empty string: kubectl, too, takes `--namespace=` for a flag that is not there.
///
/// client-go's `ConfigOverrides`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Overrides {
    /// Context to use instead of the current one.
    pub context: Option<String>,
    /// Cluster to use instead of the context's.
    pub cluster: Option<String>,
    /// User to use instead of the context's.
    pub user: Option<String>,
    /// Namespace to use instead of the context's.
    pub namespace: Option<String>,
    /// Fields of the cluster that replace those of the kubeconfig.
    pub cluster_fields: Cluster,
    /// Fields of the cluster that count where the kubeconfig has none.
    pub cluster_defaults: Cluster,
    /// Fields of the user that replace those of the kubeconfig.
    pub user_fields: User,
    /// How long a request may take: seconds, or a duration with units such as `1m30s`; `0` for any
    /// time.
    pub timeout: Option<String>,
}

impl Overrides {
    /// Changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses this context instead of the current one.
    #[must_use]
    pub fn context(mut self, name: impl Into<String>) -> Self {
        self.context = set(name);
        self
    }

    /// Uses this cluster instead of the context's.
    #[must_use]
    pub fn cluster(mut self, name: impl Into<String>) -> Self {
        self.cluster = set(name);
        self
    }

    /// Uses this user instead of the context's.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.user = set(name);
        self
    }

    /// Uses this namespace instead of the context's.
    #[must_use]
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = set(name);
        self
    }

    /// Uses this server instead of the cluster's. The cluster's `tls-server-name`, which was meant for
    /// the other server, no longer applies.
    #[must_use]
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.cluster_fields.server = url.into();
        self
    }

    /// Uses this server where the kubeconfig has none.
    #[must_use]
    pub fn default_server(mut self, url: impl Into<String>) -> Self {
        self.cluster_defaults.server = url.into();
        self
    }

    /// Expects this name in the server's certificate.
    #[must_use]
    pub fn tls_server_name(mut self, name: impl Into<String>) -> Self {
        self.cluster_fields.tls_server_name = set(name);
        self
    }

    /// Does not check the server's certificate. An authority of the kubeconfig no longer applies.
    #[must_use]
    pub fn insecure_skip_tls_verify(mut self, skip: bool) -> Self {
        self.cluster_fields.insecure_skip_tls_verify = skip;
        self
    }

    /// Trusts the authorities of this file. What else the kubeconfig says of checking the server's
    /// certificate no longer applies.
    #[must_use]
    pub fn certificate_authority(mut self, file: impl Into<PathBuf>) -> Self {
        self.cluster_fields.certificate_authority = path(file);
        self
    }

    /// Trusts these authorities. What else the kubeconfig says of checking the server's certificate no
    /// longer applies.
    #[must_use]
    pub fn certificate_authority_data(mut self, pem: impl Into<Base64Data>) -> Self {
        self.cluster_fields.certificate_authority_data = Some(pem.into());
        self
    }

    /// Reaches the server through this proxy.
    #[must_use]
    pub fn proxy_url(mut self, url: impl Into<Secret>) -> Self {
        self.cluster_fields.proxy_url = Some(url.into()).filter(|url| !url.is_empty());
        self
    }

    /// Does not ask for compressed answers.
    #[must_use]
    pub fn disable_compression(mut self, disable: bool) -> Self {
        self.cluster_fields.disable_compression = disable;
        self
    }

    /// Presents the client certificate of this file, instead of any other.
    #[must_use]
    pub fn client_certificate(mut self, file: impl Into<PathBuf>) -> Self {
        self.user_fields.client_certificate = path(file);
        self
    }

    /// Presents this client certificate, instead of any other.
    #[must_use]
    pub fn client_certificate_data(mut self, pem: impl Into<Base64Data>) -> Self {
        self.user_fields.client_certificate_data = Some(pem.into());
        self
    }

    /// Uses the key of this file for the client certificate, instead of any other.
    #[must_use]
    pub fn client_key(mut self, file: impl Into<PathBuf>) -> Self {
        self.user_fields.client_key = path(file);
        self
    }

    /// Uses this key for the client certificate, instead of any other.
    #[must_use]
    pub fn client_key_data(mut self, pem: impl Into<Base64Data>) -> Self {
        self.user_fields.client_key_data = Some(pem.into());
        self
    }

    /// Sends this token. A token's file that the kubeconfig names still wins, as with client-go.
    #[must_use]
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.user_fields.token = Some(token.into()).filter(|token| !token.is_empty());
        self
    }

    /// Sends the token of this file.
    #[must_use]
    pub fn token_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.user_fields.token_file = path(file);
        self
    }

    /// Sends this user name and password.
    #[must_use]
    pub fn basic(mut self, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.user_fields.username = set(username);
        self.user_fields.password = Some(password.into()).filter(|password| !password.is_empty());
        self
    }

    /// Acts as this user.
    #[must_use]
    pub fn impersonate(mut self, user: impl Into<String>) -> Self {
        self.user_fields.impersonate = set(user);
        self
    }

    /// Acts as the user with this unique identifier.
    #[must_use]
    pub fn impersonate_uid(mut self, uid: impl Into<String>) -> Self {
        self.user_fields.impersonate_uid = set(uid);
        self
    }

    /// Acts as someone in these groups.
    #[must_use]
    pub fn impersonate_groups<S: Into<String>>(
        mut self,
        groups: impl IntoIterator<Item = S>,
    ) -> Self {
        self.user_fields.impersonate_groups = groups.into_iter().map(Into::into).collect();
        self
    }

    /// Acts as someone of whom this is known; other keys of the kubeconfig stay.
    #[must_use]
    pub fn impersonate_extra(mut self, extra: BTreeMap<String, Vec<String>>) -> Self {
        self.user_fields.impersonate_extra = extra;
        self
    }

    /// Runs this program for credentials.
    #[must_use]
    pub fn exec(mut self, plugin: ExecPlugin) -> Self {
        self.user_fields.exec = Some(plugin);
        self
    }

    /// Limits how long a request may take: seconds, or a duration with units such as `1m30s`.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<String>) -> Self {
        self.timeout = set(timeout);
        self
    }

    /// The cluster with these on top.
    pub(crate) fn over_cluster(&self, configured: Option<&Cluster>) -> Cluster {
        let mut cluster = self.cluster_defaults.clone();
        if let Some(configured) = configured {
            overlay_cluster(&mut cluster, configured);
            cluster.extra = configured.extra.clone();
        }
        let over = &self.cluster_fields;
        overlay_cluster(&mut cluster, over);
        // How the certificate is checked is one decision.
        let checks = over.insecure_skip_tls_verify
            || filled_path(&over.certificate_authority).is_some()
            || filled_data(&over.certificate_authority_data).is_some();
        if checks {
            cluster.insecure_skip_tls_verify = over.insecure_skip_tls_verify;
            cluster.certificate_authority = over.certificate_authority.clone();
            cluster.certificate_authority_data = over.certificate_authority_data.clone();
        }
        if filled(&over.tls_server_name).is_some() || !over.server.is_empty() {
            cluster.tls_server_name = over.tls_server_name.clone();
        }
        cluster
    }

    /// The user with these on top.
    pub(crate) fn over_user(&self, configured: Option<&User>) -> User {
        let mut user = configured.cloned().unwrap_or_default();
        let over = &self.user_fields;
        let certificate = filled_path(&over.client_certificate).is_some()
            || filled_data(&over.client_certificate_data).is_some();
        if certificate {
            user.client_certificate = over.client_certificate.clone();
            user.client_certificate_data = over.client_certificate_data.clone();
        }
        let key =
            filled_path(&over.client_key).is_some() || filled_data(&over.client_key_data).is_some();
        if key {
            user.client_key = over.client_key.clone();
            user.client_key_data = over.client_key_data.clone();
        }
        let secret = |secret: &Option<Secret>| secret.clone().filter(|secret| !secret.is_empty());
        replace(&mut user.token, secret(&over.token));
        replace(&mut user.token_file, filled_path(&over.token_file));
        replace(&mut user.username, filled(&over.username));
        replace(&mut user.password, secret(&over.password));
        replace(&mut user.impersonate, filled(&over.impersonate));
        replace(&mut user.impersonate_uid, filled(&over.impersonate_uid));
        if !over.impersonate_groups.is_empty() {
            user.impersonate_groups = over.impersonate_groups.clone();
        }
        user.impersonate_extra
            .extend(over.impersonate_extra.clone());
        replace(&mut user.exec, over.exec.clone());
        replace(&mut user.auth_provider, over.auth_provider.clone());
        user
    }
}

/// Takes over the fields that say something.
fn overlay_cluster(cluster: &mut Cluster, over: &Cluster) {
    if !over.server.is_empty() {
        cluster.server = over.server.clone();
    }
    replace(&mut cluster.tls_server_name, filled(&over.tls_server_name));
    cluster.insecure_skip_tls_verify |= over.insecure_skip_tls_verify;
    replace(
        &mut cluster.certificate_authority,
        filled_path(&over.certificate_authority),
    );
    replace(
        &mut cluster.certificate_authority_data,
        filled_data(&over.certificate_authority_data),
    );
    let proxy = over.proxy_url.clone().filter(|url| !url.is_empty());
    replace(&mut cluster.proxy_url, proxy);
    cluster.disable_compression |= over.disable_compression;
}

fn replace<T>(field: &mut Option<T>, by: Option<T>) {
    if by.is_some() {
        *field = by;
    }
}

fn set(text: impl Into<String>) -> Option<String> {
    Some(text.into()).filter(|text| !text.is_empty())
}

fn path(path: impl Into<PathBuf>) -> Option<PathBuf> {
    Some(path.into()).filter(|path| !path.as_os_str().is_empty())
}

fn filled(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

fn filled_path(path: &Option<PathBuf>) -> Option<PathBuf> {
    path.clone().filter(|path| !path.as_os_str().is_empty())
}

fn filled_data(data: &Option<Base64Data>) -> Option<Base64Data> {
    data.clone().filter(|data| !data.bytes().is_empty())
}
