//! Deleting objects: at once, after a grace period, or once their finalizers are gone.

use std::sync::Arc;

use pintle_codec::{Str, Value};
use pintle_meta::Time;

use super::{Registry, Served};
use crate::{
    kinds::{Deletion, Dependents},
    schema::Tree,
    status::Failure,
    store::{Draft, Key, Object},
    validation::{FOREGROUND, ORPHAN},
};

/// What a client asks of a deletion.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeleteOptions {
    /// The seconds that the object is given to end; none for its own default.
    pub(crate) grace_period: Option<i64>,
    /// The object to delete must have this uid.
    pub(crate) uid: Option<Str>,
    /// The object to delete must be at this revision.
    pub(crate) resource_version: Option<Str>,
    /// What becomes of the objects that the object owns; none for what the object or its kind says.
    pub(crate) propagation: Option<Propagation>,
    /// Nothing is to be done in the end.
    pub(crate) dry_run: bool,
}

/// What becomes of the objects that a deleted object owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Propagation {
    /// They are deleted after it.
    Background,
    /// They are deleted before it.
    Foreground,
    /// They lose their owner.
    Orphan,
    /// They are deleted: what is said by `orphanDependents=false`, the older way.
    Cascade,
}

/// What a deletion did.
#[derive(Clone, Debug)]
pub(crate) enum Deleted {
    /// The object is gone; its last state.
    Gone(Arc<Object>),
    /// The object is marked, and goes once it may.
    Marked(Arc<Object>),
    /// It was marked before, and nothing was changed.
    Already(Arc<Object>),
}

/// What is to be done with an object that shall be deleted.
enum Plan {
    /// Its deletion is under way and is not changed.
    Nothing,
    /// It is marked already; its finalizers keep it.
    Keep,
    Remove,
    Mark(Tree),
    /// Marked for all to see, and removed right after it.
    MarkAndRemove(Tree),
}

impl Registry {
    /// Deletes an object.
    pub(crate) fn delete(
        &self,
        served: Served,
        namespace: &str,
        name: &str,
        options: &DeleteOptions,
    ) -> Result<Deleted, Failure> {
        let is_namespace = matches!(served.kind.deletion, Deletion::Namespace);
        if is_namespace && IMMORTAL.contains(&name) {
            const WHY: &str = "this namespace may not be deleted";
            return Err(Failure::forbidden(served.qualified(), name, WHY));
        }
        let key = Key::new(namespace, name);
        loop {
            let current = self.store.read(|store| store.get(served.id, &key));
            let Some(current) = current else {
                return Err(Failure::not_found(served.qualified(), name));
            };
            check_preconditions(served, &current, options)?;
            let plan = self.plan(served, &served.tree(&current), options);
            if let Some(deleted) = self.carry_out(served, &current, plan, options.dry_run) {
                return Ok(deleted);
            }
            // Somebody else was faster: the rules are applied again to what there is now.
        }
    }

