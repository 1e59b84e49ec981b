//! [`Index`], where in an object's bytes its metadata stand.

use std::ops::Range;

/// Where in an object's bytes its metadata stand, and those of them that are no texts.
#[derive(Clone, Copy, Default)]
pub(super) struct Index {
    pub(super) name: Span,
    pub(super) namespace: Span,
    pub(super) uid: Span,
    pub(super) resource_version: Span,
    /// In JSON an object; in protobuf, from the first entry to the last.
    pub(super) labels: Span,
    pub(super) annotations: Span,
    /// All of the metadata: in JSON an object, in protobuf a message.
    pub(super) metadata: Span,
    pub(super) generation: i64,
    pub(super) is_deleting: bool,
}

/// A part of the bytes; empty for what is absent.
///
/// Eight bytes: an object has less than 4 GiB.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    start: u32,
    length: u32,
}

impl Index {
    /// Where no text can be handed out as it stands.
    pub(super) const SPELT: Self = Self {
        metadata: Span::SPELT,
        name: Span::SPELT,
        namespace: Span::SPELT,
        uid: Span::SPELT,
        resource_version: Span::SPELT,
        generation: 0,
        is_deleting: false,
        labels: Span::SPELT,
        annotations: Span::SPELT,
    };
}

impl Span {
    /// A text that cannot be handed out as it stands.
    pub(super) const SPELT: Self = Self {
        start: 0,
        length: u32::MAX,
    };

    pub(super) fn new(range: Range<usize>) -> Self {
        let narrow = |place| u32::try_from(place).expect("an object has less than 4 GiB");
        Self {
            start: narrow(range.start),
            length: narrow(range.len()),
        }
    }

    /// The part from the start of this to the end of the other.
    pub(super) fn through(self, other: Self) -> Self {
        match self.length {
            0 => other,
            _ => Self::new(self.start()..other.range().end),
        }
    }

    pub(super) fn is_spelt(self) -> bool {
        self.length == u32::MAX
    }

    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    /// The part; empty if it cannot be handed out.
    pub(super) fn range(self) -> Range<usize> {
        match self.is_spelt() {
            true => 0..0,
            false => self.start()..self.start() + self.length as usize,
        }
    }
}
