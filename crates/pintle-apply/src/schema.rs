//! [`Schema`], how server-side apply divides a struct into fields that are owned.

/// The fields of a struct that consist of fields owned one by one; every other field is owned as a
/// whole.
pub struct Schema(pub(crate) &'static [(&'static str, Shape)]);

/// How a field is divided.
pub(crate) enum Shape {
    /// It is owned as a whole, for all that is known here.
    Whole,
    /// A struct: field by field.
    Struct(fn() -> &'static Schema),
    /// A map: entry by entry, each of this shape.
    Map(&'static Shape),
    /// A list without repetitions: element by element.
    Set,
    /// A list of structs that are told apart by key fields.
    Keyed {
        keys: &'static [Key<'static>],
        elements: fn() -> &'static Schema,
    },
}

/// A field by which the elements of a list are told apart.
pub(crate) struct Key<'a> {
    pub(crate) field: &'a str,
    /// What stands for a field that is not there.
    pub(crate) default: Option<&'a str>,
}

impl Schema {
    /// How the field `name` is divided.
    pub(crate) fn shape(&'static self, name: &str) -> &'static Shape {
        let found = self.0.iter().find(|(field, _)| *field == name);
        found.map_or(&Shape::Whole, |(_, shape)| shape)
    }
}

impl<'a> Key<'a> {
    pub(crate) const fn new(field: &'a str) -> Self {
        Self {
            field,
            default: None,
        }
    }

    /// The value of the field where it is not set.
    pub(crate) const fn or(self, default: &'a str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }
}
