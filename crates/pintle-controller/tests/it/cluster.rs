//! Controllers of the objects of a cluster.

use pintle_api::apps::v1::Deployment;
use pintle_api::core::v1::{ConfigMap, Secret};
use pintle_cache::InformerFactory;
use pintle_client::{Api, Client, Error};
use pintle_controller::{Action, Context, Controller, Predicate, Source, own};
use pintle_meta::v1::{CreateOptions, DeleteOptions, PatchOptions};
use pintle_meta::{Metadata as _, ObjectName};
use pintle_test::{Cluster, Requests};

use crate::support::{Running, telling, until};

fn deployment(name: &str) -> Deployment {
    let json = format!(
        r#"{{"kind":"Deployment","apiVersion":"apps/v1","metadata":{{"name":"{name}"}},
        "spec":{{"selector":{{"matchLabels":{{"app":"{name}"}}}},"template":{{
        "metadata":{{"labels":{{"app":"{name}"}}}},
        "spec":{{"containers":[{{"name":"web","image":"nginx"}}]}}}}}}}}"#
    );
    pintle_meta::decode_json(json.as_bytes()).unwrap()
}

/// Sees to it that each deployment has a config map with its number of replicas.
async fn describe(
    client: Client,
    config_maps: pintle_cache::CacheLister<ConfigMap>,
    key: ObjectName,
    cx: Context<Deployment>,
) -> Result<Action, Box<dyn std::error::Error + Send + Sync>> {
    let Some(deployment) = cx.object() else {
        return Ok(Action::Done);
    };
    let deployment = deployment.get()?;
    let api: Api<ConfigMap> = client.api().namespace(&*key.namespace);
    let known = config_maps
        .find(&key)
        .map(|known| known.get())
        .transpose()?;
    let mut new = ConfigMap::default();
    new.metadata.name = key.name.clone();
    let options = PatchOptions::new().field_manager("describer");
    let written = api
        .create_or_edit(new, known.as_deref(), &options, |map| {
            own(&*deployment, &mut map.metadata);
            let replicas = deployment.spec.replicas.unwrap_or(1);
            map.data.insert("replicas", replicas.to_string().into());
        })
        .await?;
    cx.wrote(&written);
    Ok(Action::Done)
}

// claims: controller.owns
#[tokio::test]
async fn what_is_owned_is_made_and_mended() -> Result<(), Error> {
    let cluster = Cluster::builder().in_process().start().await.unwrap();
    let client = cluster.client();
    let factory = InformerFactory::new(client.clone());
    let deployments = factory.informer::<Deployment>();
    let config_maps = factory.informer::<ConfigMap>();
    let generation = Source::from(&deployments).when(Predicate::generation());
    let controller = Controller::new("describer", generation).owns(&config_maps);
    let lister = config_maps.lister();
    let (to, maps) = (client.clone(), lister.clone());
    let _running = Running::start(controller, move |key, cx| {
        describe(to.clone(), maps.clone(), key, cx)
    });

    let api: Api<Deployment> = client.api().namespace("default");
    let created = api
        .create(&deployment("web"), &CreateOptions::new())
        .await?;
    let key = ObjectName::new("default", "web");
    let replicas = || {
        let map = lister.find(&key)?.get().unwrap();
        map.data.get("replicas").map(ToString::to_string)
    };
    until("it is described", || replicas().as_deref() == Some("1")).await;
    let owners = lister
        .find(&key)
        .unwrap()
        .object_meta()
        .unwrap()
        .owner_references;
    assert_eq!(owners[0].uid, created.metadata.uid);

    api.edit("web", &PatchOptions::new(), |it| it.spec.replicas = Some(3))
        .await?;
    until("it follows", || replicas().as_deref() == Some("3")).await;
    // Whoever meddles with it.
    let maps: Api<ConfigMap> = client.api().namespace("default");
    maps.edit("web", &PatchOptions::new(), |map| {
        map.data.insert("replicas", "7".into());
    })
    .await?;
    until("it is mended", || replicas().as_deref() == Some("3")).await;
    let before = lister.find(&key).unwrap();
    maps.delete("web", &DeleteOptions::new()).await?;
    until("it is made again", || {
        let now = lister.find(&key);
        now.is_some_and(|now| now.uid() != before.uid())
    })
    .await;
    assert_eq!(replicas().as_deref(), Some("3"));
    // Where all is as it should be, nothing is asked.
    let patches = Requests::any().verb("patch").resource("configmaps");
    let before = cluster.count(&patches);
    api.edit("web", &PatchOptions::new(), |it| it.spec.paused = true)
        .await?;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(cluster.count(&patches), before);
    Ok(())
}

// claims: controller.watches
#[tokio::test]
async fn what_is_watched_is_mapped_before_and_after_a_change() -> Result<(), Error> {
    let cluster = Cluster::builder().in_process().start().await.unwrap();
    let client = cluster.client();
    let factory = InformerFactory::new(client.clone());
    let used_by = |secret: &pintle_meta::Lazy<Secret>| {
        let user = secret.label("used-by").map(str::to_owned);
        user.map(|user| ObjectName::new("default", user))
    };
    let controller = Controller::new("test", factory.informer::<ConfigMap>())
        .watches(factory.informer::<Secret>(), used_by);
    let (teller, mut told) = telling();
    let _running = Running::start(controller, move |key, _| {
        if key.namespace == "default" && key.name.starts_with("user-") {
            teller.tell(&*key.name);
        }
        async { Ok(Action::Done) }
    });
    let secrets: Api<Secret> = client.api().namespace("default");
    let mut secret = Secret::default();
    secret.metadata.name = "key".into();
    secret.metadata.labels.insert("used-by", "user-1".into());
    secrets.create(&secret, &CreateOptions::new()).await?;
    assert_eq!(told.next().await, "user-1");
    secrets
        .edit("key", &PatchOptions::new(), |secret| {
            secret.metadata.labels.insert("used-by", "user-2".into());
        })
        .await?;
    assert_eq!(told.sorted(2).await, ["user-1", "user-2"]);
    secrets.delete("key", &DeleteOptions::new()).await?;
    assert_eq!(told.next().await, "user-2");
    told.nothing().await;
    Ok(())
}
