//! The static description of structs and resources. `generated` is full of it, made from `schema/`.

use super::zero::{is_left_out, is_unset_when_zero};

/// A struct of the API.
#[derive(Debug)]
pub(crate) struct Struct {
    /// Its name in Go, without package; messages use it.
    pub(crate) name: &'static str,
    /// Its package as OpenAPI names it: `io.k8s.api.core.v1`.
    pub(crate) package: &'static str,
    /// Whether server-side apply takes it as a whole.
    pub(crate) atomic: bool,
    /// Which of its fields exclude each other, as JSON; empty if none do.
    pub(crate) unions: &'static str,
    /// Its fields in the order in which they are written, those of embedded structs in their place.
    pub(crate) fields: &'static [Field],
    /// Those of them that protobuf has, in the order of its numbers.
    pub(crate) wire: &'static [Wire],
    /// Those that somebody asks for though they are not set.
    pub(crate) unset: Unset,
}

/// The fields of a struct about which something is done where they are not set, so that nobody has to go
/// through those about which nothing is, which are most. Each is the bit in its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unset {
    /// Those that are written nevertheless.
    pub(crate) written: u64,
    /// Those that an object is not valid without.
    pub(crate) required: u64,
    /// Those that have a default.
    pub(crate) defaulted: u64,
    /// Those of which zero, false or an empty text says no more than that they are not set, which is how
    /// Go's encoder of protobuf spells it.
    pub(crate) zero: u64,
}

/// What a number stands for in the protobuf message of a struct.
#[derive(Debug)]
pub(crate) struct Wire {
    /// The number.
    pub(crate) number: u32,
    /// What has it.
    pub(crate) what: OnWire,
}

/// What has a number in protobuf.
#[derive(Debug)]
pub(crate) enum OnWire {
    /// The field at this place among the struct's.
    Field(u8),
    /// An embedded struct: a message with some of the fields.
    Embedded(&'static [Wire]),
}

/// One field of a struct.
#[derive(Debug)]
pub(crate) struct Field {
    /// The name in JSON.
    pub(crate) json: &'static str,
    /// Its type in Go, as messages name it.
    pub(crate) go: &'static str,
    /// What one value of it is.
    pub(crate) shape: Shape,
    /// How many values it has.
    pub(crate) cardinality: Cardinality,
    /// Whether Go knows it as a pointer: present or absent whatever its value.
    pub(crate) pointer: bool,
    /// Whether it is left out when it is an empty string, list or map, zero or false.
    pub(crate) omit_empty: bool,
    /// Whether it is left out when all of it is zero.
    pub(crate) omit_zero: bool,
    /// The embedded structs that it comes from, outermost first.
    pub(crate) within: &'static [Embedded],
    /// What its values say of their own type, if they are objects: protobuf does not carry it, and
    /// the real server puts it back.
    pub(crate) object: Option<TypeFacts>,
    /// What defaulting, validation and merging know about it.
    pub(crate) rules: &'static Rules,
}

/// A struct whose fields stand in its parent's JSON.
#[derive(Debug)]
pub(crate) struct Embedded {
    /// Its name in Go.
    pub(crate) go: &'static str,
}

/// What an object says of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TypeFacts {
    /// `group/version`, or the version alone for the core group.
    pub(crate) api_version: &'static str,
    /// The kind.
    pub(crate) kind: &'static str,
}

impl TypeFacts {
    /// The package in which the real server works on such objects, as messages name it.
    pub(crate) fn package(&self) -> &'static str {
        match self.api_version.split_once('/') {
            None => "core",
            Some(("internal.apiserver.k8s.io", _)) => "apiserverinternal",
            Some((group, _)) => group.split_once('.').map_or(group, |(first, _)| first),
        }
    }
}

