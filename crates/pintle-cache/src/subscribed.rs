//! [`Subscribed`], a subscription whose writer learns that there is something to free.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use pintle_cache_core::{Notice, Subscription};
use pintle_meta::AnyObject;

use crate::core::Core;

/// What one subscriber is told. What it has been told of is freed by whoever stores, not here.
pub(crate) struct Subscribed {
    subscription: Subscription<AnyObject>,
    // Behind the subscription, since it is dropped behind it.
    passed: Passed,
}

/// What the writer has not been told to look for.
struct Passed {
    core: Arc<Core>,
    notices: usize,
}

impl Subscribed {
    pub(crate) fn new(core: &Arc<Core>, subscription: Subscription<AnyObject>) -> Self {
        let (core, notices) = (core.clone(), 0);
        Self {
            subscription,
            passed: Passed { core, notices },
        }
    }

    /// What comes next; `None` if that is all for now.
    pub(crate) fn next_notice(&mut self) -> Option<Notice<AnyObject>> {
        let notice = self.subscription.next_notice();
        self.passed.notices += usize::from(notice.is_some());
        let is_worth_it = self.passed.notices >= MANY || notice.is_none();
        if is_worth_it && self.passed.notices > 0 {
            self.passed.notices = 0;
            self.passed.core.sweep_soon();
        }
        notice
    }
}

impl Deref for Subscribed {
    type Target = Subscription<AnyObject>;

    fn deref(&self) -> &Subscription<AnyObject> {
        &self.subscription
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        self.core.sweep_soon();
    }
}

impl fmt::Debug for Subscribed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.subscription.fmt(f)
    }
}

/// One who is told of one thing after the other says so after so many.
const MANY: usize = 128;
