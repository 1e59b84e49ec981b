//! Objects as tables: the columns that kubectl shows, as the real server computes them.
//!
//! One file a kind, or a family of kinds, that has columns of its own. Cells are computed from the
//! value tree and the time of the request, so that an age is right when it is asked for. What stands in
//! them is recorded from a real server for every kind; descriptions are our own, as kubectl shows none.

mod admission;
mod age;
mod autoscaling;
mod batch;
mod certificates;
mod class;
mod column;
mod control_plane;
mod coordination;
mod data;
mod endpoints;
mod event;
mod field;
mod flowcontrol;
mod join;
mod lookup;
mod namespace;
mod networking;
mod node;
mod plain;
mod pod;
mod policy;
mod quota;
mod rbac;
#[cfg(test)]
mod recorded;
mod render;
mod resource_claims;
mod scheduling;
mod selector;
mod service;
mod storage;
mod template;
mod volumes;
mod workloads;

pub(crate) use column::Table;
pub(crate) use lookup::{below, of};
pub(crate) use render::{IncludeObject, TableWriter};
