//! [`Heading`], what an object is called.

use arrayvec::ArrayString;

/// A namespace and a name, in place: whoever looks for an object among many compares what it is called,
/// and need not wait for the page on which its bytes are. Nothing if they are too long, or neither is
/// known.
#[derive(Clone, Copy, Default)]
pub(super) struct Heading {
    /// Where the namespace ends.
    namespace: u8,
    texts: ArrayString<LENGTH>,
}

impl Heading {
    pub(super) fn new(namespace: &str, name: &str) -> Self {
        let mut texts = ArrayString::new();
        let namespace_fits = texts.try_push_str(namespace);
        match namespace_fits.and_then(|()| texts.try_push_str(name)) {
            Ok(()) => Self {
                namespace: namespace.len() as u8,
                texts,
            },
            Err(_) => Self::default(),
        }
    }

    /// The namespace and the name, if it has them.
    #[inline]
    pub(super) fn texts(&self) -> Option<(&str, &str)> {
        match self.texts.is_empty() {
            true => None,
            false => Some(self.texts.split_at(usize::from(self.namespace))),
        }
    }
}

/// How many bytes both may have, so that the allocator rounds nothing up. Most have fewer.
const LENGTH: usize = 63;

#[cfg(test)]
mod tests {
    use super::{Heading, LENGTH};

    #[test]
    fn what_fits_is_in_place() {
        let long = "n".repeat(LENGTH);
        for (namespace, name) in [
            ("default", "web-0"),
            ("", "node-1"),
            ("default", ""),
            ("", &long),
            (&long, ""),
            ("default", &long["default".len()..]),
            ("ümlaut", "日本"),
        ] {
            let heading = Heading::new(namespace, name);
            assert_eq!(heading.texts(), Some((namespace, name)));
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out_whole() {
        let long = "n".repeat(LENGTH);
        for (namespace, name) in [
            ("d", &*long),
            (&long, "n"),
            ("", ""),
            (&(long.clone() + "n"), ""),
        ] {
            assert_eq!(Heading::new(namespace, name).texts(), None);
        }
    }
}
