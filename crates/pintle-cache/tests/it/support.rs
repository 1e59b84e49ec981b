//! A cluster, an informer of its secrets, and time that passes quickly.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pintle_api::core::v1::Secret;
use pintle_cache::{FactoryBuilder, Handler, HandlerHandle, InformerFactory, SharedInformer};
use pintle_client::{Api, Client, OneNamespace};
use pintle_env::{ManualClock, SeededRandom};
use pintle_meta::v1::{CreateOptions, DeleteOptions, UpdateOptions};
use pintle_meta::{Lazy, Metadata as _, ResourceVersion};
use pintle_test::Cluster;

/// A cluster without a port, and the time of its informers.
pub(crate) struct World {
    pub(crate) cluster: Cluster,
    pub(crate) clock: ManualClock,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self {
            cluster: Cluster::builder().in_process().start().await.unwrap(),
            clock: ManualClock::new(),
        }
    }

    pub(crate) fn client(&self) -> Client {
        self.cluster.client()
    }

    /// A factory whose informers live in the time of this world.
    pub(crate) fn builder(&self) -> FactoryBuilder {
        let random = Arc::new(SeededRandom::new(1));
        InformerFactory::builder(self.client()).time(Arc::new(self.clock.clone()), random)
    }

    /// The informer of secrets, which has synced, of a factory that is gone.
    pub(crate) async fn secrets(&self) -> SharedInformer<Secret> {
        let factory = self.builder().build();
        let informer = factory.informer::<Secret>();
        factory.start();
        self.until("it has synced", || informer.has_synced()).await;
        informer
    }

    pub(crate) async fn create(&self, name: &str) -> ResourceVersion {
        self.create_labelled(name, &[]).await
    }

    pub(crate) async fn create_labelled(
        &self,
        name: &str,
        labels: &[(&str, &str)],
    ) -> ResourceVersion {
        self.create_in("default", name, labels).await
    }

    pub(crate) async fn create_in(
        &self,
        namespace: &str,
        name: &str,
        labels: &[(&str, &str)],
    ) -> ResourceVersion {
        let mut secret = Secret::default();
        secret.metadata.name = name.into();
        for (key, value) in labels {
            secret.metadata.labels.insert(*key, (*value).into());
        }
        let secrets: Api<Secret, OneNamespace> = self.client().api().namespace(namespace);
        let options = CreateOptions::new();
        let created = match secrets.create(&secret, &options).await {
            // The connection was on its way out. It may have carried the request, or not.
            Err(error) if error.as_transport().is_some() => {
                match secrets.create(&secret, &options).await {
                    Err(error) if error.is_already_exists() => secrets.get(name).await,
                    created => created,
                }
            }
            created => created,
        };
        created.unwrap().metadata.resource_version.into()
    }

    pub(crate) async fn label(&self, name: &str, key: &str, value: &str) -> ResourceVersion {
        let secrets: Api<Secret, OneNamespace> = self.client().api().namespace("default");
        let mut secret = secrets.get(name).await.unwrap();
        secret.metadata.labels.insert(key, value.into());
        let updated = secrets
            .update(&secret, &UpdateOptions::new())
            .await
            .unwrap();
        updated.metadata.resource_version.into()
    }

    pub(crate) async fn delete(&self, name: &str) {
        let secrets: Api<Secret, OneNamespace> = self.client().api().namespace("default");
        secrets.delete(name, &DeleteOptions::new()).await.unwrap();
    }

    /// Lets time pass until something holds, so fast that waits of seconds are over at once.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        for _ in 0..10_000 {
            if holds() {
                return;
            }
            self.clock.advance(Duration::from_millis(20));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("it does not come to pass that {what}");
    }

    /// Lets time pass until a future ends, which it does soon.
    pub(crate) async fn soon<T>(&self, future: impl Future<Output = T>) -> T {
        tokio::select! {
            output = future => output,
            () = self.until("a future ends", || false) => unreachable!("it panics in the end"),
        }
    }

    /// Lets the informers do what they do until they wait.
    pub(crate) async fn settle(&self) {
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// What a handler was told.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn last(&self) -> Option<String> {
        self.0.lock().unwrap().last().cloned()
    }

    pub(crate) fn has(&self, line: &str) -> bool {
        self.0.lock().unwrap().iter().any(|told| told == line)
    }

    pub(crate) fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    /// A handler that writes down what it is told.
    pub(crate) fn handler(&self) -> Handler<Secret> {
        let (add, update, delete) = (self.clone(), self.clone(), self.clone());
        Handler::new()
            .on_add(move |secret: &Lazy<Secret>, is_initial| {
                let kind = if is_initial { "initial" } else { "added" };
                add.push(format!("{kind} {}", secret.name()));
            })
            .on_update(move |_, secret: &Lazy<Secret>| {
                let label = secret.label("app").unwrap_or_default();
                update.push(
                    format!("updated {} {label}", secret.name())
                        .trim()
                        .to_owned(),
                );
            })
            .on_delete(move |secret| {
                let kind = match secret.is_final_state_unknown() {
                    true => "missed",
                    false => "deleted",
                };
                delete.push(format!("{kind} {}", secret.key().name));
            })
    }
}

/// A handler that writes down what it is told, and what it was told.
pub(crate) fn listen(informer: &SharedInformer<Secret>) -> (Told, HandlerHandle) {
    let told = Told::default();
    let handle = informer.add_handler(told.handler()).unwrap();
    (told, handle)
}

/// The names of what an informer holds.
pub(crate) fn names(informer: &SharedInformer<Secret>) -> Vec<String> {
    let snapshot = informer.snapshot();
    snapshot
        .iter()
        .map(|secret| secret.name().to_owned())
        .collect()
}
