//! [`Heading`], what an object is called.

use arrayvec::ArrayString;

/// A namespace, a name and a version, in place: whoever looks for an object among many compares what it
/// is called, whoever stores another one which of the two is newer, and need not wait for the page on
/// which its bytes are. A version that is too long is left out; so are all three, if the names are.
#[derive(Clone, Copy, Default)]
pub(crate) struct Heading {
    /// Where the namespace ends, and the name.
    ends: [u8; 2],
    texts: ArrayString<LENGTH>,
}

impl Heading {
    pub(crate) fn new(namespace: &str, name: &str, version: &str) -> Self {
        let mut texts = ArrayString::new();
        let namespace_fits = texts.try_push_str(namespace);
        if namespace_fits
            .and_then(|()| texts.try_push_str(name))
            .is_err()
        {
            return Self::default();
        }
        let ends = [namespace.len() as u8, texts.len() as u8];
        // What does not fit is nowhere.
        _ = texts.try_push_str(version);
        Self { ends, texts }
    }

    /// The namespace and the name, if it has them.
    #[inline]
    pub(crate) fn names(&self) -> Option<(&str, &str)> {
        let [namespace, name] = self.ends.map(usize::from);
        match name {
            0 => None,
            _ => Some(self.texts[..name].split_at(namespace)),
        }
    }

    /// The version, if it has that.
    #[inline]
    pub(crate) fn version(&self) -> Option<&str> {
        let version = &self.texts[usize::from(self.ends[1])..];
        (!version.is_empty()).then_some(version)
    }
}

/// How many bytes they may have, so that the allocator rounds nothing up. Most have fewer.
const LENGTH: usize = 63;

#[cfg(test)]
mod tests {
    use super::{Heading, LENGTH};

    #[test]
    fn what_fits_is_in_place() {
        let long = "n".repeat(LENGTH);
        for (namespace, name, version) in [
            ("default", "web-0", "17"),
            ("", "node-1", ""),
            ("default", "", "1"),
            ("", &long, ""),
            (&long, "", ""),
            ("default", &long["default".len()..], ""),
            ("default", &long["default12".len()..], "12"),
            ("ümlaut", "日本", "3"),
        ] {
            let heading = Heading::new(namespace, name, version);
            assert_eq!(heading.names(), Some((namespace, name)));
            assert_eq!(heading.version().unwrap_or_default(), version);
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out_whole() {
        let long = "n".repeat(LENGTH);
        let longer = long.clone() + "n";
        for (namespace, name) in [("d", &*long), (&long, "n"), ("", &longer)] {
            let heading = Heading::new(namespace, name, "1");
            assert_eq!((heading.names(), heading.version()), (None, None));
        }
        let heading = Heading::new("default", &long["default1".len()..], "12");
        assert!(heading.names().is_some());
        assert_eq!(heading.version(), None);
        assert_eq!(Heading::new("", "", "").names(), None);
    }
}
