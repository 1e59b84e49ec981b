//! The configuration of a program that runs in a pod.
//!
//! Invariant: the service account is used only if the kubelet's variables and the token file are all
//! there; half of them is not a pod.

use std::io;

use crate::config::{Auth, Config, DEFAULT_NAMESPACE, Token};
use crate::environment::Environment;
use crate::error::{Error, ErrorKind};
use crate::loader::Overrides;
use crate::pem::Pem;
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
    let directory = environment.service_account();
    let token_file = directory.join(TOKEN);
    let token = Token::from_file(&token_file)
        .map_err(|error| unreadable("service account token", &token_file, error))?;
    let ca_file = directory.join("ca.crt");
    let certificate_authority = match Pem::from_file(&ca_file) {
        Ok(pem) => Some(pem),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(unreadable("service account's authority", &ca_file, error)),
    };

    let mut config = Config::for_server(server(environment, overrides)?);
    config.tls.certificate_authority = certificate_authority;
    config.auth = Auth::Bearer(token);
    config.default_namespace = namespace(environment, overrides);
    Ok(config)
}

fn server(environment: &Environment, overrides: &Overrides) -> Result<ServerUrl, Error> {
    if let Some(server) = &overrides.server {
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

fn namespace(environment: &Environment, overrides: &Overrides) -> String {
    if let Some(namespace) = &overrides.namespace {
        return namespace.clone();
    }
    if let Some(namespace) = environment.variable("POD_NAMESPACE") {
        return namespace.to_string_lossy().into_owned();
    }
    std::fs::read_to_string(environment.service_account().join("namespace"))
        .map(|text| text.trim().to_owned())
        .ok()
        .filter(|namespace| !namespace.is_empty())
        .unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned())
}

fn unreadable(what: &str, path: &std::path::Path, error: io::Error) -> Error {
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
