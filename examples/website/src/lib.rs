//! A complete controller, to be copied: websites, and what serves them.
//!
//! A [`Website`] is some pages and a number of servers. For each, the controller keeps a ConfigMap with
//! the pages, a Deployment of servers that show them, and a Service through which they are reached; says
//! in the status of the website how it fares, and by events what has changed.
//!
//! | file | what is in it | tested |
//! |---|---|---|
//! | `resource.rs` | the resource, from which its definition is derived | as a manifest |
//! | `objects.rs` | what the three objects of a website are | by itself |
//! | `status.rs` | what the status of a website is | by itself |
//! | `serving.rs` | making the objects so in a cluster | on an embedded server |
//! | `reconcile.rs` | one look at one website | on a cluster |
//! | `run.rs` | the program: caches, leadership, probes, metrics | on a cluster |
//!
//! What decides is plain functions of objects, and what acts calls them: so most of it is tested without
//! a cluster.

mod objects;
mod reconcile;
mod resource;
mod run;
mod serving;
mod status;

pub use reconcile::Websites;
pub use resource::{Website, WebsiteList, WebsiteSpec, WebsiteStatus};
pub use run::{Options, run};
pub use serving::{NameTaken, Served, Serving};
pub use status::{READY, refused, serving};

/// Whatever may go wrong.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The controller's name: in what it writes, in events, in metrics, and of its lease.
pub const NAME: &str = "website-controller";
