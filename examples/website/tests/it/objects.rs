//! The objects of a website: made, mended, left alone, taken away.

use std::collections::BTreeMap;

use pintle::api::apps::v1::Deployment;
use pintle::api::core::v1::{ConfigMap, Service};
use pintle::meta::v1::{CreateOptions, DeleteOptions, PatchOptions};
use pintle::{Api, Error, InformerFactory};
use pintle_test::{Cluster, Fault, Requests};
use website::{Failed, NameTaken, Serving, Website, WebsiteSpec};

/// A cluster, and what serves websites in it.
struct Test {
    cluster: Cluster,
    factory: InformerFactory,
    serving: Serving,
    config_maps: Api<ConfigMap>,
    services: Api<Service>,
    deployments: Api<Deployment>,
}

impl Test {
    async fn start() -> Result<Self, Failed> {
        let cluster = Cluster::builder().in_process().start().await?;
        let client = cluster.client();
        let factory = InformerFactory::new(client.clone());
        let serving = Serving::new(&client, &factory);
        // Without somebody who holds them, there would be no informers.
        factory.keep(&factory.informer::<ConfigMap>());
        factory.keep(&factory.informer::<Service>());
        factory.keep(&factory.informer::<Deployment>());
        factory.start();
        factory.wait_for_sync().await?;
        Ok(Self {
            config_maps: client.api().namespace("default"),
            services: client.api().namespace("default"),
            deployments: client.api().namespace("default"),
            cluster,
            factory,
            serving,
        })
    }

    /// Makes the objects of a website, and waits until the caches have them.
    async fn provide(&self, website: &Website) -> Result<(), Failed> {
        let served = self.serving.provide(website).await?;
        let seen = |version: &str| version.into();
        let version = seen(&served.config_map.metadata.resource_version);
        self.factory
            .informer::<ConfigMap>()
            .wait_for(&version)
            .await?;
        let version = seen(&served.service.metadata.resource_version);
        self.factory
            .informer::<Service>()
            .wait_for(&version)
            .await?;
        let version = seen(&served.deployment.metadata.resource_version);
        self.factory
            .informer::<Deployment>()
            .wait_for(&version)
            .await?;
        Ok(())
    }

    /// How many requests have changed something.
    fn writes(&self) -> u64 {
        let verbs = ["create", "update", "patch", "delete"];
        let count = |verb| self.cluster.count(&Requests::any().verb(verb));
        verbs.map(count).iter().sum()
    }
}

fn website() -> Website {
    let spec = WebsiteSpec {
        pages: BTreeMap::from([("index.html".to_owned(), "<h1>Home</h1>".to_owned())]),
        replicas: 2,
        image: "nginx:1".to_owned(),
    };
    let mut website = Website::new("home", spec);
    website.metadata.namespace = "default".into();
    website.metadata.uid = "7d5a8c2e-0000-4000-8000-000000000001".into();
    website
}

#[tokio::test]
async fn a_website_has_pages_servers_and_a_way_to_them() -> Result<(), Failed> {
    let test = Test::start().await?;
    test.provide(&website()).await?;

    let pages = test.config_maps.get("home").await?;
    assert_eq!(pages.data.get("index.html").unwrap(), "<h1>Home</h1>");

    let servers = test.deployments.get("home").await?.spec;
    assert_eq!(servers.replicas, Some(2));
    let pod = &servers.template.spec;
    let container = &pod.containers[0];
    assert_eq!(container.image, "nginx:1");
    let mounted = &container.volume_mounts[0];
    let volume = pod.volumes.iter().find(|it| it.name == mounted.name);
    let source = volume.unwrap().volume_source.config_map.as_ref().unwrap();
    assert_eq!(source.local_object_reference.name, "home");

    // Who is selected is who carries the labels, and the port is one that exists.
    let service = test.services.get("home").await?.spec;
    let selected = service.selector.iter();
    let labels = &servers.template.metadata.labels;
    assert_ne!(selected.len(), 0);
    for (name, value) in service.selector.iter() {
        assert_eq!(labels.get(name), Some(value));
    }
    let named = service.ports[0].target_port.to_string();
    assert_eq!(container.ports[0].name, *named);
    Ok(())
}

#[tokio::test]
async fn what_is_as_it_should_be_is_left_alone() -> Result<(), Failed> {
    let test = Test::start().await?;
    test.provide(&website()).await?;
    let before = test.writes();
    assert_eq!(before, 3);
    test.provide(&website()).await?;
    assert_eq!(test.writes(), before, "what it made is as it should be");
    Ok(())
}

