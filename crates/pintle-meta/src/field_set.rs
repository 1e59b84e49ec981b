//! [`FieldSet`], the fields of an object that a manager owns.
//!
//! `metadata.managedFields` spells a set as nested JSON objects whose keys are path elements:
//! `f:NAME` is a field, `k:{…}` the element of a list that has these keys, `v:VALUE` the element of
//! a set, `i:N` the element at an index. The key `.` says that the path so far is in the set
//! itself.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use pintle_codec::{Object, Str, Value, json};

use crate::FieldsV1;

/// A set of fields: paths into an object, with what they have in common written once.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FieldSet {
    elements: BTreeMap<PathElement, Member>,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct Member {
    /// Whether the path that ends here is in the set.
    itself: bool,
    within: FieldSet,
}

/// One step of a path into an object.
///
/// The order and the equality of elements are those of Kubernetes: numbers are compared by value,
/// however they are spelt.
///
/// Exhaustive: elements of other kinds are passed over, as Kubernetes does.
#[derive(Clone)]
pub enum PathElement {
    /// The field, or the entry of a map, of this name.
    Field(Str),
    /// The element of a list that has these values in its key fields, by the fields' names.
    Key(Vec<(Str, Value)>),
    /// The element of a set that equals this value.
    Value(Value),
    /// The element of a list at this index.
    Index(i64),
}

/// A set of fields that is not spelt as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFieldSetError(&'static str);

impl FieldSet {
    /// Reads a set from its tree.
    ///
    /// # Errors
    /// When the tree is no nesting of objects, or a key of it is no path element.
    pub fn from_value(value: &Value) -> Result<Self, ParseFieldSetError> {
        let object = value
            .as_object()
            .ok_or(ParseFieldSetError("a set of fields is an object"))?;
        Ok(Self::read(object)?.within)
    }

    fn read(object: &Object) -> Result<Member, ParseFieldSetError> {
        let mut member = Member::default();
        for (key, value) in object.iter() {
            if key == "." {
                member.itself = true;
                continue;
            }
            let Some(element) = PathElement::parse(key)? else {
                continue;
            };
            let nested = value
                .as_object()
                .ok_or(ParseFieldSetError("below a path element stands an object"))?;
            member.within.elements.insert(element, Self::read(nested)?);
        }
        if member.within.is_empty() {
            member.itself = true;
        }
        Ok(member)
    }

    /// Whether no path is in the set.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Whether the path of this one element is in the set, and no longer path that begins with it.
    pub fn has_leaf(&self, element: &PathElement) -> bool {
        let member = self.elements.get(element);
        member.is_some_and(|member| member.itself && member.within.is_empty())
    }

    /// The names of the key fields of the elements of lists among the first steps.
    pub fn key_fields(&self) -> BTreeSet<&str> {
        let keys = self.elements.keys().filter_map(|element| match element {
            PathElement::Key(fields) => Some(fields),
            _ => None,
        });
        keys.flatten().map(|(name, _)| name.as_str()).collect()
    }

    /// The paths that begin with `element`, without it; `None` if there are none.
    pub fn within(&self, element: &PathElement) -> Option<&Self> {
        let member = self.elements.get(element)?;
        (!member.within.is_empty()).then_some(&member.within)
    }
}

impl TryFrom<&FieldsV1> for FieldSet {
    type Error = ParseFieldSetError;

    fn try_from(fields: &FieldsV1) -> Result<Self, ParseFieldSetError> {
        let tree = fields.to_value();
        Self::from_value(&tree.map_err(|_| ParseFieldSetError("malformed JSON"))?)
    }
}

/// Prints the number of first steps only: keys repeat values of the object, which may be secret.
impl fmt::Debug for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldSet({} elements)", self.elements.len())
    }
}

