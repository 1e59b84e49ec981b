//! `GET` of one object.

use std::sync::Arc;

use http::StatusCode;

use super::{
    Api,
    api::{Answer, Call},
    options,
};
use crate::{
    status::Failure,
    store::{Key, Object},
};

impl Api {
    pub(super) async fn get(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let renderer = call.renderer(self)?;
        let object = self.named(call).await?;
        Ok(Answer::object(StatusCode::OK, &renderer, &object))
    }

    /// The object that a request names, at the revision that it asks for or a later one.
    pub(super) async fn named(&self, call: &Call<'_>) -> Result<Arc<Object>, Failure> {
        let wanted = call.query.text("resourceVersion");
        let wanted = options::revision(&wanted).map_err(Failure::internal_plain)?;
        if let Some(revision) = wanted {
            self.reach(revision).await?;
        }
        let (served, name) = (call.served, &call.target.name);
        let key = Key::new(&call.target.namespace, name);
        let object = self
            .registry
            .store()
            .read(|store| store.get(served.id, &key));
        object.ok_or_else(|| {
            let mut resource = served.qualified();
            if !served.offers("watch") {
                // What is not stored is named as one.
                resource.name = served.facts.singular;
            }
            Failure::not_found(resource, name)
        })
    }
}
