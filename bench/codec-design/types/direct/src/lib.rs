//! Alternative B.

mod generated;

pub use generated::*;

pub fn from_json(bytes: &[u8]) -> Option<Box<Pod>> {
    design_direct::from_json(bytes)
}

pub fn to_json(pod: &Pod) -> Vec<u8> {
    design_direct::to_json(pod)
}

pub fn from_protobuf(bytes: &[u8]) -> Option<Box<Pod>> {
    design_direct::from_protobuf(bytes)
}
