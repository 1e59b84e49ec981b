//! [`Edits`], what is to be changed in bytes that are otherwise copied.

use std::ops::Range;

/// Parts of a document that are left out or replaced, in the order in which they come.
#[derive(Default)]
pub(super) struct Edits {
    edits: Vec<Edit>,
    /// How many bytes shorter the document becomes.
    shorter: usize,
}

struct Edit {
    at: Range<usize>,
    with: Head,
}

/// The few bytes in which a format spells a length or a count.
#[derive(Clone, Copy, Default)]
pub(super) struct Head {
    bytes: [u8; MAX_HEAD],
    length: u8,
}

/// A place that [`Edits::fill`] may replace when it is known what comes behind it.
pub(super) struct Reserved {
    index: usize,
    shorter: usize,
}

impl Edits {
    /// Leaves out a part.
    pub(super) fn remove(&mut self, at: Range<usize>) {
        self.shorter += at.len();
        let with = Head::default();
        self.edits.push(Edit { at, with });
    }

    /// Keeps a place for what stands at `at`, which depends on what is edited behind it.
    pub(super) fn reserve(&mut self, at: Range<usize>) -> Reserved {
        let reserved = Reserved {
            index: self.edits.len(),
            shorter: self.shorter,
        };
        let with = Head::default();
        self.edits.push(Edit { at, with });
        reserved
    }

    /// By how many bytes what stands behind a reserved place became shorter since.
    pub(super) fn shorter_since(&self, reserved: &Reserved) -> usize {
        self.shorter - reserved.shorter
    }

    /// Replaces what stands at a reserved place by something no longer.
    pub(super) fn fill(&mut self, reserved: &Reserved, with: Head) {
        let edit = &mut self.edits[reserved.index];
        edit.with = with;
        self.shorter += edit.at.len() - usize::from(with.length);
    }

    /// Leaves what stands at a reserved place as it is.
    pub(super) fn keep(&mut self, reserved: &Reserved) {
        if self.edits.len() == reserved.index + 1 {
            // Nothing behind it was edited.
            self.edits.pop();
        } else {
            self.edits[reserved.index].at.end = self.edits[reserved.index].at.start;
        }
    }

    /// The edited document, in exactly the room that it needs; `None` if nothing was edited.
    pub(super) fn apply(&self, document: &[u8]) -> Option<Vec<u8>> {
        if self.edits.is_empty() {
            return None;
        }
        let mut edited = Vec::with_capacity(document.len() - self.shorter);
        let mut copied = 0;
        for Edit { at, with } in &self.edits {
            edited.extend_from_slice(&document[copied..at.start]);
            edited.extend_from_slice(&with.bytes[..usize::from(with.length)]);
            copied = at.end;
        }
        edited.extend_from_slice(&document[copied..]);
        Some(edited)
    }

    /// The same of a text in which nothing was replaced.
    pub(super) fn apply_to_text(&self, text: &str) -> Option<String> {
        if self.edits.is_empty() {
            return None;
        }
        let mut edited = String::with_capacity(text.len() - self.shorter);
        let mut copied = 0;
        for Edit { at, .. } in &self.edits {
            edited.push_str(&text[copied..at.start]);
            copied = at.end;
        }
        edited.push_str(&text[copied..]);
        Some(edited)
    }
}

impl Head {
    /// Appends a byte.
    pub(super) fn push(&mut self, byte: u8) {
        self.bytes[usize::from(self.length)] = byte;
        self.length += 1;
    }
}

/// The longest spelling of a 64-bit number, protobuf's.
const MAX_HEAD: usize = 10;
