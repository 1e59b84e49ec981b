//! [`Scenario`], and how scenarios are run.

use std::future::Future;
use std::pin::Pin;

use tokio::task::JoinSet;

use crate::Cluster;

/// Something that any Kubernetes API server must do.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Its name: what the server must do.
    pub name: &'static str,
    /// Runs it; panics where the server does something else.
    pub run: fn(Cluster) -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Runs scenarios one after another and hands each name and outcome to `report`. Returns how many
/// failed.
///
/// After each one, failed or not, the namespaces and definitions that it made are deleted; a scenario
/// for which that fails has failed.
pub async fn run(
    scenarios: &[Scenario],
    cluster: &Cluster,
    mut report: impl FnMut(&str, Result<(), String>),
) -> usize {
    let mut failed = 0;
    for scenario in scenarios {
        // A task of its own turns a panic into an outcome.
        let mut task = JoinSet::new();
        task.spawn((scenario.run)(cluster.clone()));
        let outcome = match task.join_next().await {
            Some(Err(error)) => Err(match error.try_into_panic() {
                Ok(panic) => panic_message(&*panic),
                Err(error) => error.to_string(),
            }),
            _ => Ok(()),
        };
        let cleaned = cluster.clean().await;
        let outcome = outcome.and(cleaned.map_err(|error| error.to_string()));
        failed += usize::from(outcome.is_err());
        report(scenario.name, outcome);
    }
    failed
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(message), _) => message.clone(),
        (_, Some(message)) => (*message).to_owned(),
        _ => "a panic without a message".to_owned(),
    }
}