impl PathElement {
    /// Reads an element; `None` for one of a kind that is not known.
    fn parse(text: &str) -> Result<Option<Self>, ParseFieldSetError> {
        let Some((kind, rest)) = text.split_at_checked(2) else {
            return Err(ParseFieldSetError("a path element has a kind and a colon"));
        };
        let value = |what| json::parse(rest.as_bytes()).map_err(|_| ParseFieldSetError(what));
        Ok(Some(match kind {
            "f:" => Self::Field(rest.into()),
            "k:" => match value("the keys of an element are no JSON")? {
                Value::Object(fields) => Self::key(fields.into_entries()),
                _ => return Err(ParseFieldSetError("the keys of an element are no object")),
            },
            "v:" => Self::Value(value("the value of an element is no JSON")?),
            "i:" => Self::Index(
                rest.parse()
                    .map_err(|_| ParseFieldSetError("the index of an element is no number"))?,
            ),
            _ if kind.ends_with(':') => return Ok(None),
            _ => return Err(ParseFieldSetError("a path element has a kind and a colon")),
        }))
    }

    /// The element of a list that has these values in its key fields.
    pub fn key(mut fields: Vec<(Str, Value)>) -> Self {
        fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self::Key(fields)
    }
}

impl Ord for PathElement {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Field(a), Self::Field(b)) => a.cmp(b),
            (Self::Key(a), Self::Key(b)) => compare_entries(
                a.iter().map(|(name, value)| (name.as_str(), value)),
                b.iter().map(|(name, value)| (name.as_str(), value)),
            ),
            (Self::Value(a), Self::Value(b)) => compare(a, b),
            (Self::Index(a), Self::Index(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PathElement {
    fn rank(&self) -> u8 {
        match self {
            Self::Field(_) => 0,
            Self::Key(_) => 1,
            Self::Value(_) => 2,
            Self::Index(_) => 3,
        }
    }
}

impl PartialOrd for PathElement {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for PathElement {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for PathElement {}

/// Prints names, not values: these may be secret.
impl fmt::Debug for PathElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, "Field({name:?})"),
            Self::Key(fields) => {
                let names: Vec<_> = fields.iter().map(|(name, _)| name).collect();
                write!(f, "Key({names:?})")
            }
            Self::Value(value) => write!(f, "Value({})", value.kind()),
            Self::Index(index) => write!(f, "Index({index})"),
        }
    }
}

impl fmt::Display for ParseFieldSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for ParseFieldSetError {}

/// The order of values: numbers, strings, truth values, lists, objects, null.
fn compare(one: &Value, other: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Int(_) | Value::Float(_) => 0,
        Value::String(_) => 1,
        Value::Bool(_) => 2,
        Value::Array(_) => 3,
        Value::Object(_) => 4,
        Value::Null => 5,
    };
    match (one, other) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Int(a), Value::Float(b)) => compare_mixed(*a, *b),
        (Value::Float(a), Value::Int(b)) => compare_mixed(*b, *a).reverse(),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b).unwrap_or_else(|| a.total_cmp(b)),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => {
            let pairs = a.iter().zip(b);
            let mut unequal = pairs
                .map(|(a, b)| compare(a, b))
                .filter(|order| order.is_ne());
            unequal.next().unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Value::Object(a), Value::Object(b)) => {
            let (a, b) = (sorted(a), sorted(b));
            compare_entries(a.into_iter(), b.into_iter())
        }
        _ => rank(one).cmp(&rank(other)),
    }
}

fn sorted(object: &Object) -> Vec<(&str, &Value)> {
    let mut entries: Vec<_> = object.iter().collect();
    entries.sort_by_key(|(name, _)| *name);
    entries
}

