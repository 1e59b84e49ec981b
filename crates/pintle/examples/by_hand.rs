//! A controller put together by hand, as the controllers of Kubernetes are: handlers fill a queue with
//! keys, workers empty it, read caches, and write through the clientset. Every namespace with the label
//! `team` has a config map `team` that says how to reach that team.
//!
//! ```text
//! cargo run --example by_hand
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use std::error::Error;
use std::sync::Arc;

use pintle::api::core::v1::{ConfigMap, Namespace};
use pintle::cache::{CacheLister, Handler, InformerFactory};
use pintle::meta::v1::{CreateOptions, DeleteOptions, PatchOptions};
use pintle::meta::{Lazy, Metadata, Object, ObjectName};
use pintle::workqueue::WorkQueue;
use pintle::{Clientset, RuntimeTime, await_condition, conditions};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let clientset = Clientset::for_config(&cluster.config)?;
    let factory = InformerFactory::new(cluster.client()?);
    let namespaces = factory.informer::<Namespace>();
    let config_maps = factory.informer::<ConfigMap>();

    // Handlers say which keys are worth a look, and nothing else.
    let queue: WorkQueue<ObjectName> = WorkQueue::new("teams", Arc::new(RuntimeTime::new()));
    let _namespaces = namespaces.add_handler(enqueue(&queue, |namespace| Some(namespace.key())))?;
    let _config_maps = config_maps.add_handler(enqueue(&queue, |map| {
        (map.name() == TEAM).then(|| ObjectName::new("", map.namespace()))
    }))?;
    factory.start();
    factory.wait_for_sync().await?;

    let teams = Arc::new(Teams {
        clientset: clientset.clone(),
        namespaces: namespaces.lister(),
        config_maps: config_maps.lister(),
    });
    let mut workers = JoinSet::new();
    for _ in 0..2 {
        workers.spawn(work(queue.clone(), teams.clone()));
    }

    // Something to do, for as long as it takes.
    let namespaces = clientset.core_v1().namespaces();
    let mut shop = Namespace::default();
    shop.metadata.name = "pintle-shop".into();
    shop.metadata.labels.insert(TEAM, "shop".into());
    namespaces
        .get_or_create(&shop, &CreateOptions::new())
        .await?;
    let config_maps = clientset.core_v1().config_maps("pintle-shop");
    let made = await_condition(&config_maps, TEAM, conditions::exists()).await?;
    if let Some(channel) = made.as_ref().and_then(|map| map.data.get("channel")) {
        println!("pintle-shop is reached at {channel}");
    }
    namespaces
        .delete("pintle-shop", &DeleteOptions::new())
        .await?;

    // What workers have is done, then they end.
    queue.drain().await;
    while workers.join_next().await.is_some() {}
    Ok(())
}

/// Adds to a queue the key for which an object counts, if there is one, whatever happens to the object.
fn enqueue<K: Object>(
    queue: &WorkQueue<ObjectName>,
    key: impl Fn(&Lazy<K>) -> Option<ObjectName> + Clone + Send + 'static,
) -> Handler<K> {
    let add = {
        let queue = queue.clone();
        move |object: &Lazy<K>| key(object).into_iter().for_each(|key| queue.add(key))
    };
    let (added, updated, deleted) = (add.clone(), add.clone(), add);
    Handler::new()
        .on_add(move |object, _is_initial| added(object))
        .on_update(move |_old, new| updated(new))
        .on_delete(move |gone| deleted(gone.object()))
}

/// Takes keys until there are no more. A key is with one worker at a time; one that failed comes again,
/// later and later.
async fn work(queue: WorkQueue<ObjectName>, teams: Arc<Teams>) {
    while let Some(item) = queue.get().await {
        match teams.reconcile(&item).await {
            Ok(()) => item.finish(),
            Err(error) => {
                println!("{}: {error}", item.key());
                item.retry();
            }
        }
    }
}

struct Teams {
    clientset: Clientset,
    namespaces: CacheLister<Namespace>,
    config_maps: CacheLister<ConfigMap>,
}

impl Teams {
    /// Looks at one namespace, and makes its config map as it should be.
    async fn reconcile(&self, key: &ObjectName) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Some(namespace) = self.namespaces.find(key) else {
            return Ok(());
        };
        let Some(team) = namespace.label(TEAM) else {
            return Ok(());
        };
        if namespace.is_deleting() {
            return Ok(());
        }
        let there = self.config_maps.find(&ObjectName::new(&key.name, TEAM));
        let there = there.map(|map| map.get()).transpose()?;
        let mut new = ConfigMap::default();
        new.metadata.name = TEAM.into();
        let options = PatchOptions::new().field_manager("teams");
        self.clientset
            .core_v1()
            .config_maps(&key.name)
            .create_or_edit(new, there.as_deref(), &options, |map| {
                map.data.insert("channel", format!("#{team}").into());
            })
            .await?;
        Ok(())
    }
}

const TEAM: &str = "team";
