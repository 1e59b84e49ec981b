//! The commands, one a module.

mod api_resources;
mod api_versions;
mod apply;
mod attach;
mod completion;
mod config;
mod delete;
mod exec;
mod explain;
mod get;
mod interrupts;
mod logs;
mod overlay;
mod pods;
mod port_forward;
mod run;
mod serve;
mod streams;
mod terminal;
mod up;
mod version;
mod watch;

pub(crate) use run::run;
