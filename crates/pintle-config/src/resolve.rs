//! From a kubeconfig and overrides to a [`Config`].
//!
//! Invariant: only the chosen context, cluster and user are looked at, and all that is wrong with
//! them is reported at once.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::auth::{Auth, Token};
use crate::config::{Config, DEFAULT_NAMESPACE};
use crate::error::{Error, ErrorKind, Problems};
use crate::exec::harmless;
use crate::impersonation::Impersonation;
use crate::kubeconfig::{Base64Data, Cluster, Context, Kubeconfig, User};
use crate::overrides::Overrides;
use crate::pem::Pem;
use crate::proxy::{Proxies, ProxyUrl};
use crate::secret::Secret;
use crate::server::ServerUrl;
use crate::tls::{Identity, Tls};

/// What a kubeconfig comes to.
pub(crate) struct Resolved {
    pub(crate) config: Config,
    /// Whether nobody has said which namespace.
    pub(crate) namespace_is_default: bool,
    /// The name of the user, if there is one.
    pub(crate) user: Option<String>,
}

/// Resolves what `overrides` and the current context choose; `None` if they choose no cluster.
///
/// A context that names a cluster or user which is not defined is an error. client-go takes such a
/// cluster for no configuration at all, and goes on without credentials for such a user; the server
/// then answers 401 or 403, and nothing says why.
pub(crate) fn resolve(
    kubeconfig: &Kubeconfig,
    overrides: &Overrides,
) -> Result<Option<Resolved>, Error> {
    let chosen = Chosen::new(kubeconfig, overrides)?;
    let cluster = overrides.over_cluster(chosen.cluster.as_ref().map(|cluster| cluster.value));
    if chosen.cluster.is_none() && cluster.server.is_empty() {
        return Ok(None);
    }
    let cluster = Stanza::over(chosen.cluster.as_ref(), &cluster);
    let user = overrides.over_user(chosen.user.as_ref().map(|user| user.value));
    let user = Stanza::over(chosen.user.as_ref(), &user);

    let mut problems = Problems::default();
    let tls = cluster.tls(&mut problems);
    let proxies = problems.check(cluster.proxies()).unwrap_or_default();
    let server = problems.check(cluster.server()).flatten();
    // Over plain HTTP credentials would travel in the clear, but what is wrong with them is wrong.
    let is_https = server.as_ref().is_some_and(ServerUrl::is_https);
    let identity = user.identity(&mut problems);
    let auth = user.auth(&cluster, identity.is_some(), is_https, &mut problems);
    let impersonation = user.impersonation(&mut problems);
    let timeout = problems.check(timeout(overrides)).flatten();

    problems.finish()?;
    let Some(server) = server else {
        return Ok(None);
    };
    let mut config = Config::for_server(server);
    if is_https {
        config.tls = Tls { identity, ..tls };
        config.auth = auth;
    }
    config.impersonation = impersonation;
    config.proxies = proxies;
    config.compression = !cluster.value.disable_compression;
    config.timeout = timeout;
    let namespace = overrides
        .namespace
        .as_deref()
        .or_else(|| chosen.context?.namespace.as_deref())
        .filter(|namespace| !namespace.is_empty());
    config.default_namespace = namespace.unwrap_or(DEFAULT_NAMESPACE).to_owned();
    Ok(Some(Resolved {
        config,
        namespace_is_default: namespace.is_none(),
        user: chosen.user.map(|user| user.name.to_owned()),
    }))
}

