//! Changes to kubeconfig files.
//!
//! Invariant: a change that makes no sense writes nothing.

use std::path::{Path, PathBuf};

use pintle_config::{Base64Data, Kubeconfig, Loader, Overrides};

use super::missing;
use crate::args::{Connection, RenameContext, SetCluster, SetContext, SetCredentials};
use crate::error::{Error, Kind};

pub(super) fn use_context(name: &str, loader: &Loader) -> Result<String, Error> {
    modify(loader, |kubeconfig| {
        if !kubeconfig.contexts.contains_key(name) {
            let message = format!("no context exists with the name: {name:?}");
            return Err(missing(message, "get-contexts"));
        }
        name.clone_into(&mut kubeconfig.current_context);
        Ok(format!("Switched to context {name:?}.\n"))
    })
}

pub(super) fn rename_context(arguments: &RenameContext, loader: &Loader) -> Result<String, Error> {
    let (name, new_name) = (&arguments.name, &arguments.new_name);
    modify(loader, |kubeconfig| {
        if kubeconfig.contexts.contains_key(new_name) {
            let message = format!(
                "cannot rename the context {name:?}, the context {new_name:?} already exists"
            );
            return Err(Error::new(Kind::Conflict, message).with_hint("choose another name"));
        }
        let context = kubeconfig.contexts.remove(name).ok_or_else(|| {
            let message = format!("cannot rename the context {name:?}, which there is not");
            missing(message, "get-contexts")
        })?;
        kubeconfig.contexts.insert(new_name.clone(), context);
        if kubeconfig.current_context == *name {
            kubeconfig.current_context.clone_from(new_name);
        }
        Ok(format!("Context {name:?} renamed to {new_name:?}.\n"))
    })
}

pub(super) fn set_context(
    arguments: &SetContext,
    connection: &Connection,
    loader: &Loader,
) -> Result<String, Error> {
    let wanted = connection.overrides();
    modify(loader, |kubeconfig| {
        let name = arguments
            .name
            .clone()
            .unwrap_or_else(|| kubeconfig.current_context.clone());
        if name.is_empty() {
            return Err(missing(
                "no current context is set".to_owned(),
                "get-contexts",
            ));
        }
        let existed = kubeconfig.contexts.contains_key(&name);
        let context = kubeconfig.contexts.entry(name.clone()).or_default();
        if let Some(cluster) = &wanted.cluster {
            context.cluster.clone_from(cluster);
        }
        if let Some(user) = &wanted.user {
            context.user.clone_from(user);
        }
        if let Some(namespace) = &wanted.namespace {
            context.namespace = Some(namespace.clone()).filter(|name| !name.is_empty());
        }
        let what = if existed { "modified" } else { "created" };
        Ok(format!("Context {name:?} {what}.\n"))
    })
}

pub(super) fn set_cluster(
    arguments: &SetCluster,
    connection: &Connection,
    loader: &Loader,
) -> Result<String, Error> {
    let wanted = connection.overrides().cluster_fields;
    let authority = match &wanted.certificate_authority {
        Some(file) if arguments.embed_certs => Some(embedded(file)?),
        None if arguments.embed_certs => {
            return Err(Error::usage(
                "you must specify a --certificate-authority to embed",
            ));
        }
        _ => None,
    };
    let name = &arguments.name;
    modify(loader, |kubeconfig| {
        let cluster = kubeconfig.clusters.entry(name.clone()).or_default();
        if !wanted.server.is_empty() {
            cluster.server.clone_from(&wanted.server);
        }
        if wanted.tls_server_name.is_some() {
            cluster.tls_server_name.clone_from(&wanted.tls_server_name);
        }
        if wanted.insecure_skip_tls_verify {
            // Both at once contradict each other.
            cluster.insecure_skip_tls_verify = true;
            cluster.certificate_authority = None;
            cluster.certificate_authority_data = None;
        }
        if let Some(url) = &arguments.proxy_url {
            cluster.proxy_url = Some(url.as_str().into());
        }
        if let Some(file) = &wanted.certificate_authority {
            cluster.insecure_skip_tls_verify = false;
            cluster.certificate_authority = authority.is_none().then(|| absolute(file));
            cluster.certificate_authority_data = authority;
        }
        Ok(format!("Cluster {name:?} set.\n"))
    })
}

