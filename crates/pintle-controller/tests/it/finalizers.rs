//! Objects that are kept until they were cleaned up after.

use pintle_api::core::v1::ConfigMap;
use pintle_client::{Api, Error};
use pintle_controller::{Finalizer, Stage};
use pintle_meta::v1::{CreateOptions, DeleteOptions, PatchOptions};
use pintle_meta::{Lazy, Metadata as _};
use pintle_test::{Cluster, Fault, Requests};

async fn made(cluster: &Cluster) -> Result<(Api<ConfigMap>, Lazy<ConfigMap>), Error> {
    let api: Api<ConfigMap> = cluster.client().api().namespace("default");
    let mut map = ConfigMap::default();
    map.metadata.name = "a".into();
    let created = api.create(&map, &CreateOptions::new()).await?;
    Ok((api, created.into()))
}

// claims: controller.finalizer
#[tokio::test]
async fn an_object_is_kept_until_its_finalizer_is_released() -> Result<(), Error> {
    let cluster = Cluster::builder().in_process().start().await.unwrap();
    let (api, fresh) = made(&cluster).await?;
    let finalizer = Finalizer::new("example.com/test").field_manager("tester");
    assert_eq!(finalizer.hold(&api, &fresh).await?, Stage::Live);
    let held: Lazy<ConfigMap> = api.get("a").await?.into();
    assert_eq!(
        held.object_meta().unwrap().finalizers[..],
        ["example.com/test"]
    );
    // There is nothing to be done for it.
    let patches = Requests::any().verb("patch");
    let before = cluster.count(&patches);
    assert_eq!(finalizer.hold(&api, &held).await?, Stage::Live);
    assert_eq!(cluster.count(&patches), before);

    api.delete("a", &DeleteOptions::new()).await?;
    let deleting: Lazy<ConfigMap> = api.get("a").await?.into();
    assert!(deleting.is_deleting());
    assert_eq!(finalizer.hold(&api, &deleting).await?, Stage::Deleting);
    let other = Finalizer::new("example.com/other");
    assert_eq!(other.hold(&api, &deleting).await?, Stage::Gone);
    finalizer.release(&api, &deleting).await?;
    assert!(api.find("a").await?.is_none());
    // Once more does no harm, and nobody is held who is gone.
    finalizer.release(&api, &deleting).await?;
    assert_eq!(finalizer.hold(&api, &fresh).await?, Stage::Gone);
    Ok(())
}

// claims: controller.finalizer
#[tokio::test]
async fn what_is_known_may_be_out_of_date() -> Result<(), Error> {
    let cluster = Cluster::builder().in_process().start().await.unwrap();
    let (api, fresh) = made(&cluster).await?;
    let change = |map: &mut ConfigMap| {
        map.metadata.finalizers = ["example.com/theirs".into()].into();
        map.data.insert("a", "b".into());
    };
    api.edit("a", &PatchOptions::new(), change).await?;
    let finalizer = Finalizer::new("example.com/ours");
    assert_eq!(finalizer.hold(&api, &fresh).await?, Stage::Live);
    let held = api.get("a").await?;
    let both = ["example.com/theirs", "example.com/ours"];
    assert_eq!(held.metadata.finalizers[..], both, "theirs stays");
    // It is being deleted by now: too late.
    finalizer.release(&api, &held.clone().into()).await?;
    let held: Lazy<ConfigMap> = api.get("a").await?.into();
    api.delete("a", &DeleteOptions::new()).await?;
    assert_eq!(finalizer.hold(&api, &held).await?, Stage::Gone);
    // Another object under its name is not this one.
    Finalizer::new("example.com/theirs")
        .release(&api, &held)
        .await?;
    assert!(api.find("a").await?.is_none());
    let (_, another) = made(&cluster).await?;
    assert_eq!(finalizer.hold(&api, &held).await?, Stage::Gone);
    let now = api.get("a").await?;
    assert_eq!(now.metadata.uid, another.uid());
    assert!(now.metadata.finalizers.is_empty());
    Ok(())
}

// claims: controller.finalizer, controller.killed
#[tokio::test]
async fn an_object_is_not_gone_because_its_resource_is_not_served_yet() -> Result<(), Error> {
    let cluster = Cluster::builder().in_process().start().await.unwrap();
    let (api, fresh) = made(&cluster).await?;
    let finalizer = Finalizer::new("example.com/test");
    let patches = || Requests::any().verb("patch");
    // As a kube-apiserver answers that has just started, of custom resources: it names no object.
    cluster.inject(Fault::status(404).on(patches()).times(1));
    assert!(
        finalizer
            .hold(&api, &fresh)
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert_eq!(finalizer.hold(&api, &fresh).await?, Stage::Live);

    api.delete("a", &DeleteOptions::new()).await?;
    let deleting: Lazy<ConfigMap> = api.get("a").await?.into();
    cluster.inject(Fault::status(404).on(patches()).times(1));
    assert!(finalizer.release(&api, &deleting).await.is_err());
    finalizer.release(&api, &deleting).await?;
    assert!(api.find("a").await?.is_none());
    Ok(())
}
