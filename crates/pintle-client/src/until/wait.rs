//! [`await_condition`] and [`until`].

use pintle_meta::v1::ListOptions;
use pintle_meta::{FieldSelector, Object, WatchEvent};

use super::retry_watcher::RetryWatcher;
use crate::{Api, Error, ErrorKind, Holds, Watcher};

/// Waits until a condition holds for an object, and returns the object as it then is, or `None` if it
/// holds for there being none.
///
/// The condition is asked about each state of the object from now on, the present one first. It is a
/// function; [`exists`](crate::conditions::exists), [`is_deleted`](crate::conditions::is_deleted) and
/// [`has_condition`](crate::conditions::has_condition) make such for objects of any type,
/// `pintle_clientset::conditions` for built-in ones. There is no time limit but that which is put around
/// it.
///
/// ```no_run
/// use std::time::Duration;
/// use pintle_api::core::v1::{Pod, PodPhase};
/// use pintle_client::{Client, await_condition};
///
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let pods = client.api::<Pod>().namespace("default");
/// let running = await_condition(&pods, "web-0", |pod: Option<&Pod>| {
///     pod.is_some_and(|pod| pod.status.phase == PodPhase::RUNNING)
/// });
/// tokio::time::timeout(Duration::from_secs(60), running).await??;
/// # Ok(())
/// # }
/// ```
///
/// # Cancel safety
/// Nothing is lost when the future is dropped.
///
/// # Errors
/// When the object cannot be listed, or watched. A watch that breaks goes on; one whose version the
/// server has forgotten begins with a list again.
pub async fn await_condition<K: Object, P: Holds>(
    api: &Api<K, P>,
    name: &str,
    mut condition: impl FnMut(Option<&K>) -> bool,
) -> Result<Option<K>, Error> {
    let only = ListOptions::new().fields(FieldSelector::name(name).to_string());
    loop {
        // Not a get: only a list says as of which version there is nothing.
        let mut list = api.list(&only).await?;
        let present = list.items.pop();
        if condition(present.as_ref()) {
            return Ok(present);
        }
        let version = list.metadata.resource_version.to_string();
        let mut watch = RetryWatcher::new(api.clone(), version, only.clone())?;
        loop {
            let state = match watch.next().await {
                Ok(WatchEvent::Added(object) | WatchEvent::Modified(object)) => Some(object),
                Ok(WatchEvent::Deleted(_)) => None,
                Ok(WatchEvent::Bookmark(_) | WatchEvent::Error(_)) => continue,
                Err(error) if error.is_gone() => break,
                // It may be read in its next state.
                Err(error) if error.kind() == ErrorKind::InvalidObject => continue,
                Err(error) => return Err(error),
            };
            if condition(state.as_ref()) {
                return Ok(state);
            }
        }
    }
}

/// Watches from just behind a version until a condition holds for an event, and returns that event.
/// client-go's `watch.Until`.
///
/// # Cancel safety
/// Nothing is lost when the future is dropped.
///
/// # Errors
/// As the condition, and [`RetryWatcher::next`].
pub async fn until<K: Object>(
    watcher: impl Watcher<K> + 'static,
    version: &str,
    options: ListOptions,
    mut condition: impl FnMut(&WatchEvent<K>) -> Result<bool, Error>,
) -> Result<WatchEvent<K>, Error> {
    let mut watch = RetryWatcher::new(watcher, version, options)?;
    loop {
        let event = watch.next().await?;
        if condition(&event)? {
            return Ok(event);
        }
    }
}
