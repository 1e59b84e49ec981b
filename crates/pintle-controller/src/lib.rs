//! Controllers: programs that make a cluster what its objects say.
//!
//! A [`Controller`] calls a function for each object that has changed, and for each whose dependents
//! have: one reconcile an object at a time, several objects at once, again and again until it succeeds.
//!
//! ```no_run
//! use pintle_api::apps::v1::Deployment;
//! use pintle_api::core::v1::ConfigMap;
//! use pintle_cache::InformerFactory;
//! use pintle_client::{Client, Error};
//! use pintle_controller::{Action, Context, Controller, Predicate, Source, termination};
//! use pintle_meta::ObjectName;
//!
//! async fn reconcile(
//!     client: Client,
//!     key: ObjectName,
//!     cx: Context<Deployment>,
//! ) -> Result<Action, Error> {
//!     let Some(deployment) = cx.object() else { return Ok(Action::Done) };
//!     // … make the world as the deployment says.
//!     Ok(Action::Done)
//! }
//!
//! # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let factory = InformerFactory::new(client.clone());
//! let deployments = factory.informer::<Deployment>();
//! let config_maps = factory.informer::<ConfigMap>();
//! Controller::new("settings", Source::from(&deployments).when(Predicate::generation()))
//!     .owns(&config_maps)
//!     .run_until(termination()?, move |key, cx| reconcile(client.clone(), key, cx))
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! - A [`Source`] is an informer with a [`Predicate`]: which of its changes are worth a reconcile.
//! - A [`Context`] has the object as the cache has it, and takes note of what was
//!   [written](Context::wrote), so that the next reconcile does not act on what was before.
//! - An [`Action`] says what is to follow: nothing, another reconcile after a while, or one as after a
//!   failure.
//! - A [`Finalizer`] keeps objects until they have been cleaned up after. [`own`] leaves that
//!   to the garbage collector. [`set_condition`] keeps conditions of a status.
//! - An [`Endpoint`] answers probes and scrapes.
//!
//! Objects are written by [`Api::create_or_edit`](pintle_client::Api::create_or_edit) and
//! [`Api::edit_status_from`](pintle_client::Api::edit_status_from), which send what differs from what is
//! there, and nothing if nothing does.
//!
//! What it is made of can be put together by hand as well: handlers of an informer that fill a
//! [`WorkQueue`](pintle_workqueue::WorkQueue), and tasks that empty it.

mod action;
mod condition;
mod contain;
mod context;
mod controller;
mod endpoint;
mod finalizer;
mod health;
mod metrics;
mod owner;
mod predicate;
mod run;
mod source;
mod termination;
mod worker;
mod writes;

pub use action::Action;
pub use condition::set_condition;
pub use context::Context;
pub use controller::Controller;
pub use endpoint::Endpoint;
pub use finalizer::{Finalizer, Stage};
pub use health::{Health, NotRunning};
pub use owner::{own, owner_reference};
pub use predicate::Predicate;
pub use source::Source;
pub use termination::termination;