pub(super) fn set_credentials(
    arguments: &SetCredentials,
    connection: &Connection,
    loader: &Loader,
) -> Result<String, Error> {
    let wanted: Overrides = connection.overrides();
    let wanted = wanted.user_fields;
    if arguments.embed_certs && wanted.client_certificate.is_none() && wanted.client_key.is_none() {
        return Err(Error::usage(
            "you must specify a --client-certificate or --client-key to embed",
        ));
    }
    if wanted.token.is_some() && arguments.token_file.is_some() {
        return Err(Error::usage("--token and --token-file do not go together"));
    }
    let read = |file: &Option<PathBuf>| match file {
        Some(file) if arguments.embed_certs => embedded(file).map(Some),
        _ => Ok(None),
    };
    let (certificate, key) = (read(&wanted.client_certificate)?, read(&wanted.client_key)?);
    let name = &arguments.name;
    modify(loader, |kubeconfig| {
        let user = kubeconfig.users.entry(name.clone()).or_default();
        if wanted.token.is_some() {
            user.token.clone_from(&wanted.token);
            user.token_file = None;
        }
        if let Some(file) = &arguments.token_file {
            user.token_file = Some(absolute(file));
            user.token = None;
        }
        if let Some(file) = &wanted.client_certificate {
            user.client_certificate = certificate.is_none().then(|| absolute(file));
            user.client_certificate_data = certificate;
        }
        if let Some(file) = &wanted.client_key {
            user.client_key = key.is_none().then(|| absolute(file));
            user.client_key_data = key;
        }
        Ok(format!("User {name:?} set.\n"))
    })
}

/// Also says whether it was the current one, which is left as it is.
pub(super) fn delete_context(name: &str, loader: &Loader) -> Result<(String, bool), Error> {
    modify(loader, |kubeconfig| {
        match kubeconfig.contexts.remove(name) {
            Some(_) => {
                let was_current = kubeconfig.current_context == name;
                Ok((format!("deleted context {name}\n"), was_current))
            }
            None => Err(missing(
                format!("cannot delete context {name}, which there is not"),
                "get-contexts",
            )),
        }
    })
}

pub(super) fn delete_cluster(name: &str, loader: &Loader) -> Result<String, Error> {
    modify(loader, |kubeconfig| {
        match kubeconfig.clusters.remove(name) {
            Some(_) => Ok(format!("deleted cluster {name}\n")),
            None => Err(missing(
                format!("cannot delete cluster {name}, which there is not"),
                "get-clusters",
            )),
        }
    })
}

pub(super) fn delete_user(name: &str, loader: &Loader) -> Result<String, Error> {
    modify(loader, |kubeconfig| match kubeconfig.users.remove(name) {
        Some(_) => Ok(format!("deleted user {name}\n")),
        None => Err(missing(
            format!("cannot delete user {name}, which there is not"),
            "get-users",
        )),
    })
}

/// Changes the kubeconfig, unless `change` fails: then it is left as it was.
fn modify<T>(
    loader: &Loader,
    change: impl FnOnce(&mut Kubeconfig) -> Result<T, Error>,
) -> Result<T, Error> {
    loader.modify(true, |kubeconfig| {
        let mut changed = kubeconfig.clone();
        let outcome = change(&mut changed)?;
        *kubeconfig = changed;
        Ok(outcome)
    })?
}

fn embedded(file: &Path) -> Result<Base64Data, Error> {
    let content = std::fs::read(file).map_err(|error| {
        Error::new(Kind::Input, format!("cannot read {}", file.display()))
            .caused_by(error)
            .with_hint("check the path")
    })?;
    Ok(content.into())
}

/// A path of the command line, which counts from where the command is run.
fn absolute(file: &Path) -> PathBuf {
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned())
}
