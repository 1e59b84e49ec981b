//! pintle in the codec benchmark.
//!
//! Its ordinary lane makes a decoder for each object, as a program does that reads one. The lane `kept` keeps
//! one for all objects of an input, as an informer does: their equal strings share memory. One object decoded
//! over and over finds every string known, which flatters it; the seeded pods do not. The lane `lazy` keeps
//! objects as bytes.

mod walk;

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
use pintle_codec::{Decoder, Message, Prune};
use pintle_meta::v1::ObjectMeta;
use pintle_meta::{Body, Kind, Lazy, Object};

pub use walk::walk;

/// pintle.
#[derive(Debug)]
pub struct Pintle;

impl Peer for Pintle {
    const NAME: &'static str = "pintle";
    const WALKS: bool = true;

    fn lanes() -> Vec<Lane> {
        let mut lanes = Vec::new();
        for variant in ["", KEPT, LAZY] {
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
        by_kind(kind, lane.variant == LAZY, reading)
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

    fn read<T: Body>(self, bytes: &[u8], decoder: &mut Decoder) -> Result<T, Failure> {
        Ok(match self.format {
            // As the items of a list are: without an envelope, which no peer reads either.
            format @ pintle_codec::Format::Protobuf => T::decode_item(bytes, format, decoder)?,
            format => T::decode(bytes, format, decoder)?,
        })
    }

    fn write<T: Body>(self, object: &T) -> Result<Vec<u8>, Failure> {
        let mut out = Vec::new();
        match self.format {
            format @ pintle_codec::Format::Protobuf => object.encode_item(format, &mut out)?,
            format => object.encode(format, &mut out)?,
        }
        Ok(out)
    }
}

/// Objects decoded at once.
struct Typed<K> {
    reading: Reading,
    decoder: Decoder,
    kind: PhantomData<K>,
}

impl<K: Kind + Editable> Codec for Typed<K> {
    type Object = Box<K>;

    fn decode(&mut self, bytes: &[u8]) -> Result<Box<K>, Failure> {
        if !self.reading.kept {
            self.decoder = self.reading.decoder();
        }
        self.reading.read(bytes, &mut self.decoder).map(Box::new)
    }

    fn encode(&self, object: &Box<K>) -> Result<Vec<u8>, Failure> {
        self.reading.write(&**object)
    }

    fn edit(&self, object: &mut Box<K>, edit: &Edit) -> Result<(), Failure> {
        object.edit(edit);
        Ok(())
    }

    fn prune(&self, object: &mut Box<K>) {
        // The decoder has left them out.
        debug_assert!(object.metadata_mut().managed_fields.is_empty());
    }

    fn walk(&self, object: &Box<K>) -> Result<u64, Failure> {
        Ok(walk(&**object))
    }
}

/// Objects kept as bytes, and decoded when somebody looks beyond their metadata.
struct OnDemand<K> {
    reading: Reading,
    decoder: Decoder,
    kind: PhantomData<K>,
}

impl<K: Kind + Object + Editable> Codec for OnDemand<K> {
    type Object = Lazy<K>;

    fn decode(&mut self, bytes: &[u8]) -> Result<Lazy<K>, Failure> {
        self.reading.read(bytes, &mut self.decoder)
    }

    fn encode(&self, object: &Lazy<K>) -> Result<Vec<u8>, Failure> {
        self.reading.write(object)
    }

    fn edit(&self, object: &mut Lazy<K>, edit: &Edit) -> Result<(), Failure> {
        let mut decoded = object.get()?.into_inner();
        decoded.edit(edit);
        *object = decoded.into();
        Ok(())
    }

    fn prune(&self, _: &mut Lazy<K>) {
        // The decoder has cut them out of the bytes.
    }

    fn walk(&self, object: &Lazy<K>) -> Result<u64, Failure> {
        Ok(walk(&*object.get()?))
    }
}

/// An object of a kind, to be changed.
trait Editable: Message {
    fn metadata_mut(&mut self) -> &mut ObjectMeta;

    /// Sets the message of the first condition, if its status has conditions.
    fn set_message(&mut self, _: &str) {}

    fn edit(&mut self, edit: &Edit) {
        let labels = &mut self.metadata_mut().labels;
        labels.insert(LABEL, edit.label.into());
        self.set_message(edit.message);
    }
}

macro_rules! kinds {
    (with_conditions: $($with:ident)*; without: $($without:ident)*) => {
        fn by_kind(kind: &str, lazy: bool, reading: Reading) -> Option<Box<dyn Workload>> {
            Some(match (kind, lazy) {
                $((stringify!($with), false) => typed::<$with>(reading),)*
                $((stringify!($with), true) => on_demand::<$with>(reading),)*
                $((stringify!($without), false) => typed::<$without>(reading),)*
                $((stringify!($without), true) => on_demand::<$without>(reading),)*
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

fn typed<K: Kind + Object + Editable>(reading: Reading) -> Box<dyn Workload> {
    workload(move || Typed::<K> {
        reading,
        decoder: reading.decoder(),
        kind: PhantomData,
    })
}

fn on_demand<K: Kind + Object + Editable>(reading: Reading) -> Box<dyn Workload> {
    workload(move || OnDemand::<K> {
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
const LAZY: &str = "lazy";
