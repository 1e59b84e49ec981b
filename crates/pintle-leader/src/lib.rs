//! Leader election: one of several replicas of a program works, the others wait until it is gone.
//!
//! The replicas agree on a Lease, an object that names its holder. Who holds it renews it; who does
//! not looks at it, and takes it when by its own clock it has not changed for as long as a lease
//! lasts. Clocks are never compared between machines. client-go's `leaderelection`, with its rules and
//! constants.
//!
//! ```no_run
//! use pintle_client::Client;
//! use pintle_leader::Election;
//!
//! # async fn example(client: Client, pod_name: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let election = Election::new(&client, "kube-system", "website-controller", pod_name)?;
//! election
//!     .run_while_leading(|leadership| async move {
//!         // Only here while this replica leads.
//!         println!("leading, for the {}. time", leadership.fence().transitions());
//!     })
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! - [`Election`] runs a future while it leads. The lease is given back once the future has ended, so
//!   that the next leader never meets what is left of it.
//! - [`Leadership`] is what that future is given: it knows whether it is still the leader, by the
//!   clock, and gives out a [`Fence`], which lets writes fail that come too late.
//! - [`Health`] says whether a leader has failed to renew its lease and did not notice.
//! - [`Elector`] is the state machine underneath, without a clock and without a client.

mod config;
mod drive;
mod election;
mod elector;
mod error;
mod fence;
mod health;
mod leadership;
mod lock;
mod metrics;
mod record;

pub use config::Timing;
pub use election::Election;
pub use elector::{Answer, Elector, Role, Step};
pub use error::{Error, ErrorKind};
pub use fence::{Fence, Stale};
pub use health::{Health, Unhealthy};
pub use leadership::Leadership;
pub use record::{Held, Record};
