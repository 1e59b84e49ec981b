//! A message as the parameters of a request, as options travel in the Kubernetes API.

use crate::float::Digits;
use crate::walk::is_zero_slot;
use crate::{FieldFlags, Message, SlotRef};

/// The fields of `options` as query parameters, in the order of the struct.
///
/// The rules are Kubernetes' own: a zero value is left out where JSON leaves it out, and an absent
/// pointer too; a list becomes one parameter an element; a time is written as in JSON; the fields
/// of a struct stand in its place. Maps, binary data, and lists of anything but plain values have
/// no form in a query and are left out, as is a struct that is embedded in another.
pub fn to_query(options: &dyn Message) -> Vec<(&'static str, String)> {
    let mut query = Vec::new();
    append(options, &mut query);
    query
}

fn append(options: &dyn Message, query: &mut Vec<(&'static str, String)>) {
    for (index, field) in options.table().fields().iter().enumerate() {
        // What is embedded has no name, which is how Go comes to pass over it.
        if field.flags().has(FieldFlags::INLINE) {
            continue;
        }
        let slot = options.get(index);
        let optional = field.flags().has(FieldFlags::OPTIONAL);
        let omitted = |slot| field.flags().has(FieldFlags::OMIT_EMPTY) && is_zero_slot(slot);
        match slot {
            slot if !optional && omitted(slot) => {}
            SlotRef::List(list) => {
                let set = (0..list.len()).map(|index| list.at(index));
                let values = set.filter(|slot| !omitted(*slot)).filter_map(plain);
                query.extend(values.map(|value| (field.json(), value)));
            }
            SlotRef::Message(inner) => append(inner, query),
            SlotRef::Scalar(scalar) => {
                query.extend(scalar.query().map(|value| (field.json(), value)));
            }
            slot => query.extend(plain(slot).map(|value| (field.json(), value))),
        }
    }
}

fn plain(slot: SlotRef<'_>) -> Option<String> {
    match slot {
        SlotRef::Str(text) => Some(text.to_owned()),
        SlotRef::Bool(truth) => Some(truth.to_string()),
        SlotRef::I32(number) => Some(number.to_string()),
        SlotRef::I64(number) => Some(number.to_string()),
        SlotRef::F64(number) => Some(float(number)),
        SlotRef::Absent
        | SlotRef::Bytes(_)
        | SlotRef::Scalar(_)
        | SlotRef::Message(_)
        | SlotRef::List(_)
        | SlotRef::Map(_) => None,
    }
}

/// A number as Go's `%v` prints it: very large and very small ones with an exponent of two digits
/// or more.
fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let digits = Digits::of(number);
    match digits.exponent() {
        -4..21 => digits.plain(),
        _ => digits.scientific(2),
    }
}

#[cfg(test)]
mod tests {
    use super::float;

    /// The expected texts are what Go's `fmt.Sprintf("%v", …)` prints.
    #[test]
    fn numbers_are_spelt_as_go_spells_them() {
        for (number, spelt) in [
            (0.5, "0.5"),
            (3.0, "3"),
            (-0.0001, "-0.0001"),
            (0.00001, "1e-05"),
            (1e20, "100000000000000000000"),
            (-1.5e21, "-1.5e+21"),
            (1e100, "1e+100"),
            (f64::INFINITY, "+Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(float(number), spelt);
        }
    }
}
