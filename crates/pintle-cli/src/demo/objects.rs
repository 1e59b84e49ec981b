//! The objects of the demonstration: a shop.

/// Something that has pods.
pub(super) struct Workload {
    pub(super) name: &'static str,
    kind: &'static str,
    resource: &'static str,
    image: &'static str,
    /// How many pods there are at least, and at most; none for one a node.
    pods: Option<(usize, usize)>,
    /// Whether pods are replaced now and then.
    pub(super) changes: bool,
}

/// What there is besides workloads: where it is made, and what.
pub(super) const SEED: &[(&str, &str)] = &[
    (
        "/api/v1/namespaces",
        r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#,
    ),
    (
        "/api/v1/namespaces/shop/configmaps",
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"currency":"EUR"}}"#,
    ),
    (
        "/api/v1/namespaces/shop/services",
        r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":8080}]}}"#,
    ),
    (
        "/api/v1/namespaces/shop/services",
        r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"db"},"spec":{"clusterIP":"None","selector":{"app":"db"},"ports":[{"port":5432}]}}"#,
    ),
];

pub(super) const WORKLOADS: &[Workload] = &[
    Workload {
        name: "web",
        kind: "Deployment",
        resource: "deployments",
        image: "shop.example/web:1.4",
        pods: Some((3, 6)),
        changes: true,
    },
    Workload {
        name: "db",
        kind: "StatefulSet",
        resource: "statefulsets",
        image: "shop.example/db:16",
        pods: Some((2, 2)),
        changes: false,
    },
    Workload {
        name: "agent",
        kind: "DaemonSet",
        resource: "daemonsets",
        image: "shop.example/agent:2",
        pods: None,
        changes: false,
    },
];

/// Pods that do something and have done it.
pub(super) const JOBS: Workload = Workload {
    name: "report",
    kind: "Job",
    resource: "jobs",
    image: "shop.example/report:3",
    pods: Some((0, 0)),
    changes: false,
};

impl Workload {
    pub(super) fn path(&self) -> String {
        format!("/apis/apps/v1/namespaces/shop/{}", self.resource)
    }

    /// How many pods there are to be. It grows and shrinks.
    pub(super) fn replicas(&self, nodes: usize, turn: u64) -> usize {
        let Some((least, most)) = self.pods else {
            return nodes;
        };
        let span = (most - least) as u64;
        if span == 0 {
            return least;
        }
        let at = (turn / 12) % (2 * span);
        least + usize::try_from(at.min(2 * span - at)).unwrap_or_default()
    }

    pub(super) fn object(&self) -> String {
        let Self {
            name, kind, image, ..
        } = self;
        let replicas = match self.pods {
            Some((least, _)) => format!(r#""replicas":{least},"#),
            None => String::new(),
        };
        let service = if *kind == "StatefulSet" {
            r#""serviceName":"db","#
        } else {
            ""
        };
        format!(
            r#"{{"apiVersion":"apps/v1","kind":"{kind}","metadata":{{"name":"{name}","labels":{{"app":"{name}"}}}},
            "spec":{{{replicas}{service}"selector":{{"matchLabels":{{"app":"{name}"}}}},
            "template":{{"metadata":{{"labels":{{"app":"{name}"}}}},"spec":{{"containers":[{{"name":"{name}","image":"{image}"}}]}}}}}}}}"#
        )
    }

    /// The status of the object.
    pub(super) fn status(&self, wanted: usize, ready: usize) -> String {
        match self.kind {
            "DaemonSet" => format!(
                r#"{{"status":{{"desiredNumberScheduled":{wanted},"currentNumberScheduled":{wanted},"numberReady":{ready},"numberAvailable":{ready},"updatedNumberScheduled":{wanted}}}}}"#
            ),
            "StatefulSet" => format!(
                r#"{{"status":{{"replicas":{wanted},"readyReplicas":{ready},"availableReplicas":{ready},"currentReplicas":{wanted},"updatedReplicas":{wanted}}}}}"#
            ),
            _ => format!(
                r#"{{"status":{{"replicas":{wanted},"readyReplicas":{ready},"availableReplicas":{ready},"updatedReplicas":{wanted}}}}}"#
            ),
        }
    }

    /// The name of its pod of a number: some letters are in it, unless it is a stateful set's.
    pub(super) fn pod_name(&self, number: usize, random: u64) -> String {
        match self.kind {
            "StatefulSet" => format!("{}-{number}", self.name),
            _ => format!("{}-{}", self.name, letters(random)),
        }
    }

    /// A pod of it.
    pub(super) fn pod(&self, pod: &str) -> String {
        let Self { name, image, .. } = self;
        let once = match self.kind {
            "Job" => (
                r#","annotations":{"pintle.dev/runs-for-seconds":"4"}"#,
                r#""restartPolicy":"Never","#,
            ),
            _ => ("", ""),
        };
        let (annotations, restarts) = once;
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{pod}","labels":{{"app":"{name}","pintle.dev/demo":"true"}}{annotations}}},
            "spec":{{{restarts}"terminationGracePeriodSeconds":5,"containers":[{{"name":"{name}","image":"{image}","resources":{{"requests":{{"cpu":"100m","memory":"64Mi"}}}}}}]}}}}"#
        )
    }
}

/// Five letters, none of which make words.
fn letters(mut random: u64) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut text = String::new();
    for _ in 0..5 {
        let at = usize::try_from(random % LETTERS.len() as u64).unwrap_or_default();
        text.push(LETTERS[at].into());
        random /= LETTERS.len() as u64;
    }
    text
}

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    #[test]
    fn what_is_made_is_json() {
        for (_, body) in SEED {
            json::parse(body.as_bytes()).unwrap();
        }
        for workload in WORKLOADS.iter().chain([&JOBS]) {
            for body in [
                workload.object(),
                workload.status(3, 2),
                workload.pod(&workload.pod_name(1, 12_345)),
            ] {
                json::parse(body.as_bytes()).unwrap();
            }
        }
    }

    #[test]
    fn pods_are_named_as_controllers_name_them() {
        assert_eq!(WORKLOADS[1].pod_name(1, 7), "db-1");
        assert_eq!(WORKLOADS[0].pod_name(1, 7), "web-kbbbb");
    }

    #[test]
    fn the_web_grows_and_shrinks() {
        let web = &WORKLOADS[0];
        let counts: Vec<usize> = (0..8).map(|phase| web.replicas(3, phase * 12)).collect();
        assert_eq!(counts, [3, 4, 5, 6, 5, 4, 3, 4]);
        assert_eq!(WORKLOADS[2].replicas(7, 5), 7);
    }
}
