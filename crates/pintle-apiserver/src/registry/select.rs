//! Which fields of a resource selectors may ask for.

use super::Served;
use crate::{
    kinds::SelectableField,
    quote::Quoted,
    selector::{FieldSelector, ParseFieldsError},
    store::{FIRST_FIELD, NAME_FIELD, NAMESPACE_FIELD},
};

impl Served {
    /// Reads a field selector over this resource.
    pub(crate) fn field_selector(&self, text: &str) -> Result<FieldSelector, ParseFieldsError> {
        FieldSelector::parse(text, |name| match self.conversion.stored_field(name) {
            Some(stored) => self.field(stored),
            None => Err(format!("field label not supported: {name}")),
        })
    }

    /// The number of a selectable field.
    fn field(&self, name: &str) -> Result<usize, String> {
        let fields = self.kind.fields;
        match name {
            "metadata.name" => return Ok(NAME_FIELD),
            // Kinds that name their fields say which of these two they have.
            "metadata.namespace" if self.facts.namespaced || fields.is_empty() => {
                return Ok(NAMESPACE_FIELD);
            }
            _ => {}
        }
        let is_meant = |field: &SelectableField| field.name == name || field.older == name;
        let found = fields
            .iter()
            .position(|field| !name.is_empty() && is_meant(field));
        let facts = self.facts;
        match found {
            Some(at) => Ok(FIRST_FIELD + at),
            None if fields.is_empty() => Err(format!(
                "{} is not a known field selector: only \"metadata.name\", \
                 \"metadata.namespace\"",
                Quoted(name)
            )),
            // One kind says more.
            None if facts.kind == "ResourceSlice" => Err(format!(
                "field label not supported for {}, Kind={}: {name}",
                facts.api_version, facts.kind
            )),
            None => Err(format!("field label not supported: {name}")),
        }
    }
}
