//! Runs every scenario on the cluster of a kubeconfig. The last line says how many passed.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool prints"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use pintle_testkit::{Cluster, all, of_credentials, of_custom_resources, run};

#[derive(Parser)]
#[command(about = "Runs scenarios that any Kubernetes API server must pass")]
struct Arguments {
    /// The kubeconfig of the cluster
    #[arg(long, env = "KUBECONFIG")]
    kubeconfig: PathBuf,
    /// Leave out the scenarios of custom resources
    #[arg(long)]
    without_custom_resources: bool,
    /// Only scenarios whose name contains this
    #[arg(default_value = "")]
    filter: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let cluster = match Cluster::new(arguments.kubeconfig) {
        Ok(cluster) => cluster,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut scenarios = all();
    scenarios.extend(of_credentials());
    if !arguments.without_custom_resources {
        scenarios.extend(of_custom_resources());
    }
    scenarios.retain(|scenario| scenario.name.contains(&arguments.filter));
    let failed = run(&scenarios, &cluster, |name, outcome| match outcome {
        Ok(()) => println!("ok     {name}"),
        Err(message) => println!("FAILED {name}\n       {message}"),
    })
    .await;
    println!("{} passed, {failed} failed", scenarios.len() - failed);
    if failed == 0 && !scenarios.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
