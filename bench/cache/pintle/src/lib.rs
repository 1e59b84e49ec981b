//! pintle in the cache and list benchmarks.
//!
//! ```text
//! follow ADDRESS FORMAT HOW STORAGE LOOK EVENTS    to synced, then events to a handler
//! weigh ADDRESS STORAGE whole|pruned               what pods weigh once they are held
//! gets ADDRESS STORAGE COUNT                       pods got by key, and decoded
//! relist ADDRESS STORAGE HOW CHANGED               what it takes to begin anew
//! reads ADDRESS READERS SECONDS writing|resting    gets beside a writer at full speed
//! index ADDRESS PASSES                             pods of each node, by an index
//! list ADDRESS FORMAT                              all pods in pages, decoded
//! chase OBJECTS BYTES                              a look at one of so many, without any cache
//! ```

mod chase;
mod follow;
mod index;
mod list;
mod reads;
mod relist;
mod weigh;

use std::process::ExitCode;
use std::time::Duration;

use bench_cache_harness::{Digest, Facts, Failure};
use bench_harness::{Counted, LABEL};
use pintle_api::core::v1::Pod;
use pintle_cache::{InformerFactory, ReflectorOptions, SharedInformer, Storage};
use pintle_client::{Client, ContentConfig};
use pintle_codec::Prune;
use pintle_config::Config;
use pintle_meta::Metadata;
use serde_json::Value;

/// Does what the program's arguments say; `heap` is its allocator, if it counts.
pub fn main(heap: Option<&'static Counted>) -> ExitCode {
    bench_cache_harness::main(heap, run)
}

async fn run(arguments: &[&str], heap: Option<&'static Counted>) -> Result<Value, Failure> {
    let counting = || heap.ok_or("the program does not count");
    match *arguments {
        ["follow", address, format, how, storage, look, events] => {
            let source = Source::of(address, format, how, storage)?;
            follow::run(&source, look == "walk", events.parse()?).await
        }
        ["weigh", address, storage, what] => {
            let mut source = Source::of(address, "protobuf", "list", storage)?;
            source.prunes = what == "pruned";
            weigh::run(&source, counting()?).await
        }
        ["gets", address, storage, count] => {
            let source = Source::of(address, "protobuf", "list", storage)?;
            reads::get(&source, count.parse()?).await
        }
        ["relist", address, storage, how, changed] => {
            let source = Source::of(address, "protobuf", how, storage)?;
            relist::run(&source, changed.parse()?, counting()?).await
        }
        ["reads", address, readers, seconds, what] => {
            let source = Source::of(address, "protobuf", "list", "lazy")?;
            let seconds = Duration::from_secs_f64(seconds.parse()?);
            reads::beside(&source, readers.parse()?, seconds, what == "writing").await
        }
        ["index", address, passes] => {
            let source = Source::of(address, "protobuf", "list", "lazy")?;
            index::run(&source, passes.parse()?).await
        }
        ["list", address, format] => {
            list::run(&Source::of(address, format, "list", "lazy")?, heap).await
        }
        ["chase", objects, bytes] => Ok(chase::run(objects.parse()?, bytes.parse()?)),
        _ => Err("there is no such thing to do".into()),
    }
}

/// Where pods come from, and how they are kept.
struct Source {
    address: String,
    content: ContentConfig,
    /// Whether everything comes from the watch.
    watch_list: bool,
    storage: Storage,
    /// Whether managedFields are left out.
    prunes: bool,
}

impl Source {
    fn of(address: &str, format: &str, how: &str, storage: &str) -> Result<Self, Failure> {
        Ok(Self {
            address: address.to_owned(),
            content: match format {
                "json" => ContentConfig::json(),
                "protobuf" => ContentConfig::protobuf(),
                _ => return Err("there is no such format".into()),
            },
            watch_list: how == "watch-list",
            storage: match storage {
                "lazy" => Storage::Lazy,
                "typed" => Storage::Typed,
                "compressed" => Storage::Compressed,
                _ => return Err("there is no such storage".into()),
            },
            prunes: false,
        })
    }

    fn client(&self) -> Result<Client, Failure> {
        let config = Config::new(&format!("http://{}", self.address))?;
        Ok(Client::new(&config.rate_limit(-1.0, 0))?.content(self.content.clone()))
    }

    fn informer(&self) -> Result<SharedInformer<Pod>, Failure> {
        let mut factory = InformerFactory::builder(self.client()?)
            .storage(self.storage)
            .reflector(ReflectorOptions::new().watch_list(self.watch_list));
        if self.prunes {
            factory = factory.prune(Prune::managed_fields());
        }
        Ok(factory.build().informer::<Pod>())
    }
}

/// What an informer holds, to be compared with what the server has.
fn digest(informer: &SharedInformer<Pod>) -> Result<Digest, Failure> {
    let mut digest = Digest::default();
    for pod in informer.snapshot().iter() {
        add(&mut digest, &pod, &*pod.get()?);
    }
    Ok(digest)
}

fn add(digest: &mut Digest, pod: &impl Metadata, decoded: &Pod) {
    let condition = decoded.status.conditions.first();
    digest.add(&Facts {
        namespace: pod.namespace(),
        name: pod.name(),
        uid: pod.uid(),
        resource_version: pod.resource_version(),
        label: pod.label(LABEL).unwrap_or_default(),
        node: &decoded.spec.node_name,
        message: condition.map_or("", |condition| &condition.message),
    });
}
