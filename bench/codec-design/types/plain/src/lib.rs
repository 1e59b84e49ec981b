//! The structs alone, to subtract: what `Default`, `PartialEq` and dropping cost everybody.

mod generated;

pub use generated::*;

pub fn from_json(_: &[u8]) -> Option<Box<Pod>> {
    Some(Box::default())
}

pub fn to_json(_: &Pod) -> Vec<u8> {
    Vec::new()
}
