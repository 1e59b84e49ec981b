//! [`Index`], the values by which objects are found.

use std::collections::{BTreeMap, HashMap};
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use pintle_codec::Str;
use pintle_meta::ObjectName;
use pintle_meta::quote::Quoted;

use super::group::{Group, Groups};
use super::named::{Name, Named, Objects};
use crate::{Cached, Snapshot};

/// Says under which values an object is found. client-go's `IndexFunc`.
pub type IndexFunction<O> =
    Arc<dyn Fn(&O) -> Result<Vec<Str>, Box<dyn StdError + Send + Sync>> + Send + Sync>;

/// Functions that index objects, by the names of their indexes. client-go's `Indexers`.
pub struct Indexers<O>(BTreeMap<Str, IndexFunction<O>>);

/// An index function failed on an object, which is therefore not found by that index.
#[derive(Debug)]
pub struct IndexError {
    index: Str,
    key: ObjectName,
    source: Box<dyn StdError + Send + Sync>,
}

/// Two indexes would have the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexNameError(Str);

/// One index, as its writer sees it.
pub(super) struct Index<O> {
    name: Str,
    function: IndexFunction<O>,
    /// Under which values each object stands. A function need not give the same answer again.
    values: HashMap<ObjectName, Box<[Str]>>,
}

impl<O> Indexers<O> {
    /// No functions.
    pub fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds an index; one of the same name is replaced.
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<Str>,
        function: impl Fn(&O) -> Result<Vec<Str>, Box<dyn StdError + Send + Sync>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.0.insert(name.into(), Arc::new(function));
        self
    }

    pub(super) fn check<'a>(
        &self,
        mut taken: impl Iterator<Item = &'a str>,
    ) -> Result<(), IndexNameError> {
        if self.0.contains_key(super::snapshot::NAMESPACE_INDEX) {
            return Err(IndexNameError(super::snapshot::NAMESPACE_INDEX.into()));
        }
        match taken.find(|name| self.0.contains_key(*name)) {
            Some(name) => Err(IndexNameError(name.into())),
            None => Ok(()),
        }
    }

    pub(super) fn into_functions(self) -> impl Iterator<Item = (Str, IndexFunction<O>)> {
        self.0.into_iter()
    }
}

impl<O> Default for Indexers<O> {
    fn default() -> Self {
        Self::new()
    }
}

impl<O> fmt::Debug for Indexers<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<O: Cached> Index<O> {
    pub(super) fn new(name: Str, function: IndexFunction<O>) -> Self {
        let values = HashMap::new();
        Self {
            name,
            function,
            values,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn values_of(
        &self,
        object: &O,
    ) -> Result<Vec<Str>, Box<dyn StdError + Send + Sync>> {
        let mut values = (self.function)(object)?;
        values.sort();
        values.dedup();
        Ok(values)
    }

    /// The groups of all objects; what was known before is forgotten.
    pub(super) fn build(
        &mut self,
        objects: &Snapshot<O>,
        errors: &mut Vec<IndexError>,
    ) -> Groups<O> {
        self.values.clear();
        let mut groups: BTreeMap<Str, Vec<Named<O>>> = BTreeMap::new();
        for object in objects.objects() {
            let key = object.key();
            let mut values = self.values_or_report(&key, object, errors);
            for value in &mut values {
                let group = groups.entry(value.clone());
                // Objects that stand under the same value share its text.
                value.clone_from(group.key());
                group.or_default().push(Named(object.clone()));
            }
            if !values.is_empty() {
                self.values.insert(key, values.into());
            }
        }
        let groups = groups.into_iter().filter_map(|(value, objects)| {
            // In the order in which they came, which is that of their names.
            let group = Group::of(Objects::from_ascending(objects))?;
            Some((value, group))
        });
        Groups::from_ascending(groups.collect())
    }

    pub(super) fn put(
        &mut self,
        groups: &mut Groups<O>,
        key: &ObjectName,
        object: &O,
        errors: &mut Vec<IndexError>,
    ) {
        let mut values = self.values_or_report(key, object, errors);
        let before = self.values.get(key).map_or(&[][..], |values| values);
        for value in before {
            if values.binary_search(value).is_err() {
                take_out(groups, value, key);
            }
        }
        for value in &mut values {
            let known = groups.get_entry(value);
            let group = Group::with(known.map(|(_, group)| group), object);
            if let Some((known, _)) = known {
                *value = known.clone();
            }
            groups.insert(value.clone(), group);
        }
        if values.is_empty() {
            self.values.remove(key);
        } else if *before != *values {
            self.values.insert(key.clone(), values.into());
        }
    }

    pub(super) fn remove(&mut self, groups: &mut Groups<O>, key: &ObjectName) {
        for value in self.values.remove(key).unwrap_or_default() {
            take_out(groups, &value, key);
        }
    }

    fn values_or_report(
        &self,
        key: &ObjectName,
        object: &O,
        errors: &mut Vec<IndexError>,
    ) -> Vec<Str> {
        self.values_of(object).unwrap_or_else(|source| {
            errors.push(IndexError {
                index: self.name.clone(),
                key: key.clone(),
                source,
            });
            Vec::new()
        })
    }
}

/// Takes an object out of the group of a value.
fn take_out<O: Cached>(groups: &mut Groups<O>, value: &Str, key: &ObjectName) {
    let Some(group) = groups.get(value) else {
        return;
    };
    match group.without(Name::from(key)) {
        Some(rest) => _ = groups.insert(value.clone(), rest),
        None => _ = groups.remove(value),
    }
}

impl<O> Index<O> {
    pub(super) fn name_str(&self) -> &Str {
        &self.name
    }
}

impl IndexError {
    /// The name of the index.
    pub fn index(&self) -> &str {
        &self.index
    }

    /// The object that is not in the index.
    pub fn key(&self) -> &ObjectName {
        &self.key
    }
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "index {} cannot take in {}",
            Quoted(&self.index),
            self.key
        )
    }
}

impl StdError for IndexError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

impl fmt::Display for IndexNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is an index {} already", Quoted(&self.0))
    }
}

impl StdError for IndexNameError {}
