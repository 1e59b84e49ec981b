//! [`Buffer`], what has arrived of a stream and was not used yet.

/// The bytes of a stream that arrived and were not used yet.
///
/// Bytes are copied in as they arrive. Room is won back by moving the unused rest to the front,
/// when that is less than what was used: on average, a byte is moved at most once.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    /// How many of them were used.
    start: usize,
    /// How many bytes of the stream are no longer in the buffer.
    passed: usize,
}

impl Buffer {
    /// Takes in what arrived.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 && self.start >= self.unused().len() {
            self.bytes.drain(..self.start);
            self.passed += self.start;
            self.start = 0;
        }
        if self.bytes.is_empty() && self.bytes.capacity() > KEPT_CAPACITY {
            self.bytes = Vec::new();
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// What was not used yet.
    #[inline]
    pub(crate) fn unused(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// The offset in the stream of what was not used yet.
    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.passed + self.start
    }

    /// Uses the next `length` bytes.
    #[inline]
    pub(crate) fn take(&mut self, length: usize) -> &[u8] {
        let taken = self.start..self.start + length;
        self.start = taken.end;
        &self.bytes[taken]
    }

    /// Uses the bytes at the front for which `test` holds, and returns the one behind them.
    #[inline]
    pub(crate) fn skip_while(&mut self, test: impl Fn(&u8) -> bool) -> Option<u8> {
        let unused = self.unused();
        match unused.iter().position(|byte| !test(byte)) {
            Some(length) => {
                let next = unused[length];
                self.start += length;
                Some(next)
            }
            None => {
                self.start = self.bytes.len();
                None
            }
        }
    }
}

/// A buffer that grew beyond this for one long part is given back.
const KEPT_CAPACITY: usize = 1 << 20;
