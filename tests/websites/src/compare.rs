//! Whether all is as it should be in the end: said here once more, in other words than the controller's.

use std::collections::BTreeMap;
use std::time::Duration;

use pintle::api::apps::v1::Deployment;
use pintle::api::core::v1::{ConfigMap, Service};
use pintle::meta::v1::{ListOptions, ObjectMeta};
use pintle::meta::{Metadata as _, Namespaced, Resource};
use pintle::{Client, Error};
use website::{Failed, Website, WebsiteSpec};

use crate::changes::{NAMESPACES, Wanted};

/// Compares until all is as it should be, and still is a little later; or until `patience` is over. How
/// much was compared, and what differs.
pub(crate) async fn settle(
    client: &Client,
    wanted: &Wanted,
    patience: Duration,
) -> Result<(usize, Vec<String>), Failed> {
    let pause = Duration::from_secs(2);
    let mut was_right = false;
    for _ in 0..patience.as_secs() / pause.as_secs() {
        let (compared, differences) = compare(client, wanted).await?;
        let is_right = differences.is_empty();
        if is_right && was_right {
            return Ok((compared, differences));
        }
        if !is_right {
            println!("{} differences, as yet", differences.len());
        }
        was_right = is_right;
        tokio::time::sleep(pause).await;
    }
    compare(client, wanted).await
}

async fn compare(client: &Client, wanted: &Wanted) -> Result<(usize, Vec<String>), Failed> {
    let mut compared = 0;
    let mut differences = Vec::new();
    for namespace in NAMESPACES {
        let mut found = Found {
            websites: all(client, namespace, "").await?,
            config_maps: all(client, namespace, OURS).await?,
            services: all(client, namespace, OURS).await?,
            deployments: all(client, namespace, OURS).await?,
        };
        let of_it = wanted.iter().filter(|((of, _), _)| *of == namespace);
        for ((_, name), spec) in of_it {
            compared += 4;
            let told = found.describe(name);
            let wrong = found.take(name, spec.as_ref());
            differences.extend(
                wrong
                    .iter()
                    .map(|it| format!("{namespace}/{name}: {it} ({told})")),
            );
        }
        // Whatever else there is was made for nothing.
        differences.extend(found.left().map(|it| format!("{namespace}: {it}")));
    }
    Ok((compared, differences))
}

/// What there is in a namespace.
struct Found {
    websites: BTreeMap<String, Website>,
    config_maps: BTreeMap<String, ConfigMap>,
    services: BTreeMap<String, Service>,
    deployments: BTreeMap<String, Deployment>,
}

impl Found {
    /// What a website says of itself, and whose its objects are.
    fn describe(&self, name: &str) -> String {
        let Some(website) = self.websites.get(name) else {
            return "there is no website".to_owned();
        };
        let metadata = &website.metadata;
        let status = website.status.clone().unwrap_or_default();
        let conditions = status.conditions.iter();
        let says: Vec<String> = conditions
            .map(|it| format!("{} {}: {}", it.type_, it.reason, it.message))
            .collect();
        let owner = |it: Option<&ObjectMeta>| {
            let owners = it.map(|it| it.owner_references.iter().map(|it| it.uid.to_string()));
            owners.map(Iterator::collect::<Vec<_>>)
        };
        format!(
            "{}, generation {}, deleting {}, finalizers {:?}, says {says:?} of {}; of {:?}, {:?}, {:?}",
            metadata.uid,
            metadata.generation,
            metadata.deletion_timestamp.is_some(),
            metadata.finalizers,
            status.observed_generation,
            owner(self.config_maps.get(name).map(|it| &it.metadata)),
            owner(self.services.get(name).map(|it| &it.metadata)),
            owner(self.deployments.get(name).map(|it| &it.metadata)),
        )
    }

    /// Takes out what is there of a website; what is wrong with it.
    fn take(&mut self, name: &str, spec: Option<&WebsiteSpec>) -> Vec<&'static str> {
        let website = self.websites.remove(name);
        let config_map = self.config_maps.remove(name);
        let service = self.services.remove(name);
        let deployment = self.deployments.remove(name);
        let Some(spec) = spec else {
            return wrong([
                ("the website is still there", website.is_none()),
                ("its pages are still there", config_map.is_none()),
                ("its service is still there", service.is_none()),
                ("its servers are still there", deployment.is_none()),
            ]);
        };
        let uid = website.as_ref().map_or("", |it| it.metadata.uid());
        wrong([
            (
                "the website is not served",
                website.as_ref().is_some_and(|it| is_served(it, spec)),
            ),
            (
                "its pages are others",
                config_map.is_some_and(|it| {
                    let found = it
                        .data
                        .iter()
                        .map(|(file, page)| (file.to_owned(), page.to_string()));
                    is_of(&it.metadata, uid) && found.eq(spec.pages.clone())
                }),
            ),
            (
                "its service leads elsewhere",
                service.is_some_and(|it| {
                    let instance = it.spec.selector.get("app.kubernetes.io/instance");
                    is_of(&it.metadata, uid)
                        && instance.is_some_and(|it| *it == name)
                        && it.spec.ports.iter().map(|port| port.port).eq([80])
                }),
            ),
            (
                "its servers are others",
                deployment.is_some_and(|it| {
                    let containers = it.spec.template.spec.containers.iter();
                    is_of(&it.metadata, uid)
                        && it.spec.replicas == Some(spec.replicas)
                        && containers
                            .map(|it| it.image.as_str())
                            .eq([spec.image.as_str()])
                }),
            ),
        ])
    }

    fn left(self) -> impl Iterator<Item = String> {
        let websites = self.websites.into_keys();
        let rest = websites.chain(self.config_maps.into_keys());
        let rest = rest.chain(self.services.into_keys());
        let rest = rest.chain(self.deployments.into_keys());
        rest.map(|name| format!("nobody wants {name}"))
    }
}

fn is_served(website: &Website, spec: &WebsiteSpec) -> bool {
    let Some(status) = &website.status else {
        return false;
    };
    let metadata = &website.metadata;
    website.spec.pages == spec.pages
        && metadata.deletion_timestamp.is_none()
        && metadata.finalizers[..] == ["web.example.com/close"]
        && status.observed_generation == metadata.generation
        && status.ready_replicas == spec.replicas
        && status
            .conditions
            .iter()
            .map(|it| (&*it.type_, &*it.status))
            .eq([("Ready", "True")])
}

/// Whether an object belongs to the website with this uid, and to nobody else.
fn is_of(metadata: &ObjectMeta, uid: &str) -> bool {
    metadata
        .owner_references
        .iter()
        .map(|owner| &*owner.uid)
        .eq([uid])
}

fn wrong<const N: usize>(checks: [(&'static str, bool); N]) -> Vec<&'static str> {
    let wrong = checks.into_iter().filter(|(_, is_right)| !is_right);
    wrong.map(|(what, _)| what).collect()
}

/// All objects of a type, by name.
async fn all<K: Resource<Scope = Namespaced>>(
    client: &Client,
    namespace: &str,
    labels: &str,
) -> Result<BTreeMap<String, K>, Error> {
    let api = client.api::<K>().namespace(namespace);
    let list = api.list(&ListOptions::new().labels(labels)).await?;
    let items = list.items.into_iter();
    Ok(items
        .map(|it| (it.metadata().name().to_owned(), it))
        .collect())
}

const OURS: &str = "app.kubernetes.io/managed-by=website-controller";
