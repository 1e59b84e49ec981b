//! The example that users copy from, run as they would run it.

use std::path::PathBuf;
use std::process::Stdio;

use pintle_api::core::v1::Pod;
use pintle_meta::v1::{DeleteOptions, UpdateOptions};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::Cluster;
use crate::cluster::{PATIENCE, create, pod};

pub(super) async fn the_list_watch_example_prints_what_happens(cluster: &Cluster) {
    let pods = cluster.client().api::<Pod>().namespace("default");
    // Another run may have been cut short.
    let _ = pods.delete("listed", &DeleteOptions::new()).await;
    let _ = pods.delete("watched", &DeleteOptions::new()).await;
    create(&pods, &pod("listed")).await;
    let mut example = Command::new(example())
        .env("KUBECONFIG", cluster.kubeconfig())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(example.stdout.take().unwrap()).lines();
    let mut until = async |wanted: &str| {
        let found = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if line == wanted {
                    return true;
                }
            }
            false
        });
        assert!(found.await.expect("the example prints in time"), "{wanted}");
    };
    until("LISTED : listed").await;
    create(&pods, &pod("watched")).await;
    until("ADDED : watched").await;
    let mut changed = pods.get("watched").await.unwrap();
    changed.metadata.labels.insert("changed", "yes".into());
    pods.update(&changed, &UpdateOptions::new()).await.unwrap();
    until("MODIFIED : watched").await;
    pods.delete("watched", &DeleteOptions::new()).await.unwrap();
    until("DELETED : watched").await;
    pods.delete("listed", &DeleteOptions::new()).await.unwrap();
    until("DELETED : listed").await;
    example.kill().await.unwrap();
}

/// `target/<profile>/examples/list_watch`, beside the running binary or the folder that it is in.
fn example() -> PathBuf {
    let binary = std::env::current_exe().unwrap();
    let found = binary
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("examples/list_watch"));
    let path = found.into_iter().find(|path| path.exists());
    path.expect("the example is built: cargo build -p pintle --example list_watch")
}
