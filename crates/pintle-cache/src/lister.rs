//! [`CacheLister`], which reads what an informer holds.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use pintle_client::Error;
use pintle_codec::Str;
use pintle_meta::v1::{Status, StatusDetails};
use pintle_meta::{LabelSelector, Lazy, Object, ObjectName};

use crate::core::{Core, Owner};
use crate::snapshot::{Snapshot, all_typed, by_index, selected, typed};

/// Reads what an informer holds, at once and without waiting for anybody. Cheap to clone; it keeps
/// the informer alive.
///
/// What it answers may be older than what the server has. Each answer is of one moment; two answers
/// that have to fit are asked of one [`snapshot`](Self::snapshot).
///
/// client-go's listers.
pub struct CacheLister<K> {
    owner: Arc<Owner>,
    kind: PhantomData<fn() -> K>,
}

/// Reads what an informer holds of one namespace.
pub struct NamespaceLister<K> {
    lister: CacheLister<K>,
    namespace: String,
}

impl<K: Object> CacheLister<K> {
    pub(crate) fn new(owner: Arc<Owner>) -> Self {
        let kind = PhantomData;
        Self { owner, kind }
    }

    /// The objects of one namespace.
    pub fn namespace(&self, namespace: impl Into<String>) -> NamespaceLister<K> {
        NamespaceLister {
            lister: self.clone(),
            namespace: namespace.into(),
        }
    }

    /// An object of the whole cluster by its name.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub fn get(&self, name: &str) -> Result<Lazy<K>, Error> {
        self.get_in("", name)
    }

    /// The object of a key, if there is one. client-go's `GetByKey`.
    pub fn find(&self, key: &ObjectName) -> Option<Lazy<K>> {
        self.core()
            .look(|objects| objects.find(&key.namespace, &key.name).map(typed))
    }

    /// The objects that a selector selects, by namespace and name.
    pub fn list(&self, selector: &LabelSelector) -> Vec<Lazy<K>> {
        self.core()
            .look(|objects| all_typed(selected(objects.objects(), selector)))
    }

    /// The objects that an index has under a value, by namespace and name. The index `namespace` is
    /// always there.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn by_index(&self, index: impl AsRef<str>, value: &str) -> Result<Vec<Lazy<K>>, Error> {
        self.core()
            .look(|objects| by_index(objects, index.as_ref(), value).map(all_typed))
    }

    /// The values that objects have in an index, in order.
    ///
    /// # Errors
    /// When there is no such index.
    pub fn index_values(&self, index: impl AsRef<str>) -> Result<Vec<Str>, Error> {
        self.snapshot().index_values(index)
    }

    /// All objects as of now.
    pub fn snapshot(&self) -> Snapshot<K> {
        Snapshot::new(self.core().snapshot())
    }

    fn get_in(&self, namespace: &str, name: &str) -> Result<Lazy<K>, Error> {
        let found = self
            .core()
            .look(|objects| objects.find(namespace, name).map(typed));
        found.ok_or_else(|| not_found(self.core(), name))
    }

    fn core(&self) -> &Core {
        self.owner.core()
    }
}

impl<K: Object> NamespaceLister<K> {
    /// An object by its name.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is none.
    pub fn get(&self, name: &str) -> Result<Lazy<K>, Error> {
        self.lister.get_in(&self.namespace, name)
    }

    /// The objects that a selector selects, by name.
    pub fn list(&self, selector: &LabelSelector) -> Vec<Lazy<K>> {
        self.lister
            .core()
            .look(|objects| all_typed(selected(objects.in_namespace(&self.namespace), selector)))
    }
}

/// What the server would answer.
fn not_found(core: &Core, name: &str) -> Error {
    let (group, resource) = (&core.identity.group, &core.identity.resource);
    let qualified = match group.as_str() {
        "" => resource.to_string(),
        group => format!("{resource}.{group}"),
    };
    let details = StatusDetails {
        name: name.into(),
        group: group.clone(),
        kind: resource.clone(),
        ..StatusDetails::default()
    };
    Error::from(Status {
        status: "Failure".into(),
        message: format!("{qualified} \"{name}\" not found").into(),
        reason: "NotFound".into(),
        details: Some(details.into()),
        code: 404,
        ..Status::default()
    })
}

impl<K> Clone for CacheLister<K> {
    fn clone(&self) -> Self {
        Self {
            owner: self.owner.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> Clone for NamespaceLister<K> {
    fn clone(&self) -> Self {
        Self {
            lister: self.lister.clone(),
            namespace: self.namespace.clone(),
        }
    }
}

impl<K> fmt::Debug for CacheLister<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CacheLister").field(&self.owner).finish()
    }
}

impl<K> fmt::Debug for NamespaceLister<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamespaceLister")
            .field("lister", &self.lister)
            .field("namespace", &self.namespace)
            .finish()
    }
}
