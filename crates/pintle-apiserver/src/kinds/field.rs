//! [`SelectableField`], a field that selectors may ask for.

use pintle_codec::{Str, Value};

use crate::schema::Tree;

/// A field that selectors may ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SelectableField {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What it was called once.
    pub(crate) older: &'static str,
    value: Source,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    /// What stands at the path, or this if nothing does.
    Path(&'static str, &'static str),
    Computed(fn(&Tree) -> Str),
}

impl SelectableField {
    /// What stands at a path, steps separated by dots.
    pub(super) const fn of(path: &'static str) -> Self {
        Self::or(path, "")
    }

    /// What stands at a path, or its value where Go writes none.
    pub(super) const fn or(path: &'static str, absent: &'static str) -> Self {
        Self {
            name: path,
            older: "",
            value: Source::Path(path, absent),
        }
    }

    /// What has no place of its own.
    pub(super) const fn computed(name: &'static str, value: fn(&Tree) -> Str) -> Self {
        Self {
            name,
            older: "",
            value: Source::Computed(value),
        }
    }

    /// The same field under another name.
    pub(super) const fn called(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// It has another name too.
    pub(super) const fn once(mut self, older: &'static str) -> Self {
        self.older = older;
        self
    }

    /// Its value in an object.
    pub(crate) fn value(&self, object: &Tree) -> Str {
        let (path, absent) = match self.value {
            Source::Path(path, absent) => (path, absent),
            Source::Computed(value) => return value(object),
        };
        let mut steps = path.split('.');
        let first = steps.next().and_then(|step| object.get(step));
        match steps.fold(first, |value, step| value?.get(step)) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(truth)) => truth.to_string().into(),
            Some(Value::Int(number)) => number.to_string().into(),
            _ => absent.into(),
        }
    }
}
