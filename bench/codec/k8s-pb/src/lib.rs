//! k8s-pb in the codec benchmark: the types that prost generates from Kubernetes' protobuf definitions.

use std::marker::PhantomData;

use bench_harness::{Codec, Edit, Failure, Format, LABEL, Lane, Peer, Workload, workload};
use k8s_pb::Metadata;
use k8s_pb::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_pb::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_pb::api::batch::v1::{CronJob, Job};
use k8s_pb::api::coordination::v1::Lease;
use k8s_pb::api::core::v1::{
    ConfigMap, Event, Node, PersistentVolume, PersistentVolumeClaim, Pod, Secret, Service,
};
use k8s_pb::api::discovery::v1::EndpointSlice;
use k8s_pb::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_pb::api::rbac::v1::ClusterRole;
use k8s_pb::api::storage::v1::StorageClass;
use k8s_pb::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use k8s_pb::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use prost::Message;

/// k8s-pb.
#[derive(Debug)]
pub struct K8sPb;

impl Peer for K8sPb {
    const NAME: &'static str = "k8s-pb";

    fn lanes() -> Vec<Lane> {
        vec![Lane {
            format: Format::Protobuf,
            variant: String::new(),
        }]
    }

    fn open(lane: &Lane, kind: &str, _: bool) -> Option<Box<dyn Workload>> {
        if !Self::lanes().contains(lane) {
            return None;
        }
        by_kind(kind)
    }
}

struct Prost<K>(PhantomData<K>);

/// An object whose status may have conditions.
trait Conditions {
    /// Sets the message of the first condition, if there is one.
    fn set_message(&mut self, _: &str) {}
}

impl<K> Codec for Prost<K>
where
    K: Message + Default + Metadata<Ty = ObjectMeta> + Conditions,
{
    type Object = Box<K>;

    fn decode(&mut self, bytes: &[u8]) -> Result<Box<K>, Failure> {
        Ok(Box::new(K::decode(bytes)?))
    }

    fn encode(&self, object: &Box<K>) -> Result<Vec<u8>, Failure> {
        Ok(object.encode_to_vec())
    }

    fn edit(&self, object: &mut Box<K>, edit: &Edit) -> Result<(), Failure> {
        if let Some(metadata) = object.metadata_mut() {
            let labels = &mut metadata.labels;
            labels.insert(LABEL.to_owned(), edit.label.to_owned());
        }
        object.set_message(edit.message);
        Ok(())
    }

    fn prune(&self, object: &mut Box<K>) {
        if let Some(metadata) = object.metadata_mut() {
            metadata.managed_fields = Vec::new();
        }
    }
}

macro_rules! kinds {
    (with_conditions: $($with:ident)*; without: $($without:ident)*) => {
        fn by_kind(kind: &str) -> Option<Box<dyn Workload>> {
            Some(match kind {
                $(stringify!($with) => workload(|| Prost::<$with>(PhantomData)),)*
                $(stringify!($without) => workload(|| Prost::<$without>(PhantomData)),)*
                _ => return None,
            })
        }

        $(impl Conditions for $with {
            fn set_message(&mut self, message: &str) {
                let conditions = self.status.as_mut().map(|status| &mut status.conditions);
                if let Some(condition) = conditions.and_then(|conditions| conditions.first_mut()) {
                    condition.message = message.to_owned().into();
                }
            }
        })*

        $(impl Conditions for $without {})*
    };
}

kinds! {
    with_conditions: CustomResourceDefinition DaemonSet Deployment HorizontalPodAutoscaler Job Node
        PersistentVolumeClaim Pod Service StatefulSet;
    without: ClusterRole ConfigMap CronJob EndpointSlice Event Ingress Lease NetworkPolicy PersistentVolume
        Secret StorageClass
}
