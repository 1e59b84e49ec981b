//! [`Checks`], what is demanded of a value, whatever it is.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// What is demanded of a value beyond its shape. Kubernetes lets this part of a schema depend on
/// alternatives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Checks {
    pub(super) enumeration: Option<Vec<Json>>,
    pub(super) format: Option<String>,
    pub(super) pattern: Option<String>,
    pub(super) minimum: Option<Bound>,
    pub(super) maximum: Option<Bound>,
    pub(super) multiple_of: Option<f64>,
    pub(super) min_length: Option<i64>,
    pub(super) max_length: Option<i64>,
    pub(super) min_items: Option<i64>,
    pub(super) max_items: Option<i64>,
    pub(super) min_properties: Option<i64>,
    pub(super) max_properties: Option<i64>,
    pub(super) required: Vec<String>,
    pub(super) all_of: Vec<Self>,
    pub(super) any_of: Vec<Self>,
    pub(super) one_of: Vec<Self>,
    pub(super) not: Option<Box<Self>>,
    pub(super) properties: BTreeMap<String, Self>,
    pub(super) items: Option<Box<Self>>,
    pub(super) values: Option<Box<Self>>,
}

/// A limit of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    pub(super) value: f64,
    pub(super) exclusive: bool,
}

impl Checks {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing but a choice of values is demanded.
    pub(super) fn is_enumeration(&self) -> bool {
        let alone = Self {
            enumeration: self.enumeration.clone(),
            ..Self::default()
        };
        self.enumeration.is_some() && *self == alone
    }

    /// Whether there are alternatives.
    pub(super) fn has_alternatives(&self) -> bool {
        !self.all_of.is_empty()
            || !self.any_of.is_empty()
            || !self.one_of.is_empty()
            || self.not.is_some()
    }

    /// Both demands.
    pub(super) fn and(mut self, mut other: Self) -> Self {
        self.tighten(&mut other);
        self.all_of.append(&mut other.all_of);
        for name in std::mem::take(&mut other.required) {
            if !self.required.contains(&name) {
                self.required.push(name);
            }
        }
        for (name, theirs) in std::mem::take(&mut other.properties) {
            let ours = self.properties.remove(&name).unwrap_or_default();
            self.properties.insert(name, ours.and(theirs));
        }
        self.items = both(self.items.take(), other.items.take());
        self.values = both(self.values.take(), other.values.take());
        // Of what can be said once only, the rest of the other is demanded beside.
        let mut rest = Self::default();
        one_or_rest(&mut self.pattern, other.pattern, &mut rest.pattern);
        one_or_rest(
            &mut self.multiple_of,
            other.multiple_of,
            &mut rest.multiple_of,
        );
        one_or_rest(&mut self.not, other.not, &mut rest.not);
        if self.format.is_none() {
            self.format = other.format;
        }
        for (ours, theirs, rest) in [
            (&mut self.any_of, other.any_of, &mut rest.any_of),
            (&mut self.one_of, other.one_of, &mut rest.one_of),
        ] {
            if ours.is_empty() {
                *ours = theirs;
            } else if *ours != theirs {
                *rest = theirs;
            }
        }
        if !rest.is_empty() {
            self.all_of.push(rest);
        }
        self
    }

    /// Takes the tighter of the limits.
    fn tighten(&mut self, other: &mut Self) {
        self.enumeration = match (self.enumeration.take(), other.enumeration.take()) {
            (Some(mut ours), Some(theirs)) => {
                ours.retain(|value| theirs.contains(value));
                Some(ours)
            }
            (ours, theirs) => ours.or(theirs),
        };
        self.minimum = tighter(self.minimum, other.minimum, |one, other| {
            one.value > other.value
        });
        self.maximum = tighter(self.maximum, other.maximum, |one, other| {
            one.value < other.value
        });
        for (ours, theirs) in [
            (&mut self.min_length, other.min_length),
            (&mut self.min_items, other.min_items),
            (&mut self.min_properties, other.min_properties),
        ] {
            *ours = (*ours).max(theirs);
        }
        for (ours, theirs) in [
            (&mut self.max_length, other.max_length),
            (&mut self.max_items, other.max_items),
            (&mut self.max_properties, other.max_properties),
        ] {
            *ours = match (*ours, theirs) {
                (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
                (ours, theirs) => ours.or(theirs),
            };
        }
    }
}

impl Bound {
    pub(super) fn inclusive(value: f64) -> Self {
        Self {
            value,
            exclusive: false,
        }
    }
}

fn tighter(
    one: Option<Bound>,
    other: Option<Bound>,
    is_tighter: impl Fn(Bound, Bound) -> bool,
) -> Option<Bound> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let same = one.value == other.value;
            Some(if is_tighter(one, other) || same && one.exclusive {
                one
            } else {
                other
            })
        }
        (one, other) => one.or(other),
    }
}

fn both(one: Option<Box<Checks>>, other: Option<Box<Checks>>) -> Option<Box<Checks>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(Box::new(one.and(*other))),
        (one, other) => one.or(other),
    }
}

fn one_or_rest<T: PartialEq>(ours: &mut Option<T>, theirs: Option<T>, rest: &mut Option<T>) {
    if ours.is_none() {
        *ours = theirs;
    } else if *ours != theirs {
        *rest = theirs;
    }
}
