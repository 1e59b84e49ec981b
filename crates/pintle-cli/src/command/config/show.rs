//! What the kubeconfig has.
//!
//! Invariant: nothing secret is shown unless `--raw` asks for it.

use pintle_codec::{Value, yaml};
use pintle_config::{Kubeconfig, Loader};

use super::missing;
use crate::args::{Connection, GetContexts, View};
use crate::command::get;
use crate::error::{Error, Kind};
use crate::output::{Format, Widths};

pub(super) fn view(
    arguments: &View,
    connection: &Connection,
    loader: &Loader,
) -> Result<String, Error> {
    if arguments.output.is_table() || matches!(arguments.output, Format::Name) {
        return Err(Error::usage(
            "a kubeconfig is shown as yaml, json or jsonpath=TEMPLATE",
        ));
    }
    let mut kubeconfig = loader.kubeconfig()?;
    if arguments.minify {
        if let Some(context) = &connection.context {
            kubeconfig.current_context.clone_from(context);
        }
        minify(&mut kubeconfig)?;
    }
    let parsed = yaml::parse(&kubeconfig.to_yaml()).map_err(|error| {
        Error::new(Kind::Failed, "what the kubeconfig became is no YAML").caused_by(error)
    })?;
    let mut shown = parsed;
    shown.sort();
    if !arguments.raw {
        redact(&mut shown);
    }
    Ok(get::text(&shown, &arguments.output)?)
}

pub(super) fn current_context(loader: &Loader) -> Result<String, Error> {
    match loader.kubeconfig()?.current_context {
        none if none.is_empty() => Err(Error::new(Kind::NotFound, "current-context is not set")
            .with_hint("`pintle config use-context NAME` sets it")),
        name => Ok(name + "\n"),
    }
}

pub(super) fn contexts(arguments: &GetContexts, loader: &Loader) -> Result<String, Error> {
    let kubeconfig = loader.kubeconfig()?;
    let names: Vec<&String> = match arguments.names.as_slice() {
        [] => kubeconfig.contexts.keys().collect(),
        wanted => wanted.iter().collect(),
    };
    let mut lines = Vec::new();
    for name in names {
        let context = kubeconfig
            .contexts
            .get(name)
            .ok_or_else(|| missing(format!("context {name} not found"), "get-contexts"))?;
        let mark = if *name == kubeconfig.current_context {
            "*"
        } else {
            ""
        };
        let namespace = context.namespace.as_deref().unwrap_or_default();
        lines.push([mark, name, &context.cluster, &context.user, namespace]);
    }
    match arguments.output {
        Format::Name => Ok(lines.iter().map(|line| format!("{}\n", line[1])).collect()),
        Format::Table => {
            if !arguments.no_headers {
                lines.insert(0, ["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"]);
            }
            Ok(laid_out(&lines))
        }
        _ => Err(Error::usage("contexts are shown as table or name")),
    }
}

pub(super) fn names(names: impl Iterator<Item = String>) -> String {
    let lines = std::iter::once("NAME".to_owned()).chain(names);
    lines.map(|name| name + "\n").collect()
}

fn laid_out<const N: usize>(lines: &[[&str; N]]) -> String {
    let mut widths = Widths::default();
    lines
        .iter()
        .for_each(|line| widths.fit(line.iter().copied()));
    let mut text = String::new();
    for line in lines {
        widths.line(line.iter().copied(), &mut text);
    }
    text
}

/// Leaves what the current context uses.
fn minify(kubeconfig: &mut Kubeconfig) -> Result<(), Error> {
    let current = kubeconfig.current_context.clone();
    let context = kubeconfig.contexts.get(&current).cloned().ok_or_else(|| {
        let message = format!("there is no context {current:?} to show");
        missing(message, "get-contexts")
    })?;
    kubeconfig.contexts.retain(|name, _| *name == current);
    kubeconfig
        .clusters
        .retain(|name, _| *name == context.cluster);
    kubeconfig.users.retain(|name, _| *name == context.user);
    Ok(())
}

/// Takes secrets out, and certificates, which nobody reads.
fn redact(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(redact),
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match key {
                    "certificate-authority-data"
                    | "client-certificate-data"
                    | "client-key-data" => *value = "DATA+OMITTED".into(),
                    "token" | "password" | "id-token" | "access-token" | "refresh-token"
                    | "client-secret" => *value = "REDACTED".into(),
                    "proxy-url" => redact_url(value),
                    _ => redact(value),
                }
            }
        }
        _ => {}
    }
}

/// A proxy's URL may name a user and a password.
fn redact_url(value: &mut Value) {
    let Some((scheme, rest)) = value.as_str().and_then(|url| url.split_once("://")) else {
        return;
    };
    if let Some((_, host)) = rest.rsplit_once('@') {
        *value = format!("{scheme}://REDACTED@{host}").as_str().into();
    }
}
