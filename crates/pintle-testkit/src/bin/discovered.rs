//! Says what pintle discovers of an API server, and what it takes names for, as `tools/discovery` says it of
//! client-go: a line for everything, in no order.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a command line tool prints, and fails by panicking"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use pintle_config::{Environment, Loader};
use pintle_discovery::{
    DeferredRestMapper, Discovered, Discovery, DiscoveryClient, DiskCache, Error, Mapping,
    MemoryCache,
};

#[derive(Parser)]
#[command(about = "Says what is discovered of an API server")]
struct Arguments {
    /// The kubeconfig of the cluster
    #[arg(long, env = "KUBECONFIG")]
    kubeconfig: PathBuf,
    /// Where the cache on disk is to be
    #[arg(long)]
    cache: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments = Arguments::parse();
    let loader = Loader::new(Environment::process());
    let config = loader.path(&arguments.kubeconfig).load().unwrap();
    let live = DiscoveryClient::for_config(&config).unwrap();
    report("aggregated", &live).await;
    report("legacy", &live.clone().legacy()).await;
    report("memory", &MemoryCache::new(live.clone())).await;
    let hour = Duration::from_secs(3600);
    let disk = DiskCache::builder(&arguments.cache, hour)
        .build(&config)
        .unwrap();
    report("disk", &disk).await;
    println!("version {}", live.version().await.unwrap());
    for path in live.openapi_v3().await.unwrap().paths().keys() {
        println!("openapi {path}");
    }
    names(live).await;
}

async fn report(who: &str, discovery: &impl Discovery) {
    let all = discovery.all().await.unwrap();
    for group in all.groups() {
        let versions = group.versions.iter().map(|it| it.group_version.as_str());
        let versions = versions.collect::<Vec<_>>().join(",");
        let preferred = &group.preferred_version.group_version;
        println!(
            "{who} group {:?} {versions} preferred {preferred}",
            group.name.as_str()
        );
    }
    resources(&format!("{who} resource"), &all);
    failures(&format!("{who} failed"), &all);
    let preferred = discovery.preferred().await.unwrap();
    resources(&format!("{who} preferred"), &preferred);
    failures(&format!("{who} preferred failed"), &preferred);
    resources(&format!("{who} namespaced"), &preferred.namespaced());
}

fn resources(what: &str, discovered: &Discovered) {
    for (version, it) in discovered.resources() {
        println!(
            "{what} {version} {} {}/{}/{} {:?} {} {} {} {}",
            it.name,
            it.group,
            it.version,
            it.kind,
            it.singular_name.as_str(),
            it.namespaced,
            it.verbs.join(","),
            it.short_names.join(","),
            it.categories.join(","),
        );
    }
}

fn failures(what: &str, discovered: &Discovered) {
    discovered
        .failed()
        .keys()
        .for_each(|version| println!("{what} {version}"));
}

async fn names(live: DiscoveryClient) {
    let deferred = DeferredRestMapper::new(MemoryCache::new(live));
    let all = deferred.discovery().all().await.unwrap();
    let mapper = deferred.mapper().await.unwrap();
    let fixed = [
        "nothing",
        "nothing.apps",
        "pods.v2",
        "amb",
        "amb.g1",
        "deployments.app",
    ];
    let mut asked: BTreeSet<String> = fixed.into_iter().map(str::to_owned).collect();
    let mut kinds = BTreeSet::from([("apps".to_owned(), "Nothing".to_owned())]);
    for (version, it) in all.resources().filter(|(_, it)| !it.name.contains('/')) {
        let names = [&it.name, &it.singular_name]
            .into_iter()
            .chain(&it.short_names);
        asked.extend(names.map(ToString::to_string));
        if !version.group.is_empty() {
            asked.insert(format!("{}.{}", it.name, version.group));
            asked.insert(format!("{}.{}.{}", it.name, version.version, version.group));
        }
        kinds.insert((version.group.to_string(), it.kind.to_string()));
    }
    for name in asked {
        println!("name {name} {}", described(mapper.lookup(&name)));
    }
    for (group, kind) in kinds {
        for versions in [&[][..], &["v1"], &["v1beta1", "v1"]] {
            let found = described(mapper.mapping(&group, &kind, versions));
            println!("kind {group:?} {kind} {} {found}", versions.join(","));
        }
    }
    for category in ["all", "things", "api-extensions", "nothing"] {
        let found = mapper.category(category).unwrap_or_default();
        let mut found: Vec<_> = found.iter().map(ToString::to_string).collect();
        found.sort();
        println!("category {category} {}", found.join(","));
    }
}

fn described(found: Result<Mapping, Error>) -> String {
    match found {
        Ok(Mapping {
            resource,
            kind,
            namespaced,
            ..
        }) => format!(
            "{}/{} {} {} {namespaced}",
            resource.group_version(),
            resource.resource,
            kind.group_version(),
            kind.kind
        ),
        Err(error) if error.is_no_match() => "no match".to_owned(),
        Err(error) if error.is_ambiguous() => "ambiguous".to_owned(),
        Err(error) => error.to_string(),
    }
}
