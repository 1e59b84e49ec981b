//! Chained setters for the options of requests.

use pintle_codec::Str;

use crate::v1::{
    CreateOptions, DeleteOptions, DeletionPropagation, ListOptions, PatchOptions, Preconditions,
    UpdateOptions,
};

impl ListOptions {
    /// Options that ask for everything, as of now.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only objects whose labels match the selector, such as `app=web,tier!=cache`.
    #[must_use]
    pub fn labels(mut self, selector: impl Into<Str>) -> Self {
        self.label_selector = selector.into();
        self
    }

    /// Only objects whose fields match the selector, such as `status.phase=Running`.
    #[must_use]
    pub fn fields(mut self, selector: impl Into<Str>) -> Self {
        self.field_selector = selector.into();
        self
    }

    /// At most this many objects a page; the list then says where to continue.
    #[must_use]
    pub fn limit(mut self, objects: i64) -> Self {
        self.limit = objects;
        self
    }

    /// The page that follows the one whose metadata carried this token.
    #[must_use]
    pub fn continue_from(mut self, token: impl Into<Str>) -> Self {
        self.continue_ = token.into();
        self
    }

    /// The version to list at or to watch from. Unset is the present, `0` is any that the server
    /// has at hand.
    #[must_use]
    pub fn resource_version(mut self, version: impl Into<Str>) -> Self {
        self.resource_version = version.into();
        self
    }

    /// Asks a watch for bookmarks: events that carry nothing but the version reached.
    #[must_use]
    pub fn bookmarks(mut self) -> Self {
        self.allow_watch_bookmarks = true;
        self
    }

    /// The server ends a watch, or gives up on a list, after this many seconds.
    #[must_use]
    pub fn timeout_seconds(mut self, seconds: i64) -> Self {
        self.timeout_seconds = Some(seconds);
        self
    }
}

impl CreateOptions {
    /// Options that store what is sent.
    pub fn new() -> Self {
        Self::default()
    }

    /// The server checks everything and stores nothing.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.dry_run = ["All".into()].into();
        self
    }

    /// Who makes the change, for `metadata.managedFields`.
    #[must_use]
    pub fn field_manager(mut self, name: impl Into<Str>) -> Self {
        self.field_manager = name.into();
        self
    }
}

impl UpdateOptions {
    /// Options that store what is sent.
    pub fn new() -> Self {
        Self::default()
    }

    /// The server checks everything and stores nothing.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.dry_run = ["All".into()].into();
        self
    }

    /// Who makes the change, for `metadata.managedFields`.
    #[must_use]
    pub fn field_manager(mut self, name: impl Into<Str>) -> Self {
        self.field_manager = name.into();
        self
    }
}

impl PatchOptions {
    /// Options that store what results.
    pub fn new() -> Self {
        Self::default()
    }

    /// The server checks everything and stores nothing.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.dry_run = ["All".into()].into();
        self
    }

    /// Who makes the change, for `metadata.managedFields`. To apply needs it.
    #[must_use]
    pub fn field_manager(mut self, name: impl Into<Str>) -> Self {
        self.field_manager = name.into();
        self
    }

    /// Takes over fields that others manage. For apply only.
    #[must_use]
    pub fn force(mut self) -> Self {
        self.force = Some(true);
        self
    }
}

impl DeleteOptions {
    /// Options that delete as the resource does by default.
    pub fn new() -> Self {
        Self::default()
    }

    /// The server checks everything and deletes nothing.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.dry_run = ["All".into()].into();
        self
    }

    /// How long the object may take to end; 0 is at once.
    #[must_use]
    pub fn grace_period_seconds(mut self, seconds: i64) -> Self {
        self.grace_period_seconds = Some(seconds);
        self
    }

    /// What happens to the objects that this one owns.
    #[must_use]
    pub fn propagation_policy(mut self, policy: DeletionPropagation) -> Self {
        self.propagation_policy = Some(policy);
        self
    }

    /// Deletes only the object with this uid, not one that was created anew under its name.
    #[must_use]
    pub fn only_uid(mut self, uid: impl Into<Str>) -> Self {
        self.preconditions.get_or_insert_default().uid = Some(uid.into());
        self
    }

    /// Deletes only if the object still has this version.
    #[must_use]
    pub fn only_resource_version(mut self, version: impl Into<Str>) -> Self {
        let preconditions: &mut Preconditions = self.preconditions.get_or_insert_default();
        preconditions.resource_version = Some(version.into());
        self
    }
}
