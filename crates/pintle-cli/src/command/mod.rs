//! The commands, one a module.

mod api_resources;
mod api_versions;
mod apply;
mod completion;
mod config;
mod delete;
mod explain;
mod get;
mod interrupts;
mod logs;
mod overlay;
mod run;
mod serve;
mod up;
mod version;
mod watch;

pub(crate) use run::run;
