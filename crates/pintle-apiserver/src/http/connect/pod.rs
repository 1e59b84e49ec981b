//! The pods, nodes and services that clients are connected with.

use pintle_codec::Value;

use crate::{
    http::{Api, api::Call},
    schema::Tree,
    status::Failure,
    store::Key,
};

impl Api {
    /// An object of the core group by its name. What is said if there is none names the resource of
    /// the request, whatever was looked for: so does the real server.
    pub(super) fn find(
        &self,
        call: &Call<'_>,
        resource: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Tree, Failure> {
        let none = || Failure::not_found(call.served.qualified(), name);
        let served = self.registry.find("", "v1", resource).ok_or_else(none)?;
        let key = Key::new(namespace, name);
        let store = self.registry.store();
        let object = store.read(|store| store.get(served.id, &key));
        let object = object.ok_or_else(none)?;
        Ok(served.tree(&object))
    }
}

/// The container that a request is about: the one that it names, or the only one.
pub(super) fn container(pod: &Tree, asked: &str) -> Result<String, Failure> {
    let name = pod.metadata_text("name");
    let names = names(pod);
    if !asked.is_empty() {
        if names.contains(&asked) {
            return Ok(asked.to_owned());
        }
        let message = format!("container {asked} is not valid for pod {name}");
        return Err(Failure::bad_request(message));
    }
    match pod.list(&["spec", "containers"]) {
        [only] => Ok(text(only, &["name"]).to_owned()),
        [] => {
            let message = format!("a container name must be specified for pod {name}");
            Err(Failure::bad_request(message))
        }
        _ => {
            let names = names.join(" ");
            Err(Failure::bad_request(format!(
                "a container name must be specified for pod {name}, choose one of: [{names}]"
            )))
        }
    }
}

/// The names of all containers of a pod, in the order in which they are listed.
fn names(pod: &Tree) -> Vec<&str> {
    ["initContainers", "containers", "ephemeralContainers"]
        .iter()
        .flat_map(|sort| pod.list(&["spec", sort]))
        .map(|container| text(container, &["name"]))
        .collect()
}

/// The text at a path; empty if there is none.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    value.at(path).and_then(Value::as_str).unwrap_or_default()
}

/// The number at a path; zero if there is none.
pub(super) fn number(value: &Value, path: &[&str]) -> i64 {
    value.at(path).and_then(Value::as_int).unwrap_or_default()
}
