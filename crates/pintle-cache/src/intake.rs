//! [`Intake`], what becomes of an object between the server and the store.
//!
//! Invariant: an object that the store has in the same version is that of the store: it is neither
//! decoded nor transformed again, and takes no memory twice.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pintle_cache_core::Version;
use pintle_client::{Error, ErrorKind};
use pintle_meta::{AnyObject, Metadata as _, ObjectName};
use pintle_snapshot::SnapshotCell;

/// Takes objects in, one by one.
#[derive(Clone, Default)]
pub(crate) struct Intake {
    /// What the store holds.
    known: Option<Arc<SnapshotCell<Version<AnyObject>>>>,
    /// What is to be done with an object before it is stored.
    steps: Vec<Step>,
    /// Which objects are to be stored.
    predicate: Option<Predicate>,
}

/// Makes another object of one.
pub(crate) type Step = Arc<dyn Fn(AnyObject) -> Result<AnyObject, Error> + Send + Sync>;

/// Says whether an object is to be stored.
pub(crate) type Predicate = Arc<dyn Fn(&AnyObject) -> bool + Send + Sync>;

/// What became of an object.
pub(crate) enum Taken {
    /// It is to be stored.
    Wanted(AnyObject),
    /// It is not to be stored.
    Unwanted(AnyObject),
    /// The program's own functions failed on it.
    Refused { key: ObjectName, error: Error },
}

impl Intake {
    pub(crate) fn over(mut self, known: Arc<SnapshotCell<Version<AnyObject>>>) -> Self {
        self.known = Some(known);
        self
    }

    pub(crate) fn step(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub(crate) fn predicate(&mut self, predicate: Predicate) {
        self.predicate = Some(predicate);
    }

    pub(crate) fn take(&self, object: AnyObject) -> Taken {
        if let Some(known) = self.known_version(&object) {
            return Taken::Wanted(known);
        }
        // What is whole behind these functions is not known if they panic; nothing of it is used then.
        let taken = catch_unwind(AssertUnwindSafe(|| self.decide(object.clone())));
        let error = match taken {
            Ok(Ok(taken)) => return taken,
            Ok(Err(error)) => error,
            Err(_) => {
                let message = "a function that takes objects in has panicked";
                Error::with_message(ErrorKind::InvalidObject, message)
            }
        };
        let key = object.key();
        Taken::Refused { key, error }
    }

    /// As [`Intake::take`], for one of the changes of a watch, which hardly ever is what is there
    /// already. If nothing is to be done with it, the store itself sees whether it is.
    pub(crate) fn take_change(&self, object: AnyObject) -> Taken {
        match self.steps.is_empty() && self.predicate.is_none() {
            true => Taken::Wanted(object),
            false => self.take(object),
        }
    }

    fn decide(&self, mut object: AnyObject) -> Result<Taken, Error> {
        if let Some(predicate) = &self.predicate
            && !predicate(&object)
        {
            return Ok(Taken::Unwanted(object));
        }
        for step in &self.steps {
            object = step(object)?;
        }
        Ok(Taken::Wanted(object))
    }

    /// The object of the store, if it is this one in the same version.
    fn known_version(&self, object: &AnyObject) -> Option<AnyObject> {
        let version = self.known.as_ref()?.load();
        let known = version.snapshot().find(object.namespace(), object.name())?;
        let is_same = !object.resource_version().is_empty()
            && known.resource_version() == object.resource_version()
            && known.uid() == object.uid();
        is_same.then(|| known.clone())
    }
}
