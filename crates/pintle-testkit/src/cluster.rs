//! [`Cluster`], what a scenario is given.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pintle_api::apiextensions::v1::CustomResourceDefinition;
use pintle_api::core::v1::{ConfigMap, Container, Namespace, Pod};
use pintle_client::{Api, Client, RestClient, WatchStream};
use pintle_config::Config;
use pintle_meta::v1::{CreateOptions, DeleteOptions, ListOptions};
use pintle_meta::{Cluster as ScopeOfCluster, GroupVersion, Metadata as _, Resource, WatchEvent};

/// A cluster that scenarios run on.
#[derive(Clone, Debug)]
pub struct Cluster {
    client: Client,
    config: Config,
    kubeconfig: Arc<Path>,
    /// What was made and not yet deleted, by any clone.
    made: Arc<Mutex<Made>>,
}

/// The names of what scenarios made in a cluster.
#[derive(Debug, Default)]
struct Made {
    namespaces: Vec<String>,
    definitions: Vec<String>,
}

impl Cluster {
    /// The cluster of a kubeconfig file.
    ///
    /// # Errors
    /// When the kubeconfig cannot be used.
    pub fn new(kubeconfig: impl Into<PathBuf>) -> Result<Self, pintle_client::Error> {
        let kubeconfig = kubeconfig.into();
        let loader = pintle_config::Loader::new(pintle_config::Environment::process());
        let config = loader.path(&kubeconfig).load()?.rate_limit(-1.0, 0);
        Ok(Self {
            client: Client::new(&config)?,
            config,
            kubeconfig: kubeconfig.into(),
            made: Arc::default(),
        })
    }

    /// A client of the cluster.
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Requests below any type to the core group.
    pub(crate) fn core(&self) -> RestClient {
        self.client.rest(&GroupVersion::core("v1"))
    }

    /// A new namespace, which [`run`](crate::run) deletes when the scenario has ended.
    pub(crate) async fn namespace(&self) -> String {
        let mut namespace = Namespace::default();
        namespace.metadata.generate_name = "pintle-".into();
        let created = self
            .client
            .api::<Namespace>()
            .create(&namespace, &CreateOptions::new())
            .await;
        let name = created
            .expect("a namespace is created")
            .metadata
            .name
            .to_string();
        self.made().namespaces.push(name.clone());
        name
    }

    /// Has a definition of a custom resource deleted when the scenario has ended.
    pub(crate) fn made_definition(&self, name: &str) {
        self.made().definitions.push(name.to_owned());
    }

    /// Deletes the namespaces and definitions that were made, so that a cluster in use is left as it
    /// was. All are tried; the first failure is returned.
    pub(crate) async fn clean(&self) -> Result<(), pintle_client::Error> {
        let Made {
            namespaces,
            definitions,
        } = std::mem::take(&mut *self.made());
        // With a definition go its objects, and a namespace is gone when its objects are.
        let definitions = delete_all::<CustomResourceDefinition>(&self.client, definitions).await;
        let namespaces = delete_all::<Namespace>(&self.client, namespaces).await;
        definitions.and(namespaces)
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        // Lists of names are whole at any time, whoever panicked.
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The config maps of a new namespace: the simplest objects there are.
    pub(crate) async fn config_maps(&self) -> Api<ConfigMap> {
        self.client.api().namespace(self.namespace().await)
    }
}

async fn delete_all<K: Resource<Scope = ScopeOfCluster>>(
    client: &Client,
    names: Vec<String>,
) -> Result<(), pintle_client::Error> {
    let mut outcome = Ok(());
    for name in names {
        match client.api::<K>().delete(&name, &DeleteOptions::new()).await {
            Err(error) if !error.is_not_found() => outcome = outcome.and(Err(error)),
            _ => {}
        }
    }
    outcome
}

/// A config map with this name and label `app`, and the label that [`mine`] selects.
pub(crate) fn config_map(name: &str, app: &str) -> ConfigMap {
    let mut config_map = ConfigMap::default();
    config_map.metadata.name = name.into();
    config_map.metadata.labels = [("app", app.into()), ("suite", "pintle".into())].into();
    config_map
}

/// Selects what [`config_map`] makes: clusters put config maps of their own into every namespace.
pub(crate) fn mine() -> ListOptions {
    ListOptions::new().labels("suite=pintle")
}

/// A pod that no node runs.
pub(crate) fn pod(name: &str) -> Pod {
    let mut pod = Pod::default();
    pod.metadata.name = name.into();
    let (name, image) = ("main".into(), "example.org/none:1".into());
    pod.spec.containers = [Container {
        name,
        image,
        ..Container::default()
    }]
    .into();
    pod
}

/// Creates an object and returns it as the server completed it.
pub(crate) async fn create<K: Resource>(api: &Api<K>, object: &K) -> K {
    api.create(object, &CreateOptions::new())
        .await
        .expect("an object is created")
}

/// The names of the objects that options select, in the server's order.
pub(crate) async fn names<K: Resource>(api: &Api<K>, options: &ListOptions) -> Vec<String> {
    let list = api.list(options).await.expect("objects are listed");
    list.items
        .iter()
        .map(|object| object.metadata().name().to_owned())
        .collect()
}

/// The next event of a watch, within a time that is long enough for any server.
pub(crate) async fn next_event<K>(watch: &mut WatchStream<K>) -> WatchEvent<K> {
    let event = tokio::time::timeout(PATIENCE, watch.try_next()).await;
    event
        .expect("an event comes in time")
        .expect("the watch goes on")
        .expect("the watch goes on")
}

/// The next event but bookmarks, as `TYPE name`.
pub(crate) async fn next_line<K: Resource>(watch: &mut WatchStream<K>) -> String {
    loop {
        let event = next_event(watch).await;
        match (&event, event.object()) {
            (WatchEvent::Bookmark(_), _) => {}
            (WatchEvent::Error(status), _) => return format!("ERROR {}", status.code),
            (_, Some(object)) => {
                return format!("{} {}", event.type_name(), object.metadata().name());
            }
            (_, None) => unreachable!("every other event has an object"),
        }
    }
}

/// How long a server may take for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
