//! HTTP: from a request to an operation, and from its outcome to a response.
//!
//! One file an operation. An operation negotiates a representation, reads its options, calls the
//! registry or the store, and renders. Whatever goes wrong becomes a `Status`; nothing here panics
//! on what a client sends, and nothing waits while it holds the store.

mod accept;
mod admit;
mod api;
mod below;
mod binding;
mod body;
mod condition;
mod connect;
mod create;
mod delete;
mod discovery;
mod evict;
mod faulty;
mod flight;
mod get;
mod gzip;
mod health;
mod index;
mod list;
mod measure;
mod negotiate;
mod openapi;
mod options;
mod patch;
mod query;
mod represent;
mod review;
mod route;
mod scale;
mod socket;
#[cfg(test)]
mod tests;
mod token;
mod update;
mod warning;
mod watch;

pub(crate) use api::{Api, Security};
pub(crate) use body::{Body, Departure, Expiry};
pub(crate) use faulty::Broken;
pub(crate) use flight::Flights;
