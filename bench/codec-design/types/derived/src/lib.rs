//! Alternative C.

mod generated;

pub use generated::*;

use design_repr::List;

pub fn from_json(bytes: &[u8]) -> Option<Box<Pod>> {
    serde_json::from_slice(bytes).ok()
}

pub fn to_json(pod: &Pod) -> Vec<u8> {
    serde_json::to_vec(pod).unwrap_or_default()
}

fn is_empty_list<T>(list: &List<T>) -> bool {
    list.is_empty()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