    /// Deletes objects one after the other, those that are still there.
    ///
    /// # Cancel safety
    ///
    /// Dropping this leaves the rest of the objects.
    pub(crate) async fn delete_each(
        &self,
        served: Served,
        objects: &[Arc<Object>],
        options: &DeleteOptions,
    ) -> Result<(), Failure> {
        for (at, object) in objects.iter().enumerate() {
            if at % GIVE_WAY_EVERY == GIVE_WAY_EVERY - 1 {
                tokio::task::yield_now().await;
            }
            let (namespace, name) = (object.key.namespace(), object.key.name());
            match self.delete(served, namespace, name, options) {
                Ok(_) => {}
                Err(failure) if failure.code() == http::StatusCode::NOT_FOUND => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    fn plan(&self, served: Served, before: &Tree, options: &DeleteOptions) -> Plan {
        let deleting = before.metadata().contains_key(TIMESTAMP);
        let mut tree = before.clone();
        let grace = match served.kind.deletion {
            Deletion::Namespace if !deleting => {
                tree.set(&["metadata", TIMESTAMP], self.now().into());
                tree.set(&["status", "phase"], "Terminating".into());
                match options.propagation {
                    None => {}
                    Some(Propagation::Background) => set_collector(&mut tree, None),
                    Some(Propagation::Foreground | Propagation::Cascade) => {
                        set_collector(&mut tree, Some(FOREGROUND));
                    }
                    Some(Propagation::Orphan) => set_collector(&mut tree, Some(ORPHAN)),
                }
                return Plan::Mark(tree);
            }
            Deletion::Namespace if !served.is_empty(&tree) => return Plan::Nothing,
            Deletion::Namespace | Deletion::Immediate => None,
            Deletion::Graceful(period) => match self.shorten(&mut tree, options) {
                Grace::Pending => return Plan::Nothing,
                Grace::Over => None,
                Grace::Shortened(period) => Some(period),
                Grace::New => {
                    let period = period(&tree, options.grace_period);
                    self.mark(&mut tree, period);
                    Some(period)
                }
            },
        };
        let collector = collector(served.kind.dependents, &tree, options);
        set_collector(&mut tree, collector);
        let has_finalizers = !tree.list(&FINALIZERS).is_empty();
        match (grace, has_finalizers) {
            (Some(0), false) => Plan::MarkAndRemove(tree),
            (Some(_), _) => Plan::Mark(tree),
            (None, false) => Plan::Remove,
            (None, true) => {
                self.mark(&mut tree, 0);
                if tree.object() == before.object() {
                    Plan::Keep
                } else {
                    Plan::Mark(tree)
                }
            }
        }
    }

    /// What becomes of the grace period of an object that may be on its way out: it can only get
    /// shorter.
    fn shorten(&self, tree: &mut Tree, options: &DeleteOptions) -> Grace {
        let Ok(ends) = tree.metadata_text(TIMESTAMP).parse::<Time>() else {
            return Grace::New;
        };
        let period = tree.at(&["metadata", PERIOD]).and_then(Value::as_int);
        let period = match period.unwrap_or_default() {
            0 => return Grace::Over,
            period => period.max(1),
        };
        let mut asked = match options.grace_period {
            Some(asked) if asked < 0 => 1,
            Some(asked) => asked,
            None => return Grace::Pending,
        };
        if asked >= period {
            return Grace::Pending;
        }
        let now = self.clock.timestamp().unix_seconds();
        let mut ends = ends.unix_seconds() - period + asked;
        if ends < now {
            ends = now;
            // It is still for somebody else to see it, and to delete it in the end.
            asked = asked.min(1);
        }
        let ends = Time::from_unix(ends).to_string();
        tree.set(&["metadata", TIMESTAMP], ends.into());
        tree.set(&["metadata", PERIOD], asked.into());
        Grace::Shortened(asked)
    }

    /// Says on an object that it ends after a period, which is cut short where no date could say
    /// when it ends; one that says so already ends no later. The first time makes a new generation
    /// of it.
    fn mark(&self, tree: &mut Tree, period: i64) {
        let now = self.clock.timestamp().unix_seconds();
        let period = period.min(LAST_SECOND - now);
        let ends = Time::from_unix(now + period);
        let marked = tree.metadata_text(TIMESTAMP).parse::<Time>().ok();
        let generation = tree.at(&["metadata", "generation"]).and_then(Value::as_int);
        if let (None, Some(generation @ 1..)) = (marked, generation) {
            tree.set(&["metadata", "generation"], (generation + 1).into());
        }
        if marked.is_none_or(|marked| marked > ends) {
            tree.set(&["metadata", TIMESTAMP], ends.to_string().into());
        }
        tree.set(&["metadata", PERIOD], period.into());
    }

    /// Does what was planned for an object, unless it has changed since.
    fn carry_out(
        &self,
        served: Served,
        current: &Arc<Object>,
        plan: Plan,
        dry_run: bool,
    ) -> Option<Deleted> {
        let key = &current.key;
        let (tree, remove) = match plan {
            Plan::Nothing => return Some(Deleted::Already(current.clone())),
            Plan::Keep => return Some(Deleted::Marked(current.clone())),
            Plan::Remove => (None, true),
            Plan::Mark(tree) => (Some(tree), false),
            Plan::MarkAndRemove(tree) => (Some(tree), true),
        };
        let marked = tree.map(|tree| (Draft::encode(&tree), served.attributes(&tree)));
        if dry_run {
            let object = match marked {
                Some((draft, attributes)) => {
                    let revision = current.revision;
                    Arc::new(Object::dry_at(key.clone(), &draft, attributes, revision))
                }
                None => current.clone(),
            };
            return Some(if remove {
                Deleted::Gone(object)
            } else {
                Deleted::Marked(object)
            });
        }
        let done = self.store.write(|store| {
            let unchanged = store
                .get(served.id, key)
                .is_some_and(|now| now.revision == current.revision);
            if !unchanged {
                return None;
            }
            let now = self.clock.now();
            let marked = marked.map(|(draft, attributes)| {
                store.put(served.id, key.clone(), &draft, attributes, now)
            });
            if remove {
                return store.remove(served.id, key, now).map(Deleted::Gone);
            }
            marked.map(Deleted::Marked)
        });
        if let Some(Deleted::Gone(object)) = &done {
            self.release(served, object);
        }
        done
    }
}

/// What becomes of a grace period.
enum Grace {
    /// The object was not being deleted.
    New,
    /// It goes on as it is.
    Pending,
    /// It has come to its end.
    Over,
    /// It has become as short as this.
    Shortened(i64),
}

impl Served {
    /// Whether nothing of its own keeps an object: what a namespace contains does.
    pub(super) fn is_empty(&self, tree: &Tree) -> bool {
        match self.kind.deletion {
            Deletion::Namespace => tree.list(&["spec", "finalizers"]).is_empty(),
            Deletion::Immediate | Deletion::Graceful(_) => true,
        }
    }
}

/// The finalizer by which the garbage collector sees to what an object owns, if it is to.
fn collector(kind: Dependents, tree: &Tree, options: &DeleteOptions) -> Option<&'static str> {
    let had = |name| {
        tree.list(&FINALIZERS)
            .iter()
            .any(|had| had.as_str() == Some(name))
    };
    match options.propagation {
        _ if kind == Dependents::Ignored => None,
        Some(Propagation::Background | Propagation::Cascade) => None,
        Some(Propagation::Foreground) => Some(FOREGROUND),
        Some(Propagation::Orphan) => Some(ORPHAN),
        None if had(ORPHAN) => Some(ORPHAN),
        None if had(FOREGROUND) => Some(FOREGROUND),
        None => (kind == Dependents::Orphaned).then_some(ORPHAN),
    }
}

/// Makes this the only finalizer of the garbage collector.
fn set_collector(tree: &mut Tree, collector: Option<&str>) {
    let had = tree.list(&FINALIZERS);
    let is_collector = |name: &&Value| matches!(name.as_str(), Some(ORPHAN | FOREGROUND));
    if had
        .iter()
        .filter(is_collector)
        .map(Value::as_str)
        .eq(collector.map(Some))
    {
        return;
    }
    let others = had.iter().filter(|name| !is_collector(name)).cloned();
    let finalizers: Vec<_> = others.chain(collector.map(Value::from)).collect();
    if finalizers.is_empty() {
        tree.remove(&FINALIZERS);
    } else {
        tree.set(&FINALIZERS, Value::Array(finalizers));
    }
}

pub(super) fn check_preconditions(
    served: Served,
    current: &Object,
    options: &DeleteOptions,
) -> Result<(), Failure> {
    let name = current.key.name();
    let is_namespace = matches!(served.kind.deletion, Deletion::Namespace);
    let (uid, revision) = (current.attributes.uid(), current.revision);
    if let Some(wanted) = options.uid.as_ref().filter(|wanted| *wanted != uid) {
        return Err(if is_namespace {
            let why = format!(
                "Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}"
            );
            Failure::conflict(served.qualified(), name, &why)
        } else {
            let why = format!(
                "the UID in the precondition ({wanted}) does not match the UID in record ({uid}). \
                 The object might have been deleted and then recreated"
            );
            Failure::conflict(served.qualified_kind(), name, &why)
        });
    }
    let wanted = options.resource_version.as_ref();
    if let Some(wanted) = wanted.filter(|wanted| ***wanted != *revision.to_string()) {
        return Err(if is_namespace {
            let why = format!(
                "Precondition failed: ResourceVersion in precondition: {wanted}, ResourceVersion \
                 in object meta: {revision}"
            );
            Failure::conflict(served.qualified(), name, &why)
        } else {
            let why = format!(
                "the ResourceVersion in the precondition ({wanted}) does not match the \
                 ResourceVersion in record ({revision}). The object might have been modified"
            );
            Failure::conflict(served.qualified_kind(), name, &why)
        });
    }
    Ok(())
}

/// After so many deletions, a few milliseconds, others have their turn.
const GIVE_WAY_EVERY: usize = 64;

/// 9999-12-31T23:59:59Z: what comes later has a year that no client reads.
const LAST_SECOND: i64 = 253_402_300_799;

const FINALIZERS: [&str; 2] = ["metadata", "finalizers"];

const TIMESTAMP: &str = "deletionTimestamp";
const PERIOD: &str = "deletionGracePeriodSeconds";

/// Without these namespaces no cluster works.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];