/// What one value of a field is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A string, of whatever named type.
    String,
    /// `true` or `false`.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A number.
    Float64,
    /// Binary data, in base64.
    Bytes,
    /// A date with seconds.
    Time,
    /// A date with microseconds.
    MicroTime,
    /// A length of time, as `1m30s`.
    #[expect(dead_code, reason = "no built-in resource has one")]
    Duration,
    /// An amount, as `500m`.
    Quantity,
    /// A number of 32 bits or a string.
    IntOrString,
    /// JSON of any kind, its keys in the order in which they came.
    Any,
    /// JSON of any kind, its keys in alphabetical order.
    Json,
    /// A struct.
    Struct(&'static Struct),
    /// A struct, or something else in its place.
    StructOr(&'static Struct, Alternative),
}

/// What may stand in the place of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alternative {
    /// A truth value; `true` is also what a struct means.
    Bool,
    /// A list of such structs.
    List,
    /// A list of strings.
    Strings,
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cardinality {
    /// One.
    One,
    /// A list.
    List,
    /// A map from strings.
    Map,
    /// A map from strings to lists.
    MapOfLists,
}

/// What is known about a field beyond its type. Empty is unknown.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Whether an object without it is not valid.
    pub(crate) required: bool,
    /// Its default, as JSON.
    pub(crate) default: &'static str,
    /// The values that it may have.
    pub(crate) values: &'static [&'static str],
    /// How a list is merged by server-side apply.
    pub(crate) list: ListType,
    /// The fields that identify an element of such a list.
    pub(crate) keys: &'static [&'static str],
    /// How a map or a struct is merged by server-side apply.
    pub(crate) map: MapType,
    /// How a strategic merge patch treats it: `merge`, `replace`, `retainKeys`.
    pub(crate) patch: &'static [&'static str],
    /// The field that identifies an element in a strategic merge patch.
    pub(crate) merge_key: &'static str,
}

/// How server-side apply merges a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListType {
    /// Nothing is said: as a whole.
    Unset,
    /// As a whole.
    Atomic,
    /// Element by element, by value.
    Set,
    /// Element by element, by key.
    Map,
}

/// How server-side apply merges a map or a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapType {
    /// Nothing is said: entry by entry, or as its type says.
    Unset,
    /// As a whole.
    Atomic,
    /// Entry by entry, whatever its type says.
    Granular,
}

/// An API group that the server knows, its versions in the order of preference.
#[derive(Debug)]
pub(crate) struct Group {
    /// Its name, empty for the core group.
    pub(crate) name: &'static str,
    /// Its versions.
    pub(crate) versions: &'static [&'static str],
}

/// A resource of one group version.
#[derive(Debug)]
pub(crate) struct Resource {
    /// `group/version`, or the version alone for the core group.
    pub(crate) api_version: &'static str,
    /// The group, empty for the core group.
    pub(crate) group: &'static str,
    /// The version.
    pub(crate) version: &'static str,
    /// Its name in paths: the lower-case plural.
    pub(crate) resource: &'static str,
    /// The lower-case singular.
    pub(crate) singular: &'static str,
    /// The kind of its objects.
    pub(crate) kind: &'static str,
    /// The kind of a list of them.
    pub(crate) list_kind: &'static str,
    /// Whether its objects live in namespaces.
    pub(crate) namespaced: bool,
    /// What the real server offers to do with it.
    pub(crate) verbs: &'static [&'static str],
    /// Abbreviations of its name.
    pub(crate) short_names: &'static [&'static str],
    /// The sets of resources that it belongs to.
    pub(crate) categories: &'static [&'static str],
    /// What is below its objects.
    pub(crate) subresources: &'static [Subresource],
    /// Whether a server with default flags serves it.
    pub(crate) served_by_default: bool,
    /// Whether the answer to a delete is the object and not a `Status`.
    pub(crate) returns_deleted: bool,
    /// The group and version in which kube-apiserver stores its objects, which discovery has a hash of.
    pub(crate) storage: (&'static str, &'static str),
    /// What its objects consist of.
    pub(crate) schema: &'static Struct,
}

/// Something below the objects of a resource.
#[derive(Debug)]
pub(crate) struct Subresource {
    /// Its name in paths.
    pub(crate) name: &'static str,
    /// `group/version` of its kind, or the version alone for the core group.
    pub(crate) api_version: &'static str,
    /// The group and version of its kind; empty if they are the resource's own.
    pub(crate) group: &'static str,
    /// The version of its kind; empty if it is the resource's own.
    pub(crate) version: &'static str,
    /// The kind that it takes and gives.
    pub(crate) kind: &'static str,
    /// What the real server offers to do with it.
    pub(crate) verbs: &'static [&'static str],
    /// What its kind consists of.
    pub(crate) schema: &'static Struct,
}

