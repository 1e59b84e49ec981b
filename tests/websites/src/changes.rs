//! [`Changes`], what people do to websites, and what others do to what belongs to them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pintle::api::apps::v1::Deployment;
use pintle::api::core::v1::{ConfigMap, Service};
use pintle::env::{Random as _, SeededRandom};
use pintle::meta::v1::{CreateOptions, DeleteOptions, PatchOptions};
use pintle::{Client, Error};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use website::{Failed, Website, WebsiteSpec};

/// Changes in the order in which they are planned. Those of one website are made in it.
pub(crate) struct Changes(Vec<(usize, Change)>);

/// What websites are to be in the end; none is to be left of one without a spec.
pub(crate) type Wanted = BTreeMap<(&'static str, String), Option<WebsiteSpec>>;

#[derive(Clone)]
enum Change {
    Create(WebsiteSpec),
    Edit(WebsiteSpec),
    Delete,
    Meddle(Meddling),
}

#[derive(Clone, Copy)]
enum Meddling {
    DeleteService,
    Mislead,
    Scale,
    Deface,
}

impl Changes {
    /// Creates so many websites, and makes twice as many other changes meanwhile.
    pub(crate) fn plan(websites: usize, seed: u64) -> Self {
        let random = SeededRandom::new(seed);
        let below = |bound: usize| random.below(bound as u64) as usize;
        let mut is_there: Vec<bool> = Vec::new();
        let mut changes = Vec::new();
        for nth in 0..3 * websites {
            let left = websites - is_there.len();
            let is_pressing = is_there.is_empty() || left == 3 * websites - nth;
            if left > 0 && (is_pressing || below(2) == 0) {
                changes.push((is_there.len(), Change::Create(spec(nth))));
                is_there.push(true);
                continue;
            }
            let which = below(is_there.len());
            let change = match (is_there[which], below(10)) {
                (false, _) => Change::Create(spec(nth)),
                (true, 0..4) => Change::Edit(spec(nth)),
                (true, 4..6) => Change::Delete,
                (true, 6) => Change::Meddle(Meddling::DeleteService),
                (true, 7) => Change::Meddle(Meddling::Mislead),
                (true, 8) => Change::Meddle(Meddling::Scale),
                (true, _) => Change::Meddle(Meddling::Deface),
            };
            is_there[which] = !matches!(change, Change::Delete);
            changes.push((which, change));
        }
        Self(changes)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Makes them, as many as are allowed; what is to be there in the end.
    pub(crate) async fn make(
        self,
        client: &Client,
        allowed: Arc<Semaphore>,
        done: Arc<AtomicUsize>,
    ) -> Result<Wanted, Failed> {
        let mut wanted = Wanted::new();
        let mut hands = vec![Vec::new(); HANDS];
        for (which, change) in self.0 {
            let (namespace, name) = (NAMESPACES[which % 4], format!("site-{which}"));
            hands[which % HANDS].push((namespace, name.clone(), change.clone()));
            let key = (namespace, name);
            match change {
                Change::Create(spec) | Change::Edit(spec) => drop(wanted.insert(key, Some(spec))),
                Change::Delete => drop(wanted.insert(key, None)),
                Change::Meddle(_) => {}
            }
        }
        let mut running = JoinSet::new();
        for changes in hands {
            let (client, allowed, done) = (client.clone(), allowed.clone(), done.clone());
            running.spawn(async move {
                for (namespace, name, change) in changes {
                    allowed.acquire().await?.forget();
                    insist(&client, namespace, &name, &change).await?;
                    done.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<(), Failed>(())
            });
        }
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        Ok(wanted)
    }
}

/// What a website is after the change of this number.
fn spec(nth: usize) -> WebsiteSpec {
    let pages = [
        ("index.html".to_owned(), format!("version {nth}")),
        (format!("page-{}.html", nth % 5), "a page".to_owned()),
    ];
    WebsiteSpec {
        pages: pages.into(),
        replicas: 1 + (nth % 3) as i32,
        image: format!("nginx:{}", nth % 2),
    }
}

/// Makes a change, however often it takes: the server is killed, and answers are lost.
async fn insist(
    client: &Client,
    namespace: &str,
    name: &str,
    change: &Change,
) -> Result<(), Failed> {
    let mut last = String::new();
    for _ in 0..1_200 {
        match attempt(client, namespace, name, change).await {
            Ok(true) => return Ok(()),
            Ok(false) => last = "the one before it is still there".to_owned(),
            Err(error) if error.is_invalid() || error.is_forbidden() => return Err(error.into()),
            Err(error) => last = error.to_string(),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!("{namespace}/{name} cannot be changed: {last}").into())
}

/// Makes a change; false if it cannot be made yet.
async fn attempt(
    client: &Client,
    namespace: &str,
    name: &str,
    change: &Change,
) -> Result<bool, Error> {
    let websites = client.api::<Website>().namespace(namespace);
    let options = PatchOptions::new();
    let outcome = match change {
        Change::Create(spec) => {
            let new = Website::new(name, spec.clone());
            match websites.create(&new, &CreateOptions::new()).await {
                Err(error) if error.is_already_exists() => {
                    // An attempt before whose answer was lost, or one that is on its way out.
                    let there = websites.find(name).await?;
                    return Ok(there.is_some_and(|it| it.metadata.deletion_timestamp.is_none()));
                }
                outcome => outcome.map(drop),
            }
        }
        Change::Edit(spec) => {
            let edit = |it: &mut Website| it.spec = spec.clone();
            websites.edit(name, &options, edit).await.map(drop)
        }
        Change::Delete => delete(websites.delete(name, &DeleteOptions::new()).await),
        Change::Meddle(meddling) => delete(meddle(client, namespace, name, *meddling).await),
    };
    outcome.map(|()| true)
}

async fn meddle(
    client: &Client,
    namespace: &str,
    name: &str,
    meddling: Meddling,
) -> Result<(), Error> {
    let options = PatchOptions::new();
    let services = client.api::<Service>().namespace(namespace);
    match meddling {
        Meddling::DeleteService => services.delete(name, &DeleteOptions::new()).await.map(drop),
        Meddling::Mislead => {
            let mislead = |it: &mut Service| {
                let selector = &mut it.spec.selector;
                selector.insert("app.kubernetes.io/instance", "another".into());
            };
            services.edit(name, &options, mislead).await.map(drop)
        }
        Meddling::Scale => {
            let deployments = client.api::<Deployment>().namespace(namespace);
            let scale = |it: &mut Deployment| it.spec.replicas = Some(50);
            deployments.edit(name, &options, scale).await.map(drop)
        }
        Meddling::Deface => {
            let config_maps = client.api::<ConfigMap>().namespace(namespace);
            let deface = |it: &mut ConfigMap| {
                it.data.insert("index.html", "defaced".into());
                it.data.insert("new.html", "more of it".into());
            };
            config_maps.edit(name, &options, deface).await.map(drop)
        }
    }
}

/// What is not there need not be deleted, and cannot be meddled with. A server that has just started does
/// not know websites at all; that is another thing.
fn delete<T>(outcome: Result<T, Error>) -> Result<(), Error> {
    match outcome {
        Err(error) if error.is_object_not_found() => Ok(()),
        outcome => outcome.map(drop),
    }
}

pub(crate) const NAMESPACES: [&str; 4] = ["trial-a", "trial-b", "trial-c", "trial-d"];

/// How many people there are, each of whom looks after some websites.
const HANDS: usize = 8;
