//! Simulated nodes: they give pods a node and run them, as far as an API server can tell.
//!
//! What is to be done about a pod, and when, is decided without I/O in [`fleet`]; [`run`] watches and
//! writes. A pod goes through what a real one goes through: it is bound, its containers are created,
//! they run and become ready after their probe's delay; one that says for how long it runs, and is
//! not to be restarted, succeeds; one that is deleted ends after its grace. Nothing is executed; what its log
//! says is made up ([`log`]), and one [`kubelet`] answers for all nodes.

mod containers;
mod fleet;
mod kubelet;
mod log;
mod pod;
mod run;
mod writes;

pub(crate) use run::run;
