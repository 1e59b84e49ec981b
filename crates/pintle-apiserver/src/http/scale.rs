//! `GET`, `PUT` and `PATCH` of how many pods an object is to have.

use http::StatusCode;

use super::{
    Api,
    api::{Answer, Call},
    options::{PatchOptions, WriteOptions},
    patch,
    represent::Renderer,
};
use crate::{
    encoding::Payload,
    kinds::Part,
    registry::{Change, Expected, scale_of},
    schema::{Subresource, Tree},
    status::Failure,
};

impl Api {
    pub(super) async fn scale(
        &self,
        call: &Call<'_>,
        below: &'static Subresource,
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer_below(self, below)?;
        let object = self.named(call).await?;
        let scale = scale_of(&call.served.tree(&object))?;
        Ok(answered(&renderer, &scale))
    }

    pub(super) fn update_scale(
        &self,
        call: &Call<'_>,
        below: &'static Subresource,
        payload: &Payload,
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer_below(self, below)?;
        let options = WriteOptions::read(call.query, "UpdateOptions")?;
        let expected = Expected::below(below);
        let input = self
            .registry
            .read_as(expected, payload, options.validation)?;
        let change = scaled(call, options);
        let scale = self.registry.update_scale(change, input.tree)?;
        let mut answer = answered(&renderer, &scale);
        answer.warnings = input.warnings;
        Ok(answer)
    }

    pub(super) fn patch_scale(
        &self,
        call: &Call<'_>,
        below: &'static Subresource,
        format: patch::Format,
        document: &[u8],
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer_below(self, below)?;
        let options = PatchOptions::read(call.query, format == patch::Format::Apply)?;
        let kind = format.kind()?;
        let change = scaled(call, options.write);
        let validation = options.write.validation;
        let patched = self
            .registry
            .patch_scale(change, below, kind, document, validation);
        let (scale, warnings) = patched?;
        let mut answer = answered(&renderer, &scale);
        answer.warnings = warnings;
        Ok(answer)
    }
}

fn scaled<'a>(call: &'a Call<'_>, options: WriteOptions) -> Change<'a> {
    Change {
        served: call.served,
        namespace: &call.target.namespace,
        name: &call.target.name,
        part: Part::Whole,
        mode: call.mode(options),
    }
}

fn answered(renderer: &Renderer, scale: &Tree) -> Answer {
    Answer::made(StatusCode::OK, renderer, scale)
}
