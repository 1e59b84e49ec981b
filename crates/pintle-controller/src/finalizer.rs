//! [`Finalizer`], what keeps an object until its controller has cleaned up after it.

use pintle_client::{Api, Error, Holds, Patch, retry_on_conflict};
use pintle_codec::{Object as Tree, Str, Value, json};
use pintle_meta::v1::{ObjectMeta, PatchOptions};
use pintle_meta::{Lazy, Metadata as _, Object};

/// A finalizer: a name in the metadata of an object that keeps it from vanishing until it is removed.
///
/// For what the garbage collector cannot delete with an object: whatever is outside of the cluster, in
/// another namespace, or has to go in an order.
///
/// ```no_run
/// use pintle_api::core::v1::ConfigMap;
/// use pintle_client::{Api, Error};
/// use pintle_controller::{Action, Context, Finalizer, Stage};
///
/// # async fn set_up(_: &str) -> Result<(), Error> { Ok(()) }
/// # async fn clean_up(_: &str) -> Result<(), Error> { Ok(()) }
/// async fn reconcile(api: &Api<ConfigMap>, cx: Context<ConfigMap>) -> Result<Action, Error> {
///     let Some(object) = cx.object() else { return Ok(Action::Done) };
///     let finalizer = Finalizer::new("example.com/bucket");
///     match finalizer.hold(api, &object).await? {
///         Stage::Live => set_up(&object.key().name).await?,
///         Stage::Deleting => {
///             clean_up(&object.key().name).await?;
///             finalizer.release(api, &object).await?;
///         }
///         _ => {}
///     }
///     Ok(Action::Done)
/// }
/// ```
///
/// controller-runtime's `controllerutil.AddFinalizer` and its kin.
#[derive(Clone, Debug)]
pub struct Finalizer {
    name: Str,
    options: PatchOptions,
}

/// What becomes of an object that a [`Finalizer`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// It lives, and has the finalizer: what is made for it from now on will be cleaned up.
    Live,
    /// It is to be deleted, and waits for the finalizer: clean up, then [release](Finalizer::release) it.
    Deleting,
    /// It is gone, or on its way without the finalizer. There is nothing to be done.
    Gone,
}

impl Finalizer {
    /// A finalizer of this name, which has the form `example.com/what`.
    pub fn new(name: impl Into<Str>) -> Self {
        Self {
            name: name.into(),
            options: PatchOptions::new(),
        }
    }

    /// Who it is that changes the object, for its `managedFields`.
    #[must_use]
    pub fn field_manager(mut self, manager: impl Into<Str>) -> Self {
        self.options = self.options.field_manager(manager);
        self
    }

    /// Sees to it that a live object has the finalizer, and says what is to be done.
    ///
    /// What the caller has of the object, usually from a cache, is what it begins with: the object is
    /// read only if that is out of date.
    ///
    /// # Cancel safety
    /// When the future is dropped, the object may have got the finalizer.
    ///
    /// # Errors
    /// As [`Api::patch`].
    pub async fn hold<K: Object, P: Holds>(
        &self,
        api: &Api<K, P>,
        object: &Lazy<K>,
    ) -> Result<Stage, Error> {
        let metadata = read(object)?;
        match (metadata.is_deleting(), self.is_in(&metadata)) {
            (true, true) => Ok(Stage::Deleting),
            (true, false) => Ok(Stage::Gone),
            (false, true) => Ok(Stage::Live),
            (false, false) => match self.put(api, metadata, true).await? {
                true => Ok(Stage::Live),
                false => Ok(Stage::Gone),
            },
        }
    }

    /// Takes the finalizer from the object, which the server then deletes if no other holds it. An object
    /// that does not have it, or is gone, is left alone.
    ///
    /// # Cancel safety
    /// When the future is dropped, the finalizer may be gone.
    ///
    /// # Errors
    /// As [`Api::patch`].
    pub async fn release<K: Object, P: Holds>(
        &self,
        api: &Api<K, P>,
        object: &Lazy<K>,
    ) -> Result<(), Error> {
        self.put(api, read(object)?, false).await.map(drop)
    }

    fn is_in(&self, metadata: &ObjectMeta) -> bool {
        metadata.finalizers.contains(&self.name)
    }

    /// Puts the finalizer into the object, or takes it out; whether the object has it then.
    async fn put<K: Object, P: Holds>(
        &self,
        api: &Api<K, P>,
        known: ObjectMeta,
        wanted: bool,
    ) -> Result<bool, Error> {
        let first = self.attempt(api, &known, wanted).await;
        let conflict = match first {
            Err(error) if error.is_conflict() => error,
            outcome => return outcome,
        };
        tracing::debug!(%conflict, "what was known of the object is out of date");
        retry_on_conflict(|| async {
            let Some(found) = api.find(&known.name).await? else {
                return Ok(false);
            };
            let found = read(&Lazy::from(found))?;
            match found.uid == known.uid {
                true => self.attempt(api, &found, wanted).await,
                false => Ok(false),
            }
        })
        .await
    }

    async fn attempt<K: Object, P: Holds>(
        &self,
        api: &Api<K, P>,
        found: &ObjectMeta,
        wanted: bool,
    ) -> Result<bool, Error> {
        if self.is_in(found) == wanted {
            return Ok(wanted);
        }
        // The server takes no new ones then.
        if wanted && found.is_deleting() {
            return Ok(false);
        }
        let mut finalizers: Vec<&Str> = found.finalizers.iter().collect();
        match wanted {
            true => finalizers.push(&self.name),
            false => finalizers.retain(|name| **name != self.name),
        }
        let patch = patch(&finalizers, &found.resource_version);
        match api.patch(&found.name, &patch, &self.options).await {
            Ok(_) => Ok(wanted),
            // Not a server that does not serve the resource yet: nobody would look at the object again.
            Err(error) if error.is_object_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn read<K: Object>(object: &Lazy<K>) -> Result<ObjectMeta, Error> {
    object.object_meta().map_err(|error| {
        let message = format!("the metadata of {} cannot be read", object.key());
        Error::with_message(pintle_client::ErrorKind::InvalidObject, message).because(error)
    })
}

/// Replaces the finalizers of this version.
fn patch(finalizers: &[&Str], resource_version: &Str) -> Patch {
    let finalizers: Vec<Value> = finalizers.iter().map(|&name| name.clone().into()).collect();
    let metadata = Tree::from([
        ("finalizers", Value::from(finalizers)),
        ("resourceVersion", resource_version.clone().into()),
    ]);
    let mut body = Vec::new();
    let tree = Tree::from([("metadata", Value::from(metadata))]);
    json::write(&tree.into(), &mut body);
    Patch::merge(body)
}