/// The time limit of requests that overrides ask for: none for zero.
pub(crate) fn timeout(overrides: &Overrides) -> Result<Option<Duration>, Error> {
    let Some(text) = &overrides.timeout else {
        return Ok(None);
    };
    let seconds = text.parse().ok().map(Duration::from_secs);
    let with_units = || {
        let duration: pintle_meta::Duration = text.parse().ok()?;
        Duration::try_from(duration).ok()
    };
    let limit = seconds.or_else(with_units).ok_or_else(|| {
        Error::new(
            ErrorKind::Timeout,
            format!("the time limit {text:?} is neither a number of seconds nor a duration"),
        )
        .with_hint("write it as 30, 30s, 2m or 1h30m")
    })?;
    Ok(Some(limit).filter(|limit| !limit.is_zero()))
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
        // Where the server is known anyway, the context's cluster need not be.
        let server_is_given = overrides.cluster.is_none()
            && !(overrides.cluster_fields.server.is_empty()
                && overrides.cluster_defaults.server.is_empty());
        let cluster = match cluster {
            Err(_) if server_is_given => None,
            cluster => problems.check(cluster).flatten(),
        };
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
        Some(value) => Ok(Some(Stanza {
            name,
            value,
            origin: value.origin(),
        })),
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
    /// The file that it was read from.
    origin: Option<&'a Path>,
}

impl<'a, T: Entry> Stanza<'a, T> {
    /// `value` in place of what `stanza` has, if there is one.
    fn over(stanza: Option<&Stanza<'a, T>>, value: &'a T) -> Self {
        Self {
            name: stanza.map_or("", |stanza| stanza.name),
            value,
            origin: stanza.and_then(|stanza| stanza.origin),
        }
    }
}

impl<T: Entry> fmt::Display for Stanza<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            return write!(f, "the {} of the overrides", T::WHAT);
        }
        write!(f, "{} \"{}\"", T::WHAT, self.name)?;
        match self.origin {
            Some(file) => write!(f, " in {}", file.display()),
            None => Ok(()),
        }
    }
}

impl<T: Entry> Stanza<'_, T> {
    fn wrong(&self, kind: ErrorKind, what: &str) -> Error {
        Error::new(kind, format!("{self} {what}"))
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
        if let (Some(_), Some(_)) = (file, data) {
            let both = format!("has both {field} and {field}-data");
            let both = self.wrong(ErrorKind::BothForms, &both);
            problems.push(both.with_hint("keep one of the two"));
        }
        let from_file = file.and_then(|file| {
            let pem = Pem::from_file(file);
            problems.check(pem.map_err(|error| self.unreadable(field, file, error)))
        });
        from_file.or_else(|| data.map(|data| Pem::from_bytes(data.bytes())))
    }
}

impl Stanza<'_, Cluster> {
    fn server(&self) -> Result<Option<ServerUrl>, Error> {
        if self.value.server.is_empty() {
            return Err(self
                .wrong(ErrorKind::NoServer, "has no server")
                .with_hint("add `server: https://host:port` to it"));
        }
        // As with clientcmd, a server without a scheme is spoken to in the clear, authority or not.
        ServerUrl::parse(&self.value.server, false).map(Some)
    }

    fn tls(&self, problems: &mut Problems) -> Tls {
        let cluster = self.value;
        let certificate_authority = self.pem(
            "certificate-authority",
            cluster.certificate_authority.as_ref(),
            cluster.certificate_authority_data.as_ref(),
            problems,
        );
        if cluster.insecure_skip_tls_verify && certificate_authority.is_some() {
            problems.push(
                self.wrong(
                    ErrorKind::Invalid,
                    "has a certificate authority and insecure-skip-tls-verify",
                )
                .with_hint("remove insecure-skip-tls-verify, so that the authority is used"),
            );
        }
        Tls {
            certificate_authority,
            identity: None,
            server_name: non_empty(cluster.tls_server_name.as_deref()).map(str::to_owned),
            protocols: None,
            danger_accept_invalid_certs: cluster.insecure_skip_tls_verify,
        }
    }

    fn proxies(&self) -> Result<Proxies, Error> {
        let url = self.value.proxy_url.as_ref();
        let Some(url) = url.filter(|url| !url.is_empty()) else {
            return Ok(Proxies::none());
        };
        url.expose()
            .parse::<ProxyUrl>()
            .map(Proxies::always)
            .map_err(|error| error.within(&format!("{self} has a proxy-url that cannot be used")))
    }
}

