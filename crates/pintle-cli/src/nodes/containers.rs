//! The pods of all nodes, as those see them who ask for logs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::log::Log;
use super::pod::Pod;

/// A handle to the pods that there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Containers(Arc<Mutex<BTreeMap<(String, String), Pod>>>);

/// Why there is no log.
#[derive(Debug, PartialEq)]
pub(super) enum Missing {
    Pod,
    Container(String),
}

impl Containers {
    /// Takes note of a pod as it is now.
    pub(super) fn see(&self, pod: Pod) {
        let key = (pod.namespace.clone(), pod.name.clone());
        self.pods().insert(key, pod);
    }

    /// Takes note that a pod is gone.
    pub(super) fn lose(&self, pod: &Pod) {
        let key = (pod.namespace.clone(), pod.name.clone());
        self.pods().remove(&key);
    }

    /// The log of a container, and the uid of its pod.
    pub(super) fn log(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
    ) -> Result<(String, Log), Missing> {
        let pods = self.pods();
        let key = (namespace.to_owned(), pod.to_owned());
        let pod = pods.get(&key).ok_or(Missing::Pod)?;
        let log = pod.log(container).map_err(Missing::Container)?;
        Ok((pod.uid.clone(), log))
    }

    fn pods(&self) -> MutexGuard<'_, BTreeMap<(String, String), Pod>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
