//! A message as the parameters of a request, as options travel in the Kubernetes API.

use crate::walk::is_zero_slot;
use crate::{FieldFlags, Message, SlotRef};

/// The fields of `options` that are set, as query parameters in the order of the struct.
///
/// A list becomes one parameter an element. Structs, maps and binary data have no form in a query
/// and are left out, as Kubernetes leaves them out.
pub fn to_query(options: &dyn Message) -> Vec<(&'static str, String)> {
    let mut query = Vec::new();
    for (index, field) in options.table().fields.iter().enumerate() {
        let slot = options.get(index);
        let optional = field.flags.has(FieldFlags::OPTIONAL);
        match slot {
            slot if !optional && is_zero_slot(slot) => {}
            SlotRef::List(list) => {
                let values = (0..list.len()).filter_map(|index| plain(list.at(index)));
                query.extend(values.map(|value| (field.json, value)));
            }
            slot => query.extend(plain(slot).map(|value| (field.json, value))),
        }
    }
    query
}

fn plain(slot: SlotRef<'_>) -> Option<String> {
    match slot {
        SlotRef::Str(text) => Some(text.to_owned()),
        SlotRef::Bool(truth) => Some(truth.to_string()),
        SlotRef::I32(number) => Some(number.to_string()),
        SlotRef::I64(number) => Some(number.to_string()),
        _ => None,
    }
}
