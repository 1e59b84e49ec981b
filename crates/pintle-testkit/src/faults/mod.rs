//! What goes wrong on the way to a server, between real connections.
//!
//! [`FaultProxy`] stands where the network does: it knows bytes. [`FaultLayer`] stands where a front end of the server
//! does: it knows requests, answers and the lines of a watch. Neither changes the order of anything.

mod layer;
mod proxy;

pub use layer::{AnswerFault, FaultLayer};
pub use proxy::{ConnectionFault, FaultProxy};
