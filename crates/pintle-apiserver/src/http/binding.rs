//! `POST` of a binding: a pod is given to a node.

use http::StatusCode;

use super::{
    Api, Body,
    api::{Answer, Call},
    options::WriteOptions,
};
use crate::{
    encoding::Payload,
    registry::Expected,
    schema::Subresource,
    status::{self, Failure},
};

impl Api {
    pub(super) fn bind(
        &self,
        call: &Call<'_>,
        below: &Subresource,
        payload: &Payload,
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer(self)?;
        let options = WriteOptions::read(call.query, "CreateOptions")?;
        let expected = Expected {
            type_: below.type_facts(),
            schema: below.schema,
        };
        let input = self
            .registry
            .read_as(expected, payload, options.validation)?;
        let (namespace, name) = (&call.target.namespace, &call.target.name);
        let mode = call.mode(options);
        self.registry
            .bind(call.served, namespace, name, input.tree, mode)?;
        let done = renderer.status(&status::done(StatusCode::CREATED));
        let mut answer = Answer::new(
            StatusCode::CREATED,
            renderer.media_type(),
            Body::whole(done),
        );
        answer.warnings = input.warnings;
        Ok(answer)
    }
}
