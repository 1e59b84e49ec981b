//! [`Leadership`], what the work of a leader knows of it.

use std::fmt;
use std::sync::Arc;

use pintle_env::{Instant, Time};
use tokio::sync::watch;

use crate::Fence;

/// What is known of an election by everybody within a replica.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum State {
    Follows,
    Leads { until: Instant, fence: Fence },
}

/// That this replica leads, for its work to look at. Clones are the same.
#[derive(Clone)]
pub struct Leadership {
    pub(crate) state: watch::Receiver<State>,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) fence: Fence,
    pub(crate) time: Arc<dyn Time>,
}

impl Leadership {
    /// Whether it still leads. By the clock: also where nobody has had the time to notice that the
    /// lease was not renewed, as after the process was stopped for a while.
    pub fn is_held(&self) -> bool {
        self.until().is_some()
    }

    /// Lets writes fail that come after another has become the leader.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// Waits until it leads no more. What is left to do then is to stop: another may lead by now.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub async fn lost(&self) {
        let mut state = self.state.clone();
        while let Some(until) = self.until() {
            tokio::select! {
                changed = state.changed() => if changed.is_err() {
                    // Nobody renews it any more.
                    self.time.sleep_until(until).await;
                },
                () = self.time.sleep_until(until) => {}
            }
        }
    }

    /// Waits until the work is to end: it leads no more, or the program is to stop.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    pub async fn ended(&self) {
        let mut stopping = self.stopping.clone();
        let stops = async {
            if stopping.wait_for(|stopping| *stopping).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = stops => {}
            () = self.lost() => {}
        }
    }

    /// Until when it leads, if it does.
    fn until(&self) -> Option<Instant> {
        match &*self.state.borrow() {
            State::Leads { until, fence } if *fence == self.fence => {
                Some(*until).filter(|&until| self.time.now() < until)
            }
            _ => None,
        }
    }
}

impl fmt::Debug for Leadership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leadership")
            .field("held", &self.is_held())
            .field("fence", &self.fence)
            .finish_non_exhaustive()
    }
}
