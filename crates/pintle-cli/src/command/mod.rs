//! The commands, one a module.

mod apply;
mod delete;
mod get;
mod overlay;
mod run;
mod up;
mod version;
mod watch;

pub(crate) use run::run;
