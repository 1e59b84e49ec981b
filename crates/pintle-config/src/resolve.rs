//! From a kubeconfig and overrides to a [`Config`].
//!
//! Invariant: only the chosen context, cluster and user are looked at, and all that is wrong with
//! them is reported at once. A field that asks for what this version does not do is an error: it is
//! never passed over in silence.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::{Auth, Config, DEFAULT_NAMESPACE, Identity, Tls, Token};
use crate::error::{Error, ErrorKind, Problems};
use crate::kubeconfig::{Base64Data, Cluster, Context, Kubeconfig, User};
use crate::loader::Overrides;
use crate::pem::Pem;
use crate::secret::Secret;
use crate::server::ServerUrl;

/// Resolves what `overrides` and the current context choose; `None` if they choose no cluster.
///
/// A context that names a cluster or user which is not defined is an error. client-go takes such a
/// cluster for no configuration at all, and goes on without credentials for such a user; the server
/// then answers 401 or 403, and nothing says why.
pub(crate) fn resolve(
    kubeconfig: &Kubeconfig,
    overrides: &Overrides,
) -> Result<Option<Config>, Error> {
    let chosen = Chosen::new(kubeconfig, overrides)?;
    let server = match (&overrides.server, &chosen.cluster) {
        (Some(server), _) => server.as_str(),
        (None, Some(cluster)) => cluster.value.server.as_str(),
        (None, None) => return Ok(None),
    };

    let mut problems = Problems::default();
    let mut tls = Tls::default();
    if let Some(cluster) = &chosen.cluster {
        tls = cluster.tls(&mut problems);
        if server.is_empty() {
            problems.push(
                cluster
                    .invalid("has no server")
                    .with_hint("add `server: https://host:port` to it"),
            );
        }
    }
    if overrides.server.is_some() {
        tls.server_name = None;
    }
    let tls_configured = tls.certificate_authority.is_some() || tls.danger_accept_invalid_certs;
    let server = problems.check(ServerUrl::parse(server, tls_configured));

    let mut auth = Auth::Anonymous;
    if let Some(user) = &chosen.user {
        let identity = user.identity(&mut problems);
        let header = user.auth(&mut problems);
        // Over plain HTTP credentials would travel in the clear.
        if server.as_ref().is_some_and(ServerUrl::is_https) {
            tls.identity = identity;
            auth = header;
        }
    }

    problems.finish()?;
    Ok(server.map(|server| {
        let mut config = Config::for_server(server);
        config.tls = tls;
        config.auth = auth;
        config.default_namespace = overrides
            .namespace
            .as_deref()
            .or_else(|| chosen.context?.namespace.as_deref())
            .filter(|namespace| !namespace.is_empty())
            .unwrap_or(DEFAULT_NAMESPACE)
            .to_owned();
        config
    }))
}

/// The names, for a hint.
pub(crate) fn known<T>(entries: &BTreeMap<String, T>) -> String {
    if entries.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<String> = entries.keys().map(|name| format!("\"{name}\"")).collect();
    names.join(", ")
}

/// The stanzas that count.
struct Chosen<'a> {
    context: Option<&'a Context>,
    cluster: Option<Stanza<'a, Cluster>>,
    user: Option<Stanza<'a, User>>,
}

impl<'a> Chosen<'a> {
    fn new(kubeconfig: &'a Kubeconfig, overrides: &'a Overrides) -> Result<Self, Error> {
        let name = overrides
            .context
            .as_ref()
            .unwrap_or(&kubeconfig.current_context);
        let context = find(ErrorKind::UnknownContext, &kubeconfig.contexts, name, "")?;

        let asked_by = match &context {
            Some(context) => format!(", which the context \"{}\" refers to,", context.name),
            None => String::new(),
        };
        let context = context.map(|context| context.value);
        let mut problems = Problems::default();
        let cluster = match (&overrides.cluster, context) {
            (Some(name), _) => find(ErrorKind::UnknownCluster, &kubeconfig.clusters, name, ""),
            (None, Some(context)) => find(
                ErrorKind::UnknownCluster,
                &kubeconfig.clusters,
                &context.cluster,
                &asked_by,
            ),
            (None, None) => Ok(None),
        };
        let cluster = problems.check(cluster).flatten();
        let user = match (&overrides.user, context) {
            (Some(name), _) => find(ErrorKind::UnknownUser, &kubeconfig.users, name, ""),
            (None, Some(context)) => find(
                ErrorKind::UnknownUser,
                &kubeconfig.users,
                &context.user,
                &asked_by,
            ),
            (None, None) => Ok(None),
        };
        let user = problems.check(user).flatten();
        problems.finish()?;
        Ok(Self {
            context,
            cluster,
            user,
        })
    }
}

