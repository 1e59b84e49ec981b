//! Evicting pods, with the budgets that protect them.

use crate::Cluster;
use crate::ask::Answer;

/// Where evictions are tried.
struct Site<'a> {
    cluster: &'a Cluster,
    /// `/api/v1/namespaces/NAME/pods`.
    pods: String,
    /// `/apis/policy/v1/namespaces/NAME/poddisruptionbudgets`.
    budgets: String,
}

impl<'a> Site<'a> {
    async fn new(cluster: &'a Cluster) -> Self {
        let namespace = cluster.namespace().await;
        Self {
            cluster,
            pods: format!("/api/v1/namespaces/{namespace}/pods"),
            budgets: format!("/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets"),
        }
    }

    /// A pod on a node that there is not, with this status. It ends in a second when it is to.
    async fn pod(&self, name: &str, status: &str) {
        let body = format!(
            r#"{{"metadata":{{"name":"{name}","labels":{{"app":"web"}}}},"spec":{{"nodeName":"none","terminationGracePeriodSeconds":60,"automountServiceAccountToken":false,"containers":[{{"name":"c","image":"i"}}]}}}}"#
        );
        let post = format!("POST {}", self.pods);
        self.cluster.ask(&post, &body).await.done();
        let patch = format!("PATCH:merge {}/{name}/status", self.pods);
        let status = format!(r#"{{"status":{status}}}"#);
        self.cluster.ask(&patch, &status).await.done();
    }

    /// A budget for the pods, with this status.
    async fn budget(&self, name: &str, spec: &str, status: &str) {
        let body = format!(
            r#"{{"metadata":{{"name":"{name}"}},"spec":{{"minAvailable":1,"selector":{{"matchLabels":{{"app":"web"}}}}{spec}}}}}"#
        );
        let post = format!("POST {}", self.budgets);
        self.cluster.ask(&post, &body).await.done();
        let patch = format!("PATCH:merge {}/{name}/status", self.budgets);
        let status = format!(r#"{{"status":{status}}}"#);
        self.cluster.ask(&patch, &status).await.done();
    }

    async fn evict(&self, name: &str, more: &str) -> Answer {
        let body = format!(
            r#"{{"kind":"Eviction","apiVersion":"policy/v1","metadata":{{"name":"{name}"}}{more}}}"#
        );
        let request = format!("POST {}/{name}/eviction", self.pods);
        self.cluster.ask(&request, &body).await
    }

    async fn read(&self, name: &str) -> Answer {
        let request = format!("GET {}/{name}", self.pods);
        self.cluster.ask(&request, "").await
    }

    async fn read_budget(&self, name: &str) -> Answer {
        let request = format!("GET {}/{name}", self.budgets);
        self.cluster.ask(&request, "").await
    }

    /// Whether a pod is on its way out.
    async fn is_ending(&self, name: &str) -> bool {
        let pod = self.read(name).await;
        !pod.text(&["metadata", "deletionTimestamp"]).is_empty()
    }
}

const READY: &str = r#"{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}"#;
const UNREADY: &str = r#"{"phase":"Running","conditions":[{"type":"Ready","status":"False"}]}"#;

pub(super) async fn a_pod_without_a_budget_is_evicted(cluster: &Cluster) {
    let site = Site::new(cluster).await;
    site.pod("p", READY).await;
    for (name, body, answer) in [
        (
            "p",
            r#"{"metadata":{"name":"q"}}"#,
            "400 BadRequest: name in URL does not match name in Eviction object",
        ),
        (
            "p",
            r#"{"metadata":{"name":"p","namespace":"other"}}"#,
            "400 BadRequest: the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            "p",
            r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"}}"#,
            r#"400 BadRequest: Pod in version "v1" cannot be handled as a Eviction: converting (v1.Pod) to (policy.Eviction): unknown conversion"#,
        ),
        (
            "q",
            r#"{"metadata":{"name":"q"}}"#,
            r#"404 NotFound: pods "q" not found"#,
        ),
        (
            "p",
            r#"{"metadata":{"name":"p"},"deleteOptions":{"propagationPolicy":"Nowhere"}}"#,
            r#"422 Invalid: DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Nowhere": supported values: "Foreground", "Background", "Orphan", "nil""#,
        ),
    ] {
        let request = format!("POST {}/{name}/eviction", site.pods);
        let refused = cluster.ask(&request, body).await;
        assert_eq!(refused.line(), answer, "{body}");
    }
    let dry = site
        .evict("p", r#","deleteOptions":{"dryRun":["All"]}"#)
        .await;
    assert_eq!(dry.code, 201, "{dry:?}");
    assert!(!site.is_ending("p").await);
    let request = format!("POST {}/p/eviction?dryRun=All", site.pods);
    let dry = cluster.ask(&request, r#"{"metadata":{"name":"p"}}"#).await;
    assert_eq!(dry.code, 201, "{dry:?}");
    assert!(!site.is_ending("p").await);

    let evicted = site
        .evict("p", r#","deleteOptions":{"gracePeriodSeconds":45}"#)
        .await;
    assert_eq!((evicted.code, evicted.text(&["status"])), (201, "Success"));
    assert_eq!(evicted.json(&["code"]), "201");
    let pod = site.read("p").await;
    assert_eq!(pod.json(&["metadata", "deletionGracePeriodSeconds"]), "45");
    let conditions = pod.at(&["status", "conditions"]).as_array().unwrap();
    let condition = conditions.last().unwrap();
    for (field, text) in [
        ("type", "DisruptionTarget"),
        ("status", "True"),
        ("reason", "EvictionByEvictionAPI"),
        ("message", "Eviction API: evicting"),
    ] {
        let found = condition.get(field).and_then(|found| found.as_str());
        assert_eq!(found, Some(text), "{condition:?}");
    }
    for method in ["GET", "PUT", "DELETE"] {
        let request = format!("{method} {}/p/eviction", site.pods);
        assert_eq!(cluster.ask(&request, "").await.code, 405, "{method}");
    }
}

// claims: wire.subresources.eviction
pub(super) async fn an_eviction_beyond_the_budget_is_refused(cluster: &Cluster) {
    let site = Site::new(cluster).await;
    site.pod("a", READY).await;
    site.pod("b", READY).await;
    let status = |more: &str| format!(r#"{{"observedGeneration":1,"expectedPods":2{more}}}"#);
    let full = status(r#","disruptionsAllowed":0,"currentHealthy":1,"desiredHealthy":1"#);
    site.budget("web", "", &full).await;
    let refused = site.evict("a", "").await;
    assert_eq!(
        refused.line(),
        "429 TooManyRequests: Cannot evict pod as it would violate the pod's disruption budget."
    );
    assert_eq!(
        refused.json(&["details"]),
        r#"{"causes":[{"reason":"DisruptionBudget","message":"The disruption budget web needs 1 healthy pods and has 1 currently"}]}"#
    );
    assert!(!site.is_ending("a").await);
    let set = async |more: &str| {
        let patch = format!("PATCH:merge {}/web/status", site.budgets);
        let status = format!(r#"{{"status":{}}}"#, status(more));
        cluster.ask(&patch, &status).await.done();
    };
    for (more, why) in [
        (
            r#","currentHealthy":2"#,
            "The disruption budget web does not allow evicting pods currently",
        ),
        (
            r#","conditions":[{"type":"DisruptionAllowed","status":"False","reason":"SyncFailed","message":"no","lastTransitionTime":"2026-01-01T00:00:00Z"}]"#,
            "The disruption budget web does not allow evicting pods currently because it failed sync: no",
        ),
        (
            r#","conditions":[{"type":"DisruptionAllowed","status":"False","reason":"Because","message":"no","lastTransitionTime":"2026-01-01T00:00:00Z"}]"#,
            "The disruption budget web does not allow evicting pods currently (Because): no",
        ),
    ] {
        set(more).await;
        let refused = site.evict("a", "").await;
        assert_eq!(refused.code, 429, "{more}");
        let details = refused.json(&["details"]);
        assert!(
            details.contains(&format!(r#""message":"{why}"}}"#)),
            "{details}"
        );
    }
    assert!(!site.is_ending("a").await);
}

pub(super) async fn an_eviction_costs_its_budget_a_disruption(cluster: &Cluster) {
    let site = Site::new(cluster).await;
    for name in ["a", "b", "c"] {
        site.pod(name, READY).await;
    }
    let status = r#"{"observedGeneration":1,"expectedPods":3,"disruptionsAllowed":2,"currentHealthy":3,"desiredHealthy":1}"#;
    site.budget("web", "", status).await;
    let dry = site
        .evict("a", r#","deleteOptions":{"dryRun":["All"]}"#)
        .await;
    assert_eq!(dry.code, 201, "{dry:?}");
    let budget = site.read_budget("web").await;
    assert_eq!(budget.json(&["status", "disruptionsAllowed"]), "2");
    let other = r#","deleteOptions":{"preconditions":{"resourceVersion":"1"}}"#;
    let other = site.evict("c", other).await;
    assert_eq!(other.code, 409, "{other:?}");
    assert!(!site.is_ending("c").await);
    assert_eq!(site.evict("a", "").await.code, 201);
    assert!(site.is_ending("a").await);
    let budget = site.read_budget("web").await;
    // The precondition was looked at too late.
    assert_eq!(budget.json(&["status", "disruptionsAllowed"]), "0");
    let disrupted = budget.json(&["status", "disruptedPods"]);
    assert!(
        disrupted.starts_with(r#"{"a":""#) && disrupted.contains(r#","c":""#),
        "{disrupted}"
    );
    let condition = budget.json(&["status", "conditions"]);
    for part in [
        r#""type":"DisruptionAllowed""#,
        r#""status":"False""#,
        r#""reason":"InsufficientPods""#,
        r#""observedGeneration":1"#,
    ] {
        assert!(condition.contains(part), "{condition}");
    }
    // It does not count against the budget a second time.
    assert_eq!(site.evict("a", "").await.code, 201);
    assert_eq!(site.evict("b", "").await.code, 429);
}

pub(super) async fn pods_that_serve_nobody_are_evicted_whatever_the_budget(cluster: &Cluster) {
    let site = Site::new(cluster).await;
    let full =
        r#"{"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":1,"desiredHealthy":2}"#;
    site.budget("web", "", full).await;
    for (name, status, code) in [
        ("pending", r#"{"phase":"Pending"}"#, 201),
        ("failed", r#"{"phase":"Failed"}"#, 201),
        ("succeeded", r#"{"phase":"Succeeded"}"#, 201),
        ("ready", READY, 429),
        ("unready", UNREADY, 429),
    ] {
        site.pod(name, status).await;
        let evicted = site.evict(name, "").await;
        assert_eq!(evicted.code, code, "{name}: {evicted:?}");
    }
    // Its budget is met without it.
    let patch = format!("PATCH:merge {}/web/status", site.budgets);
    let met = r#"{"status":{"currentHealthy":2}}"#;
    cluster.ask(&patch, met).await.done();
    assert_eq!(site.evict("ready", "").await.code, 429);
    assert_eq!(site.evict("unready", "").await.code, 201);
    let patch = format!("PATCH:merge {}/web", site.budgets);
    let always = r#"{"spec":{"unhealthyPodEvictionPolicy":"AlwaysAllow"}}"#;
    cluster.ask(&patch, always).await.done();
    let patch = format!("PATCH:merge {}/web/status", site.budgets);
    let unmet = r#"{"status":{"currentHealthy":0}}"#;
    cluster.ask(&patch, unmet).await.done();
    site.pod("another", UNREADY).await;
    assert_eq!(site.evict("another", "").await.code, 201);
    let budget = site.read_budget("web").await;
    assert_eq!(budget.json(&["status", "disruptedPods"]), "");
}

pub(super) async fn a_pod_of_several_budgets_is_not_evicted(cluster: &Cluster) {
    let site = Site::new(cluster).await;
    site.pod("p", READY).await;
    let free = r#"{"observedGeneration":1,"disruptionsAllowed":1}"#;
    for name in ["one", "two"] {
        site.budget(name, "", free).await;
    }
    let refused = site.evict("p", "").await;
    assert_eq!(
        refused.line(),
        "500 : This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    );
    assert!(!site.is_ending("p").await);
}
