//! What discovery says of how objects are stored, so that who migrates them can tell when to.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::digest::{SHA256, digest};

use crate::schema::Resource;

/// A hash of the group version and kind in which objects are stored, if they are.
pub(super) fn hash(resource: &Resource) -> Option<String> {
    // What is stored can be watched, and nothing else can.
    let stored = resource.verbs.contains(&"watch");
    let (group, version) = resource.storage;
    let kind = format!("{group}/{version}/{}", resource.kind);
    let hash = || digest(&SHA256, kind.as_bytes());
    stored.then(|| BASE64_STANDARD.encode(&hash().as_ref()[..8]))
}
