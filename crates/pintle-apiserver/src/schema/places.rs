//! The fields of a struct by their names.
//!
//! Whoever asks in the order of the struct, as nearly everybody does, finds a field with one comparison.

use pintle_codec::{Object, Value};

use super::{Field, Struct};

/// Places of fields, each a bit, in their order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places(u64);

impl Places {
    /// Those of these bits.
    pub(crate) const fn new(bits: u64) -> Self {
        Self(bits)
    }
}

impl Iterator for Places {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let place = self.0.trailing_zeros();
        // The lowest bit goes.
        self.0 &= self.0.checked_sub(1)?;
        Some(place as usize)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.0.count_ones() as usize;
        (count, Some(count))
    }
}

impl ExactSizeIterator for Places {}

/// Finds fields of a struct by their names.
pub(crate) struct Finder {
    fields: &'static [Field],
    /// Where the next one is looked for first: behind the last one.
    next: usize,
}

impl Finder {
    /// The place of the field of this name.
    pub(crate) fn find(&mut self, name: &str) -> Option<usize> {
        let (before, after) = self.fields.split_at(self.next);
        let is_it = |field: &Field| is_same(field.json.as_bytes(), name.as_bytes());
        let place = match after.iter().position(is_it) {
            Some(place) => self.next + place,
            None => before.iter().position(is_it)?,
        };
        self.next = place + 1;
        Some(place)
    }
}

/// Whether two names are the same. Most are short, and a comparison of unknown length is a call.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let ends = |text: &[u8]| Some((*text.first_chunk::<8>()?, *text.last_chunk::<8>()?));
    match (ends(one), ends(other)) {
        (Some(one), Some(other)) if one.0 != other.0 || one.1 != other.1 => false,
        (Some(_), Some(_)) if one.len() <= 16 => true,
        _ => one == other,
    }
}

impl Struct {
    /// What finds its fields.
    pub(crate) fn places(&self) -> Finder {
        Finder {
            fields: self.fields,
            next: 0,
        }
    }

    /// The values of an object, each in the place of its field. What the struct does not know is left
    /// out.
    pub(crate) fn values<'o>(&self, object: &'o Object) -> [Option<&'o Value>; MAX_FIELDS] {
        self.values_and_places(object).0
    }

    /// The same, and the bits of the places that have one.
    pub(crate) fn values_and_places<'o>(
        &self,
        object: &'o Object,
    ) -> ([Option<&'o Value>; MAX_FIELDS], u64) {
        let (mut values, mut set) = ([None; MAX_FIELDS], 0);
        let mut places = self.places();
        for (name, value) in object.iter() {
            if let Some(place) = places.find(name) {
                values[place] = Some(value);
                set |= 1 << place;
            }
        }
        (values, set)
    }
}

/// The most fields of a struct; the generated tables keep to it.
pub(crate) const MAX_FIELDS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::core_v1::SERVICE_SPEC;

    #[test]
    fn places_are_bits_from_the_lowest_on() {
        assert_eq!(Places::new(0).count(), 0);
        let places = Places::new(1 << 63 | 0b1010_0001);
        assert_eq!(places.len(), 4);
        assert_eq!(places.collect::<Vec<_>>(), [0, 5, 7, 63]);
    }

    #[test]
    fn fields_are_found_in_whatever_order() {
        let mut places = SERVICE_SPEC.places();
        for (place, field) in SERVICE_SPEC.fields.iter().enumerate() {
            assert_eq!(places.find(field.json), Some(place));
        }
        for (place, field) in SERVICE_SPEC.fields.iter().enumerate().rev() {
            assert_eq!(places.find(field.json), Some(place));
            assert_eq!(places.find("nothing"), None);
        }
    }

    #[test]
    fn values_stand_in_the_places_of_their_fields() {
        let entries = [("type", "a"), ("unknown", "b"), ("ports", "c")];
        let object = Object::from(entries.map(|(name, value)| (name, value.into())));
        let values = SERVICE_SPEC.values(&object);
        let found = SERVICE_SPEC.fields.iter().zip(values);
        let found = found.filter_map(|(field, value)| Some((field.json, value?.as_str()?)));
        assert_eq!(found.collect::<Vec<_>>(), [("ports", "c"), ("type", "a")]);
    }
}
