//! `DELETE` of an object or of a collection.

use bytes::Bytes;
use http::StatusCode;
use pintle_codec::Value;

use super::{
    Api, Body,
    api::{Answer, Call},
    list,
    negotiate::content_format,
    options::{ListOptions, invalid},
};
use crate::{
    encoding::Payload,
    generated::meta_v1::DELETE_OPTIONS,
    quote::Quoted,
    registry::{DeleteOptions, Deleted, Propagation},
    schema::Tree,
    status::{self, Failure},
    validation::{FieldError, validate_dry_run},
};

/// The options of a deletion, and what only the answer depends on.
struct Asked {
    options: DeleteOptions,
    /// Whether the client said in the old way that what depends on the object goes too.
    cascades: bool,
}

impl Api {
    pub(super) fn delete(&self, call: &Call<'_>, body: Bytes) -> Result<Answer, Failure> {
        let renderer = call.renderer(self)?;
        let asked = read_options(call, body)?;
        let (served, name) = (call.served, &call.target.name);
        let namespace = &call.target.namespace;
        let deleted = self
            .registry
            .delete(served, namespace, name, &asked.options)?;
        let (object, gone) = match &deleted {
            Deleted::Gone(object) => (object, true),
            Deleted::Marked(object) => {
                let code = if asked.cascades {
                    StatusCode::ACCEPTED
                } else {
                    StatusCode::OK
                };
                return Ok(Answer::object(code, &renderer, object));
            }
            Deleted::Already(object) => (object, false),
        };
        let code = if asked.cascades && !gone {
            StatusCode::ACCEPTED
        } else {
            StatusCode::OK
        };
        if served.facts.returns_deleted || served.kind.returns_deleted {
            return Ok(Answer::object(code, &renderer, object));
        }
        let uid = object.attributes.uid();
        let status = status::deleted(served.qualified(), name, uid);
        let body = Body::whole(renderer.status(&status));
        Ok(Answer::new(code, renderer.media_type(), body))
    }

    pub(super) async fn delete_collection(
        &self,
        call: &Call<'_>,
        body: Bytes,
    ) -> Result<Answer, Failure> {
        let renderer = call.list_renderer(self, false)?;
        let options = ListOptions::read(call.query, call.served, false)?;
        let filter = list::filter(call, &options)?;
        let asked = read_options(call, body)?;
        // A limit is that of one list; what it leaves is not deleted.
        let (objects, metadata) = self.page(call, &options, &filter).await?;
        self.registry
            .delete_each(call.served, &objects, &asked.options)
            .await?;
        let body = renderer.list(objects, &metadata);
        Ok(Answer::new(StatusCode::OK, renderer.media_type(), body))
    }
}

/// The options are in the body, or in the query if there is no body.
fn read_options(call: &Call<'_>, body: Bytes) -> Result<Asked, Failure> {
    let tree = if body.is_empty() {
        from_query(call)?
    } else {
        from_body(&Payload::new(content_format(call.headers)?, body))?
    };
    Ok(Asked {
        options: options(&tree)?,
        cascades: tree.get("orphanDependents") == Some(&Value::Bool(false)),
    })
}

/// What a client asks of a deletion, if that can be done.
pub(super) fn options(tree: &Tree) -> Result<DeleteOptions, Failure> {
    let text = |path: &[&str]| tree.at(path).and_then(Value::as_str);
    let flag = tree.get("orphanDependents").and_then(Value::as_bool);
    let policy = text(&["propagationPolicy"]);
    let dry_run: Vec<_> = tree
        .list(&["dryRun"])
        .iter()
        .filter_map(Value::as_str)
        .collect();
    const FIELD: &str = "propagationPolicy";
    let mut errors = Vec::new();
    if let (Some(policy), Some(_)) = (policy, flag) {
        let why = "orphanDependents and deletionPropagation cannot be both set";
        errors.push(FieldError::invalid(FIELD, policy, why));
    }
    if let Some(policy) = policy.filter(|policy| !POLICIES[..3].contains(policy)) {
        errors.push(FieldError::not_supported(FIELD, policy, &POLICIES));
    }
    errors.extend(validate_dry_run(&dry_run));
    if !errors.is_empty() {
        return Err(invalid("DeleteOptions", &errors));
    }
    Ok(DeleteOptions {
        grace_period: tree.get("gracePeriodSeconds").and_then(Value::as_int),
        uid: text(&["preconditions", "uid"]).map(Into::into),
        resource_version: text(&["preconditions", "resourceVersion"]).map(Into::into),
        propagation: match (policy, flag) {
            (Some("Foreground"), _) => Some(Propagation::Foreground),
            (Some("Background"), _) => Some(Propagation::Background),
            (Some("Orphan"), _) | (None, Some(true)) => Some(Propagation::Orphan),
            (_, Some(false)) => Some(Propagation::Cascade),
            _ => None,
        },
        dry_run: !dry_run.is_empty(),
    })
}

fn from_body(payload: &Payload) -> Result<Tree, Failure> {
    let bad = |error: &dyn std::fmt::Display| Failure::bad_request(error.to_string());
    let found = payload.type_meta().map_err(|error| bad(&error))?;
    if !matches!(&*found.kind, "" | "DeleteOptions") {
        let version = match &*found.api_version {
            "" => "meta.k8s.io/v1",
            version => version,
        };
        return Err(bad(&format!(
            "no kind {} is registered for version {} in scheme \"pkg/runtime/scheme.go:111\"",
            Quoted(&found.kind),
            Quoted(version)
        )));
    }
    let decoded = payload
        .decode(&DELETE_OPTIONS)
        .map_err(|error| bad(&error))?;
    Ok(Tree::new(decoded.object, &DELETE_OPTIONS))
}

fn from_query(call: &Call<'_>) -> Result<Tree, Failure> {
    let query = call.query;
    let mut tree = Tree::zero(&DELETE_OPTIONS);
    if let Some(seconds) = query.integer("gracePeriodSeconds")? {
        tree.set(&["gracePeriodSeconds"], seconds.into());
    }
    if let Some(orphan) = query.flag("orphanDependents") {
        tree.set(&["orphanDependents"], orphan.into());
    }
    if let Some(policy) = query.all("propagationPolicy").next() {
        tree.set(&["propagationPolicy"], policy.into_owned().into());
    }
    let dry_run: Vec<Value> = query
        .all("dryRun")
        .map(|value| value.into_owned().into())
        .collect();
    if !dry_run.is_empty() {
        tree.set(&["dryRun"], dry_run.into());
    }
    Ok(tree)
}

/// What may become of what depends on an object; the last one stands for saying nothing.
const POLICIES: [&str; 4] = ["Foreground", "Background", "Orphan", "nil"];
