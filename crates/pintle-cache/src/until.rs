//! [`SharedInformer::until`].

use pintle_client::Error;
use pintle_meta::Object;

use crate::{Event, SharedInformer};

impl<K: Object> SharedInformer<K> {
    /// Waits until a condition holds for an event of the objects that the informer holds, and returns that
    /// event. The condition is first asked about every object there is, as added, then about
    /// [`Event::Synced`], at which a look at the [snapshot](SharedInformer::snapshot) shows them all, and
    /// from then on about what happens. client-go's `watch.UntilWithSync`, whose precondition is a condition
    /// for `Synced`.
    ///
    /// Unlike [`pintle_client::until`] it goes on when the server has forgotten the version that was seen
    /// last: what was missed comes as it is found out. There is no time limit but that which is put around
    /// it.
    ///
    /// ```
    /// use pintle_api::core::v1::ConfigMap;
    /// use pintle_cache::{Event, InformerFactory};
    /// use pintle_meta::Metadata;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # pintle_test::block_on(async {
    /// # let cluster = pintle_test::Cluster::start().await?;
    /// # let client = cluster.client();
    /// let factory = InformerFactory::new(client);
    /// let maps = factory.informer::<ConfigMap>();
    /// factory.start();
    /// let found = maps.until(|event| match event {
    ///     Event::Added { object, .. } => Ok(object.name() == "kube-root-ca.crt"),
    ///     _ => Ok(false),
    /// });
    /// found.await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// As the condition; when the informer stops before.
    pub async fn until(
        &self,
        mut condition: impl FnMut(&Event<K>) -> Result<bool, Error>,
    ) -> Result<Event<K>, Error> {
        let mut events = self.events()?;
        while let Some(event) = events.next().await {
            if condition(&event)? {
                return Ok(event);
            }
        }
        Err(self.core().stopped())
    }
}
