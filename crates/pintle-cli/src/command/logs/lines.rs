//! Lines of a log that comes in pieces.

/// Cuts pieces at line ends and puts something in front of each line. A line that gets very long is
/// not waited for.
pub(super) struct Lines {
    prefix: Vec<u8>,
    partial: Vec<u8>,
    inside: bool,
}

impl Lines {
    pub(super) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.as_bytes().to_vec(),
            partial: Vec::new(),
            inside: false,
        }
    }

    /// Takes a piece, and gives what is ready to be written.
    pub(super) fn add(&mut self, piece: &[u8]) -> Vec<u8> {
        self.partial.extend_from_slice(piece);
        let end = self.partial.iter().rposition(|byte| *byte == b'\n');
        let ready = match end {
            Some(end) => self.partial.drain(..=end).collect(),
            None if self.partial.len() > LONGEST => std::mem::take(&mut self.partial),
            None => Vec::new(),
        };
        self.prefixed(&ready)
    }

    /// What is left at the end.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let rest = std::mem::take(&mut self.partial);
        self.prefixed(&rest)
    }

    fn prefixed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if !self.inside {
                out.extend_from_slice(&self.prefix);
            }
            out.extend_from_slice(line);
            self.inside = !line.ends_with(b"\n");
        }
        out
    }
}

/// How much of a line is held back for its end, in bytes.
const LONGEST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_lines() {
        let mut lines = Lines::new("> ");
        assert_eq!(lines.add(b"on"), b"");
        assert_eq!(lines.add(b"e\ntwo\nth"), b"> one\n> two\n");
        assert_eq!(lines.finish(), b"> th");
    }

    #[test]
    fn a_long_line_is_not_waited_for_and_has_one_prefix() {
        let mut lines = Lines::new("> ");
        let long = vec![b'x'; LONGEST + 1];
        assert_eq!(lines.add(&long).len(), long.len() + 2);
        assert_eq!(lines.add(b"y\n"), b"y\n");
        assert_eq!(lines.add(b"z\n"), b"> z\n");
        assert_eq!(lines.finish(), b"");
    }
}
