//! [`Str`], the string of every API type.
//!
//! API objects hold many short strings that are written once and read often. One named type keeps
//! the representation in one place, so that a measurement can change it.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

use lean_string::LeanStr;

/// A string of an API object: UTF-8, immutable, 16 bytes, up to 16 bytes of text without an
/// allocation.
///
/// Longer text is on the heap and shared: a clone counts a reference. It dereferences to `str`,
/// compares with string literals and is made from anything that is a string. The empty string
/// stands for "absent", as Go's zero value does.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(LeanStr);

impl Str {
    /// An empty string.
    pub const fn new() -> Self {
        Self(LeanStr::new())
    }

    /// A string known at compile time; never allocates.
    pub const fn from_static(text: &'static str) -> Self {
        Self(LeanStr::from_static_str(text))
    }

    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Deref for Str {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.0.as_str()
    }
}

impl AsRef<str> for Str {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Str {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self(LeanStr::from(text))
    }
}

impl From<&String> for Str {
    fn from(text: &String) -> Self {
        Self(LeanStr::from(text))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self(LeanStr::from(text.as_str()))
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        Self(LeanStr::from(text))
    }
}

impl From<&Str> for Str {
    fn from(text: &Str) -> Self {
        text.clone()
    }
}

impl From<Str> for String {
    fn from(text: Str) -> Self {
        text.as_str().to_owned()
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for Str {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<Str> for str {
    fn eq(&self, other: &Str) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<Str> for &str {
    fn eq(&self, other: &Str) -> bool {
        *self == other.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::Str;

    #[test]
    fn compares_with_literals_and_strings() {
        let text = Str::from("web-0");
        assert_eq!(text, "web-0");
        assert_eq!("web-0", text);
        assert_eq!(text, String::from("web-0"));
        assert_ne!(text, "web-1");
        assert!(text.starts_with("web"));
    }

    #[test]
    fn constants_and_default() {
        const RUNNING: Str = Str::from_static("Running");
        assert_eq!(RUNNING, Str::from("Running"));
        assert_eq!(Str::default(), "");
        assert_eq!(std::mem::size_of::<Str>(), 16);
        assert_eq!(std::mem::size_of::<Option<Str>>(), 16);
    }
}