impl Stanza<'_, User> {
    fn identity(&self, problems: &mut Problems) -> Option<Identity> {
        let user = self.value;
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
                self.wrong(ErrorKind::NoKey, "has a client certificate without its key")
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

    fn auth(
        &self,
        cluster: &Stanza<'_, Cluster>,
        has_identity: bool,
        is_https: bool,
        problems: &mut Problems,
    ) -> Auth {
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

        // A token's file is looked at only where something is sent.
        if basic && (token.is_some() || (token_file.is_some() && is_https)) {
            problems.push(
                self.wrong(
                    ErrorKind::SeveralMethods,
                    "has both a token and a username or password",
                )
                .with_hint("keep one of the two"),
            );
        }
        if let Some(plugin) = &user.exec {
            for fault in plugin.faults() {
                let what = format!("has an exec plugin that {fault}");
                problems.push(self.wrong(ErrorKind::Plugin, &what));
            }
            if user.auth_provider.is_some() {
                let both = "has both an exec plugin and an auth provider";
                problems.push(
                    self.wrong(ErrorKind::Plugin, both)
                        .with_hint("keep one of the two"),
                );
            }
        }
        if let Some(file) = token_file {
            // Where nothing is sent, nothing need be there to send.
            return match is_https {
                true => self.token_from(file, token, problems),
                false => Auth::Anonymous,
            };
        }
        if let Some(token) = token {
            return Auth::Bearer(Token::new(token.clone()));
        }
        if basic {
            return Auth::Basic {
                username: username.unwrap_or_default().to_owned(),
                password: password.cloned().unwrap_or_default(),
            };
        }
        if let Some(provider) = &user.auth_provider {
            return Auth::Provider(Box::new(provider.clone()));
        }
        // A certificate says who it is, so that no plugin need be asked.
        match &user.exec {
            Some(plugin) if !has_identity => {
                let mut plugin = plugin.clone();
                plugin.install_hint = harmless(&plugin.install_hint);
                plugin.cluster_config = cluster.value.extension(EXEC_EXTENSION).cloned();
                Auth::Exec(Box::new(plugin))
            }
            _ => Auth::Anonymous,
        }
    }

    /// The file wins over the inline token, which stands in where the file cannot be read.
    fn token_from(&self, file: &Path, inline: Option<&Secret>, problems: &mut Problems) -> Auth {
        match (Token::from_file(file), inline) {
            (Ok(token), _) if !token.value().is_empty() => Auth::Bearer(token),
            (_, Some(inline)) => Auth::Bearer(Token::new(inline.clone()).until_read_from(file)),
            (Ok(_), None) => {
                let empty = format!("has an empty tokenFile {}", file.display());
                problems.push(self.wrong(ErrorKind::Invalid, &empty));
                Auth::Anonymous
            }
            (Err(error), None) => {
                problems.push(self.unreadable("tokenFile", file, error));
                Auth::Anonymous
            }
        }
    }

    fn impersonation(&self, problems: &mut Problems) -> Option<Impersonation> {
        let user = self.value;
        let name = non_empty(user.impersonate.as_deref());
        let uid = non_empty(user.impersonate_uid.as_deref());
        let Some(name) = name else {
            let parts = uid.is_some()
                || !user.impersonate_groups.is_empty()
                || !user.impersonate_extra.is_empty();
            if parts {
                problems.push(
                    self.wrong(
                        ErrorKind::Impersonation,
                        "asks to act in groups, with a uid or with extras, and as no user",
                    )
                    .with_hint("name the user in `as`"),
                );
            }
            return None;
        };
        Some(Impersonation {
            user: name.to_owned(),
            uid: uid.unwrap_or_default().to_owned(),
            groups: user.impersonate_groups.clone(),
            extra: user.impersonate_extra.clone(),
        })
    }
}

fn non_empty(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// The cluster's extension that is meant for exec plugins.
const EXEC_EXTENSION: &str = "client.authentication.k8s.io/exec";
