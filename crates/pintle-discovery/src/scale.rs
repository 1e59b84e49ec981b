//! [`ScaleClient`], which scales whatever can be scaled.

use pintle_api::autoscaling::v1::Scale;
use pintle_client::{Client, Patch, Request, Response, RestClient};
use pintle_codec::{Decoder, Format, Object, Value, json};
use pintle_meta::v1::{GetOptions, PatchOptions, UpdateOptions};
use pintle_meta::{
    Body as _, GroupVersion, GroupVersionKind, GroupVersionResource, Kind as _, LabelSelector,
};

use crate::{DeferredRestMapper, Discovery as _, Error, PartialResource};

/// Reads and sets how many replicas there are of anything that has a `scale`: deployments, stateful
/// sets, custom resources.
///
/// Which version of a resource is asked, and what form its scale has, is discovered; scales of the
/// groups and versions from before `autoscaling/v1` are converted. client-go's `scale.ScalesGetter`.
///
/// ```no_run
/// use pintle_client::Client;
/// use pintle_discovery::{
///     DeferredRestMapper, DiscoveryClient, MemoryCache, PartialResource, ScaleClient,
/// };
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::infer().await?;
/// let cache = MemoryCache::new(DiscoveryClient::new(&client));
/// let scales = ScaleClient::new(&client, DeferredRestMapper::new(cache));
/// let deployments = scales.resource(&PartialResource::new("deployments").group("apps")).await?;
/// let mut scale = deployments.get("default", "web").await?;
/// scale.spec.replicas += 1;
/// deployments.update("default", &scale, &Default::default()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ScaleClient {
    client: Client,
    mapper: DeferredRestMapper,
}

/// A resource whose objects can be scaled. Objects are in the namespace that is named, or belong to
/// the whole cluster if it is empty.
#[derive(Clone, Debug)]
pub struct Scalable {
    rest: RestClient,
    resource: GroupVersionResource,
    kind: GroupVersionKind,
}

impl ScaleClient {
    /// Scales through a client what a mapper finds.
    pub fn new(client: &Client, mapper: DeferredRestMapper) -> Self {
        Self {
            client: client.clone(),
            mapper,
        }
    }

    /// A resource whose objects can be scaled, in the version that the server prefers.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// [`Error::is_no_match`] when there is no such resource, or it has no scale.
    pub async fn resource(&self, name: &PartialResource) -> Result<Scalable, Error> {
        let resource = self.mapper.resource_for(name).await?;
        let group_version = resource.group_version();
        let list = self.mapper.discovery().resources(&group_version).await?;
        let wanted = format!("{}/scale", resource.resource);
        let found = list.resources.iter().find(|it| it.name == wanted);
        let found =
            found.ok_or_else(|| Error::no_match(&format_args!("{wanted} of {group_version}")))?;
        let of = if found.group.is_empty() && found.version.is_empty() {
            group_version.clone()
        } else {
            GroupVersion::new(found.group.clone(), found.version.clone())
        };
        Ok(Scalable {
            rest: self.client.rest(&group_version),
            kind: of.with_kind(found.kind.clone()),
            resource,
        })
    }
}

impl Scalable {
    /// The resource, in the version that is asked.
    pub fn resource(&self) -> &GroupVersionResource {
        &self.resource
    }

    /// The scale of an object.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the request fails, or its answer is no scale.
    pub async fn get(&self, namespace: &str, name: &str) -> Result<Scale, Error> {
        let request = self.at(self.rest.get(), namespace, name);
        read(
            &request
                .versioned_params(&GetOptions::default())
                .send()
                .await?,
        )
    }

    /// Replaces the scale of an object; what counts of it is how many replicas there are to be.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// When the request fails, for instance with a conflict, or its answer is no scale.
    pub async fn update(
        &self,
        namespace: &str,
        scale: &Scale,
        options: &UpdateOptions,
    ) -> Result<Scale, Error> {
        let request = self.at(self.rest.put(), namespace, &scale.metadata.name);
        let body = write(scale, &self.kind)?;
        let request = request.body_bytes("application/json", body);
        read(&request.versioned_params(options).send().await?)
    }

    /// Changes a part of the scale of an object.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// When the request fails, or its answer is no scale.
    pub async fn patch(
        &self,
        namespace: &str,
        name: &str,
        patch: &Patch,
        options: &PatchOptions,
    ) -> Result<Scale, Error> {
        let request = self.at(self.rest.patch(), namespace, name);
        let request = request.body_bytes(patch.content_type(), patch.body());
        read(&request.versioned_params(options).send().await?)
    }

    fn at(&self, request: Request, namespace: &str, name: &str) -> Request {
        let request = if namespace.is_empty() {
            request
        } else {
            request.namespace(namespace)
        };
        let request = request.resource(self.resource.resource.as_str());
        request.name(name).subresource(["scale"])
    }
}

/// A scale of any group and version that had one.
fn read(answer: &Response) -> Result<Scale, Error> {
    let scale = scale_of(answer.raw());
    scale.map_err(|error| Error::invalid_answer("a scale", error))
}

type Reason = Box<dyn std::error::Error + Send + Sync>;

