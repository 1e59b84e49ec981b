//! History that has become too old is forgotten, also of resources that nothing is written to.

use std::{sync::Arc, time::Duration};

use pintle_env::{Clock, Timer};

use crate::{registry::Registry, shutdown::Shutdown};

/// Forgets old history for as long as the server lasts.
pub(crate) async fn expire_history(
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    mut shutdown: Shutdown,
) {
    loop {
        tokio::select! {
            () = timer.sleep_until(clock.now() + EVERY) => {}
            () = shutdown.requested() => return,
        }
        registry.store().write(|store| store.expire(clock.now()));
    }
}

const EVERY: Duration = Duration::from_secs(60);
