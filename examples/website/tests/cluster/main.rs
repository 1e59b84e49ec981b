//! The whole controller, in this process, on the cluster of `$KUBECONFIG` in which `deploy/crd.yaml` was
//! applied. Each test has a namespace of its own, and a controller that knows no other. Nobody has to run
//! deployments there: the tests say how they fare.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Parser as _;
use pintle::api::apps::v1::Deployment;
use pintle::api::core::v1::{ConfigMap, Namespace, Service};
use pintle::api::events::v1::Event;
use pintle::meta::v1::{CreateOptions, DeleteOptions, ListOptions, ObjectMeta, PatchOptions};
use pintle::{Api, Client, Config, await_condition};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use website::{Failed, Options, READY, Website, WebsiteSpec, run};

#[tokio::test]
async fn a_website_is_served_and_says_how_it_fares() -> Result<(), Failed> {
    let mut test = Test::start().await?;
    test.websites
        .create(&website("home"), &CreateOptions::new())
        .await?;
    test.wait_for_reason("home", "Starting").await?;
    test.servers_are_ready("home").await?;
    let served = test.wait_for_reason("home", "Serving").await?;
    let status = served.status.unwrap_or_default();
    assert_eq!(status.ready_replicas, 2);
    assert_eq!(status.observed_generation, served.metadata.generation);
    assert_eq!(served.metadata.finalizers[..], ["web.example.com/close"]);
    let service = test.services.get("home").await?;
    assert_eq!(
        service.metadata.owner_references[0].uid,
        served.metadata.uid
    );

    let more = |it: &mut Website| it.spec.replicas = 3;
    test.websites
        .edit("home", &PatchOptions::new(), more)
        .await?;
    test.wait_for_reason("home", "Starting").await?;
    test.servers_are_ready("home").await?;
    let served = test.wait_for_reason("home", "Serving").await?;
    assert_eq!(served.status.unwrap_or_default().ready_replicas, 3);
    test.end().await?;
    assert_eq!(test.told("home").await?, ["Serving x2", "Starting x2"]);
    Ok(())
}

