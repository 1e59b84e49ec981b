//! [`Pages`], a long list in pieces.

use std::fmt;
use std::future::poll_fn;
use std::task::Poll;

use pintle_meta::v1::ListOptions;
use pintle_meta::{Object, ObjectList};

use super::{Api, Place};
use crate::Error;
use crate::list_watch::BoxFuture;

/// All objects of a list, a page at a time, all as of one version of the store.
///
/// While the objects of a page are taken one by one, the next page is on its way. client-go's
/// `pager.ListPager`.
#[must_use = "pages are read while they are polled"]
pub struct Pages<K, P> {
    api: Api<K, P>,
    options: ListOptions,
    /// What is left of the page that arrived last, in its order.
    items: std::vec::IntoIter<K>,
    next: Next<K>,
}

enum Next<K> {
    /// There is a page that was not asked for.
    Unasked,
    /// It was asked for.
    Coming(BoxFuture<'static, Result<ObjectList<K>, Error>>),
    /// The last page has arrived, or the list has failed.
    Nothing,
}

impl<K: Object, P: Place> Pages<K, P> {
    pub(super) fn new(api: Api<K, P>, options: &ListOptions) -> Self {
        let mut options = options.clone();
        if options.limit == 0 {
            options.limit = PAGE;
        }
        Self {
            api,
            options,
            items: Vec::new().into_iter(),
            next: Next::Unasked,
        }
    }

    /// The next page, as the server answers it; `None` behind the last one.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Api::list`]. [`Error::is_gone`] when the server has forgotten the version of the list in
    /// the meantime: what is still to come can only be read of another version, see
    /// [`Api::list_all`]. After an error there are no more pages.
    pub async fn try_next_page(&mut self) -> Result<Option<ObjectList<K>>, Error> {
        self.ask();
        let Next::Coming(page) = &mut self.next else {
            return Ok(None);
        };
        let page = page.await;
        self.next = Next::Nothing;
        let page = page?;
        if !page.metadata.continue_.is_empty() {
            self.options.continue_ = page.metadata.continue_.clone();
            // The token says which version it is of.
            self.options.resource_version = Default::default();
            self.options.resource_version_match = Default::default();
            self.next = Next::Unasked;
        }
        Ok(Some(page))
    }

    /// The next object; `None` behind the last one.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As [`Pages::try_next_page`]; no object comes twice, whatever happens.
    pub async fn try_next(&mut self) -> Result<Option<K>, Error> {
        loop {
            if let Some(item) = self.items.next() {
                self.go_on().await;
                return Ok(Some(item));
            }
            match self.try_next_page().await? {
                Some(page) => {
                    self.items = page.items.into_iter().collect::<Vec<_>>().into_iter();
                    self.ask();
                }
                None => return Ok(None),
            }
        }
    }

    /// Asks for the next page, if there is one that was not asked for.
    fn ask(&mut self) {
        if matches!(self.next, Next::Unasked) {
            let (api, options) = (self.api.clone(), self.options.clone());
            self.next = Next::Coming(Box::pin(async move { api.list(&options).await }));
        }
    }

    /// Lets the next page come as far as it can without being waited for.
    async fn go_on(&mut self) {
        let Next::Coming(page) = &mut self.next else {
            return;
        };
        let arrived = poll_fn(|cx| {
            Poll::Ready(match page.as_mut().poll(cx) {
                Poll::Ready(page) => Some(page),
                Poll::Pending => None,
            })
        });
        if let Some(arrived) = arrived.await {
            self.next = Next::Coming(Box::pin(std::future::ready(arrived)));
        }
    }
}

impl<K, P: Place> fmt::Debug for Pages<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("api", &self.api)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// As client-go.
const PAGE: i64 = 500;
