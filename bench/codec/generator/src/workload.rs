//! Workloads: what the pods of one controller have in common.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// A controller's template of a pod, and how it names its pods.
pub(crate) struct Workload {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) owner: Owner,
    pub(crate) labels: Map<String, Value>,
    pub(crate) annotations: Map<String, Value>,
    /// The spec as the controller creates it: before anything is admitted or scheduled.
    pub(crate) spec: Map<String, Value>,
    /// The digest of each container's image, init containers first.
    pub(crate) digests: Vec<String>,
}

/// Who creates the pods.
pub(crate) struct Owner {
    pub(crate) kind: &'static str,
    pub(crate) api_version: &'static str,
    pub(crate) name: String,
    pub(crate) uid: String,
}

impl Workload {
    pub(crate) fn new(index: usize, random: &mut Random) -> Self {
        let (team, noun) = (random.pick(TEAMS), random.pick(NOUNS));
        let name = format!("{noun}-{}", random.pick(ROLES));
        let namespace = match index % 3 {
            0 => "production".to_owned(),
            1 => team.to_owned(),
            _ => format!("{team}-{}", random.pick(STAGES)),
        };
        let version = format!(
            "v{}.{}.{}",
            random.below(6),
            random.below(60),
            random.below(12)
        );
        let owner = owner(&name, random);
        let mut workload = Self {
            labels: labels(&name, team, &version, &owner, random),
            annotations: annotations(team, random),
            spec: Map::new(),
            digests: Vec::new(),
            name,
            namespace,
            owner,
        };
        workload.spec = workload.spec(team, &version, random);
        workload
    }

