//! `PUT` of an object or of a part of it.

use http::StatusCode;

use super::{
    Api,
    api::{Answer, Call},
    options::WriteOptions,
};
use crate::{kinds::Part, status::Failure};

impl Api {
    pub(super) fn update(
        &self,
        call: &Call<'_>,
        part: Part,
        body: &[u8],
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer(self)?;
        let options = WriteOptions::read(call.query, "UpdateOptions")?;
        let input = self.registry.read(call.served, body, options.validation)?;
        let (namespace, name) = (&call.target.namespace, &call.target.name);
        let updated = self.registry.update(
            call.served,
            namespace,
            name,
            part,
            input.tree,
            options.dry_run,
        );
        let mut answer = Answer::object(StatusCode::OK, &renderer, &*updated?);
        answer.warnings = input.warnings;
        Ok(answer)
    }
}
