//! Alternative A2.

#[allow(clippy::identity_op, clippy::let_and_return)]
mod generated;

pub use generated::*;

pub fn from_json(bytes: &[u8]) -> Option<Box<Pod>> {
    let mut pod = Box::<Pod>::default();
    design_tuned::from_json(bytes, &mut *pod).ok()?;
    Some(pod)
}

pub fn to_json(pod: &Pod) -> Vec<u8> {
    design_tuned::to_json(pod)
}

pub fn from_protobuf(bytes: &[u8]) -> Option<Box<Pod>> {
    let mut pod = Box::<Pod>::default();
    design_tuned::from_protobuf(bytes, &mut *pod).ok()?;
    Some(pod)
}
