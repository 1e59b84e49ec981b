//! [`termination`], when a program is asked to end.

use std::io;

/// Ends when the program is asked to end: by Ctrl-C, or by SIGTERM, as Kubernetes asks a pod. From then
/// on, and from the call on, neither ends the program by itself.
///
/// To be given to [`Controller::run_until`](crate::Controller::run_until). controller-runtime's
/// `SetupSignalHandler`.
///
/// # Cancel safety
/// What comes while nobody waits is not lost.
///
/// # Errors
/// When the system does not let signals be listened to.
pub fn termination() -> io::Result<impl Future<Output = ()> + Send> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            // Without a console nobody presses Ctrl-C.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending().await
            }
        })
    }
}
