//! Watching.

use pintle_meta::Object;
use pintle_meta::v1::ListOptions;

use super::{Api, Place};
use crate::list_watch::BoxFuture;
use crate::{Error, WatchStream, Watcher};

impl<K: Object, P: Place> Api<K, P> {
    /// What happens to the objects that `options` select, from the version that they name; from
    /// the present if they name none, beginning with one `Added` for each object there is.
    ///
    /// `timeout_seconds` goes to the server only: a watch has no deadline of its own.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// See [`Request::watch`](crate::Request::watch).
    pub async fn watch(&self, options: &ListOptions) -> Result<WatchStream<K>, Error> {
        let options = ListOptions {
            watch: true,
            ..options.clone()
        };
        let request = self.at(self.rest.get()).versioned_params(&options);
        request.watch_with(self.decoder(), self.target.read).await
    }
}

impl<K: Object, P: Place> Watcher<K> for Api<K, P> {
    fn watch(&self, options: ListOptions) -> BoxFuture<'_, Result<WatchStream<K>, Error>> {
        Box::pin(async move { Api::watch(self, &options).await })
    }
}
