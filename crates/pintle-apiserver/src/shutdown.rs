//! [`Shutdown`], how everything that waits hears that the server ends.

use tokio::sync::watch;

/// Somebody who can end the server.
#[derive(Debug)]
pub(crate) struct ShutdownTrigger(watch::Sender<bool>);

/// Somebody who ends with the server.
#[derive(Clone, Debug)]
pub(crate) struct Shutdown(watch::Receiver<bool>);

impl ShutdownTrigger {
    /// A trigger, and what it triggers. Dropping the trigger is pulling it.
    pub(crate) fn new() -> (Self, Shutdown) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Shutdown(receiver))
    }

    /// Ends the server.
    pub(crate) fn request(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// Whether the server is to end.
    pub(crate) fn is_requested(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Waits until the server is to end.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub(crate) async fn requested(&mut self) {
        // An error says that the trigger is gone, which is the same.
        _ = self.0.wait_for(|requested| *requested).await;
    }
}