impl Struct {
    /// The same struct, which knows what is asked for where it is not set.
    pub(crate) const fn indexed(mut self) -> Self {
        let mut place = 0;
        while place < self.fields.len() {
            let field = &self.fields[place];
            let bit = 1 << place;
            if !is_left_out(field) {
                self.unset.written |= bit;
            }
            if field.rules.required {
                self.unset.required |= bit;
            }
            if !field.rules.default.is_empty() {
                self.unset.defaulted |= bit;
            }
            if is_unset_when_zero(field) {
                self.unset.zero |= bit;
            }
            place += 1;
        }
        self
    }
}

impl Unset {
    /// Nothing is known yet.
    pub(crate) const NOTHING: Self = Self {
        written: 0,
        required: 0,
        defaulted: 0,
        zero: 0,
    };
}

impl Wire {
    /// A field.
    pub(crate) const fn field(number: u32, place: u8) -> Self {
        let what = OnWire::Field(place);
        Self { number, what }
    }

    /// An embedded struct.
    pub(crate) const fn embedded(number: u32, fields: &'static [Self]) -> Self {
        let what = OnWire::Embedded(fields);
        Self { number, what }
    }
}

impl Field {
    /// A field with one value that is always written.
    pub(crate) const fn new(json: &'static str, shape: Shape, go: &'static str) -> Self {
        Self {
            json,
            go,
            shape,
            cardinality: Cardinality::One,
            pointer: false,
            omit_empty: false,
            omit_zero: false,
            within: &[],
            object: None,
            rules: &Rules::NONE,
        }
    }

    /// It is a list.
    pub(crate) const fn list(mut self) -> Self {
        self.cardinality = Cardinality::List;
        self
    }

    /// It is a map.
    pub(crate) const fn map(mut self) -> Self {
        self.cardinality = Cardinality::Map;
        self
    }

    /// It is a map of lists.
    pub(crate) const fn map_of_lists(mut self) -> Self {
        self.cardinality = Cardinality::MapOfLists;
        self
    }

    /// It is a pointer in Go.
    pub(crate) const fn pointer(mut self) -> Self {
        self.pointer = true;
        self
    }

    /// It is left out when it is empty.
    pub(crate) const fn omit_empty(mut self) -> Self {
        self.omit_empty = true;
        self
    }

    /// It is left out when it is zero.
    pub(crate) const fn omit_zero(mut self) -> Self {
        self.omit_zero = true;
        self
    }

    /// It comes from embedded structs.
    pub(crate) const fn within(mut self, within: &'static [Embedded]) -> Self {
        self.within = within;
        self
    }

    /// Its values are objects, which say what they are.
    pub(crate) const fn object(mut self, api_version: &'static str, kind: &'static str) -> Self {
        self.object = Some(TypeFacts { api_version, kind });
        self
    }

    /// More is known about it.
    pub(crate) const fn rules(mut self, rules: &'static Rules) -> Self {
        self.rules = rules;
        self
    }
}

impl Subresource {
    /// Whether requests for it go through to a kubelet, a pod, a service or a node.
    pub(crate) fn connects(&self) -> bool {
        self.name == "log" || self.kind.ends_with("Options")
    }

    /// What objects that it takes say of their type.
    pub(crate) const fn type_facts(&self) -> TypeFacts {
        TypeFacts {
            api_version: self.api_version,
            kind: self.kind,
        }
    }
}

impl Rules {
    /// Nothing is known.
    pub(crate) const NONE: Self = Self {
        required: false,
        default: "",
        values: &[],
        list: ListType::Unset,
        keys: &[],
        map: MapType::Unset,
        patch: &[],
        merge_key: "",
    };
}

impl Resource {
    /// What its objects say of their type.
    pub(crate) const fn type_facts(&self) -> TypeFacts {
        TypeFacts {
            api_version: self.api_version,
            kind: self.kind,
        }
    }

    /// The subresource of this name.
    pub(crate) fn subresource(&self, name: &str) -> Option<&'static Subresource> {
        self.subresources.iter().find(|sub| sub.name == name)
    }
}
