//! Gets: how long they take, and whether a writer makes them wait.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use bench_cache_harness::{Failure, Latencies, voluntary_switches};
use pintle_api::core::v1::Pod;
use pintle_cache::{CacheLister, SharedInformer, Storage};
use pintle_client::{ListWatch, WatchStream};
use pintle_codec::{Decoder, Format, Str};
use pintle_meta::v1::ListMeta;
use pintle_meta::{Body as _, Lazy, Metadata as _, ObjectList, ObjectName, WatchEvent};
use serde_json::{Value, json};

use crate::Source;

/// Gets so many pods by their keys, in any order; then so many that are decoded too.
pub(crate) async fn get(source: &Source, count: usize) -> Result<Value, Failure> {
    let informer = source.informer()?;
    informer.start();
    informer.wait_for_sync().await?;
    let (lister, keys) = (informer.lister(), keys(&informer));
    let (mut found, mut decoded) = (Latencies::new(), Latencies::new());
    let start = Instant::now();
    for at in 0..count {
        black_box(lister.find(key(&keys, at)));
    }
    let mean = start.elapsed().as_nanos() as f64 / count as f64;
    for at in 0..count {
        let start = Instant::now();
        let pod = lister.find(key(&keys, at)).ok_or("a pod is missing")?;
        let until_found = start.elapsed();
        black_box(pod.get()?);
        let until_decoded = start.elapsed();
        found.add(until_found.as_nanos() as u64);
        decoded.add(until_decoded.as_nanos() as u64);
    }
    Ok(json!({
        "objects": keys.len(),
        "mean_ns": mean,
        "find": found.to_json(),
        "get": decoded.to_json(),
    }))
}

/// Gets pods from several threads, for a while, in which a writer takes in changes as fast as it can, or none.
pub(crate) async fn beside(
    source: &Source,
    readers: usize,
    duration: Duration,
    writes: bool,
) -> Result<Value, Failure> {
    let pods = source.client()?.api::<Lazy<Pod>>();
    let list = pods.list(&Default::default()).await?;
    let items: Vec<Lazy<Pod>> = list.items.into_iter().collect();
    let (goes_on, written) = (
        Arc::new(AtomicBool::new(writes)),
        Arc::new(AtomicU64::new(0)),
    );
    let informer = changing(items, goes_on.clone(), written.clone())?;
    informer.start();
    informer.wait_for_sync().await?;
    let keys = Arc::new(keys(&informer));
    let before = written.load(Ordering::Relaxed);
    let start = Instant::now();
    let threads: Vec<_> = (0..readers)
        .map(|reader| {
            let (lister, keys) = (informer.lister(), keys.clone());
            thread::spawn(move || read(&lister, &keys, reader, start + duration))
        })
        .collect();
    let (mut latencies, mut waits) = (Latencies::new(), 0);
    for thread in threads {
        let (of_one, waited) = thread.join().map_err(|_| "a reader has panicked")??;
        latencies.merge(&of_one);
        waits += waited;
    }
    let seconds = start.elapsed().as_secs_f64();
    let changes = written.load(Ordering::Relaxed) - before;
    goes_on.store(false, Ordering::Relaxed);
    let mut found = latencies.to_json();
    found["gets_a_second"] = json!(latencies.count() as f64 / seconds);
    found["changes_a_second"] = json!(changes as f64 / seconds);
    found["waits"] = json!(waits);
    Ok(found)
}

/// Gets pods until a time; says how often the thread had to wait for anything.
fn read(
    lister: &CacheLister<Pod>,
    keys: &[ObjectName],
    reader: usize,
    end: Instant,
) -> Result<(Latencies, u64), Failure> {
    let mut latencies = Latencies::new();
    let before = voluntary_switches();
    let (mut at, mut now) = (reader * 1_009, Instant::now());
    while now < end {
        let pod = lister.find(key(keys, at)).ok_or("a pod is missing")?;
        black_box(pod.resource_version());
        let done = Instant::now();
        latencies.add((done - now).as_nanos() as u64);
        (at, now) = (at + 1, done);
    }
    Ok((latencies, voluntary_switches() - before))
}

/// An informer whose watch sends changes for as long as `goes_on` holds, without a network: each is read from
/// bytes, as those of a server are.
fn changing(
    items: Vec<Lazy<Pod>>,
    goes_on: Arc<AtomicBool>,
    written: Arc<AtomicU64>,
) -> Result<SharedInformer<Pod>, Failure> {
    let mut bytes = Vec::with_capacity(items.len());
    for pod in &items {
        let (kept, _) = pod.as_bytes().ok_or("a pod is not kept as bytes")?;
        let version = pod.resource_version().as_bytes();
        let at = kept
            .windows(version.len())
            .position(|window| window == version);
        bytes.push((kept.to_vec(), at.ok_or("a pod without a version")?));
    }
    let list = Arc::new(items);
    let bytes = Arc::new(bytes);
    let watched = ListWatch::<Lazy<Pod>>::new(
        move |_| {
            let mut all = ObjectList::default();
            all.items.extend(list.iter().cloned());
            all.metadata = ListMeta {
                resource_version: FIRST.to_string().into(),
                ..ListMeta::default()
            };
            async move { Ok(all) }
        },
        move |_| {
            let (mut bytes, goes_on) = ((*bytes).clone(), goes_on.clone());
            let written = written.clone();
            let mut decoder = Decoder::new();
            let mut next = move || {
                let change = written.fetch_add(1, Ordering::Relaxed);
                let pods = bytes.len();
                let (bytes, at) = &mut bytes[change as usize * 7_919 % pods];
                let version = (FIRST + 1 + change).to_string();
                bytes[*at..*at + version.len()].copy_from_slice(version.as_bytes());
                let pod = Lazy::decode_item(bytes, Format::Protobuf, &mut decoder);
                WatchEvent::Modified(pod.expect("only the version is another"))
            };
            let events = Polling(move || match goes_on.load(Ordering::Relaxed) {
                true => Poll::Ready(Some(Ok(next()))),
                false => Poll::Pending,
            });
            async move { Ok(WatchStream::new(events)) }
        },
    );
    Ok(SharedInformer::over(watched).storage(Storage::Lazy).build())
}

/// A stream that is a function.
struct Polling<F>(F);

impl<T, F: FnMut() -> Poll<Option<T>> + Unpin> futures_core::Stream for Polling<F> {
    type Item = T;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> Poll<Option<T>> {
        (self.0)()
    }
}

/// All keys in the order in which they are asked for: each far from the one before. Their texts are their own, as
/// those of keys that come from elsewhere: those of the cache would lead to the memory of the object.
fn keys(informer: &SharedInformer<Pod>) -> Vec<ObjectName> {
    let known: Vec<ObjectName> = informer.snapshot().keys().collect();
    let asked = (0..known.len()).map(|at| &known[at * 7_919 % known.len()]);
    let own = |text: &Str| Str::from(&**text);
    let copy = |key: &ObjectName| ObjectName {
        namespace: own(&key.namespace),
        name: own(&key.name),
    };
    asked.map(copy).collect()
}

fn key(keys: &[ObjectName], at: usize) -> &ObjectName {
    &keys[at % keys.len()]
}

/// Above the versions of all pods, with as many digits.
const FIRST: u64 = 60_000_000;
