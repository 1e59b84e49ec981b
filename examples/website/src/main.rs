//! The program: `website crd` prints the definition of the resource, `website run` is the controller.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command prints"
)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use pintle::Config;
use pintle::controller::termination;
use pintle::crd::{CustomResource as _, to_yaml};
use website::{Failed, Options, Website, run};

#[derive(Parser)]
#[command(about = "Serves websites in a Kubernetes cluster")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the definition of the resource: deploy/crd.yaml
    Crd,
    /// Look after the websites of the cluster of $KUBECONFIG, or of that in which this runs
    Run(Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    match execute(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&*error);
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command) -> Result<(), Failed> {
    match command {
        Command::Crd => print!("{}", to_yaml(&Website::crd())),
        Command::Run(options) => {
            tracing_subscriber::fmt()
                .with_writer(std::io::stderr)
                .init();
            run(Config::infer()?, &options, termination()?).await?;
        }
    }
    Ok(())
}

/// An error, and what it comes from.
fn report(error: &dyn std::error::Error) {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because {error}");
        cause = error.source();
    }
}
