//! `pintle up`.
//!
//! Invariant: whoever sees the kubeconfig, or its path, can use it at once.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pintle_apiserver::{ApiServer, RunningServer, StartError};
use pintle_client::Client;
use pintle_config::{Config, Environment, Kubeconfig, Loader};
use pintle_gateway::RunningGateway;
use pintle_meta::GroupVersion;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::{interrupts::Interrupts, serve};
use crate::args::Up;
use crate::demo;
use crate::error::{Error, Kind};
use crate::messages::Messages;
use crate::nodes;
use crate::output::Stdout;

/// Serves until Ctrl-C or SIGTERM.
pub(super) async fn run(arguments: &Up, messages: Messages, out: &mut Stdout) -> Result<(), Error> {
    if let Some(file) = &arguments.kubeconfig_out {
        check_replaceable(file)?;
    }
    let mut interrupts = Interrupts::new()?;
    let started = async {
        let builder = ApiServer::builder().listen(arguments.listen);
        let settings = arguments.runtime_config.iter();
        let builder = settings.fold(builder, |builder, (key, enabled)| {
            builder.runtime_config(key, *enabled)
        });
        let server = builder.start().await?;
        let access = Access::new(&server, arguments.kubeconfig_out.as_deref()).await?;
        let gateway = match arguments.no_gateway {
            true => None,
            false => {
                let config = access.config.clone();
                Some(serve::beside(config, arguments.gateway, messages).await?)
            }
        };
        Ok::<_, Error>((server, access, gateway))
    };
    let (server, access, gateway) = tokio::select! {
        started = started => started?,
        () = interrupts.next() => return Ok(()),
    };
    if let Some(warning) = access.beyond(arguments.listen.ip()) {
        messages.line(&warning);
    }
    let nodes = arguments
        .nodes
        .map_or(if arguments.demo { 3 } else { 0 }, usize::from);
    let mut players = JoinSet::new();
    if nodes > 0 {
        players.spawn(nodes::run(Client::new(&access.config)?, nodes));
    }
    if arguments.demo {
        players.spawn(demo::run(Client::new(&access.config)?, nodes));
    }
    let page = gateway.as_ref().map(RunningGateway::url);
    messages.line(&access.welcome(&program(), page.as_deref()));
    out.line(&access.kubeconfig.display().to_string())?;

    loop {
        tokio::select! {
            () = interrupts.next() => break,
            Some(ended) = players.join_next() => if let Ok(Err(error)) = ended {
                return Err(error);
            },
        }
    }
    messages.line("stopping");
    players.shutdown().await;
    let shutdown = async {
        // It asks the server, so it goes first.
        if let Some(gateway) = gateway {
            gateway.shutdown().await;
        }
        server.shutdown().await;
    };
    tokio::select! {
        () = shutdown => {}
        // Whoever insists does not wait for requests that are being answered.
        () = interrupts.next() => {}
    }
    Ok(())
}

/// The kubeconfig of a server that runs. What was made in a temporary directory goes with this.
struct Access {
    kubeconfig: PathBuf,
    config: Config,
    _directory: TempDir,
}

impl Access {
    /// Makes sure that the server answers whoever uses the kubeconfig, and puts it where it is
    /// wanted.
    async fn new(server: &RunningServer, wanted: Option<&Path>) -> Result<Self, Error> {
        let parsed = Kubeconfig::parse(server.kubeconfig().unwrap_or_default())?;
        let directory = tempfile::Builder::new().prefix("pintle-up-").tempdir();
        let directory = directory.map_err(|error| {
            Error::new(Kind::Failed, "cannot make a directory for the kubeconfig")
                .caused_by(error)
                .with_hint("check $TMPDIR, or choose a file with --kubeconfig-out")
        })?;
        let private = directory.path().join("kubeconfig");
        parsed.write(&private)?;
        let config = Loader::new(Environment::empty()).path(&private).load()?;
        // The server is this process's own: nobody has to be spared.
        let config = config.rate_limit(-1.0, 0);
        let rest = Client::new(&config)?.rest(&GroupVersion::core("v1"));
        rest.get()
            .abs_path("/readyz")
            .timeout(PATIENCE)
            .send()
            .await?;
        if let Some(file) = wanted {
            parsed.write(file)?;
        }
        Ok(Self {
            kubeconfig: wanted.map_or(private, Path::to_owned),
            config,
            _directory: directory,
        })
    }

