//! Follows an API server with kube-rs's watchers while objects change, and compares what they have come to
//! know with what the server says.
//!
//! ```text
//! kube-watcher KUBECONFIG [CHANGES]
//! ```
//!
//! There is a watcher that lists and then watches, one that has its first objects from the watch, and one
//! with a selector of labels, which objects enter and leave. Each keeps a store, as a controller has it;
//! whoever follows everything must hear of each change once. The last line is `N passed, N failed`, a case
//! being a change that was followed or a comparison that held.

use std::collections::BTreeMap;
use std::error::Error;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::{WatchStreamExt as _, reflector, watcher};
use kube::{Api, Client, Config};
use tokio::task::JoinSet;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(kubeconfig) = arguments.next() else {
        eprintln!("kube-watcher KUBECONFIG [CHANGES]");
        return ExitCode::from(2);
    };
    let changes = arguments.next();
    let changes = changes.and_then(|text| text.parse().ok()).unwrap_or(10_000);
    match tokio::time::timeout(PATIENCE, follow(&kubeconfig, changes)).await {
        Ok(Ok((passed, failed))) => {
            println!("{passed} passed, {failed} failed");
            ExitCode::from(u8::from(failed > 0))
        }
        Ok(Err(error)) => {
            eprintln!("kube-watcher: {error}");
            ExitCode::FAILURE
        }
        Err(_) => {
            eprintln!("kube-watcher: it takes more than {PATIENCE:?}");
            ExitCode::FAILURE
        }
    }
}

/// A watcher with its store.
struct Follower {
    name: &'static str,
    selector: &'static str,
    store: reflector::Store<ConfigMap>,
    /// How often it heard of something after its first objects.
    heard: Arc<AtomicUsize>,
    task: JoinSet<()>,
}

async fn follow(kubeconfig: &str, changes: usize) -> Result<(usize, usize)> {
    let kubeconfig = Kubeconfig::read_from(kubeconfig)?;
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    let maps: Api<ConfigMap> = Api::namespaced(Client::try_from(config)?, "default");
    let mut writer = Writer {
        maps: maps.clone(),
        state: 1,
        made: 0,
        objects: Vec::new(),
    };
    // Some objects are there before anybody looks.
    for _ in 0..100 {
        writer.change().await?;
    }
    let mut followers = [
        ("a list and a watch", "", watcher::Config::default()),
        (
            "a watch alone",
            "",
            watcher::Config::default().streaming_lists(),
        ),
        (
            "a selector",
            "side=left",
            watcher::Config::default().streaming_lists(),
        ),
    ]
    .map(|(name, selector, config)| Follower::start(&maps, name, selector, config));
    for follower in &followers {
        follower.store.wait_until_ready().await?;
    }
    for _ in 0..changes {
        writer.change().await?;
    }
    let (mut passed, mut failed) = (0, 0);
    for follower in &mut followers {
        let agreed = follower.agrees(&maps).await?;
        // Each change is heard of once, unless the watch was given up for a list.
        let heard = follower.heard.load(Ordering::Relaxed);
        match agreed {
            Err(why) => println!("FAILED {}: {why}", follower.name),
            Ok(()) if follower.selector.is_empty() && heard != changes => {
                println!("FAILED {}: {heard} changes were heard of", follower.name);
            }
            Ok(()) => {
                passed += 1 + if follower.selector.is_empty() {
                    changes
                } else {
                    0
                };
                continue;
            }
        }
        failed += 1;
    }
    Ok((passed, failed))
}

impl Follower {
    fn start(
        maps: &Api<ConfigMap>,
        name: &'static str,
        selector: &'static str,
        config: watcher::Config,
    ) -> Self {
        let (store, writer) = reflector::store();
        let heard = Arc::new(AtomicUsize::new(0));
        let events = watcher(maps.clone(), config.labels(selector)).default_backoff();
        let events = reflector::reflector(writer, events);
        let count = heard.clone();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut events = pin!(events);
            while let Some(event) = events.next().await {
                match event {
                    Ok(watcher::Event::Apply(_) | watcher::Event::Delete(_)) => {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(_) => {}
                    Err(error) => eprintln!("{name}: {error}"),
                }
            }
        });
        Self {
            name,
            selector,
            store,
            heard,
            task,
        }
    }

    /// Waits until the store holds what the server lists, to the version, and says what is different if
    /// that does not come about.
    async fn agrees(&mut self, maps: &Api<ConfigMap>) -> Result<std::result::Result<(), String>> {
        let listed = maps
            .list(&ListParams::default().labels(self.selector))
            .await?;
        let listed = versions(listed.items.iter());
        for _ in 0..500 {
            let held = self.store.state();
            let held = versions(held.iter().map(|object| &**object));
            if held == listed {
                return Ok(Ok(()));
            }
            if !self.task.is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        let held = self.store.len();
        Ok(Err(format!(
            "{held} objects are held, which are not the {} listed",
            listed.len()
        )))
    }
}

fn versions<'a>(objects: impl Iterator<Item = &'a ConfigMap>) -> BTreeMap<String, String> {
    let version = |object: &ConfigMap| {
        let metadata = &object.metadata;
        let version = metadata.resource_version.clone().unwrap_or_default();
        (metadata.name.clone().unwrap_or_default(), version)
    };
    objects.map(version).collect()
}

/// Creates, updates and deletes objects, the same ones in every run.
struct Writer {
    maps: Api<ConfigMap>,
    state: u64,
    made: usize,
    objects: Vec<ConfigMap>,
}

impl Writer {
    /// Makes one change.
    async fn change(&mut self) -> Result<()> {
        // A quarter each is created and deleted, so that there are always some.
        let choice = self.below(4);
        let at = self.below(self.objects.len().max(1));
        if choice == 0 || self.objects.len() < 20 {
            self.made += 1;
            let mut object = ConfigMap::default();
            object.metadata.name = Some(format!("followed-{}", self.made));
            object.metadata.labels = Some(self.labels());
            let created = self.maps.create(&PostParams::default(), &object).await?;
            self.objects.push(created);
        } else if choice == 1 {
            let object = self.objects.swap_remove(at);
            let name = object.metadata.name.unwrap_or_default();
            self.maps.delete(&name, &DeleteParams::default()).await?;
        } else {
            let mut object = self.objects[at].clone();
            // It may enter or leave a selection.
            object.metadata.labels = Some(self.labels());
            let number = self.below(usize::MAX).to_string();
            object.data = Some([("number".to_owned(), number)].into());
            let name = object.metadata.name.clone().unwrap_or_default();
            let updated = self
                .maps
                .replace(&name, &PostParams::default(), &object)
                .await?;
            self.objects[at] = updated;
        }
        Ok(())
    }

    fn labels(&mut self) -> BTreeMap<String, String> {
        let side = ["left", "right"][self.below(2)];
        [("side".to_owned(), side.to_owned())].into()
    }

    /// A number below another, by a linear congruence: any is as good.
    fn below(&mut self, limit: usize) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % limit
    }
}

const PATIENCE: Duration = Duration::from_secs(300);
