//! What a user may do.
//!
//! Every request comes by here with its [`Attributes`], before anything looks at it more closely.

mod attributes;
mod authorizer;
mod rules;

pub use attributes::Attributes;
pub(crate) use attributes::verb;
pub(crate) use authorizer::{AllowAll, authorize};
pub use authorizer::{Authorizer, Decision};
pub use rules::{PathRule, ResourceRule, Rules};