    fn spec(&mut self, team: &str, version: &str, random: &mut Random) -> Map<String, Value> {
        let mut volumes = Vec::new();
        for _ in 0..random.below(2) {
            volumes.push(volume(&self.name, volumes.len(), random));
        }
        let mut containers = vec![self.container(&self.name, team, version, &volumes, random)];
        for sidecar in SIDECARS {
            if random.percent(12) {
                let mut container = self.container(sidecar, "platform", "v1.18.4", &[], random);
                container.as_object_mut().expect("an object").remove("args");
                containers.push(container);
            }
        }
        let mut init_containers = Vec::new();
        if random.percent(15) {
            init_containers.push(json!({
                "name": "init",
                "image": format!("registry.example.com/{team}/init-{}:{version}", self.name),
                "command": ["/bin/init", "--wait-for", format!("{}-db:5432", self.name)],
                "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
                "imagePullPolicy": "IfNotPresent",
            }));
        }
        self.digests = (0..init_containers.len() + containers.len())
            .map(|_| random.hex(64))
            .collect();
        let mut spec = Map::new();
        let mut set = |key: &str, value: Value| spec.insert(key.to_owned(), value);
        set("containers", containers.into());
        if !init_containers.is_empty() {
            set("initContainers", init_containers.into());
        }
        if !volumes.is_empty() {
            set("volumes", volumes.into());
        }
        let restarts = if self.owner.kind == "Job" {
            "Never"
        } else {
            "Always"
        };
        set("restartPolicy", restarts.into());
        set(
            "terminationGracePeriodSeconds",
            [30, 30, 45, 120][random.below(4)].into(),
        );
        set("dnsPolicy", "ClusterFirst".into());
        set("schedulerName", "default-scheduler".into());
        set("enableServiceLinks", random.percent(80).into());
        let security = match random.below(3) {
            0 => json!({}),
            1 => json!({"runAsNonRoot": true, "runAsUser": 1000 + random.below(9000)}),
            _ => json!({"fsGroup": 2000, "seccompProfile": {"type": "RuntimeDefault"}}),
        };
        set("securityContext", security);
        if random.percent(60) {
            set("serviceAccountName", self.name.clone().into());
        }
        if random.percent(20) {
            set(
                "nodeSelector",
                json!({"node.example.com/pool": random.pick(POOLS)}),
            );
        }
        if random.percent(30) {
            let selector = json!({"matchLabels": {"app": self.name}});
            set(
                "affinity",
                json!({"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": 100, "podAffinityTerm": {"labelSelector": selector, "topologyKey": "kubernetes.io/hostname"}},
                ]}}),
            );
        }
        if random.percent(30) {
            let selector = json!({"matchLabels": {"app": self.name}});
            set(
                "topologySpreadConstraints",
                json!([
                    {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": selector},
                ]),
            );
        }
        spec
    }

    fn container(
        &self,
        name: &str,
        team: &str,
        version: &str,
        volumes: &[Value],
        random: &mut Random,
    ) -> Value {
        let port = 8000 + random.below(2000);
        let mut container = json!({
            "name": name,
            "image": format!("registry.example.com/{team}/{name}:{version}"),
            "args": [format!("--listen=:{port}"), format!("--log-level={}", random.pick(LEVELS))],
            "ports": [{"name": "http", "containerPort": port, "protocol": "TCP"}],
            "resources": {
                "requests": {"cpu": format!("{}m", 25 * (1 + random.below(40))), "memory": format!("{}Mi", 64 << random.below(5))},
                "limits": {"memory": format!("{}Mi", 128 << random.below(6))},
            },
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
            "imagePullPolicy": if random.percent(90) { "IfNotPresent" } else { "Always" },
        });
        let fields = container.as_object_mut().expect("an object");
        let env = env(name, random);
        if !env.is_empty() {
            fields.insert("env".into(), env.into());
        }
        if random.percent(60) {
            let probe = json!({
                "httpGet": {"path": random.pick(PATHS), "port": port, "scheme": "HTTP"},
                "timeoutSeconds": 1 + random.below(5), "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3,
            });
            fields.insert("livenessProbe".into(), probe.clone());
            if random.percent(35) {
                fields.insert("readinessProbe".into(), probe);
            }
        }
        if random.percent(25) {
            fields.insert(
                "securityContext".into(),
                json!({"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}}),
            );
        }
        let mounts: Vec<Value> = volumes
            .iter()
            .map(|volume| {
                let name = volume["name"].as_str().expect("a volume has a name");
                json!({"name": name, "mountPath": format!("/etc/{name}"), "readOnly": true})
            })
            .collect();
        if !mounts.is_empty() {
            fields.insert("volumeMounts".into(), mounts.into());
        }
        container
    }
}

fn owner(name: &str, random: &mut Random) -> Owner {
    let (kind, api_version, name) = match random.below(10) {
        0 => ("StatefulSet", "apps/v1", name.to_owned()),
        1 => ("DaemonSet", "apps/v1", name.to_owned()),
        2 => (
            "Job",
            "batch/v1",
            format!("{name}-{}", 29_384_000 + random.below(999)),
        ),
        _ => (
            "ReplicaSet",
            "apps/v1",
            format!("{name}-{}", random.suffix(10)),
        ),
    };
    Owner {
        kind,
        api_version,
        name,
        uid: random.uid(),
    }
}

fn labels(
    name: &str,
    team: &str,
    version: &str,
    owner: &Owner,
    random: &mut Random,
) -> Map<String, Value> {
    let mut labels = Map::new();
    let mut set = |key: &str, value: &str| labels.insert(key.to_owned(), value.into());
    set("app", name);
    set("team", team);
    if random.percent(60) {
        set("version", version);
    }
    if random.percent(50) {
        set("app.kubernetes.io/name", name);
        set(
            "app.kubernetes.io/instance",
            &format!("{name}-{}", random.pick(STAGES)),
        );
        set("app.kubernetes.io/managed-by", "Helm");
    }
    if random.percent(40) {
        set("tier", random.pick(TIERS));
    }
    if random.percent(30) {
        set("security.istio.io/tlsMode", "istio");
        set("service.istio.io/canonical-name", name);
        set("service.istio.io/canonical-revision", version);
    }
    match owner.kind {
        "ReplicaSet" => {
            let hash = owner.name.rsplit('-').next().unwrap_or_default();
            set("pod-template-hash", hash);
        }
        "Job" => {
            set("batch.kubernetes.io/job-name", &owner.name);
            set("batch.kubernetes.io/controller-uid", &owner.uid);
        }
        _ => {
            set("controller-revision-hash", &random.suffix(10));
        }
    }
    labels
}

fn annotations(team: &str, random: &mut Random) -> Map<String, Value> {
    let mut annotations = Map::new();
    let mut set = |key: &str, value: String| annotations.insert(key.to_owned(), value.into());
    if random.percent(70) {
        set("prometheus.io/scrape", "true".to_owned());
        set("prometheus.io/port", (9000 + random.below(200)).to_string());
    }
    if random.percent(60) {
        set("checksum/config", random.hex(64));
    }
    if random.percent(40) {
        let at = crate::time::NOW - random.below(2_000_000) as i64;
        set(
            "kubectl.kubernetes.io/restartedAt",
            crate::time::rfc3339(at),
        );
    }
    if random.percent(30) {
        set("example.com/owner", format!("team-{team}@example.com"));
        set(
            "example.com/runbook",
            format!("https://runbooks.example.com/{team}/{}", random.hex(8)),
        );
    }
    annotations
}

fn env(name: &str, random: &mut Random) -> Vec<Value> {
    let mut env: Vec<Value> = Vec::new();
    let offset = random.below(VARIABLES.len());
    for index in 0..random.below(5) {
        let variable = VARIABLES[(offset + index) % VARIABLES.len()];
        let variable_of = |field: &str| json!({"name": variable, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": field}}});
        env.push(match random.below(6) {
            0 => variable_of(random.pick(FIELDS)),
            1 => json!({"name": variable, "valueFrom": {"secretKeyRef": {"name": format!("{name}-secrets"), "key": variable.to_lowercase()}}}),
            2 => json!({"name": variable, "valueFrom": {"configMapKeyRef": {"name": format!("{name}-settings"), "key": variable.to_lowercase()}}}),
            3 => json!({"name": variable, "value": random.below(10_000).to_string()}),
            4 => json!({"name": variable, "value": format!("https://{}.internal.example.com:8443/{}", random.pick(NOUNS), random.hex(6))}),
            _ => json!({"name": variable, "value": random.pick(LEVELS)}),
        });
    }
    env
}

fn volume(workload: &str, index: usize, random: &mut Random) -> Value {
    match random.below(4) {
        0 => json!({"name": format!("scratch-{index}"), "emptyDir": {}}),
        1 => {
            json!({"name": format!("secrets-{index}"), "secret": {"secretName": format!("{workload}-secrets"), "defaultMode": 420}})
        }
        _ => {
            json!({"name": format!("config-{index}"), "configMap": {"name": format!("{workload}-config-{}", random.suffix(5)), "defaultMode": 420}})
        }
    }
}

const TEAMS: &[&str] = &[
    "payments",
    "search",
    "identity",
    "checkout",
    "ledger",
    "platform",
    "media",
    "growth",
    "risk",
    "logistics",
];
const NOUNS: &[&str] = &[
    "web",
    "cart",
    "catalogue",
    "invoice",
    "session",
    "ranking",
    "profile",
    "stock",
    "pricing",
    "mail",
    "image",
    "feed",
    "fraud",
    "refund",
    "route",
    "audit",
    "token",
    "quota",
];
const ROLES: &[&str] = &[
    "api",
    "worker",
    "gateway",
    "indexer",
    "scheduler",
    "consumer",
    "cache",
    "sync",
];
const STAGES: &[&str] = &["eu", "us", "ap", "canary", "staging"];
const TIERS: &[&str] = &["frontend", "backend", "batch", "edge"];
const POOLS: &[&str] = &["general", "memory", "spot", "gpu"];
const LEVELS: &[&str] = &["debug", "info", "warn", "error"];
const PATHS: &[&str] = &["/healthz", "/livez", "/ready", "/-/healthy"];
const SIDECARS: &[&str] = &["istio-proxy", "log-shipper", "otel-agent"];
const FIELDS: &[&str] = &[
    "status.podIP",
    "metadata.name",
    "metadata.namespace",
    "spec.nodeName",
    "status.hostIP",
];
const VARIABLES: &[&str] = &[
    "LOG_LEVEL",
    "POD_IP",
    "DB_PASSWORD",
    "DATABASE_URL",
    "CACHE_TTL_SECONDS",
    "FEATURE_FLAGS_ENDPOINT",
    "GOMAXPROCS",
    "JAVA_OPTS",
    "KAFKA_BROKERS",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "REGION",
    "SENTRY_DSN",
    "TZ",
];
