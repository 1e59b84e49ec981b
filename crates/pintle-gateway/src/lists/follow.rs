//! Following a resource: a list, then everything that happens to it.

use std::sync::Arc;
use std::time::Duration;

use pintle_client::{Api, Error, Place};
use pintle_meta::v1::ListOptions;
use pintle_meta::{Metadata as _, Object as _, Unstructured, WatchEvent};
use tokio::time::sleep;
use tracing::debug;

use super::Shared;
use crate::board::Key;

/// Keeps a board as the API server has it, for as long as this is polled.
pub(super) async fn follow<P: Place>(api: Api<Unstructured, P>, shared: Arc<Shared>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let Err(error) = from_the_beginning(&api, &shared, &mut pause).await else {
            // What has happened is forgotten; what there is is listed anew.
            sleep(FIRST_PAUSE).await;
            continue;
        };
        debug!(
            error = &error as &dyn std::error::Error,
            "a resource cannot be followed"
        );
        shared.note_trouble(&error);
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Lists, and follows what happens until the server has forgotten what has happened.
async fn from_the_beginning<P: Place>(
    api: &Api<Unstructured, P>,
    shared: &Shared,
    pause: &mut Duration,
) -> Result<(), Error> {
    let list = api.list_all(&ListOptions::new()).await?;
    let mut version = list.metadata.resource_version.to_string();
    shared.write(|board| board.replace(&list.items));
    drop(list);
    shared.note_whole();
    *pause = FIRST_PAUSE;
    loop {
        let mut options = ListOptions::new().resource_version(&*version);
        options.allow_watch_bookmarks = true;
        let watched = async {
            let mut watch = api.watch(&options).await?;
            while let Some(event) = watch.try_next().await? {
                *pause = FIRST_PAUSE;
                if let WatchEvent::Error(_) = event {
                    // Whatever it says, a list says what is true now.
                    return Ok(true);
                }
                take(event, shared, &mut version);
            }
            Ok::<_, Error>(false)
        };
        match watched.await {
            Ok(false) => {}
            Ok(true) => return Ok(()),
            Err(error) if error.is_gone() => return Ok(()),
            Err(error) => {
                debug!(error = &error as &dyn std::error::Error, "a watch ended");
                sleep(*pause).await;
                *pause = (*pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

fn take(event: WatchEvent<Unstructured>, shared: &Shared, version: &mut String) {
    let mut at = |new: &str| {
        if !new.is_empty() {
            new.clone_into(version);
        }
    };
    match event {
        WatchEvent::Added(object) | WatchEvent::Modified(object) => {
            at(object.metadata().resource_version());
            shared.write(|board| board.put(&object));
        }
        WatchEvent::Deleted(object) => {
            let metadata = object.metadata();
            at(metadata.resource_version());
            let key = Key {
                namespace: metadata.namespace().into(),
                name: metadata.name().into(),
            };
            shared.write(|board| board.remove(&key));
        }
        WatchEvent::Bookmark(bookmark) => at(bookmark.resource_version.as_str()),
        WatchEvent::Error(_) => {}
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
