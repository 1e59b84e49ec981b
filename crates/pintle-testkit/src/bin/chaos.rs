//! Follows a cluster with informers while connections break, and compares in the end. The last line says how much was
//! the same.
//!
//! Whenever a quarter of the changes is made, it prints `quarter N`, so that whoever runs it may do something to the
//! server.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool prints"
)]

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use pintle_cache::{Backoff, ReflectorOptions};
use pintle_client::Client;
use pintle_config::{Config, Environment, Loader, ServerUrl};
use pintle_env::{Random as _, SeededRandom};
use pintle_testkit::{Chaos, ConnectionFault, FaultProxy, Workload};
use tokio::sync::mpsc;

#[derive(Parser)]
#[command(about = "Follows a Kubernetes API server with informers while connections break")]
struct Arguments {
    /// The kubeconfig of the cluster, which is on this machine
    #[arg(long, env = "KUBECONFIG")]
    kubeconfig: PathBuf,
    /// How many objects there are
    #[arg(long, default_value_t = 2_000)]
    objects: usize,
    /// How often one of them is changed
    #[arg(long, default_value_t = 5_000)]
    changes: usize,
    /// Refuse connections for a while at each quarter of the changes
    #[arg(long)]
    close: bool,
    /// Which objects change, and which connections break
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<usize, Box<dyn Error>> {
    let loader = Loader::new(Environment::process());
    let config = loader
        .path(&arguments.kubeconfig)
        .load()?
        .rate_limit(-1.0, 0);
    let server: SocketAddr = config.server.authority().as_str().parse()?;
    let random = Arc::new(SeededRandom::new(arguments.seed));
    // A third breaks in the middle of something.
    let mut proxy = FaultProxy::start(server, move || match random.below(3) {
        0 => ConnectionFault::Cut(5_000 + random.below(400_000)),
        _ => ConnectionFault::None,
    })
    .await?;
    let url = format!("https://{}", proxy.address());

    let mut workload = Workload::default();
    workload.objects = arguments.objects;
    workload.changes = arguments.changes;
    workload.seed = arguments.seed;
    let mut chaos = Chaos::new(workload, Client::new(&config)?);
    chaos.populate().await?;
    let options = ReflectorOptions::new().backoff(Backoff::new(
        Duration::from_millis(50),
        Duration::from_secs(1),
    ));
    // Connections of its own for each, so that more than one breaks.
    let behind = |_: &str| -> Client {
        let mut config = separate(&config);
        config.server = ServerUrl::parse(&url, true).expect("a URL");
        Client::new(&config).expect("a configuration that is fine")
    };
    chaos.follow(&options, behind, |builder| builder);

    let quarter = (arguments.changes / 4).max(1);
    let (reached, mut quarters) = mpsc::unbounded_channel();
    let told = move |done: usize| {
        if done.is_multiple_of(quarter) && done / quarter < 4 {
            let _ = reached.send(done / quarter);
        }
    };
    let changes = async {
        let outcome = chaos.change(told).await;
        outcome.map(|()| chaos)
    };
    let disturbances = async {
        while let Some(number) = quarters.recv().await {
            println!("quarter {number}");
            if arguments.close {
                proxy.close().await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                proxy.reopen().await?;
            }
        }
        Ok::<(), std::io::Error>(())
    };
    let (chaos, disturbed) = tokio::join!(changes, disturbances);
    disturbed?;
    let chaos = chaos?;
    let (compared, differences) = chaos.compare(Duration::from_secs(120)).await?;
    differences.iter().for_each(|it| println!("FAILED {it}"));
    let (connections, broken) = proxy.counts();
    println!("{connections} connections, {broken} of which were broken");
    let failed = differences.len();
    println!("{} passed, {failed} failed", compared - failed);
    Ok(failed)
}

/// The same configuration, which shares no connections with it.
fn separate(config: &Config) -> Config {
    let mut config = config.clone();
    config.shared = Default::default();
    config
}
