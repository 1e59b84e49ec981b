//! Waiting for something to happen to objects.

mod conditions;
mod retry_watch;
mod retry_watcher;
mod wait;

pub use conditions::{exists, has_condition, is_deleted};
pub use retry_watch::{Next, RetryWatch};
pub use retry_watcher::RetryWatcher;
pub use wait::{await_condition, until};
