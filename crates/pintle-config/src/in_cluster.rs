//! The configuration of a program that runs in a pod.
//!
//! Invariant: the service account is used only if the kubelet's variables and the token file are all
//! there; half of them is not a pod.

use std::io;
use std::path::Path;

use crate::auth::{Auth, Token};
use crate::config::{Config, DEFAULT_NAMESPACE};
use crate::environment::Environment;
use crate::error::{Error, ErrorKind};
use crate::overrides::Overrides;
use crate::pem::Pem;
use crate::resolve::timeout;
use crate::server::ServerUrl;

/// Whether this is a pod with a service account.
pub(crate) fn is_possible(environment: &Environment) -> bool {
    environment.variable(HOST).is_some()
        && environment.variable(PORT).is_some()
        && environment.service_account().join(TOKEN).is_file()
}

/// The API server that the kubelet's variables name, as the pod's service account.
///
/// Without `ca.crt` the system's authorities are trusted, as in client-go.
pub(crate) fn load(environment: &Environment, overrides: &Overrides) -> Result<Config, Error> {
    let variables = [HOST, PORT].map(|name| environment.variable(name));
    if variables.contains(&None) {
        return Err(Error::new(
            ErrorKind::NotInCluster,
            format!("this is not a pod: {HOST} and {PORT} are not both set"),
        ));
    }
    let directory = environment.service_account();
    let (cluster, user) = (&overrides.cluster_fields, &overrides.user_fields);

    let mut config =
        Config::for_server(server(environment, overrides)?).in_environment(environment);
    let inline = user.token.clone().filter(|token| !token.is_empty());
    let file = user
        .token_file
        .clone()
        .filter(|file| !file.as_os_str().is_empty());
    config.auth = Auth::Bearer(match (inline, file) {
        (Some(token), None) => Token::new(token),
        (Some(token), Some(file)) => Token::new(token).until_read_from(file),
        (None, file) => {
            let file = file.unwrap_or_else(|| directory.join(TOKEN));
            let token = Token::from_file(&file);
            token.map_err(|error| unreadable("service account token", &file, error))?
        }
    });
    config.tls.certificate_authority = match &cluster.certificate_authority {
        Some(file) if !file.as_os_str().is_empty() => {
            let pem = Pem::from_file(file);
            Some(pem.map_err(|error| unreadable("certificate authority", file, error))?)
        }
        _ => authority(&directory.join("ca.crt")),
    };
    config.timeout = timeout(overrides)?;
    config.default_namespace = match &overrides.namespace {
        Some(namespace) => namespace.clone(),
        None => namespace(environment),
    };
    Ok(config)
}

/// The service account's authority. Without one that can be used, what the system trusts will have to
/// do.
fn authority(file: &Path) -> Option<Pem> {
    match Pem::from_file(file) {
        Ok(pem) if pem.is_certificates() => Some(pem),
        Ok(_) => {
            tracing::error!(file = %file.display(), "the service account's authority holds no certificate in PEM");
            None
        }
        Err(error) => {
            tracing::error!(%error, file = %file.display(), "cannot read the service account's authority");
            None
        }
    }
}

fn server(environment: &Environment, overrides: &Overrides) -> Result<ServerUrl, Error> {
    let server = &overrides.cluster_fields.server;
    if !server.is_empty() {
        return ServerUrl::parse(server, true);
    }
    let text = |name| {
        let value = environment.variable(name).unwrap_or_default();
        value.to_string_lossy().into_owned()
    };
    let (host, port) = (text(HOST), text(PORT));
    // An IPv6 address.
    if host.contains(':') && !host.starts_with('[') {
        return ServerUrl::parse(&format!("https://[{host}]:{port}"), true);
    }
    ServerUrl::parse(&format!("https://{host}:{port}"), true)
}

/// The namespace that the pod says it is in, or that its service account belongs to.
pub(crate) fn namespace(environment: &Environment) -> String {
    if let Some(namespace) = environment.variable("POD_NAMESPACE") {
        return namespace.to_string_lossy().into_owned();
    }
    std::fs::read_to_string(environment.service_account().join("namespace"))
        .map(|text| text.trim().to_owned())
        .ok()
        .filter(|namespace| !namespace.is_empty())
        .unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned())
}

fn unreadable(what: &str, path: &Path, error: io::Error) -> Error {
    Error::new(
        ErrorKind::UnreadableFile,
        format!("cannot read the {what} {}", path.display()),
    )
    .with_hint("check that the pod mounts its service account's token")
    .caused_by(error)
}

const HOST: &str = "KUBERNETES_SERVICE_HOST";
const PORT: &str = "KUBERNETES_SERVICE_PORT";
const TOKEN: &str = "token";
