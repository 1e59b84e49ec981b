//! `POST` of an eviction: a pod is to go, if that disrupts nothing.

use http::StatusCode;
use pintle_codec::Value;

use super::{
    Api, Body,
    api::{Answer, Call},
    delete,
    options::WriteOptions,
};
use crate::{
    encoding::Payload,
    generated::meta_v1::DELETE_OPTIONS,
    registry::Expected,
    schema::{Subresource, Tree},
    status::{self, Failure},
};

impl Api {
    pub(super) fn evict(
        &self,
        call: &Call<'_>,
        below: &'static Subresource,
        payload: &Payload,
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer_below(self, below)?;
        let options = WriteOptions::read(call.query, "CreateOptions")?;
        let expected = Expected {
            older: "policy/v1beta1",
            ..Expected::below(below)
        };
        let input = self
            .registry
            .read_as(expected, payload, options.validation)?;
        let mut eviction = input.tree;
        let (namespace, name) = (&call.target.namespace, &call.target.name);
        call.served.put_in_namespace(&mut eviction, namespace)?;
        if eviction.metadata_text("name") != name {
            return Err(Failure::bad_request(
                "name in URL does not match name in Eviction object",
            ));
        }
        let asked = match eviction.get("deleteOptions") {
            Some(Value::Object(asked)) => asked.clone(),
            _ => Tree::zero(&DELETE_OPTIONS).into_object(),
        };
        let mut deletion = delete::options(&Tree::new(asked, &DELETE_OPTIONS))?;
        deletion.dry_run |= options.dry_run;
        let mut mode = call.mode(options);
        mode.dry_run = deletion.dry_run;
        self.registry
            .evict(call.served, namespace, name, &deletion, mode)?;
        let status = status::done(StatusCode::CREATED);
        let mut answer = Answer::new(
            StatusCode::CREATED,
            renderer.media_type(),
            Body::whole(renderer.status(&status)),
        );
        answer.warnings = input.warnings;
        Ok(answer)
    }
}
