//! Ports of pods: `portforward`.

mod carry;
mod forward;
mod listener;
mod stream;

pub use forward::PortForward;
pub use listener::{Forwarding, PortListener};
pub use stream::PortStream;
