//! [`DeferredRestMapper`], a mapper over a cache, which it refreshes.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pintle_meta::{GroupVersionKind, GroupVersionResource};

use super::{Mapping, PartialResource, RestMapper};
use crate::{Discovery, Error};

/// A [`RestMapper`] that is made when it is first needed, over what a cache knows; what it does not
/// find there, it looks for once more after the cache was refreshed, if the cache is not fresh.
///
/// Cheap to clone; clones share the mapper. client-go's `restmapper.DeferredDiscoveryRESTMapper`.
///
/// # Cancel safety
/// Nothing is lost when a future of any of its methods is dropped.
#[derive(Clone)]
pub struct DeferredRestMapper(Arc<Inner>);

struct Inner {
    discovery: Arc<dyn Discovery>,
    mapper: Mutex<Option<RestMapper>>,
    /// Held by the one that makes the mapper.
    making: tokio::sync::Mutex<()>,
}

impl DeferredRestMapper {
    /// Over a cache, or over anything else that discovers. Nothing is asked yet.
    pub fn new(discovery: impl Discovery) -> Self {
        Self(Arc::new(Inner {
            discovery: Arc::new(discovery),
            mapper: Mutex::default(),
            making: tokio::sync::Mutex::default(),
        }))
    }

    /// What discovers.
    pub fn discovery(&self) -> &Arc<dyn Discovery> {
        &self.0.discovery
    }

    /// The mapper as it is now, which is made if there is none.
    ///
    /// # Errors
    /// When nothing can be discovered.
    pub async fn mapper(&self) -> Result<RestMapper, Error> {
        if let Some(mapper) = &*self.current() {
            return Ok(mapper.clone());
        }
        let _making = self.0.making.lock().await;
        if let Some(mapper) = &*self.current() {
            return Ok(mapper.clone());
        }
        // What could not be discovered may be what nobody looks for.
        let mapper = RestMapper::new(&self.0.discovery.all().await?);
        *self.current() = Some(mapper.clone());
        Ok(mapper)
    }

    /// Forgets the mapper, and what the cache underneath knows.
    pub fn reset(&self) {
        let mut mapper = self.current();
        self.0.discovery.invalidate();
        *mapper = None;
    }

    /// What `find` finds in the mapper, or else in one made of a refreshed cache.
    ///
    /// # Errors
    /// As `find`, and when nothing can be discovered.
    pub async fn find<T>(
        &self,
        find: impl Fn(&RestMapper) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match find(&self.mapper().await?) {
            Err(_) if !self.0.discovery.is_fresh() => {
                self.reset();
                find(&self.mapper().await?)
            }
            outcome => outcome,
        }
    }

    /// As [`RestMapper::lookup`].
    ///
    /// # Errors
    /// As [`RestMapper::lookup`], and when nothing can be discovered.
    pub async fn lookup(&self, text: &str) -> Result<Mapping, Error> {
        self.find(|mapper| mapper.lookup(text)).await
    }

    /// As [`RestMapper::mapping`].
    ///
    /// # Errors
    /// As [`RestMapper::mapping`], and when nothing can be discovered.
    pub async fn mapping(
        &self,
        group: &str,
        kind: &str,
        versions: &[&str],
    ) -> Result<Mapping, Error> {
        self.find(|mapper| mapper.mapping(group, kind, versions))
            .await
    }

    /// As [`RestMapper::resource_for`], of a name whose short form is expanded.
    ///
    /// # Errors
    /// As [`RestMapper::resource_for`], and when nothing can be discovered.
    pub async fn resource_for(
        &self,
        name: &PartialResource,
    ) -> Result<GroupVersionResource, Error> {
        self.find(|mapper| mapper.resource_for(&mapper.expand(name).resource))
            .await
    }

    /// As [`RestMapper::kind_for`], of a name whose short form is expanded.
    ///
    /// # Errors
    /// As [`RestMapper::kind_for`], and when nothing can be discovered.
    pub async fn kind_for(&self, name: &PartialResource) -> Result<GroupVersionKind, Error> {
        self.find(|mapper| mapper.kind_for(&mapper.expand(name).resource))
            .await
    }

    fn current(&self) -> MutexGuard<'_, Option<RestMapper>> {
        self.0.mapper.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for DeferredRestMapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeferredRestMapper")
            .field("mapper", &*self.current())
            .finish_non_exhaustive()
    }
}
