//! The same from files, which programs share: whoever asks second asks the server nothing.
//!
//! ```console
//! $ cargo run --example discovery_cached -- /tmp/cache
//! 61 resources, of which the first is bindings in v1
//! from files that others wrote: false
//! $ cargo run --example discovery_cached -- /tmp/cache
//! 61 resources, of which the first is bindings in v1
//! from files that others wrote: true
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod cluster;

use std::path::PathBuf;
use std::time::Duration;

use pintle::discovery::{Discovery as _, DiskCache};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = cluster::Cluster::connect().await?;
    let directory = std::env::args_os().nth(1).map(PathBuf::from);
    let directory =
        directory.ok_or("say where the cache is: a directory for this cluster alone")?;

    let discovery = DiskCache::builder(directory.join("discovery"), Duration::from_secs(600))
        .http_cache(directory.join("http"))
        .build(&cluster.config)?;
    let served = discovery.preferred().await?;
    let (group_version, first) = served.resources().next().ok_or("nothing is served")?;
    println!(
        "{} resources, of which the first is {} in {group_version}",
        served.resources().count(),
        first.name
    );
    println!("from files that others wrote: {}", !discovery.is_fresh());
    Ok(())
}
