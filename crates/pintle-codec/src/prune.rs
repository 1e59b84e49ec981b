//! [`Prune`], which parts of objects are left out while they are read.

use crate::Str;

/// Parts of objects that a reader leaves out: they are passed over and never allocated.
///
/// A part is named by the path of its fields in JSON. A path goes through the elements of lists,
/// and a step in a map is a key. An object of which something was left out says so in its metadata,
/// and is not to be written back as a whole.
///
/// ```
/// use pintle_codec::Prune;
///
/// let prune = Prune::managed_fields()
///     .and("status.conditions")
///     .and_path(["metadata", "annotations", "example.com/large"]);
/// # let _ = prune;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prune(Node);

/// What is left out below one step of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Node(Vec<(Str, Rule)>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The part is left out.
    All,
    /// Something in it is.
    Within(Node),
}

impl Prune {
    /// Leaves out nothing.
    pub const fn nothing() -> Self {
        Self(Node(Vec::new()))
    }

    /// Leaves out `metadata.managedFields`, the largest part of many objects, which few programs
    /// look at.
    pub fn managed_fields() -> Self {
        Self::nothing().and("metadata.managedFields")
    }

    /// Leaves out another part, its path written with dots: `status.conditions`.
    #[must_use]
    pub fn and(self, path: &str) -> Self {
        self.and_path(path.split('.'))
    }

    /// Leaves out another part, its path given step by step: for the keys of maps that have dots.
    #[must_use]
    pub fn and_path<'a>(mut self, path: impl IntoIterator<Item = &'a str>) -> Self {
        let steps: Vec<&str> = path.into_iter().filter(|step| !step.is_empty()).collect();
        self.0.add(&steps);
        self
    }

    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.0.0.is_empty()
    }

    pub(crate) fn root(&self) -> Option<&Node> {
        (!self.is_empty()).then_some(&self.0)
    }
}

impl Node {
    /// What is said of the field or key `name`.
    pub(crate) fn rule(&self, name: &str) -> Option<&Rule> {
        let rule = self.0.iter().find(|(step, _)| step == name);
        rule.map(|(_, rule)| rule)
    }

    fn add(&mut self, path: &[&str]) {
        let Some((step, rest)) = path.split_first() else {
            return;
        };
        let at = match self.0.iter().position(|(known, _)| known == *step) {
            Some(at) => at,
            None => {
                self.0.push(((*step).into(), Rule::Within(Node::default())));
                self.0.len() - 1
            }
        };
        let rule = &mut self.0[at].1;
        match rule {
            // A part that is left out as a whole has no parts.
            Rule::All => {}
            rule if rest.is_empty() => *rule = Rule::All,
            Rule::Within(node) => node.add(rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Prune, Rule};

    #[test]
    fn a_part_covers_what_is_in_it() {
        let one = Prune::nothing().and("spec").and("spec.containers.env");
        let other = Prune::nothing().and("spec.containers.env").and("spec");
        assert_eq!(one, other);
        assert_eq!(one.root().unwrap().rule("spec"), Some(&Rule::All));
        assert_eq!(one.root().unwrap().rule("status"), None);
    }

    #[test]
    fn a_path_without_a_step_names_nothing() {
        assert!(Prune::nothing().and("").is_empty());
        assert!(Prune::nothing().root().is_none());
    }
}
