//! kube-rs in the codec benchmark: the types of k8s-openapi, read and written by serde_json.
//!
//! kube-rs reads a list this way; an event of a watch costs it more, since it finds out the event's type first.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use bench_harness::{Codec, Edit, Failure, Format, LABEL, Lane, Peer, Workload, workload};
use k8s_openapi::Metadata;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{
    ConfigMap, Event, Node, PersistentVolume, PersistentVolumeClaim, Pod, Secret, Service,
};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::rbac::v1::ClusterRole;
use k8s_openapi::api::storage::v1::StorageClass;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// kube-rs.
#[derive(Debug)]
pub struct KubeRs;

impl Peer for KubeRs {
    const NAME: &'static str = "kube-rs";

    fn lanes() -> Vec<Lane> {
        vec![Lane {
            format: Format::Json,
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

struct SerdeJson<K>(PhantomData<K>);

/// An object whose status may have conditions.
trait Conditions {
    /// Sets the message of the first condition, if there is one.
    fn set_message(&mut self, _: &str) {}
}

impl<K> Codec for SerdeJson<K>
where
    K: Serialize + DeserializeOwned + Metadata<Ty = ObjectMeta> + Conditions,
{
    type Object = Box<K>;

    fn decode(&mut self, bytes: &[u8]) -> Result<Box<K>, Failure> {
        Ok(Box::new(serde_json::from_slice(bytes)?))
    }

    fn encode(&self, object: &Box<K>) -> Result<Vec<u8>, Failure> {
        Ok(serde_json::to_vec(object)?)
    }

    fn edit(&self, object: &mut Box<K>, edit: &Edit) -> Result<(), Failure> {
        let labels = object
            .metadata_mut()
            .labels
            .get_or_insert_with(BTreeMap::new);
        labels.insert(LABEL.to_owned(), edit.label.to_owned());
        object.set_message(edit.message);
        Ok(())
    }

    fn prune(&self, object: &mut Box<K>) {
        object.metadata_mut().managed_fields = None;
    }
}

macro_rules! kinds {
    (with_conditions: $($with:ident)*; without: $($without:ident)*) => {
        fn by_kind(kind: &str) -> Option<Box<dyn Workload>> {
            Some(match kind {
                $(stringify!($with) => workload(|| SerdeJson::<$with>(PhantomData)),)*
                $(stringify!($without) => workload(|| SerdeJson::<$without>(PhantomData)),)*
                _ => return None,
            })
        }

        $(impl Conditions for $with {
            fn set_message(&mut self, message: &str) {
                let conditions = self.status.as_mut().and_then(|status| status.conditions.as_mut());
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
