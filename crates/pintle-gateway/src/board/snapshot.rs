//! A list as it is sent.

use std::sync::Arc;

use bytes::Bytes;

/// The objects of a list in order, as pieces to be sent one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    objects: Arc<[Bytes]>,
    length: u64,
}

impl Snapshot {
    /// A piece: the objects, and a comma between each two.
    pub(crate) fn piece(&self, at: usize) -> Option<Bytes> {
        let object = self.objects.get(at.div_ceil(2))?;
        Some(match at % 2 {
            0 => object.clone(),
            _ => Bytes::from_static(b","),
        })
    }

    /// In bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}

impl FromIterator<Bytes> for Snapshot {
    fn from_iter<I: IntoIterator<Item = Bytes>>(objects: I) -> Self {
        let objects: Arc<[Bytes]> = objects.into_iter().collect();
        let bytes: u64 = objects.iter().map(|object| object.len() as u64).sum();
        Self {
            length: bytes + (objects.len() as u64).saturating_sub(1),
            objects,
        }
    }
}
