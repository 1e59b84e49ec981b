//! Commands in containers, and containers' own processes: what `exec` and `attach` are about.

mod channels;
mod command;
mod exit_status;
mod session;
mod stream_options;

pub use command::{CommandOutput, OutputPiece, RemoteCommand};
pub use exit_status::ExitStatus;
pub use stream_options::{StreamOptions, TerminalSize};
