//! Futures and the time that they have.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use pintle_env::Sleep;

/// What `future` comes to before `sleep` ends; none if that comes first, or has come. Without a sleep
/// there is no limit.
pub(crate) async fn before<T>(
    sleep: Option<&mut Sleep>,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut future = pin!(future);
    let Some(sleep) = sleep else {
        return Some(future.await);
    };
    poll_fn(|cx| {
        // What is there already counts, also at the last moment.
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        sleep.as_mut().poll(cx).map(|()| None)
    })
    .await
}
