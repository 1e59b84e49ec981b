//! A real control plane on loopback: etcd and kube-apiserver, and the controller manager where asked for.
//!
//! The binaries are built from the Go modules in `tools/control-plane` once a version, into the cache.
//! Each cluster has a directory of its own in the cache, with its certificates, data, logs, and a record of
//! every process, so that whatever ends a task, the next one finds what it left and stops it.
//!
//! Invariant: a process is only ever signalled if it is one that was started here. A process id alone does
//! not say so; the time at which the process started goes with it.

mod binaries;
mod cluster;
mod credentials;
mod etcd;
mod options;
mod ports;
mod process;
mod registry;
mod task;

pub(crate) use binaries::Binaries;
pub(crate) use cluster::Cluster;
pub(crate) use options::Options;
pub(crate) use process::{Process, log_tail};
pub(crate) use registry::Registry;
pub(crate) use task::{Task, run};
