//! `pintle config`: kubeconfig files, shown and changed. No server is asked.

mod change;
mod show;

use crate::args::{Config, ConfigCommand, Connection};
use crate::error::{Error, Kind};
use crate::messages::Messages;
use crate::output::Stdout;
use crate::session::loader;

/// Shows or changes the kubeconfig.
pub(super) fn run(
    arguments: &Config,
    connection: &Connection,
    messages: Messages,
    out: &mut Stdout,
) -> Result<(), Error> {
    let loader = loader(connection);
    let answer = match &arguments.what {
        ConfigCommand::View(view) => show::view(view, connection, &loader)?,
        ConfigCommand::CurrentContext => show::current_context(&loader)?,
        ConfigCommand::GetContexts(get) => show::contexts(get, &loader)?,
        ConfigCommand::GetClusters => show::names(loader.kubeconfig()?.clusters.into_keys()),
        ConfigCommand::GetUsers => show::names(loader.kubeconfig()?.users.into_keys()),
        ConfigCommand::UseContext(context) => change::use_context(&context.name, &loader)?,
        ConfigCommand::RenameContext(rename) => change::rename_context(rename, &loader)?,
        ConfigCommand::SetContext(set) => change::set_context(set, connection, &loader)?,
        ConfigCommand::SetCluster(set) => change::set_cluster(set, connection, &loader)?,
        ConfigCommand::SetCredentials(set) => change::set_credentials(set, connection, &loader)?,
        ConfigCommand::DeleteContext(context) => {
            let (answer, was_current) = change::delete_context(&context.name, &loader)?;
            if was_current {
                messages.warning(
                    "this removed your active context, use \"pintle config use-context\" to select a different one",
                );
            }
            answer
        }
        ConfigCommand::DeleteCluster(cluster) => change::delete_cluster(&cluster.name, &loader)?,
        ConfigCommand::DeleteUser(user) => change::delete_user(&user.name, &loader)?,
    };
    out.write(&answer)
}

/// Something that the kubeconfig does not have.
fn missing(message: String, command: &str) -> Error {
    Error::new(Kind::NotFound, message)
        .with_hint(format!("`pintle config {command}` lists what there is"))
}
