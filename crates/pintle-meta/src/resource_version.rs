//! [`ResourceVersion`], the version of an object or of a list.

use std::cmp::Ordering;
use std::fmt;

use pintle_codec::Str;

/// The version of an object, or of the whole store when a list carries it.
///
/// Empty means "unset"; `0` means "any" in a request.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct ResourceVersion(Str);

impl ResourceVersion {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is unset.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Which of two versions of one resource is newer, as Kubernetes defines it: both must be
    /// decimal numbers without leading zeros, of any length. `None` if one is not; `0` is not one
    /// either, as no object ever has it.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let (one, other) = (self.digits()?, other.digits()?);
        // Numbers without leading zeros are in the order of their length, then of their digits.
        Some(one.len().cmp(&other.len()).then_with(|| one.cmp(other)))
    }

    fn digits(&self) -> Option<&str> {
        let text = self.as_str();
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let is_version = is_number && !text.is_empty() && !text.starts_with('0');
        is_version.then_some(text)
    }
}

impl From<&str> for ResourceVersion {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<Str> for ResourceVersion {
    fn from(text: Str) -> Self {
        Self(text)
    }
}

impl From<ResourceVersion> for Str {
    fn from(version: ResourceVersion) -> Self {
        version.0
    }
}

impl fmt::Display for ResourceVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ResourceVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::ResourceVersion;

    #[test]
    fn numbers_compare_and_nothing_else_does() {
        let compare = |a: &str, b: &str| ResourceVersion::from(a).compare(&b.into());
        assert_eq!(compare("9", "10"), Some(Ordering::Less));
        assert_eq!(compare("10", "10"), Some(Ordering::Equal));
        assert_eq!(
            compare("99999999999999999999999", "100"),
            Some(Ordering::Greater)
        );
        for other in ["", "0", "x", "01", "-1", "1.0"] {
            assert_eq!(compare("1", other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_numbers(a in 1u128.., b in 1u128.., down in 0u32..100) {
            let (a, b) = ((a >> down).max(1), b);
            let version = |number: u128| ResourceVersion::from(number.to_string().as_str());
            prop_assert_eq!(version(a).compare(&version(b)), Some(a.cmp(&b)));
        }
    }
}
