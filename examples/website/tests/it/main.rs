//! What can be tested without a cluster: the objects of websites on an embedded server, and the
//! manifests. The embedded server knows no resources of one's own yet; `tests/cluster` tests what takes
//! them.

mod manifests;
mod objects;
