//! A list as it is sent.

use std::sync::Arc;

use bytes::Bytes;

use super::Item;

/// The objects of a list in order, as pieces to be sent one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pieces: Arc<[Bytes]>,
    length: u64,
}

impl Snapshot {
    pub(crate) fn of<'a>(items: impl Iterator<Item = &'a Arc<Item>>) -> Self {
        let mut pieces: Vec<Bytes> = items.map(|item| item.next_json()).collect();
        if let Some(first) = pieces.first_mut() {
            *first = first.slice(1..);
        }
        Self::from(pieces)
    }

    pub(crate) fn piece(&self, at: usize) -> Option<Bytes> {
        self.pieces.get(at).cloned()
    }

    /// In bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}

impl From<Vec<Bytes>> for Snapshot {
    fn from(pieces: Vec<Bytes>) -> Self {
        Self {
            length: pieces.iter().map(|piece| piece.len() as u64).sum(),
            pieces: pieces.into(),
        }
    }
}
