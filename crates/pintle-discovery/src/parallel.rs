//! Several futures at once, in one task.

use std::future::poll_fn;
use std::task::Poll;

use pintle_client::BoxFuture;

/// The outputs of all futures, in their order, once the last one is there.
///
/// Each wake-up polls all that are not done: right for the few dozen requests of a discovery.
pub(crate) async fn all<T>(futures: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let mut waiting: Vec<_> = futures
        .into_iter()
        .map(|future| (Some(future), None))
        .collect();
    poll_fn(|cx| {
        let mut done = true;
        for (future, output) in &mut waiting {
            let Some(unfinished) = future else { continue };
            match unfinished.as_mut().poll(cx) {
                Poll::Ready(ready) => {
                    *output = Some(ready);
                    *future = None;
                }
                Poll::Pending => done = false,
            }
        }
        if done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    waiting
        .into_iter()
        .filter_map(|(_, output)| output)
        .collect()
}
