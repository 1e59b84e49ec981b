//! Who does what when. No I/O, and no clock: time comes in.

use std::collections::BTreeMap;
use std::time::Duration;

use pintle_env::Instant;

use super::pod::{Pod, Step};

/// Nodes, the pods that they see, and what is due.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    nodes: Vec<String>,
    pods: BTreeMap<Key, Known>,
}

/// Namespace and name.
type Key = (String, String);

#[derive(Debug)]
struct Known {
    pod: Pod,
    plan: Option<(Step, Instant)>,
}

/// Something to be done now.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Task {
    pub(super) pod: Pod,
    pub(super) step: Step,
    /// Where to bind the pod; its node otherwise.
    pub(super) node: String,
}

impl Fleet {
    pub(super) fn new(nodes: Vec<String>) -> Self {
        Self {
            nodes,
            pods: BTreeMap::new(),
        }
    }

    /// Takes note of a pod as it is now.
    pub(super) fn see(&mut self, pod: Pod, now: Instant) {
        if !pod.node.is_empty() && !self.nodes.contains(&pod.node) {
            // Of a node that somebody else plays.
            return;
        }
        let key = key(&pod);
        let known = self.pods.get(&key).filter(|known| known.pod.uid == pod.uid);
        let plan = pod.next(share(&pod.uid)).map(|(step, delay)| {
            match known.and_then(|known| known.plan) {
                // What it waits for already is not begun anew.
                Some((planned, due)) if planned == step => (step, due),
                _ => (step, now + delay),
            }
        });
        self.pods.insert(key, Known { pod, plan });
    }

    /// Takes note that a pod is gone.
    pub(super) fn lose(&mut self, pod: &Pod) {
        self.pods.remove(&key(pod));
    }

    /// When something is due next.
    pub(super) fn next(&self) -> Option<Instant> {
        let plans = self.pods.values().filter_map(|known| known.plan);
        plans.map(|(_, due)| due).min()
    }

    /// What is due. It is not due again unless it fails.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Task> {
        let mut load = self.load();
        let mut tasks = Vec::new();
        for known in self.pods.values_mut() {
            let Some((step, _)) = known.plan.filter(|(_, due)| *due <= now) else {
                continue;
            };
            known.plan = None;
            let node = match step {
                Step::Bind => {
                    // The one with the fewest pods, of these the first.
                    let least = load.iter_mut().min_by_key(|(_, pods)| *pods);
                    let Some((node, pods)) = least else { continue };
                    *pods += 1;
                    node.clone()
                }
                _ => known.pod.node.clone(),
            };
            tasks.push(Task {
                pod: known.pod.clone(),
                step,
                node,
            });
        }
        tasks
    }

    /// Something did not work: if nothing has changed by then, it is tried again.
    pub(super) fn failed(&mut self, task: &Task, now: Instant) {
        if let Some(known) = self.pods.get_mut(&key(&task.pod))
            && known.pod == task.pod
        {
            known.plan = Some((task.step, now + AGAIN));
        }
    }

    /// How many pods each node has.
    fn load(&self) -> Vec<(String, usize)> {
        let on = |node: &String| {
            self.pods
                .values()
                .filter(|known| known.pod.node == *node)
                .count()
        };
        self.nodes
            .iter()
            .map(|node| (node.clone(), on(node)))
            .collect()
    }
}

fn key(pod: &Pod) -> Key {
    (pod.namespace.clone(), pod.name.clone())
}

/// A number between zero and one that a uid always gives.
fn share(uid: &str) -> f64 {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    f64::from(uid.bytes().fold(2_166_136_261, mix) % 1000) / 1000.0
}

const AGAIN: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    fn pod(name: &str, node: &str, phase: &str) -> Pod {
        let pod = format!(
            r#"{{"metadata":{{"name":"{name}","uid":"{name}"}},"spec":{{"nodeName":"{node}"}},"status":{{"phase":"{phase}"}}}}"#
        );
        Pod::read(&json::parse(pod.as_bytes()).unwrap())
    }

    #[test]
    fn pods_are_spread_over_nodes() {
        let now = Instant::from_origin(Duration::from_secs(9));
        let mut fleet = Fleet::new(vec!["a".to_owned(), "b".to_owned()]);
        fleet.see(pod("old", "a", "Succeeded"), now);
        for name in ["1", "2", "3"] {
            fleet.see(pod(name, "", "Pending"), now);
        }
        fleet.see(pod("foreign", "elsewhere", "Pending"), now);
        assert!(fleet.due(now).is_empty(), "nothing happens at once");
        let later = now + Duration::from_secs(5);
        let tasks = fleet.due(later);
        let nodes: Vec<&str> = tasks.iter().map(|task| task.node.as_str()).collect();
        assert_eq!(nodes, ["b", "a", "b"]);
        assert!(fleet.due(later).is_empty() && fleet.next().is_none());
    }

    #[test]
    fn what_fails_is_tried_again_unless_the_pod_has_changed() {
        let now = Instant::from_origin(Duration::from_secs(9));
        let later = |seconds| now + Duration::from_secs(seconds);
        let mut fleet = Fleet::new(vec!["a".to_owned()]);
        fleet.see(pod("1", "", "Pending"), now);
        let task = fleet.due(later(5)).remove(0);
        fleet.failed(&task, later(5));
        assert_eq!(fleet.next(), Some(later(6)));
        fleet.see(pod("1", "a", "Succeeded"), later(5));
        fleet.failed(&task, later(5));
        assert_eq!(fleet.next(), None);
        fleet.see(pod("1", "", "Pending"), later(5));
        fleet.lose(&pod("1", "", ""));
        assert_eq!(fleet.next(), None);
    }

    #[test]
    fn seeing_a_pod_again_does_not_postpone_it() {
        let now = Instant::from_origin(Duration::from_secs(9));
        let mut fleet = Fleet::new(vec!["a".to_owned()]);
        fleet.see(pod("1", "", "Pending"), now);
        let due = fleet.next();
        fleet.see(pod("1", "", "Pending"), now + Duration::from_secs(1));
        assert_eq!(fleet.next(), due);
    }
}
