//! `GET` of one object.

use http::StatusCode;

use super::{
    Api,
    api::{Answer, Call},
    options,
};
use crate::{status::Failure, store::Key};

impl Api {
    pub(super) async fn get(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let renderer = call.renderer(self)?;
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
        match object {
            Some(object) => Ok(Answer::object(StatusCode::OK, &renderer, &object)),
            None => Err(Failure::not_found(served.qualified(), name)),
        }
    }
}