    fn welcome(&self, program: &str, page: Option<&str>) -> String {
        let with = format!(
            "KUBECONFIG={} {program}",
            quoted(&self.kubeconfig.to_string_lossy())
        );
        let page = match page {
            Some(url) => format!("See it live at {url}\n"),
            None => String::new(),
        };
        format!(
            "A Kubernetes API server answers at {} until Ctrl-C.\n{page}In another terminal, try:\n\
             \n\
             \x20 {with} get namespaces\n\
             \x20 {with} watch pods\n\
             \x20 echo '{POD}' | {with} apply -f -\n\
             \n\
             Its kubeconfig:",
            self.config.server
        )
    }

    /// What to know of a server that others can reach; nothing of one that nobody else can.
    fn beyond(&self, listens: IpAddr) -> Option<String> {
        let who = "Other machines can reach it, and are refused without the credentials in the \
                   kubeconfig, which make whoever has them its administrator.";
        if listens.is_loopback() {
            return None;
        }
        Some(if listens.is_unspecified() {
            format!(
                "{who} The kubeconfig names {}, which leads others to themselves: to use it \
                 elsewhere, listen at the address by which this machine is reached.",
                self.config.server
            )
        } else {
            format!("{who} Copy it to where it is to be used.")
        })
    }
}

impl From<StartError> for Error {
    fn from(error: StartError) -> Self {
        let hint = if error.is_address() {
            "choose another address with --listen; port 0 is any that is free"
        } else if error.is_runtime_config() {
            "correct --runtime-config; `pintle up --help` says what it takes"
        } else {
            "try again"
        };
        Self::of(Kind::Failed, error).with_hint(hint)
    }
}

/// A kubeconfig that leads elsewhere is someone's: it is not replaced.
fn check_replaceable(file: &Path) -> Result<(), Error> {
    let ours = |kubeconfig: Kubeconfig| kubeconfig.contexts.keys().all(|name| name == CONTEXT);
    if !file.exists() || Kubeconfig::read(file).is_ok_and(ours) {
        return Ok(());
    }
    let message = format!(
        "{} exists, and is not a kubeconfig that `pintle up` wrote",
        file.display()
    );
    Err(Error::new(Kind::Failed, message)
        .with_hint("choose another file with --kubeconfig-out, or remove this one"))
}

/// How this program was called, to be called so again.
fn program() -> String {
    let name = std::env::args().next().filter(|name| !name.is_empty());
    quoted(&name.unwrap_or_else(|| "pintle".to_owned()))
}

/// Text as one word of a shell.
fn quoted(text: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-+:@%".contains(char);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// The context of the server's kubeconfig.
const CONTEXT: &str = "pintle";

/// How long the server may take for its first answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something to apply.
const POD: &str = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"test-pod"},"spec":{"containers":[{"name":"main","image":"nginx"}]}}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_survives_the_shell() {
        assert_eq!(quoted("/tmp/a-b_1.c"), "/tmp/a-b_1.c");
        assert_eq!(quoted("/tmp/a b"), "'/tmp/a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn a_kubeconfig_of_someone_elses_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("kubeconfig");
        assert!(check_replaceable(&file).is_ok());
        let ours = "contexts: [{name: pintle, context: {cluster: pintle, user: admin}}]";
        std::fs::write(&file, ours).unwrap();
        assert!(check_replaceable(&file).is_ok());
        for other in [
            "contexts: [{name: production, context: {cluster: c, user: u}}]",
            "not a kubeconfig",
        ] {
            std::fs::write(&file, other).unwrap();
            assert!(check_replaceable(&file).is_err(), "{other}");
        }
    }
}
