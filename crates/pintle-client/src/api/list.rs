//! Listing.

use std::time::Duration;

use pintle_meta::v1::ListOptions;
use pintle_meta::{Object, ObjectList};

use super::{Api, Pages, Place};
use crate::list_watch::BoxFuture;
use crate::{Error, ListStream, Lister};

impl<K: Object, P: Place> Api<K, P> {
    /// The objects that `options` select, as of one version of the store. With a limit, the list's
    /// metadata says where to continue; [`Api::list_all`] does.
    ///
    /// Objects are decoded while they arrive. `timeout_seconds` is the deadline of the request as
    /// well.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// See [`Request::send`](crate::Request::send).
    pub async fn list(&self, options: &ListOptions) -> Result<ObjectList<K>, Error> {
        self.list_stream(options).await?.collect().await
    }

    /// As [`Api::list`], the objects one by one while they arrive.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::list`], until the items begin; see [`ListStream::try_next`].
    pub async fn list_stream(&self, options: &ListOptions) -> Result<ListStream<K>, Error> {
        let mut request = self.at_list(self.rest.get()).versioned_params(options);
        let seconds = options.timeout_seconds;
        if let Some(seconds) = seconds.and_then(|seconds| u64::try_from(seconds).ok()) {
            request = request.timeout(Duration::from_secs(seconds));
        }
        let expected = self.target.list.clone();
        request.list_with(self.decoder(), expected).await
    }

    /// All objects that `options` select, page by page; see [`Pages`]. The limit of the options is the
    /// size of a page, 500 if there is none.
    pub fn pages(&self, options: &ListOptions) -> Pages<K, P> {
        Pages::new(self.clone(), options)
    }

    /// All objects that `options` select, as [`Api::pages`] reads them, in one list. Should the
    /// server forget the version of the list before its last page is read, all is listed again at
    /// once.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::list`].
    pub async fn list_all(&self, options: &ListOptions) -> Result<ObjectList<K>, Error> {
        let mut pages = self.pages(options);
        let mut all = ObjectList::default();
        let mut first = true;
        loop {
            match pages.try_next_page().await {
                Ok(Some(page)) => {
                    first = false;
                    all.metadata = page.metadata;
                    all.items.extend(page.items);
                }
                Ok(None) => break,
                Err(error) if error.is_gone() && !first => {
                    let options = ListOptions {
                        limit: 0,
                        continue_: Default::default(),
                        ..options.clone()
                    };
                    return self.list(&options).await;
                }
                Err(error) => return Err(error),
            }
        }
        all.metadata.continue_ = Default::default();
        all.metadata.remaining_item_count = None;
        Ok(all)
    }
}

impl<K: Object, P: Place> Lister<K> for Api<K, P> {
    fn list(&self, options: ListOptions) -> BoxFuture<'_, Result<ObjectList<K>, Error>> {
        Box::pin(async move { Api::list(self, &options).await })
    }

    fn list_stream(&self, options: ListOptions) -> BoxFuture<'_, Result<ListStream<K>, Error>> {
        Box::pin(async move { Api::list_stream(self, &options).await })
    }
}
