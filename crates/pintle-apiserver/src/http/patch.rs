//! `PATCH` of an object or of a part of it.

use http::{HeaderMap, StatusCode, header};

use super::{
    Api,
    api::{Answer, Call},
    options::PatchOptions,
};
use crate::{kinds::Part, patch::PatchKind, registry::Change, status::Failure};

/// The formats of patches, by the media type of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// A document that says what to change.
    Patch(PatchKind),
    /// The fields that a manager wants to have: server-side apply.
    Apply,
}

impl Api {
    pub(super) fn patch(
        &self,
        call: &Call<'_>,
        part: Part,
        format: Format,
        body: &[u8],
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer(self)?;
        let options = PatchOptions::read(call.query, format == Format::Apply)?;
        let kind = format.kind()?;
        let change = Change {
            served: call.served,
            namespace: &call.target.namespace,
            name: &call.target.name,
            part,
            mode: call.mode(options.write),
        };
        let patched = self
            .registry
            .patch(change, kind, body, options.write.validation)?;
        let mut answer = Answer::object(StatusCode::OK, &renderer, &patched.object);
        answer.warnings = patched.warnings;
        Ok(answer)
    }
}

impl Format {
    /// What kind of patch it is.
    pub(super) fn kind(self) -> Result<PatchKind, Failure> {
        match self {
            Self::Patch(kind) => Ok(kind),
            Self::Apply => Err(Failure::no_apply_yet()),
        }
    }

    /// What the headers of a request say that its body is.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let content_type = headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let media_type = content_type.unwrap_or_default().split(';').next();
        match media_type.unwrap_or_default() {
            "application/json-patch+json" => Ok(Self::Patch(PatchKind::Json)),
            "application/merge-patch+json" => Ok(Self::Patch(PatchKind::Merge)),
            "application/strategic-merge-patch+json" => Ok(Self::Patch(PatchKind::Strategic)),
            "application/apply-patch+yaml" => Ok(Self::Apply),
            _ => Err(Failure::unknown_patch_type()),
        }
    }
}