/// The entry called `name`; none if the name is empty.
fn find<'a, T: Entry>(
    unknown: ErrorKind,
    entries: &'a BTreeMap<String, T>,
    name: &'a str,
    asked_by: &str,
) -> Result<Option<Stanza<'a, T>>, Error> {
    if name.is_empty() {
        return Ok(None);
    }
    match entries.get(name) {
        Some(value) => Ok(Some(Stanza { name, value })),
        None => Err(Error::new(
            unknown,
            format!("the {} \"{name}\"{asked_by} is not defined", T::WHAT),
        )
        .with_hint(format!(
            "the {}s of the kubeconfig are: {}",
            T::WHAT,
            known(entries)
        ))),
    }
}

/// What errors call an entry.
trait Entry {
    const WHAT: &'static str;

    fn origin(&self) -> Option<&Path>;
}

impl Entry for Context {
    const WHAT: &'static str = "context";

    fn origin(&self) -> Option<&Path> {
        self.origin()
    }
}

impl Entry for Cluster {
    const WHAT: &'static str = "cluster";

    fn origin(&self) -> Option<&Path> {
        self.origin()
    }
}

impl Entry for User {
    const WHAT: &'static str = "user";

    fn origin(&self) -> Option<&Path> {
        self.origin()
    }
}

/// An entry and its name. Its `Display` names the entry and its file.
struct Stanza<'a, T> {
    name: &'a str,
    value: &'a T,
}

impl<T: Entry> fmt::Display for Stanza<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} \"{}\"", T::WHAT, self.name)?;
        match self.value.origin() {
            Some(file) => write!(f, " in {}", file.display()),
            None => Ok(()),
        }
    }
}

impl<T: Entry> Stanza<'_, T> {
    fn invalid(&self, what: &str) -> Error {
        Error::new(ErrorKind::Invalid, format!("{self} {what}"))
    }

    fn unsupported(&self, feature: &str) -> Error {
        Error::new(
            ErrorKind::Unsupported,
            format!("{self} uses {feature}, which this version of pintle does not support"),
        )
    }

    fn unreadable(&self, field: &str, path: &Path, error: io::Error) -> Error {
        Error::new(
            ErrorKind::UnreadableFile,
            format!("cannot read {field} {} of {self}", path.display()),
        )
        .with_hint("check the path and the file's permissions")
        .caused_by(error)
    }

    /// PEM text from the file or from the data beside it, of which only one may be there.
    fn pem(
        &self,
        field: &str,
        file: Option<&PathBuf>,
        data: Option<&Base64Data>,
        problems: &mut Problems,
    ) -> Option<Pem> {
        let file = file.filter(|path| !path.as_os_str().is_empty());
        let data = data.filter(|data| !data.bytes().is_empty());
        match (file, data) {
            (Some(_), Some(_)) => {
                problems.push(
                    self.invalid(&format!("has both {field} and {field}-data"))
                        .with_hint("keep one of the two"),
                );
                None
            }
            (Some(file), None) => {
                let pem = Pem::from_file(file);
                problems.check(pem.map_err(|error| self.unreadable(field, file, error)))
            }
            (None, Some(data)) => Some(Pem::from_bytes(data.bytes())),
            (None, None) => None,
        }
    }
}

