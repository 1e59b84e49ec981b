//! [`Rules`], what a user may do as a list.

/// What a user may do in a namespace, as far as that can be told as a list: Kubernetes'
/// `SubjectRulesReviewStatus`.
///
/// ```
/// use pintle_apiserver::{ResourceRule, Rules};
///
/// let rules = Rules::default().resource(ResourceRule::new(["get", "list"], [""], ["pods"]));
/// assert!(!rules.incomplete);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// What may be done with resources.
    pub resources: Vec<ResourceRule>,
    /// What may be done with other paths.
    pub paths: Vec<PathRule>,
    /// Whether the user may do more than is listed.
    pub incomplete: bool,
}

/// Something that may be done with resources. `*` stands for all of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceRule {
    /// What may be done.
    pub verbs: Vec<String>,
    /// The API groups; an empty name is the core group.
    pub groups: Vec<String>,
    /// The resources, each with its subresource behind a slash if it has one.
    pub resources: Vec<String>,
    /// The objects; none for all of them.
    pub names: Vec<String>,
}

/// Something that may be done with paths that are no resources. `*` stands for all of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PathRule {
    /// What may be done: methods in lower case.
    pub verbs: Vec<String>,
    /// The paths, of which one that ends in `*` stands for all that begin so.
    pub paths: Vec<String>,
}

impl Rules {
    /// Nothing is listed, which says nothing of what may be done.
    pub fn unknown() -> Self {
        Self {
            incomplete: true,
            ..Self::default()
        }
    }

    /// Everything.
    pub fn everything() -> Self {
        Self::default()
            .resource(ResourceRule::new(["*"], ["*"], ["*"]))
            .path(PathRule::new(["*"], ["*"]))
    }

    /// Adds something that may be done with resources.
    #[must_use]
    pub fn resource(mut self, rule: ResourceRule) -> Self {
        self.resources.push(rule);
        self
    }

    /// Adds something that may be done with paths.
    #[must_use]
    pub fn path(mut self, rule: PathRule) -> Self {
        self.paths.push(rule);
        self
    }
}

impl ResourceRule {
    /// What may be done with all objects of some resources of some groups.
    pub fn new<S: Into<String>>(
        verbs: impl IntoIterator<Item = S>,
        groups: impl IntoIterator<Item = S>,
        resources: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            verbs: verbs.into_iter().map(Into::into).collect(),
            groups: groups.into_iter().map(Into::into).collect(),
            resources: resources.into_iter().map(Into::into).collect(),
            names: Vec::new(),
        }
    }

    /// Only with an object of this name, or another that was named before.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }
}

impl PathRule {
    /// What may be done with some paths.
    pub fn new<S: Into<String>>(
        verbs: impl IntoIterator<Item = S>,
        paths: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            verbs: verbs.into_iter().map(Into::into).collect(),
            paths: paths.into_iter().map(Into::into).collect(),
        }
    }
}
