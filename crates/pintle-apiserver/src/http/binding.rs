//! `POST` of a binding: a pod is given to a node.

use http::StatusCode;

use super::{
    Api, Body,
    api::{Answer, Call},
    options::WriteOptions,
};
use crate::{
    encoding::Payload,
    generated::core_v1::BINDING,
    registry::{Expected, Served},
    schema::{Tree, TypeFacts},
    status::{self, Failure},
};

impl Api {
    /// Gives the pod that a request names to a node.
    pub(super) fn bind(&self, call: &Call<'_>, payload: &Payload) -> Result<Answer, Failure> {
        self.bind_pod(call, call.served, payload, |_| call.target.name.clone())
    }

    /// Gives the pod that a binding names to a node: what there was before bindings were below pods.
    pub(super) fn bind_named(&self, call: &Call<'_>, payload: &Payload) -> Result<Answer, Failure> {
        let pods = self.registry.find("", "v1", "pods");
        let pods = pods.ok_or_else(Failure::no_such_resource)?;
        self.bind_pod(call, pods, payload, |binding| {
            // It says of the binding what it is, and not of the pod.
            binding.remove(&["metadata", "uid"]);
            binding.metadata_text("name").to_owned()
        })
    }

    fn bind_pod(
        &self,
        call: &Call<'_>,
        pods: Served,
        payload: &Payload,
        name: impl FnOnce(&mut Tree) -> String,
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer(self)?;
        let options = WriteOptions::read(call.query, "CreateOptions")?;
        let input = self
            .registry
            .read_as(EXPECTED, payload, options.validation)?;
        let mut binding = input.tree;
        let name = name(&mut binding);
        let namespace = &call.target.namespace;
        let mode = call.mode(options);
        self.registry.bind(pods, namespace, &name, binding, mode)?;
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

const EXPECTED: Expected = Expected {
    type_: TypeFacts {
        api_version: "v1",
        kind: "Binding",
    },
    schema: &BINDING,
    older: "",
};
