//! The command line.

mod about;
mod config;
mod connection;
mod logs;
mod objects;
mod serve;
mod streams;
mod up;

use clap::{Parser, Subcommand};

pub(crate) use about::{
    ApiResources, ApiVersions, Completion, Explain, Man, SortBy, TypesOutput, Version,
};
pub(crate) use config::{
    Config, ConfigCommand, GetContexts, RenameContext, SetCluster, SetContext, SetCredentials, View,
};
pub(crate) use connection::Connection;
pub(crate) use logs::Logs;
pub(crate) use objects::{Apply, Delete, Get, Output, Selection, Watch};
pub(crate) use serve::{GATEWAY, Serve};
pub(crate) use streams::{Attach, Exec, PortForward, Streams};
pub(crate) use up::Up;

use crate::error::EXIT_CODES;

/// Work with a Kubernetes cluster, or start one of your own.
#[derive(Debug, Parser)]
#[command(name = "pintle", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Up(Up),
    Serve(Serve),
    Get(Get),
    Watch(Watch),
    Apply(Apply),
    Delete(Delete),
    Logs(Logs),
    Exec(Exec),
    Attach(Attach),
    PortForward(PortForward),
    ApiResources(ApiResources),
    ApiVersions(ApiVersions),
    Explain(Explain),
    Config(Config),
    Version(Version),
    Completion(Completion),
    Man(Man),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::CommandLine;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }
}
