//! `PUT` of an object or of a part of it.

use http::StatusCode;

use super::{
    Api,
    api::{Answer, Call},
    options::WriteOptions,
};
use crate::{encoding::Payload, kinds::Part, registry::Updated, status::Failure};

impl Api {
    pub(super) fn update(
        &self,
        call: &Call<'_>,
        part: Part,
        payload: &Payload,
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer(self)?;
        let options = WriteOptions::read(call.query, "UpdateOptions")?;
        let input = self
            .registry
            .read(call.served, payload, options.validation)?;
        let (namespace, name) = (&call.target.namespace, &call.target.name);
        let updated = self.registry.update(
            call.served,
            namespace,
            name,
            part,
            input.tree,
            call.mode(options),
        );
        let (code, object) = match updated? {
            Updated::Created(object) => (StatusCode::CREATED, object),
            Updated::Replaced(object) => (StatusCode::OK, object),
        };
        let mut answer = Answer::object(code, &renderer, &object);
        answer.warnings = input.warnings;
        Ok(answer)
    }
}
