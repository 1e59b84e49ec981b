//! The group `apps`: deployments, stateful sets, daemon sets, replica sets.

pub mod v1;
