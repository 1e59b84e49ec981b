//! Lets the example controller (`examples/website`) look after websites that change all the time, kills
//! it five times, and compares in the end. The last line says how much was as it should be.
//!
//! The cluster has the controller's manifests and a garbage collector. Whenever its API server is to be
//! killed and started again, this prints `restart N`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool prints"
)]

mod changes;
mod compare;
mod controller;
mod servers;

use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::Parser;
use pintle::api::core::v1::Namespace;
use pintle::meta::v1::CreateOptions;
use pintle::{Client, Environment, Loader};
use tokio::sync::Semaphore;
use website::Failed;

use changes::{Changes, NAMESPACES};
use controller::Controller;

#[derive(Parser)]
#[command(about = "Kills the example controller while websites change")]
struct Arguments {
    /// The kubeconfig of the cluster's administrator
    #[arg(long, env = "KUBECONFIG")]
    kubeconfig: PathBuf,
    /// The program of the controller
    #[arg(long)]
    controller: PathBuf,
    /// How many websites there are; three times as many changes are made
    #[arg(long, default_value_t = 200)]
    websites: usize,
    /// For how long a controller leads that has become silent, in seconds
    #[arg(long, default_value_t = 5)]
    lease: u32,
    /// Which changes are made
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What happens, an eighth of the changes after the other.
#[derive(Clone, Copy)]
enum Disturbance {
    /// The controller that leads is killed.
    Kill,
    /// The API server is, and comes back.
    Restart,
}

const DISTURBANCES: [Disturbance; 7] = {
    use Disturbance::{Kill, Restart};
    [Kill, Restart, Kill, Kill, Restart, Kill, Kill]
};

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

async fn run(arguments: &Arguments) -> Result<usize, Failed> {
    let loader = Loader::new(Environment::process()).path(&arguments.kubeconfig);
    let client = Client::new(&loader.load()?.rate_limit(-1.0, 0))?;
    for namespace in NAMESPACES {
        let mut new = Namespace::default();
        new.metadata.name = namespace.into();
        let namespaces = client.api::<Namespace>();
        namespaces.create(&new, &CreateOptions::new()).await?;
    }
    tokio::select! {
        outcome = trial(arguments, &loader, &client) => outcome,
        ended = servers::fare(client.clone()) => Err(format!("nobody runs servers: {ended:?}").into()),
    }
}

async fn trial(arguments: &Arguments, loader: &Loader, client: &Client) -> Result<usize, Failed> {
    let mut controller =
        Controller::start(&arguments.controller, arguments.lease, loader, client).await?;
    // An eighth of the changes may be made ahead of what is done to controller and server.
    let changes = Changes::plan(arguments.websites, arguments.seed);
    let eighth = changes.len() / (DISTURBANCES.len() + 1);
    let allowed = Arc::new(Semaphore::new(eighth));
    let done = Arc::new(AtomicUsize::new(0));
    let making = changes.make(client, allowed.clone(), done.clone());
    let disturbing = disturb(&mut controller, &allowed, &done, eighth);
    // Whichever fails, the other would wait for it.
    let (wanted, ()) = tokio::try_join!(making, disturbing)?;

    let mut settling = pin!(compare::settle(client, &wanted, PATIENCE));
    let (compared, mut differences) = loop {
        tokio::select! {
            outcome = &mut settling => break outcome?,
            looked = controller.look_after() => looked?,
        }
    };
    let told = [controller.probe().await, controller.end().await];
    let all = compared + told.len();
    for told in told {
        differences.extend(told.err().map(|error| error.to_string()));
    }
    differences.iter().for_each(|it| println!("FAILED {it}"));
    let (kills, endings) = (controller.kills, controller.endings);
    println!("killed {kills} times; ended by itself and was started again {endings} times");
    let failed = differences.len();
    println!("{} passed, {failed} failed", all.saturating_sub(failed));
    Ok(failed)
}

async fn disturb(
    controller: &mut Controller,
    allowed: &Semaphore,
    done: &AtomicUsize,
    eighth: usize,
) -> Result<(), Failed> {
    let mut restarts = 0;
    for (nth, disturbance) in (1..).zip(DISTURBANCES) {
        allowed.add_permits(eighth);
        while done.load(Ordering::Relaxed) < nth * eighth {
            controller.look_after().await?;
        }
        match disturbance {
            Disturbance::Kill => controller.kill_the_leader().await?,
            Disturbance::Restart => {
                restarts += 1;
                println!("restart {restarts}");
            }
        }
    }
    // The rest, and what an eighth has left over.
    allowed.add_permits(2 * eighth);
    Ok(())
}

/// How long it may take after the last change until all is as it should be.
const PATIENCE: Duration = Duration::from_secs(300);
