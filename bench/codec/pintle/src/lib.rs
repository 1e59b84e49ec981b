//! pintle in the codec benchmark.
//!
//! Its ordinary lane makes a decoder for each object, as a program does that reads one. The lane `kept` keeps
//! one for all objects of an input, as an informer does: their equal strings share memory. One object decoded
//! over and over finds every string known, which flatters it; the seeded pods do not.

use std::marker::PhantomData;

use bench_harness::{Codec, Edit, Failure, Format, LABEL, Lane, Peer, Workload, workload};
use pintle_api::apiextensions::v1::CustomResourceDefinition;
use pintle_api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use pintle_api::autoscaling::v2::HorizontalPodAutoscaler;
use pintle_api::batch::v1::{CronJob, Job};
use pintle_api::coordination::v1::Lease;
use pintle_api::core::v1::{
    ConfigMap, Event, Node, PersistentVolume, PersistentVolumeClaim, Pod, Secret, Service,
};
use pintle_api::discovery::v1::EndpointSlice;
use pintle_api::networking::v1::{Ingress, NetworkPolicy};
use pintle_api::rbac::v1::ClusterRole;
use pintle_api::storage::v1::StorageClass;
use pintle_codec::{Decoder, Prune};
use pintle_meta::Kind;
use pintle_meta::v1::ObjectMeta;

/// pintle.
#[derive(Debug)]
pub struct Pintle;

impl Peer for Pintle {
    const NAME: &'static str = "pintle";

    fn lanes() -> Vec<Lane> {
        let mut lanes = Vec::new();
        for variant in ["", KEPT] {
            for format in [Format::Json, Format::Protobuf] {
                lanes.push(Lane {
                    format,
                    variant: variant.to_owned(),
                });
            }
        }
        lanes
    }

    fn open(lane: &Lane, kind: &str, pruned: bool) -> Option<Box<dyn Workload>> {
        if !Self::lanes().contains(lane) {
            return None;
        }
        let reading = Reading {
            format: match lane.format {
                Format::Json => pintle_codec::Format::Json,
                Format::Protobuf => pintle_codec::Format::Protobuf,
            },
            kept: lane.variant == KEPT,
            pruned,
        };
        by_kind(kind, reading)
    }
}

/// How objects are read.
#[derive(Clone, Copy)]
struct Reading {
    format: pintle_codec::Format,
    /// Whether one decoder reads them all.
    kept: bool,
    /// Whether the decoder leaves out managedFields.
    pruned: bool,
}

impl Reading {
    fn decoder(self) -> Decoder {
        match self.pruned {
            true => Decoder::new().prune(Prune::managed_fields()),
            false => Decoder::new(),
        }
    }
}

struct Typed<K> {
    reading: Reading,
    decoder: Decoder,
    kind: PhantomData<K>,
}

impl<K: Kind + Editable> Codec for Typed<K> {
    type Object = K;

    fn decode(&mut self, bytes: &[u8]) -> Result<K, Failure> {
        if !self.reading.kept {
            self.decoder = self.reading.decoder();
        }
        let decoder = &mut self.decoder;
        Ok(match self.reading.format {
            // As the items of a list are: without an envelope, which no peer reads either.
            format @ pintle_codec::Format::Protobuf => K::decode_item(bytes, format, decoder)?,
            format => K::decode(bytes, format, decoder)?,
        })
    }

    fn encode(&self, object: &K) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::new();
        match self.reading.format {
            format @ pintle_codec::Format::Protobuf => object.encode_item(format, &mut out)?,
            format => object.encode(format, &mut out)?,
        }
        Ok(out)
    }

    fn edit(&self, object: &mut K, edit: &Edit) {
        let labels = &mut object.metadata_mut().labels;
        labels.insert(LABEL, edit.label.into());
        object.set_message(edit.message);
    }

    fn prune(&self, object: &mut K) {
        // The decoder has left them out.
        debug_assert!(object.metadata_mut().managed_fields.is_empty());
    }
}

/// An object of a kind, to be changed.
trait Editable {
    fn metadata_mut(&mut self) -> &mut ObjectMeta;

    /// Sets the message of the first condition, if its status has conditions.
    fn set_message(&mut self, _: &str) {}
}

macro_rules! kinds {
    (with_conditions: $($with:ident)*; without: $($without:ident)*) => {
        fn by_kind(kind: &str, reading: Reading) -> Option<Box<dyn Workload>> {
            Some(match kind {
                $(stringify!($with) => typed::<$with>(reading),)*
                $(stringify!($without) => typed::<$without>(reading),)*
                _ => return None,
            })
        }

        $(impl Editable for $with {
            fn metadata_mut(&mut self) -> &mut ObjectMeta {
                &mut self.metadata
            }

            fn set_message(&mut self, message: &str) {
                if let Some(condition) = self.status.conditions.first_mut() {
                    condition.message = message.into();
                }
            }
        })*

        $(impl Editable for $without {
            fn metadata_mut(&mut self) -> &mut ObjectMeta {
                &mut self.metadata
            }
        })*
    };
}

fn typed<K: Kind + Editable>(reading: Reading) -> Box<dyn Workload> {
    workload(move || Typed::<K> {
        reading,
        decoder: reading.decoder(),
        kind: PhantomData,
    })
}

kinds! {
    with_conditions: CustomResourceDefinition DaemonSet Deployment HorizontalPodAutoscaler Job Node
        PersistentVolumeClaim Pod Service StatefulSet;
    without: ClusterRole ConfigMap CronJob EndpointSlice Event Ingress Lease NetworkPolicy PersistentVolume
        Secret StorageClass
}

const KEPT: &str = "kept";