#[tokio::test]
async fn what_belongs_to_a_website_is_mended() -> Result<(), Failed> {
    let test = Test::start().await?;
    test.websites
        .create(&website("home"), &CreateOptions::new())
        .await?;
    test.wait_for_reason("home", "Starting").await?;
    let before = test.services.get("home").await?.metadata.uid;
    test.services.delete("home", &DeleteOptions::new()).await?;
    test.wait(&test.services, "home", |it| {
        it.is_some_and(|it| it.metadata.uid != before)
    })
    .await?;
    let spoil = |it: &mut ConfigMap| drop(it.data.remove("index.html"));
    test.config_maps
        .edit("home", &PatchOptions::new(), spoil)
        .await?;
    test.wait(&test.config_maps, "home", |it| {
        it.is_some_and(|it| it.data.len() == 1)
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn what_is_as_it_should_be_is_left_alone() -> Result<(), Failed> {
    let test = Test::start().await?;
    let created = CreateOptions::new();
    test.websites.create(&website("home"), &created).await?;
    test.wait_for_reason("home", "Starting").await?;
    test.servers_are_ready("home").await?;
    test.wait_for_reason("home", "Serving").await?;
    // Each of these lets it look at the website again.
    let options = PatchOptions::new();
    let note = |it: &mut ObjectMeta| drop(it.annotations.insert("note", "theirs".into()));
    let pages = test
        .config_maps
        .edit("home", &options, |it| note(&mut it.metadata));
    let pages = pages.await?;
    let service = test
        .services
        .edit("home", &options, |it| note(&mut it.metadata));
    let service = service.await?;
    let servers = test
        .deployments
        .edit("home", &options, |it| note(&mut it.metadata));
    let servers = servers.await?;
    // By the time that another is served, it has.
    test.websites.create(&website("other"), &created).await?;
    test.wait_for_reason("other", "Starting").await?;
    let version = |it: &ObjectMeta| it.resource_version.clone();
    let now = test.config_maps.get("home").await?;
    assert_eq!(version(&now.metadata), version(&pages.metadata));
    let now = test.services.get("home").await?;
    assert_eq!(version(&now.metadata), version(&service.metadata));
    let now = test.deployments.get("home").await?;
    assert_eq!(version(&now.metadata), version(&servers.metadata));
    Ok(())
}

#[tokio::test]
async fn a_website_is_closed_before_it_goes() -> Result<(), Failed> {
    let mut test = Test::start().await?;
    test.websites
        .create(&website("home"), &CreateOptions::new())
        .await?;
    test.wait_for_reason("home", "Starting").await?;
    // While nobody looks after it, it is kept.
    test.end().await?;
    test.websites.delete("home", &DeleteOptions::new()).await?;
    assert!(test.websites.find("home").await?.is_some());
    assert!(test.services.find("home").await?.is_some());
    test.another_controller();
    test.wait(&test.websites, "home", |it| it.is_none()).await?;
    assert!(test.services.find("home").await?.is_none());
    test.end().await?;
    assert_eq!(test.told("home").await?, ["Closed x1", "Starting x1"]);
    Ok(())
}

#[tokio::test]
async fn what_a_person_has_to_change_is_told() -> Result<(), Failed> {
    let test = Test::start().await?;
    let mut theirs = ConfigMap::default();
    theirs.metadata.name = "taken".into();
    theirs.data.insert("a", "b".into());
    test.config_maps
        .create(&theirs, &CreateOptions::new())
        .await?;
    test.websites
        .create(&website("taken"), &CreateOptions::new())
        .await?;
    test.wait_for_reason("taken", "NameTaken").await?;
    assert_eq!(
        test.config_maps.get("taken").await?.data.get("a").unwrap(),
        "b"
    );

    let mut refused = website("refused");
    refused.spec.pages.insert("a b".to_owned(), String::new());
    test.websites
        .create(&refused, &CreateOptions::new())
        .await?;
    test.wait_for_reason("refused", "Refused").await?;
    let mend = |it: &mut Website| drop(it.spec.pages.remove("a b"));
    test.websites
        .edit("refused", &PatchOptions::new(), mend)
        .await?;
    test.wait_for_reason("refused", "Starting").await?;
    Ok(())
}

#[tokio::test]
async fn another_replica_takes_over() -> Result<(), Failed> {
    let mut test = Test::start().await?;
    test.another_controller();
    test.websites
        .create(&website("one"), &CreateOptions::new())
        .await?;
    test.wait_for_reason("one", "Starting").await?;
    test.end_one().await?;
    test.websites
        .create(&website("two"), &CreateOptions::new())
        .await?;
    test.wait_for_reason("two", "Starting").await?;
    test.end().await
}

/// A namespace, and controllers that look after it.
struct Test {
    config: Config,
    namespace: String,
    websites: Api<Website>,
    config_maps: Api<ConfigMap>,
    services: Api<Service>,
    deployments: Api<Deployment>,
    events: Api<Event>,
    controllers: JoinSet<Result<(), Failed>>,
    stops: Vec<oneshot::Sender<()>>,
}

impl Test {
    async fn start() -> Result<Self, Failed> {
        let config = Config::infer()?.rate_limit(-1.0, 0);
        let client = Client::new(&config)?;
        let mut namespace = Namespace::default();
        namespace.metadata.generate_name = "websites-".into();
        let namespaces = client.api::<Namespace>();
        let created = namespaces.create(&namespace, &CreateOptions::new()).await?;
        let namespace = created.metadata.name.to_string();
        let mut test = Self {
            websites: client.api().namespace(&namespace),
            config_maps: client.api().namespace(&namespace),
            services: client.api().namespace(&namespace),
            deployments: client.api().namespace(&namespace),
            events: client.api().namespace(&namespace),
            namespace,
            config,
            controllers: JoinSet::new(),
            stops: Vec::new(),
        };
        test.another_controller();
        Ok(test)
    }

    fn another_controller(&mut self) {
        let (stop, stopped) = oneshot::channel::<()>();
        self.stops.push(stop);
        let (config, namespace) = (self.config.clone(), &self.namespace);
        let options = CommandLine::parse_from([
            "website",
            &format!("--namespace={namespace}"),
            &format!("--only={namespace}"),
            "--lease=3",
            "--listen=127.0.0.1:0",
        ]);
        self.controllers.spawn(async move {
            run(config, &options.options, async { drop(stopped.await) }).await
        });
    }

    /// Lets the controller end that has run for the longest time.
    async fn end_one(&mut self) -> Result<(), Failed> {
        drop(self.stops.remove(0));
        let ended = soon(self.controllers.join_next()).await;
        ended.expect("there is one")?
    }

    /// Lets all controllers end.
    async fn end(&mut self) -> Result<(), Failed> {
        self.stops.clear();
        while let Some(ended) = soon(self.controllers.join_next()).await {
            ended??;
        }
        Ok(())
    }

    /// What a deployment controller does, and the kubelets below it.
    async fn servers_are_ready(&self, name: &str) -> Result<(), Failed> {
        let options = PatchOptions::new();
        let servers = self.deployments.edit_status(name, &options, |it| {
            let replicas = it.spec.replicas.unwrap_or(1);
            it.status.observed_generation = it.metadata.generation;
            it.status.replicas = replicas;
            it.status.updated_replicas = replicas;
            it.status.ready_replicas = replicas;
            it.status.available_replicas = replicas;
        });
        servers.await?;
        Ok(())
    }

    /// Waits until a website says why it is ready, or is not.
    async fn wait_for_reason(&self, name: &str, reason: &str) -> Result<Website, Failed> {
        let says = |website: &Website| {
            let status = website.status.as_ref()?;
            let mut conditions = status.conditions.iter();
            let ready = conditions.find(|it| it.type_ == READY)?;
            Some(ready.reason == reason && ready.observed_generation == website.metadata.generation)
        };
        let website = self
            .wait(&self.websites, name, |it| it.and_then(says) == Some(true))
            .await?;
        Ok(website.expect("one that says so is there"))
    }

    async fn wait<K: pintle::meta::Object>(
        &self,
        api: &Api<K>,
        name: &str,
        holds: impl FnMut(Option<&K>) -> bool,
    ) -> Result<Option<K>, Failed> {
        Ok(soon(await_condition(api, name, holds)).await?)
    }

    /// What events have said about a website, and how often.
    async fn told(&self, name: &str) -> Result<Vec<String>, Failed> {
        let events = self.events.list(&ListOptions::new()).await?;
        let of_it = events.items.iter().filter(|it| it.regarding.name == name);
        let mut reasons: Vec<String> = of_it
            .map(|it| {
                let times = it.series.as_ref().map_or(1, |series| series.count);
                format!("{} x{times}", it.reason)
            })
            .collect();
        reasons.sort();
        Ok(reasons)
    }
}

#[derive(clap::Parser)]
struct CommandLine {
    #[command(flatten)]
    options: Options,
}

fn website(name: &str) -> Website {
    let spec = WebsiteSpec {
        pages: BTreeMap::from([("index.html".to_owned(), "<h1>Home</h1>".to_owned())]),
        replicas: 2,
        image: "nginx:1".to_owned(),
    };
    Website::new(name, spec)
}

/// Waits for what comes soon.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(Duration::from_secs(60), future).await;
    outcome.expect("it comes soon")
}
