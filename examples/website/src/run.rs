//! [`run`], the program: caches, leadership, the controller, events, probes and metrics, put together.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use pintle::api::apps::v1::Deployment;
use pintle::api::core::v1::{ConfigMap, Service};
use pintle::controller::{Endpoint, Predicate, Source};
use pintle::env::{Metrics, OpenMetrics, Random as _, SystemRandom};
use pintle::events::Recording;
use pintle::leader::{Election, Leadership, Timing};
use pintle::{Client, Config, Controller, InformerFactory};

use crate::{Failed, NAME, Serving, Website, Websites};

/// How the controller runs.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Where the lease is for which replicas compete
    #[arg(long, env = "POD_NAMESPACE", default_value = "default")]
    pub namespace: String,
    /// The name of this replica; something random is added to it
    #[arg(long, env = "POD_NAME", default_value = NAME)]
    pub name: String,
    /// For how long a replica leads that has become silent, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u32).range(3..))]
    pub lease: u32,
    /// Look after the websites of these namespaces alone [default: all]
    #[arg(long, value_name = "NAMESPACE", value_delimiter = ',')]
    pub only: Vec<String>,
    /// How many websites are looked at at a time
    #[arg(long, default_value_t = 8)]
    pub workers: usize,
    /// Where probes and scrapes are answered
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

/// Runs the controller until `stop` ends: then what is under way comes to its end, events are sent, and
/// the lease is given back.
///
/// # Errors
/// When the lease is lost: another replica may lead now, and this one is to be started anew. When the
/// caches do not sync, and when the address is taken.
pub async fn run(
    config: Config,
    options: &Options,
    stop: impl Future<Output = ()>,
) -> Result<(), Failed> {
    let scraped = OpenMetrics::new();
    let metrics = Metrics::to(Arc::new(scraped.clone()));
    let config = config
        .user_agent(concat!("website-controller/", env!("CARGO_PKG_VERSION")))
        // The workers are few, and a server that has too much to do says so itself.
        .rate_limit(-1.0, 0)
        .recorder(Arc::new(scraped.clone()));
    let client = Client::new(&config)?;

    // Caches are filled whether this replica leads or not, so that it can take over at once.
    let factory = InformerFactory::builder(client.clone())
        .namespaces(options.only.clone())
        .build();
    let websites = factory.informer::<Website>();
    let config_maps = factory.informer::<ConfigMap>();
    let services = factory.informer::<Service>();
    let deployments = factory.informer::<Deployment>();
    factory.start();

    let election = election(&client, options)?.metrics(metrics.clone());
    let health = election.health();
    let endpoint = Endpoint::bind(options.listen)
        .await?
        .live("leadership", move || health.check(Duration::from_secs(10)))
        .ready("caches", {
            let websites = websites.clone();
            move || match websites.has_synced() {
                true => Ok(()),
                false => Err("not synced yet"),
            }
        })
        .metrics(scraped);

    let (events, recording) = Recording::events(&client, NAME)
        .metrics(metrics.clone())
        .build();
    let state = Websites::new(client.clone(), Serving::new(&client, &factory), events);
    let state = Arc::new(state);
    let controller = Controller::new(
        NAME,
        // Not for each status that it writes itself.
        Source::from(&websites).when(Predicate::generation()),
    )
    .owns(&config_maps)
    .owns(&services)
    .owns(&deployments)
    .workers(options.workers)
    .metrics(metrics);

    let work = election.run_until(stop, |leadership: Leadership| {
        tracing::info!(transitions = leadership.fence().transitions(), "leading");
        let ended = async move { leadership.ended().await };
        controller.run_until(ended, move |key, cx| state.clone().reconcile(key, cx))
    });
    tokio::select! {
        // The recording ends when all events are sent of those who record: the work.
        (outcome, ()) = async { tokio::join!(work, recording.run()) } => match outcome? {
            Some(outcome) => Ok(outcome?),
            // It was asked to end before it led.
            None => Ok(()),
        },
        () = endpoint.serve() => unreachable!("it serves for as long as it is polled"),
    }
}

fn election(client: &Client, options: &Options) -> Result<Election, Failed> {
    // A name that comes again, as that of a pod whose container is started anew, would hold the lease of
    // one who may still be at work.
    let name = format!("{}_{:016x}", options.name, SystemRandom.next_u64());
    let lease = Duration::from_secs(options.lease.into());
    // In client-go's proportions: 15, 10 and 2 seconds.
    let timing = Timing::default()
        .lease_duration(lease)
        .renew_deadline(lease * 2 / 3)
        .retry_period(lease * 2 / 15);
    let election = Election::new(client, &options.namespace, NAME, &name)?;
    Ok(election
        .timing(timing)?
        .on_new_leader(|leader| tracing::info!(leader, "there is a leader")))
}
