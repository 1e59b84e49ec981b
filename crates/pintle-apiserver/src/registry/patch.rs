//! Patching objects, whole or in part.

use std::sync::Arc;

use super::{Change, FieldValidation, Registry, View};
use crate::{
    patch::{Patch, PatchError, PatchKind},
    quote::Quoted,
    schema::{Tree, TypeFacts, decode, type_meta},
    status::{Failure, Qualified},
    store::Object,
    validation::FieldError,
};

/// An object that was patched.
#[derive(Clone, Debug)]
pub(crate) struct Patched {
    /// The object as it is now.
    pub(crate) object: Arc<Object>,
    /// What the client should be told about the patch.
    pub(crate) warnings: Vec<String>,
}

impl Registry {
    /// Patches an object that there is. A patch that says no revision is applied to whatever there is,
    /// as often as somebody else is faster; one that says a revision, to the object at that revision
    /// only.
    pub(crate) fn patch(
        &self,
        change: Change<'_>,
        kind: PatchKind,
        document: &[u8],
        validation: FieldValidation,
    ) -> Result<Patched, Failure> {
        let strict = validation != FieldValidation::Ignore;
        // Whether there is such an object comes before whether the patch is one.
        let patch = Patch::read(kind, document, strict).map_err(failure);
        let mut warnings = Vec::new();
        let object = self.change(change, &mut |current, _| {
            let patch = patch.as_ref().map_err(Failure::clone)?;
            let view = change.served.view();
            // A patch is of the version that its client speaks.
            let shown = view.as_shown(current.clone());
            let (tree, excess) = self.patched(&view, patch, kind, &shown, validation)?;
            warnings = excess;
            Ok(view.as_stored(tree))
        })?;
        Ok(Patched { object, warnings })
    }

    /// What a patch makes of something that is as clients see it, with what the patch says too much.
    pub(super) fn patched(
        &self,
        view: &View,
        patch: &Patch,
        kind: PatchKind,
        current: &Tree,
        validation: FieldValidation,
    ) -> Result<(Tree, Vec<String>), Failure> {
        let TypeFacts {
            api_version,
            kind: own_kind,
        } = view.type_facts();
        let json = patch
            .apply(current.object(), view.schema())
            .map_err(failure)?;
        let refuse = |why: &dyn std::fmt::Display| {
            let shown = match kind {
                PatchKind::Strategic => patch.shown(),
                PatchKind::Json | PatchKind::Merge => String::from_utf8_lossy(&json).into_owned(),
            };
            let error = FieldError::invalid("patch", &shown, &why.to_string());
            let nothing = Qualified {
                group: "",
                name: "",
            };
            Failure::invalid(nothing, "", &[error])
        };
        if kind != PatchKind::Strategic {
            self.check_type(view.type_facts(), &json)
                .map_err(|why| refuse(&why))?;
        }
        let decoded = decode(&json, view.schema()).map_err(|error| refuse(&error))?;
        let mut excess = patch.excess().to_vec();
        excess.extend(decoded.excess);
        match validation {
            FieldValidation::Ignore => excess.clear(),
            FieldValidation::Warn => {}
            FieldValidation::Strict if excess.is_empty() => {}
            FieldValidation::Strict => {
                let excess = excess.join(", ");
                return Err(refuse(&format!("strict decoding error: {excess}")));
            }
        }
        let mut tree = Tree::new(decoded.object, view.schema());
        tree.set(&["kind"], own_kind.into());
        tree.set(&["apiVersion"], api_version.into());
        Ok((tree, excess))
    }

    /// What a patch makes of an object is still one of the same type.
    fn check_type(&self, own: TypeFacts, json: &[u8]) -> Result<(), String> {
        let found = type_meta(json).map_err(|error| error.to_string())?;
        let (kind, version) = (found.kind.as_str(), found.api_version.as_str());
        if (kind, version) == (own.kind, own.api_version) {
            return Ok(());
        }
        Err(if self.knows(kind, version) {
            let short = version.rsplit('/').next().unwrap_or_default();
            let group = own.package();
            let into = own.kind;
            format!("converting ({short}.{kind}) to ({group}.{into}): unknown conversion")
        } else {
            let (kind, version) = (Quoted(kind), Quoted(version));
            format!(
                "no kind {kind} is registered for version {version} in scheme \
                     \"pkg/runtime/scheme.go:111\""
            )
        })
    }
}

pub(super) fn failure(error: PatchError) -> Failure {
    match &error {
        PatchError::BadRequest(_)
        | PatchError::BadPrimitiveList
        | PatchError::BadRetainKeys
        | PatchError::BadSetElementOrder => Failure::bad_request(error.to_string()),
        PatchError::TooManyOperations { .. } => Failure::too_many_operations(&error),
        PatchError::Inapplicable | PatchError::ListOfLists => Failure::rejected(),
        PatchError::Internal(message) => Failure::internal_plain(message.as_str()),
    }
}
