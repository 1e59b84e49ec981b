//! [`Value`], the tree for data whose type is not known at compile time.

use crate::Str;

/// A JSON value.
///
/// Whole numbers that fit are [`Value::Int`], all others [`Value::Float`], as Kubernetes reads
/// them. The seven kinds of value are JSON's own, so the enum is exhaustive.
///
/// `Debug` prints everything that is in it, so a value that may hold a secret does not belong in
/// a log: a tree cannot tell which of its fields are secret.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number within 64 bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    String(Str),
    /// A list.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

/// A JSON object: entries in the order of insertion, keys unique.
///
/// Objects of the API have few fields, so a lookup walks the entries.
#[derive(Clone, Debug, Default)]
pub struct Object(Vec<(Str, Value)>);

impl Value {
    /// The value of field `key`, when this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    /// The value at a path of fields, when every step is an object that has the next.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when this is a whole one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The truth value, when this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The elements, when this is a list.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The object, when this is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The object, to change it, when this is one.
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Sorts the entries of every object in it by key.
    pub fn sort(&mut self) {
        match self {
            Value::Object(object) => object.sort(),
            Value::Array(elements) => elements.iter_mut().for_each(Value::sort),
            _ => {}
        }
    }

    /// The name of the kind of value, as an error message calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }
}

impl Object {
    /// An object without entries.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// An object with the given entries; of entries with one key, the last value stays, at the
    /// first one's place.
    pub fn from_entries(entries: Vec<(Str, Value)>) -> Self {
        const SMALL: usize = 16;
        if entries.len() <= SMALL {
            let mut object = Self(Vec::with_capacity(entries.len()));
            for (key, value) in entries {
                object.insert(key, value);
            }
            return object;
        }
        // Comparing each key with each other would let a hostile body cost quadratic time.
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by(|a, b| entries[*a].0.cmp(&entries[*b].0).then(a.cmp(b)));
        if order
            .windows(2)
            .all(|pair| entries[pair[0]].0 != entries[pair[1]].0)
        {
            return Self(entries);
        }
        let mut slots: Vec<Option<(Str, Value)>> = entries.into_iter().map(Some).collect();
        let mut first = 0;
        for at in 1..order.len() {
            let same = match (&slots[order[first]], &slots[order[at]]) {
                (Some((a, _)), Some((b, _))) => a == b,
                _ => false,
            };
            if same {
                let later = slots[order[at]].take();
                if let (Some(kept), Some(later)) = (&mut slots[order[first]], later) {
                    kept.1 = later.1;
                }
            } else {
                first = at;
            }
        }
        Self(slots.into_iter().flatten().collect())
    }

    /// An object with the given entries, of which no two have the same key: whoever calls this knows
    /// so, and nothing is compared. Of two with one key, all but the first would be lost to lookups.
    pub fn from_distinct_entries(entries: Vec<(Str, Value)>) -> Self {
        debug_assert!(
            entries.len() > 16
                || (1..entries.len()).all(|at| {
                    let (before, this) = (&entries[..at], &entries[at].0);
                    before.iter().all(|(key, _)| key != this)
                }),
            "keys are distinct"
        );
        Self(entries)
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(probe, _)| probe == key)
            .map(|(_, value)| value)
    }

    /// The value of `key`, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.0
            .iter_mut()
            .find(|(probe, _)| probe == key)
            .map(|(_, value)| value)
    }

    /// Whether `key` has a value.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of `key`, in its place or at the end, and returns the one it had.
    pub fn insert(&mut self, key: impl Into<Str>, value: Value) -> Option<Value> {
        let key = key.into();
        match self.get_mut(&key) {
            Some(slot) => Some(std::mem::replace(slot, value)),
            None => {
                self.0.push((key, value));
                None
            }
        }
    }

    /// The value of `key`, which is `null` at the end if there was none.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let at = match self.0.iter().position(|(probe, _)| probe == key) {
            Some(at) => at,
            None => {
                self.0.push((key.into(), Value::Null));
                self.0.len() - 1
            }
        };
        &mut self.0[at].1
    }

    /// Removes `key` and returns the value it had; the order of the others stays.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.0.iter().position(|(probe, _)| probe == key)?;
        Some(self.0.remove(at).1)
    }

    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> + '_ {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The entries in order, their values to change.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&str, &mut Value)> + '_ {
        self.0.iter_mut().map(|(key, value)| (key.as_str(), value))
    }

    /// The entries, taken out in order.
    pub fn into_entries(self) -> Vec<(Str, Value)> {
        self.0
    }

    /// Sorts the entries by key, here and in every object below.
    pub fn sort(&mut self) {
        self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (_, value) in &mut self.0 {
            value.sort();
        }
    }
}

/// Equality of objects does not depend on the order of their entries.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        if self.len() != other.len() {
            return false;
        }
        let in_order = self.0.iter().zip(&other.0).all(|((a, _), (b, _))| a == b);
        if in_order {
            return self.0.iter().zip(&other.0).all(|((_, a), (_, b))| a == b);
        }
        let sorted = |object: &Self| {
            let mut order: Vec<usize> = (0..object.len()).collect();
            order.sort_by(|a, b| object.0[*a].0.cmp(&object.0[*b].0));
            order
        };
        sorted(self)
            .into_iter()
            .zip(sorted(other))
            .all(|(a, b)| self.0[a] == other.0[b])
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self::from_entries(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }
}

impl<K: Into<Str>, const N: usize> From<[(K, Value); N]> for Object {
    fn from(entries: [(K, Value); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text.into())
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Value::String(text)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object)
    }
}

impl From<Vec<Value>> for Value {
    fn from(elements: Vec<Value>) -> Self {
        Value::Array(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::{Object, Value};

    #[test]
    fn of_equal_keys_the_last_value_stays_at_the_first_place() {
        for filler in [0, 40] {
            let mut entries: Vec<_> = (0..filler)
                .map(|n| (format!("k{n}").into(), Value::Int(n)))
                .collect();
            entries.push(("a".into(), Value::Int(1)));
            entries.push(("b".into(), Value::Int(2)));
            entries.push(("a".into(), Value::Int(3)));
            entries.push(("a".into(), Value::Int(4)));
            let object = Object::from_entries(entries);
            let tail: Vec<_> = object.iter().skip(filler as usize).collect();
            assert_eq!(tail, [("a", &Value::Int(4)), ("b", &Value::Int(2))]);
        }
    }

    #[test]
    fn equality_ignores_order() {
        let one: Object = [("a", Value::Int(1)), ("b", Value::Null)].into();
        let two: Object = [("b", Value::Null), ("a", Value::Int(1))].into();
        let three: Object = [("b", Value::Null), ("a", Value::Int(2))].into();
        assert_eq!(one, two);
        assert_ne!(one, three);
    }

    #[test]
    fn a_path_ends_where_a_step_is_missing() {
        let value = Value::from(Object::from([(
            "a",
            Value::from(Object::from([("b", Value::Int(1))])),
        )]));
        assert_eq!(value.at(&["a", "b"]), Some(&Value::Int(1)));
        assert_eq!(value.at(&["a", "b", "c"]), None);
        assert_eq!(value.at(&["x"]), None);
    }
}