fn scale_of(document: &[u8]) -> Result<Scale, Reason> {
    let mut tree = json::parse(document)?;
    let text = |name: &str| tree.get(name).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    if kind != Scale::KIND || !KNOWN.contains(&api_version) {
        return Err(format!("{api_version} {kind} is no scale that is known").into());
    }
    if api_version != KNOWN[0] {
        let selector = |name: &str| tree.at(&["status", name]).cloned();
        let text = match (selector("targetSelector"), selector("selector")) {
            (Some(Value::String(text)), _) if !text.is_empty() => text.to_string(),
            (_, Some(Value::Object(labels))) => {
                let labels = labels.iter();
                let mut labels: Vec<String> = labels
                    .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
                    .collect();
                labels.sort();
                labels.join(",")
            }
            _ => String::new(),
        };
        if let Some(status) = tree.as_object_mut().and_then(|it| it.get_mut("status"))
            && let Some(status) = status.as_object_mut()
        {
            status.remove("targetSelector");
            status.insert("selector", Value::String(text.into()));
        }
        if let Some(tree) = tree.as_object_mut() {
            tree.insert("apiVersion", Value::String(KNOWN[0].into()));
        }
    }
    let mut current = Vec::new();
    json::write(&tree, &mut current);
    Ok(Scale::decode(&current, Format::Json, &mut Decoder::new())?)
}

/// A scale in the form that a resource has it in.
fn write(scale: &Scale, kind: &GroupVersionKind) -> Result<Vec<u8>, Error> {
    let document = document_of(scale, kind);
    document.map_err(|error| Error::invalid_answer("the form of a scale", error))
}

fn document_of(scale: &Scale, kind: &GroupVersionKind) -> Result<Vec<u8>, Reason> {
    let api_version = kind.group_version().to_string();
    if !KNOWN.contains(&api_version.as_str()) {
        return Err(format!("{kind} is no scale that is known").into());
    }
    let mut document = Vec::new();
    scale.encode(Format::Json, &mut document)?;
    if api_version == KNOWN[0] {
        return Ok(document);
    }
    let mut tree = json::parse(&document)?;
    if let Some(tree) = tree.as_object_mut() {
        tree.insert("apiVersion", Value::String(api_version.into()));
    }
    let selector = scale.status.selector.as_str();
    if let Some(status) = tree.as_object_mut().and_then(|it| it.get_mut("status"))
        && let Some(status) = status.as_object_mut()
    {
        status.remove("selector");
        if !selector.is_empty() {
            // The old form has room for labels that are equal; anything else is in its text alone.
            let parsed = LabelSelector::parse(selector)?;
            let mut labels = Object::default();
            let parts = selector.split(',').filter_map(|part| part.split_once('='));
            for (key, value) in parts {
                let value = value.trim_start_matches('=');
                labels.insert(
                    key.trim().trim_end_matches('!'),
                    Value::String(value.trim().into()),
                );
            }
            if parsed.requirements().len() == labels.len() && !selector.contains('!') {
                status.insert("selector", Value::Object(labels));
            }
            status.insert("targetSelector", Value::String(selector.into()));
        }
    }
    let mut document = Vec::new();
    json::write(&tree, &mut document);
    Ok(document)
}

/// The groups and versions of the forms that scales have had, the present one first.
const KNOWN: [&str; 4] = [
    "autoscaling/v1",
    "apps/v1beta2",
    "apps/v1beta1",
    "extensions/v1beta1",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn old(api_version: &str, status: &str) -> String {
        format!(
            r#"{{"kind":"Scale","apiVersion":"{api_version}","metadata":{{"name":"web","namespace":"a"}},"spec":{{"replicas":3}},"status":{status}}}"#
        )
    }

    #[test]
    fn scales_of_old_are_converted() {
        for version in &KNOWN[1..] {
            let document = old(version, r#"{"replicas":2,"selector":{"b":"2","a":"1"}}"#);
            let scale = scale_of(document.as_bytes()).unwrap();
            assert_eq!((scale.spec.replicas, scale.status.replicas), (3, 2));
            assert_eq!(scale.metadata.name, "web");
            assert_eq!(scale.status.selector, "a=1,b=2");
        }
        let document = old(KNOWN[3], r#"{"replicas":2,"targetSelector":"a in (1,2)"}"#);
        assert_eq!(
            scale_of(document.as_bytes()).unwrap().status.selector,
            "a in (1,2)"
        );
        let unknown = old("example.com/v1", r#"{"replicas":2}"#);
        assert!(scale_of(unknown.as_bytes()).is_err());
    }

    #[test]
    fn a_scale_is_sent_in_the_form_of_its_resource() {
        let mut scale = Scale::default();
        scale.metadata.name = "web".into();
        scale.spec.replicas = 3;
        scale.status.selector = "a=1,b==2".into();
        let kind = GroupVersion::new("extensions", "v1beta1").with_kind("Scale");
        let document = json::parse(&document_of(&scale, &kind).unwrap()).unwrap();
        let text = |path: &[&str]| document.at(path).and_then(Value::as_str).map(str::to_owned);
        assert_eq!(text(&["apiVersion"]).unwrap(), "extensions/v1beta1");
        assert_eq!(text(&["status", "selector", "a"]).unwrap(), "1");
        assert_eq!(text(&["status", "selector", "b"]).unwrap(), "2");
        assert_eq!(text(&["status", "targetSelector"]).unwrap(), "a=1,b==2");
        scale.status.selector = "a!=1".into();
        let document = json::parse(&document_of(&scale, &kind).unwrap()).unwrap();
        assert!(document.at(&["status", "selector"]).is_none());
        let unknown = GroupVersion::new("example.com", "v1").with_kind("Scale");
        assert!(document_of(&scale, &unknown).is_err());
    }
}
