//! How many pods an object is to have, whatever its kind.

use pintle_codec::Value;

use super::{Change, FieldValidation, Registry, View, patch};
use crate::{
    generated::autoscaling_v1::SCALE,
    patch::{Patch, PatchKind},
    schema::{Cardinality, Shape, Subresource, Tree},
    selector::labels,
    status::{Failure, Qualified},
    validation::{FieldError, NameRule, validate_metadata},
};

impl Registry {
    /// Gives an object the number of pods that a scale says, and returns its scale.
    pub(crate) fn update_scale(
        &self,
        change: Change<'_>,
        mut scale: Tree,
    ) -> Result<Tree, Failure> {
        let served = change.served;
        served.put_in_namespace(&mut scale, change.namespace)?;
        super::update::check_name(&scale, change.name)?;
        let changed = self.change(change, &mut |owner, current| {
            super::update::check_uid(served, &scale, &current.key, Some(current))?;
            scaled(owner, &scale)
        })?;
        scale_of(&served.tree(&changed))
    }

    /// Patches the scale of an object, and returns it with what the patch says too much.
    pub(crate) fn patch_scale(
        &self,
        change: Change<'_>,
        below: &'static Subresource,
        kind: PatchKind,
        document: &[u8],
        validation: FieldValidation,
    ) -> Result<(Tree, Vec<String>), Failure> {
        let (served, view) = (change.served, View::below(below));
        let strict = validation != FieldValidation::Ignore;
        let patch = Patch::read(kind, document, strict).map_err(patch::failure);
        let mut warnings = Vec::new();
        let changed = self.change(change, &mut |owner, current| {
            let patch = patch.as_ref().map_err(Failure::clone)?;
            let scale = scale_of(owner)?;
            let (mut scale, excess) = self.patched(&view, patch, kind, &scale, validation)?;
            warnings = excess;
            served.put_in_namespace(&mut scale, change.namespace)?;
            super::update::check_name(&scale, change.name)?;
            super::update::check_uid(served, &scale, &current.key, Some(current))?;
            scaled(owner, &scale)
        })?;
        Ok((scale_of(&served.tree(&changed))?, warnings))
    }
}

/// The scale of an object.
pub(crate) fn scale_of(owner: &Tree) -> Result<Tree, Failure> {
    let mut scale = Tree::zero(&SCALE);
    scale.set(&["kind"], "Scale".into());
    scale.set(&["apiVersion"], "autoscaling/v1".into());
    for field in [
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "creationTimestamp",
    ] {
        if let Some(value) = owner.metadata().get(field) {
            scale.set(&["metadata", field], value.clone());
        }
    }
    let number = |path: &[&str]| owner.at(path).and_then(Value::as_int).unwrap_or_default();
    if let replicas @ 1.. = number(&REPLICAS) {
        scale.set(&REPLICAS, replicas.into());
    }
    let status = number(&["status", "replicas"]);
    scale.set(&["status", "replicas"], status.into());
    match selector(owner)?.as_str() {
        "" => {}
        selector => scale.set(&["status", "selector"], selector.into()),
    }
    Ok(scale)
}

/// The object with as many pods as a scale says.
fn scaled(owner: &Tree, scale: &Tree) -> Result<Tree, Failure> {
    let replicas = scale.at(&REPLICAS).and_then(Value::as_int);
    let replicas = replicas.unwrap_or_default();
    let mut errors = validate_metadata(scale.metadata(), true, NameRule::DnsSubdomain);
    if replicas < 0 {
        const WHY: &str = "must be greater than or equal to 0";
        let shown = replicas.to_string();
        errors.push(FieldError::invalid_shown("spec.replicas", &shown, WHY));
    }
    if !errors.is_empty() {
        let kind = Qualified {
            group: "autoscaling",
            name: "Scale",
        };
        let name = owner.metadata_text("name");
        return Err(Failure::invalid(kind, name, &errors));
    }
    let mut owner = owner.clone();
    owner.set(&REPLICAS, replicas.into());
    let revision = scale.metadata_text("resourceVersion");
    owner.set(&["metadata", "resourceVersion"], revision.into());
    Ok(owner)
}

/// The selector of an object's pods, as it is written in a request.
fn selector(owner: &Tree) -> Result<String, Failure> {
    let Some(selector) = owner.at(&["spec", "selector"]) else {
        return Ok(String::new());
    };
    let read = match selector.as_object() {
        Some(map) if selects_by_map(owner) => labels::of_map(map),
        _ => labels::of_object(selector),
    };
    let read = read.ok_or_else(|| Failure::bad_request("the selector of the object is invalid"));
    Ok(read?.to_string())
}

/// Whether the selector of objects is no more than a map of labels, as it was once.
fn selects_by_map(owner: &Tree) -> bool {
    let field = |fields: &'static [crate::schema::Field], name| {
        fields.iter().find(move |field| field.json == name)
    };
    let spec = field(owner.schema().fields, "spec").map(|spec| spec.shape);
    let Some(Shape::Struct(spec)) = spec else {
        return false;
    };
    let selector = field(spec.fields, "selector").map(|selector| selector.cardinality);
    selector == Some(Cardinality::Map)
}

const REPLICAS: [&str; 2] = ["spec", "replicas"];
