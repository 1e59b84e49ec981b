//! From the command line to the command.

use tokio::runtime::Builder;

use super::{
    api_resources, api_versions, apply, attach, completion, config, delete, exec, explain, get,
    logs, port_forward, serve, up, version, watch,
};
use crate::args::{Command, CommandLine};
use crate::error::{Error, Failures, Kind};
use crate::messages::Messages;
use crate::output::Stdout;
use crate::session::Session;

/// Runs the command that the line names.
pub(crate) fn run(line: CommandLine, messages: Messages) -> Result<(), Failures> {
    let mut out = Stdout::new();
    // A server uses all cores; a client waits.
    let mut runtime = match line.command {
        Command::Up(_) | Command::Serve(_) => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build().map_err(|error| {
        Error::new(Kind::Failed, "cannot start the asynchronous runtime").caused_by(error)
    })?;
    let outcome = runtime.block_on(async {
        let connect = || Session::new(&line.connection, messages);
        match &line.command {
            Command::Up(up) => up::run(up, messages, &mut out).await.map_err(Into::into),
            Command::Serve(arguments) => {
                serve::run(arguments, &line.connection, messages, &mut out)
                    .await
                    .map_err(Into::into)
            }
            Command::Get(get) => get::run(get, &connect()?, &mut out).await,
            Command::Watch(watch) => watch::run(watch, &connect()?, &mut out)
                .await
                .map_err(Into::into),
            Command::Apply(apply) => apply::run(apply, &connect()?, &mut out).await,
            Command::Delete(delete) => delete::run(delete, &connect()?, &mut out).await,
            Command::Logs(logs) => logs::run(logs, &connect()?, &mut out).await,
            Command::Exec(arguments) => exec::run(arguments, &connect()?).await.map_err(Into::into),
            Command::Attach(arguments) => attach::run(arguments, &connect()?)
                .await
                .map_err(Into::into),
            Command::PortForward(arguments) => port_forward::run(arguments, &connect()?, &mut out)
                .await
                .map_err(Into::into),
            Command::ApiResources(arguments) => {
                api_resources::run(arguments, &connect()?, &mut out)
                    .await
                    .map_err(Into::into)
            }
            Command::ApiVersions(_) => api_versions::run(&connect()?, &mut out)
                .await
                .map_err(Into::into),
            Command::Explain(explain) => explain::run(explain, &connect()?, &mut out)
                .await
                .map_err(Into::into),
            Command::Config(arguments) => {
                config::run(arguments, &line.connection, messages, &mut out).map_err(Into::into)
            }
            Command::Completion(shell) => {
                completion::completion(shell.shell, &mut out).map_err(Into::into)
            }
            Command::Man(man) => completion::man(man, &mut out).map_err(Into::into),
            Command::Version(version) => version::run(version, connect, &mut out)
                .await
                .map_err(Into::into),
        }
    });
    // Whoever reads standard input cannot be interrupted, and is not waited for.
    runtime.shutdown_background();
    outcome
}
