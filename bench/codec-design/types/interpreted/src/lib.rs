//! Alternative A.

mod generated;

pub use generated::*;

pub fn from_json(bytes: &[u8]) -> Option<Box<Pod>> {
    let mut pod = Box::<Pod>::default();
    design_interpret::from_json(bytes, &mut *pod).ok()?;
    Some(pod)
}

pub fn to_json(pod: &Pod) -> Vec<u8> {
    design_interpret::to_json(pod)
}

pub fn from_protobuf(bytes: &[u8]) -> Option<Box<Pod>> {
    let mut pod = Box::<Pod>::default();
    design_interpret::from_protobuf(bytes, &mut *pod).ok()?;
    Some(pod)
}
