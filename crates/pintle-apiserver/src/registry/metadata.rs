//! The metadata that the server itself sets.

use pintle_env::Random;

use super::{Registry, Served};
use crate::{schema::Tree, status::Failure};

impl Registry {
    /// A new object's identity: nothing of it comes from the client.
    pub(super) fn set_identity(&self, tree: &mut Tree) {
        for field in [
            "selfLink",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
        ] {
            tree.remove(&["metadata", field]);
        }
        tree.set(&["metadata", "uid"], uid(&*self.random).into());
        tree.set(&["metadata", "creationTimestamp"], self.now().into());
    }

    /// A name that begins with `base`.
    pub(super) fn generate_name(&self, base: &str) -> String {
        let mut name = base.to_owned();
        let mut end = base.len().min(GENERATED_MAX - GENERATED_PART);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
        for _ in 0..GENERATED_PART {
            let letter = self.random.below(GENERATED_FROM.len() as u64) as usize;
            name.push(char::from(GENERATED_FROM[letter]));
        }
        name
    }
}

impl Served {
    /// The object is in the namespace of the request: it says so, or says nothing.
    pub(crate) fn put_in_namespace(&self, tree: &mut Tree, namespace: &str) -> Result<(), Failure> {
        let own = tree.metadata_text("namespace");
        if own == namespace {
            return Ok(());
        }
        if !own.is_empty() && !namespace.is_empty() {
            return Err(Failure::bad_request(
                "the namespace of the provided object does not match the namespace sent on the \
                 request",
            ));
        }
        if namespace.is_empty() {
            tree.remove(&["metadata", "namespace"]);
        } else {
            tree.set(&["metadata", "namespace"], namespace.into());
        }
        Ok(())
    }
}

impl Registry {
    /// A random UUID: an identity that nothing else has.
    pub(crate) fn unique_id(&self) -> String {
        uid(&*self.random)
    }
}

/// A random UUID (version 4).
pub(crate) fn uid(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut uid = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            uid.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            uid.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    uid
}

/// As the real server: no vowels nor what looks like one, so that no words come up.
const GENERATED_FROM: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
const GENERATED_PART: usize = 5;
const GENERATED_MAX: usize = 63;

#[cfg(test)]
mod tests {
    use pintle_env::SeededRandom;

    #[test]
    fn uids_are_random_uuids() {
        let random = SeededRandom::new(1);
        let uid = super::uid(&random);
        assert_eq!(uid.len(), 36);
        assert_eq!(&uid[14..15], "4");
        assert!(matches!(&uid[19..20], "8" | "9" | "a" | "b"));
        assert_ne!(uid, super::uid(&random));
    }
}
