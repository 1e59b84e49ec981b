//! [`Digest`], by which peers show that they hold the same pods.

use serde_json::{Value, json};

/// What is compared of a pod: its key, its age, what an edit changes, and something from its spec.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub namespace: &'a str,
    pub name: &'a str,
    pub uid: &'a str,
    pub resource_version: &'a str,
    /// The value of the label [`LABEL`](bench_harness::LABEL).
    pub label: &'a str,
    pub node: &'a str,
    /// The message of the first condition.
    pub message: &'a str,
}

/// Pods in any order: how many, and the sum of what FNV-1a makes of each one's facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    objects: u64,
    sum: u64,
}

impl Digest {
    /// Adds a pod.
    pub fn add(&mut self, facts: &Facts<'_>) {
        let Facts {
            namespace,
            name,
            uid,
            resource_version,
            label,
            node,
            message,
        } = facts;
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for text in [namespace, name, uid, resource_version, label, node, message] {
            // A zero behind each, so that text cannot move from one to the next.
            for byte in text.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        self.objects += 1;
        self.sum = self.sum.wrapping_add(hash);
    }

    /// As peers print it.
    pub fn to_json(self) -> Value {
        json!({"objects": self.objects, "digest": format!("{:016x}", self.sum)})
    }
}
