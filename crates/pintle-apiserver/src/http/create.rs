//! `POST` to a collection.

use http::StatusCode;

use super::{
    Api,
    api::{Answer, Call},
    options::WriteOptions,
};
use crate::{encoding::Payload, status::Failure};

impl Api {
    pub(super) fn create(&self, call: &Call<'_>, payload: &Payload) -> Result<Answer, Failure> {
        let renderer = call.renderer(self)?;
        let options = WriteOptions::read(call.query, "CreateOptions")?;
        let input = self
            .registry
            .read(call.served, payload, options.validation)?;
        let namespace = &call.target.namespace;
        let created = self
            .registry
            .create(call.served, namespace, input.tree, call.mode(options));
        let mut answer = Answer::object(StatusCode::CREATED, &renderer, &*created?);
        answer.warnings = input.warnings;
        Ok(answer)
    }
}
