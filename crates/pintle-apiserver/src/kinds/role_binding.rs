//! Bindings of roles: what they bind is settled when they are made.

use super::Kind;
use crate::{
    quote::Quoted,
    schema::Tree,
    validation::{FieldError, NameRule},
};

pub(super) const BINDING: Kind = Kind {
    validate: |binding, old| validate(binding, old, &["Role", "ClusterRole"]),
    ..PLAIN
};

pub(super) const CLUSTER_BINDING: Kind = Kind {
    validate: |binding, old| validate(binding, old, &["ClusterRole"]),
    ..PLAIN
};

const PLAIN: Kind = Kind {
    on_create: |binding, _| name_group(binding),
    on_update: |binding, _, _, _| name_group(binding),
    name: NameRule::PathSegment,
    update_creates: true,
    ..Kind::PLAIN
};

/// Roles are all of one group, which need not be said.
fn name_group(binding: &mut Tree) {
    if binding.text(&["roleRef", "apiGroup"]).is_empty() {
        binding.set(&["roleRef", "apiGroup"], GROUP.into());
    }
}

fn validate(binding: &Tree, old: Option<&Tree>, kinds: &[&str]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let group = binding.text(&["roleRef", "apiGroup"]);
    if group != GROUP {
        errors.push(FieldError::not_supported(
            "roleRef.apiGroup",
            group,
            &[GROUP],
        ));
    }
    let kind = binding.text(&["roleRef", "kind"]);
    if !kinds.contains(&kind) {
        errors.push(FieldError::not_supported("roleRef.kind", kind, kinds));
    }
    if let Some(old) = old
        && old.get("roleRef") != binding.get("roleRef")
    {
        // As the real server has it within.
        let quoted = |field| Quoted(binding.text(&["roleRef", field])).to_string();
        let [group, kind, name] = ["apiGroup", "kind", "name"].map(quoted);
        let shown = format!(r#"{{"APIGroup":{group},"Kind":{kind},"Name":{name}}}"#);
        let why = "cannot change roleRef";
        errors.push(FieldError::invalid_shown("roleRef", &shown, why));
    }
    errors
}

const GROUP: &str = "rbac.authorization.k8s.io";