impl Stanza<'_, Cluster> {
    fn tls(&self, problems: &mut Problems) -> Tls {
        let cluster = self.value;
        if cluster.extra.uses("proxy-url") {
            problems.push(self.unsupported("a proxy (proxy-url)"));
        }
        let certificate_authority = self.pem(
            "certificate-authority",
            cluster.certificate_authority.as_ref(),
            cluster.certificate_authority_data.as_ref(),
            problems,
        );
        if cluster.insecure_skip_tls_verify && certificate_authority.is_some() {
            problems.push(
                self.invalid("has a certificate authority and insecure-skip-tls-verify")
                    .with_hint("remove insecure-skip-tls-verify, so that the authority is used"),
            );
        }
        Tls {
            certificate_authority,
            identity: None,
            server_name: non_empty(cluster.tls_server_name.as_deref()).map(str::to_owned),
            danger_accept_invalid_certs: cluster.insecure_skip_tls_verify,
        }
    }
}

impl Stanza<'_, User> {
    fn identity(&self, problems: &mut Problems) -> Option<Identity> {
        let user = self.value;
        for (field, feature) in UNSUPPORTED_CREDENTIALS {
            if user.extra.uses(field) {
                problems.push(self.unsupported(&format!("{feature} ({field})")));
            }
        }
        let has = |file: &Option<PathBuf>, data: &Option<Base64Data>| {
            file.as_ref()
                .is_some_and(|file| !file.as_os_str().is_empty())
                || data.as_ref().is_some_and(|data| !data.bytes().is_empty())
        };
        let has_key = has(&user.client_key, &user.client_key_data);
        if !has(&user.client_certificate, &user.client_certificate_data) {
            // client-go takes no notice of a key without a certificate.
            return None;
        }
        if !has_key {
            problems.push(
                self.invalid("has a client certificate without its key")
                    .with_hint("add client-key or client-key-data"),
            );
        }
        let certificate = self.pem(
            "client-certificate",
            user.client_certificate.as_ref(),
            user.client_certificate_data.as_ref(),
            problems,
        );
        let key = self.pem(
            "client-key",
            user.client_key.as_ref(),
            user.client_key_data.as_ref(),
            problems,
        );
        Some(Identity {
            certificate: certificate?,
            key: key?,
        })
    }

    fn auth(&self, problems: &mut Problems) -> Auth {
        let user = self.value;
        let token = user.token.as_ref().filter(|token| !token.is_empty());
        let token_file = user
            .token_file
            .as_ref()
            .filter(|file| !file.as_os_str().is_empty());
        let username = non_empty(user.username.as_deref());
        let password = user
            .password
            .as_ref()
            .filter(|password| !password.is_empty());
        let basic = username.is_some() || password.is_some();

        if basic && token.is_some() {
            problems.push(
                self.invalid("has both a token and a username or password")
                    .with_hint("keep one of the two"),
            );
        }
        if let Some(file) = token_file {
            return self.token_from(file, token, problems);
        }
        match token {
            Some(token) => Auth::Bearer(Token::new(token.clone())),
            None if basic => Auth::Basic {
                username: username.unwrap_or_default().to_owned(),
                password: password.cloned().unwrap_or_default(),
            },
            None => Auth::Anonymous,
        }
    }

    /// The file wins over the inline token, which stands in where the file cannot be read.
    fn token_from(&self, file: &Path, inline: Option<&Secret>, problems: &mut Problems) -> Auth {
        match (Token::from_file(file), inline) {
            (Ok(token), _) if !token.value().is_empty() => Auth::Bearer(token),
            (_, Some(inline)) => Auth::Bearer(Token::new(inline.clone()).in_place_of(file)),
            (Ok(_), None) => {
                problems.push(self.invalid(&format!("has an empty tokenFile {}", file.display())));
                Auth::Anonymous
            }
            (Err(error), None) => {
                problems.push(self.unreadable("tokenFile", file, error));
                Auth::Anonymous
            }
        }
    }
}

fn non_empty(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// Fields of a user that ask for what this version does not do, and what that is.
const UNSUPPORTED_CREDENTIALS: [(&str, &str); 6] = [
    ("exec", "an exec plugin"),
    ("auth-provider", "an auth provider"),
    ("as", "impersonation"),
    ("as-uid", "impersonation"),
    ("as-groups", "impersonation"),
    ("as-user-extra", "impersonation"),
];
