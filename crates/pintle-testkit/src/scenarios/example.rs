//! The examples that users copy from, run as they would run them.

use std::path::{Path, PathBuf};
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
    let mut example = Command::new(example("list_watch"))
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

pub(super) async fn the_crd_example_defines_and_lists(cluster: &Cluster) {
    let run = async |kubeconfig: Option<&Path>| {
        let mut command = Command::new(example("crd"));
        command.env_remove("KUBECONFIG");
        if let Some(kubeconfig) = kubeconfig {
            command.env("KUBECONFIG", kubeconfig);
        }
        let output = command.output().await.unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    };
    let manifest = run(None).await;
    let start = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n";
    assert!(manifest.starts_with(start), "{manifest}");
    cluster.made_definition("websites.example.com");
    let kubeconfig = Some(cluster.kubeconfig());
    let listed = "home https://example.com\n";
    assert_eq!(run(kubeconfig).await, format!("created home\n{listed}"));
    assert_eq!(
        run(kubeconfig).await,
        format!("home is there already\n{listed}")
    );
}

/// `target/<profile>/examples/<name>`, beside the running binary or the folder that it is in.
fn example(name: &str) -> PathBuf {
    let binary = std::env::current_exe().unwrap();
    let found = binary
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("examples").join(name));
    let path = found.into_iter().find(|path| path.exists());
    path.unwrap_or_else(|| panic!("build the example: cargo build -p pintle --example {name}"))
}
