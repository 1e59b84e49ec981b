//! Containing panics.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Runs a future to its end, or to its panic, which is returned as what it said.
pub(crate) async fn contain<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        // It is never polled again, and what it leaves behind is its own.
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(message_of(&*panic))),
        }
    })
    .await
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it did not say why").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_what_comes_of_the_future() {
        assert_eq!(contain(async { 1 }).await, Ok(1));
        let late = async {
            tokio::task::yield_now().await;
            panic!("no {}", "more");
        };
        assert_eq!(contain::<()>(late).await, Err("no more".to_owned()));
        let early = contain::<()>(async { panic!("none") }).await;
        assert_eq!(early, Err("none".to_owned()));
    }
}