#[tokio::test]
async fn what_others_have_changed_is_mended_and_what_they_added_stays() -> Result<(), Failed> {
    let test = Test::start().await?;
    test.provide(&website()).await?;
    let options = PatchOptions::new();
    test.deployments
        .edit("home", &options, |it| {
            it.spec.replicas = Some(7);
            it.spec.template.spec.containers[0].image = "apache:2".into();
            it.metadata.annotations.insert("note", "theirs".into());
        })
        .await?;
    let mislead = |it: &mut Service| {
        let selector = &mut it.spec.selector;
        selector.insert("app.kubernetes.io/name", "other".into());
    };
    test.services.edit("home", &options, mislead).await?;
    let add = |it: &mut ConfigMap| drop(it.data.insert("a.html", "theirs".into()));
    let edited = test.config_maps.edit("home", &options, add).await?;
    // Even a cache that is behind does no harm.
    test.provide(&website()).await?;
    let version = edited.metadata.resource_version.as_str().into();
    test.factory
        .informer::<ConfigMap>()
        .wait_for(&version)
        .await?;
    test.provide(&website()).await?;

    let servers = test.deployments.get("home").await?;
    assert_eq!(servers.spec.replicas, Some(2));
    assert_eq!(servers.spec.template.spec.containers[0].image, "nginx:1");
    assert_eq!(servers.metadata.annotations.get("note").unwrap(), "theirs");
    let service = test.services.get("home").await?;
    let name = service.spec.selector.get("app.kubernetes.io/name");
    assert_eq!(name.unwrap(), "website");
    assert_eq!(test.config_maps.get("home").await?.data.len(), 1);
    Ok(())
}

#[tokio::test]
async fn objects_follow_their_website_and_come_back() -> Result<(), Failed> {
    let test = Test::start().await?;
    test.provide(&website()).await?;
    test.config_maps
        .delete("home", &DeleteOptions::new())
        .await?;
    let mut other = website();
    other.spec.pages = BTreeMap::from([("new.html".to_owned(), "new".to_owned())]);
    other.spec.replicas = 0;
    for _ in 0..2 {
        test.provide(&other).await?;
    }
    let pages = test.config_maps.get("home").await?;
    assert_eq!(pages.data.keys().collect::<Vec<_>>(), ["new.html"]);
    assert_eq!(test.deployments.get("home").await?.spec.replicas, Some(0));
    Ok(())
}

#[tokio::test]
async fn what_is_somebody_elses_is_left_to_them() -> Result<(), Failed> {
    let test = Test::start().await?;
    let mut theirs = Service::default();
    theirs.metadata.name = "home".into();
    theirs.spec.ports = [pintle::api::core::v1::ServicePort {
        port: 1234,
        ..Default::default()
    }]
    .into();
    let theirs = test.services.create(&theirs, &CreateOptions::new()).await?;
    let version = theirs.metadata.resource_version.as_str().into();
    // Whether the cache knows of it or not.
    for _ in 0..2 {
        let refused = test.serving.provide(&website()).await.unwrap_err();
        assert!(refused.is::<NameTaken>(), "{refused}");
        assert_eq!(
            refused.to_string(),
            "there is a Service default/home that is not the website's"
        );
        test.factory
            .informer::<Service>()
            .wait_for(&version)
            .await?;
    }
    assert!(!test.serving.close(&website()).await?);
    let still = test.services.get("home").await?;
    assert_eq!(
        still.metadata.resource_version,
        theirs.metadata.resource_version
    );
    // Nor is anything taken over from a website of the same name before.
    let mut before = website();
    before.metadata.uid = "7d5a8c2e-0000-4000-8000-000000000002".into();
    assert!(
        test.serving
            .provide(&before)
            .await
            .unwrap_err()
            .is::<NameTaken>()
    );
    Ok(())
}

#[tokio::test]
async fn nobody_is_sent_to_a_website_that_is_closed() -> Result<(), Failed> {
    let test = Test::start().await?;
    test.provide(&website()).await?;
    assert!(test.serving.close(&website()).await?);
    assert!(test.services.find("home").await?.is_none());
    // The rest is the garbage collector's.
    assert!(test.deployments.find("home").await?.is_some());
    // Again, whether the cache knows or not.
    assert!(!test.serving.close(&website()).await?);
    Ok(())
}

#[tokio::test]
async fn what_fails_half_way_is_finished_the_next_time() -> Result<(), Failed> {
    let test = Test::start().await?;
    let creates = Requests::any().verb("create").resource("services");
    let once = Fault::status(500).on(creates).times(1);
    test.cluster.inject(once);
    let failed = test.serving.provide(&website()).await.unwrap_err();
    assert!(failed.downcast_ref::<Error>().is_some(), "{failed}");
    assert!(test.config_maps.find("home").await?.is_some());
    assert!(test.deployments.find("home").await?.is_none());
    test.provide(&website()).await?;
    assert!(test.services.find("home").await?.is_some());
    assert!(test.deployments.find("home").await?.is_some());
    Ok(())
}
