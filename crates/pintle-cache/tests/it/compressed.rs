//! Objects that are kept compressed are the same objects.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use pintle_api::core::v1::{Container, EnvVar, Pod};
use pintle_cache::{SharedInformer, Storage};
use pintle_client::{Error, ListWatch, WatchStream};
use pintle_codec::{Decoder, Format, Str};
use pintle_meta::v1::ListMeta;
use pintle_meta::{Body, Lazy, Metadata as _, ObjectList, WatchEvent};

/// Pods of forty workloads, each with much that others have too.
fn pod(number: usize) -> Pod {
    let mut pod = Pod::default();
    let workload = number % 40;
    let metadata = &mut pod.metadata;
    metadata.name = format!("workload-{workload}-{number:05}").into();
    metadata.namespace = format!("namespace-{}", workload % 5).into();
    metadata.uid = format!("0b8f3b3e-5f0a-4a62-9c7e-{number:012}").into();
    metadata.resource_version = (1_000_000 + number).to_string().into();
    metadata.generation = 3;
    metadata
        .labels
        .insert("app", format!("workload-{workload}").into());
    metadata
        .annotations
        .insert("example.com/number", number.to_string().into());
    for container in 0..2 {
        let mut it = Container {
            name: format!("container-{container}").into(),
            image: format!("registry.example.com/team/{workload}/image:v{container}").into(),
            ..Container::default()
        };
        for variable in 0..12 {
            it.env.push(EnvVar {
                name: format!("A_VARIABLE_WITH_A_LONG_NAME_{variable}").into(),
                value: format!("of workload {workload} the value {variable}").into(),
                ..EnvVar::default()
            });
        }
        pod.spec.containers.push(it);
    }
    pod.spec.node_name = format!("node-{}", number % 17).into();
    pod.status.phase = "Running".into();
    pod
}

struct Never;

impl Stream for Never {
    type Item = Result<WatchEvent<Lazy<Pod>>, Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

/// What lists these pods, as a server sends them.
fn lister_watcher(pods: Vec<Pod>, format: Format) -> ListWatch<Lazy<Pod>> {
    let pods = Arc::new(pods);
    let list = move |_| {
        let pods = pods.clone();
        async move {
            let items = pods.iter().map(|pod| {
                let mut bytes = Vec::new();
                pod.encode_item(format, &mut bytes).unwrap();
                Lazy::decode_item(&bytes, format, &mut Decoder::new()).unwrap()
            });
            Ok(ObjectList {
                metadata: ListMeta {
                    resource_version: "2000000".into(),
                    ..ListMeta::default()
                },
                items: items.collect(),
            })
        }
    };
    ListWatch::new(list, |_| async { Ok(WatchStream::new(Never)) })
}

// claims: cache.reflector.watch-list.unknown
#[tokio::test]
async fn compressed_objects_are_the_same_objects_and_take_a_fraction_of_the_memory() {
    for format in [Format::Protobuf, Format::Json] {
        let pods: Vec<Pod> = (0..1_500).map(pod).collect();
        let informer = SharedInformer::<Pod>::over(lister_watcher(pods.clone(), format))
            .storage(Storage::Compressed)
            .build();
        informer.start();
        let limit = Duration::from_secs(60);
        let synced = tokio::time::timeout(limit, informer.wait_for_sync());
        synced.await.unwrap().unwrap();
        let snapshot = informer.snapshot();
        let (mut packed, mut size, mut whole) = (0, 0, 0);
        for pod in &pods {
            let metadata = &pod.metadata;
            let kept = snapshot.get(&metadata.namespace, &metadata.name).unwrap();
            assert_eq!(kept.uid(), metadata.uid);
            assert_eq!(kept.resource_version(), metadata.resource_version);
            assert_eq!(kept.generation(), 3);
            assert_eq!(
                kept.label("app"),
                metadata.labels.get("app").map(Str::as_str)
            );
            assert_eq!(kept.label("ap"), None);
            let number = metadata.annotations.get("example.com/number");
            assert_eq!(
                kept.annotation("example.com/number"),
                number.map(Str::as_str)
            );
            assert_eq!(*kept.get().unwrap(), *pod);
            assert_eq!(kept.object_meta().unwrap(), *metadata);
            if kept.is_packed() {
                let mut bytes = Vec::new();
                pod.encode_item(format, &mut bytes).unwrap();
                packed += 1;
                size += kept.size();
                whole += bytes.len();
            }
        }
        assert_eq!(
            packed, 1_000,
            "all but those that the dictionary is made of"
        );
        assert!(size * 3 < whole, "{size} bytes of {whole}, {format}");
        let held = snapshot.iter().find(|it| it.is_packed()).unwrap();
        let first = held.get().unwrap();
        assert!(
            held.get().unwrap().is(&first),
            "decoded once for all who hold it"
        );
    }
}
