//! A command in a container: its output, what it is given to read, and how it ends; and a port of the pod.
//!
//! It takes a cluster whose pods really run, by KUBECONFIG, and a pod of it with the commands `echo` and
//! `cat`; the embedded server has no nodes of its own.
//!
//! ```console
//! $ KUBECONFIG=~/.kube/config cargo run --example exec default web-0 80
//! hello from default/web-0 (exit code 0)
//! what goes in comes out (exit code 0)
//! GET / of port 80: HTTP/1.1 200 OK
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

use pintle::api::core::v1::PodExecOptions;
use pintle::{Client, Clientset, StreamOptions};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(namespace), Some(name)) = (arguments.next(), arguments.next()) else {
        return Err("usage: exec NAMESPACE POD [PORT]".into());
    };
    let clientset = Clientset::new(Client::infer().await?);
    let pods = clientset.core_v1().pods(&namespace);

    // All that a command writes.
    let greeting = format!("hello from {namespace}/{name}");
    let options = PodExecOptions {
        command: ["echo", &greeting].map(Into::into).into_iter().collect(),
        stdout: true,
        stderr: true,
        ..Default::default()
    };
    let output = pods.exec(&name, &options).await?.output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{} ({})", text.trim(), output.status);

    // Streams that are read and written while it runs.
    let options = PodExecOptions {
        command: ["cat"].map(Into::into).into_iter().collect(),
        stdin: true,
        stdout: true,
        ..Default::default()
    };
    let mut copy = Vec::new();
    let streams = StreamOptions::new()
        .stdin(&b"what goes in comes out"[..])
        .stdout(&mut copy);
    let status = pods.exec(&name, &options).await?.run(streams).await?;
    println!("{} ({status})", String::from_utf8_lossy(&copy));

    // A connection with a port.
    if let Some(port) = arguments.next() {
        let mut stream = pods.port_forward(&name).connect(port.parse()?).await?;
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n\r\n")
            .await?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).await?;
        println!("GET / of port {port}: {}", answer.trim());
    }
    Ok(())
}