fn compare_entries<'v>(
    mut one: impl Iterator<Item = (&'v str, &'v Value)>,
    mut other: impl Iterator<Item = (&'v str, &'v Value)>,
) -> Ordering {
    loop {
        let order = match (one.next(), other.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some((a, x)), Some((b, y))) => a.cmp(b).then_with(|| compare(x, y)),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Exact, also where a number of 64 bits has no equal among those of floating point.
fn compare_mixed(whole: i64, number: f64) -> Ordering {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if number >= BEYOND {
        return Ordering::Less;
    }
    if number < -BEYOND {
        return Ordering::Greater;
    }
    let floor = number.floor();
    whole.cmp(&(floor as i64)).then(if number > floor {
        Ordering::Less
    } else {
        Ordering::Equal
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<FieldSet, ParseFieldSetError> {
        FieldSet::from_value(&json::parse(text.as_bytes()).unwrap())
    }

    fn field(name: &str) -> PathElement {
        PathElement::Field(name.into())
    }

    fn element(text: &str) -> PathElement {
        PathElement::parse(text).unwrap().unwrap()
    }

    /// As a kube-apiserver wrote it.
    const SET: &str = r#"{
        "f:metadata":{"f:labels":{".":{},"f:app":{}},"f:finalizers":{".":{},"v:\"example.com/a\"":{}}},
        "f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{},
            "f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}
    }"#;

    #[test]
    fn paths_are_followed_to_their_ends() {
        let set = parse(SET).unwrap();
        let metadata = set.within(&field("metadata")).unwrap();
        assert!(!set.has_leaf(&field("metadata")));
        // In the set itself, but not its end.
        assert!(!metadata.has_leaf(&field("labels")));
        assert!(
            metadata
                .within(&field("labels"))
                .unwrap()
                .has_leaf(&field("app"))
        );
        let finalizers = metadata.within(&field("finalizers")).unwrap();
        assert!(finalizers.has_leaf(&PathElement::Value("example.com/a".into())));
        let spec = set.within(&field("spec")).unwrap();
        let containers = spec.within(&field("containers")).unwrap();
        let web = PathElement::key(vec![("name".into(), "web".into())]);
        let ports = containers
            .within(&web)
            .unwrap()
            .within(&field("ports"))
            .unwrap();
        let key = vec![
            ("protocol".into(), "TCP".into()),
            ("containerPort".into(), Value::Int(80)),
        ];
        assert!(ports.within(&PathElement::key(key)).is_some());
        assert!(set.within(&field("status")).is_none());
    }

    #[test]
    fn elements_of_unknown_kinds_are_passed_over() {
        let set = parse(r#"{"x:new":{"f:a":{}},"f:b":{},"i:-1":{}}"#).unwrap();
        assert!(set.has_leaf(&field("b")));
        assert!(set.has_leaf(&PathElement::Index(-1)));
        assert_eq!(set.elements.len(), 2);
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for text in [
            "[]",
            "null",
            r#"{"f":{}}"#,
            r#"{"field":{}}"#,
            r#"{"é:a":{}}"#,
            r#"{"f:a":1}"#,
            r#"{"k:[]":{}}"#,
            r#"{"k:{":{}}"#,
            r#"{"v:":{}}"#,
            r#"{"i:1.5":{}}"#,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(FieldSet::try_from(&FieldsV1::default()).is_err());
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert_eq!(element(r#"k:{"port":80}"#), element(r#"k:{"port":8.0e1}"#));
        assert_eq!(element("v:1"), element("v:1.0"));
        // Go's order: fields, keys, values, indices; numbers, strings, truth values.
        let ascending = [
            "f:a",
            "f:b",
            r#"k:{"a":1}"#,
            r#"k:{"a":1,"b":0}"#,
            r#"k:{"a":1.5}"#,
            r#"k:{"b":0}"#,
            "v:-9223372036854775808",
            "v:-0.5",
            "v:1",
            "v:1.5",
            "v:2",
            "v:9007199254740993",
            "v:9007199254740994.0",
            "v:9223372036854775807",
            "v:1e30",
            r#"v:"""#,
            r#"v:"1""#,
            "v:false",
            "v:true",
            "v:[]",
            "v:[1]",
            "v:[1,0]",
            "v:[2]",
            "v:{}",
            r#"v:{"b":1,"a":2}"#,
            r#"v:{"a":3}"#,
            "v:null",
            "i:0",
            "i:1",
        ];
        for pair in ascending.windows(2) {
            assert!(element(pair[0]) < element(pair[1]), "{pair:?}");
            assert!(element(pair[1]) > element(pair[0]), "{pair:?}");
        }
    }

    #[test]
    fn nothing_of_the_object_is_printed() {
        let set = parse(r#"{"v:\"hunter2\"":{}}"#).unwrap();
        assert_eq!(format!("{set:?}"), "FieldSet(1 elements)");
        assert!(!format!("{:?}", element(r#"k:{"token":"hunter2"}"#)).contains("hunter2"));
        assert!(!format!("{:?}", element(r#"v:"hunter2""#)).contains("hunter2"));
    }
}
