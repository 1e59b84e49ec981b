//! Load for an API server, and what it comes to, as a line of JSON.
//!
//! ```text
//! apiserver-load creates KUBECONFIG PODS    creates of the reference pod, from several requests at a time
//! apiserver-load gets KUBECONFIG SECONDS    gets of one pod, alone and beside a list of all
//! apiserver-load lists KUBECONFIG           lists of all, until it is stopped
//! apiserver-load changes KUBECONFIG PODS A_SECOND SECONDS    changes of created pods, by turns
//! apiserver-load events WRITES WATCHERS     events of the embedded server, in this process
//! apiserver-load alone PODS                 creates in this process, one after the other: for profiles
//! ```

mod changes;
mod client;
mod events;
mod gets;
mod pods;

use std::process::ExitCode;

use client::Result;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let found = match arguments[..] {
        ["creates", kubeconfig, pods] => creates(kubeconfig, pods).await,
        ["gets", kubeconfig, seconds] => gets(kubeconfig, seconds).await,
        ["lists", kubeconfig] => gets::list(kubeconfig).await,
        ["changes", kubeconfig, pods, a_second, seconds] => {
            changes(kubeconfig, pods, a_second, seconds).await
        }
        ["events", writes, watchers] => events(writes, watchers).await,
        ["alone", pods] => alone(pods).await,
        _ => Err("creates KUBECONFIG PODS | gets KUBECONFIG SECONDS | lists KUBECONFIG | changes KUBECONFIG PODS A_SECOND SECONDS | events WRITES WATCHERS | alone PODS".into()),
    };
    match found {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("apiserver-load: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn creates(kubeconfig: &str, pods: &str) -> Result<serde_json::Value> {
    pods::create(kubeconfig, pods.parse()?).await
}

async fn gets(kubeconfig: &str, seconds: &str) -> Result<serde_json::Value> {
    gets::get(kubeconfig, seconds.parse()?).await
}

async fn changes(
    kubeconfig: &str,
    pods: &str,
    a_second: &str,
    seconds: &str,
) -> Result<serde_json::Value> {
    changes::change(
        kubeconfig,
        pods.parse()?,
        a_second.parse()?,
        seconds.parse()?,
    )
    .await
}

async fn events(writes: &str, watchers: &str) -> Result<serde_json::Value> {
    events::follow(writes.parse()?, watchers.parse()?).await
}

async fn alone(pods: &str) -> Result<serde_json::Value> {
    pods::create_alone(pods.parse()?).await
}
