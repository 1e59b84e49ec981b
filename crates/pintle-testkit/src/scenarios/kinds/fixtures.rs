//! The least that a server takes as an object of each kind, and something of it to change.

/// A kind that is tried.
pub(super) struct Fixture {
    /// Its group and version as paths have them: `api/v1`, `apis/apps/v1`.
    pub(super) group_version: &'static str,
    /// Its name in paths.
    pub(super) resource: &'static str,
    /// Whether its objects are in namespaces.
    pub(super) namespaced: bool,
    /// What one consists of besides metadata, `NAME` standing for its name.
    pub(super) body: &'static str,
    /// A merge patch that changes more than metadata; none if nothing may change.
    pub(super) change: &'static str,
    /// A status; none if it has no status of its own.
    pub(super) status: &'static str,
}

const fn namespaced(
    group_version: &'static str,
    resource: &'static str,
    body: &'static str,
    change: &'static str,
    status: &'static str,
) -> Fixture {
    Fixture {
        group_version,
        resource,
        namespaced: true,
        body,
        change,
        status,
    }
}

const fn cluster(
    group_version: &'static str,
    resource: &'static str,
    body: &'static str,
    change: &'static str,
    status: &'static str,
) -> Fixture {
    Fixture {
        group_version,
        resource,
        namespaced: false,
        body,
        change,
        status,
    }
}

/// Every kind that a server keeps by default.
#[rustfmt::skip] // A kind a line.
pub(super) const FIXTURES: &[Fixture] = &[
    namespaced("api/v1", "configmaps", r#""data":{"a":"b"}"#, r#"{"data":{"a":"c"}}"#, ""),
    namespaced("api/v1", "endpoints", r#""subsets":[]"#, r#"{"subsets":[{"addresses":[{"ip":"1.2.3.4"}],"ports":[{"port":80}]}]}"#, ""),
    namespaced("api/v1", "events", r#""involvedObject":{"namespace":"NAMESPACE","name":"x","kind":"Pod"},"reason":"r""#, r#"{"message":"m"}"#, ""),
    namespaced("api/v1", "limitranges", r#""spec":{"limits":[{"type":"Pod"}]}"#, r#"{"spec":{"limits":[{"type":"Container"}]}}"#, ""),
    cluster("api/v1", "namespaces", r#""spec":{}"#, "", r#"{"conditions":[{"type":"X","status":"True"}]}"#),
    cluster("api/v1", "nodes", r#""spec":{}"#, r#"{"spec":{"unschedulable":true}}"#, r#"{"nodeInfo":{"architecture":"amd64","bootID":"","containerRuntimeVersion":"","kernelVersion":"","kubeProxyVersion":"","kubeletVersion":"v1","machineID":"","operatingSystem":"","osImage":"","systemUUID":""}}"#),
    namespaced("api/v1", "persistentvolumeclaims", r#""spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}"#, "", r#"{"phase":"Bound"}"#),
    cluster("api/v1", "persistentvolumes", r#""spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/tmp"}}"#, r#"{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}"#, r#"{"phase":"Bound","message":"m"}"#),
    namespaced("api/v1", "pods", r#""spec":{"containers":[{"name":"c","image":"i"}]}"#, r#"{"spec":{"activeDeadlineSeconds":100}}"#, r#"{"message":"m"}"#),
    namespaced("api/v1", "podtemplates", r#""template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#, r#"{"template":{"metadata":{"labels":{"a":"c"}}}}"#, ""),
    namespaced("api/v1", "replicationcontrollers", r#""spec":{"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#, r#"{"spec":{"replicas":0}}"#, r#"{"replicas":3}"#),
    namespaced("api/v1", "resourcequotas", r#""spec":{"hard":{"pods":"1"}}"#, r#"{"spec":{"hard":{"pods":"2"}}}"#, r#"{"hard":{"pods":"7"}}"#),
    namespaced("api/v1", "secrets", r#""data":{"a":"Yg=="}"#, r#"{"data":{"a":"Yw=="}}"#, ""),
    namespaced("api/v1", "serviceaccounts", r#""automountServiceAccountToken":true"#, r#"{"automountServiceAccountToken":false}"#, ""),
    namespaced("api/v1", "services", r#""spec":{"ports":[{"port":80}],"selector":{"a":"b"}}"#, r#"{"spec":{"selector":{"a":"c"}}}"#, r#"{"conditions":[{"type":"X","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"R","message":"m"}]}"#),
    cluster("apis/admissionregistration.k8s.io/v1", "mutatingadmissionpolicies", r#""spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"matchConstraints":{"resourceRules":[{"apiGroups":["none.example"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["nones"]}]},"reinvocationPolicy":"Never","mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{}"}}]}"#, r#"{"spec":{"reinvocationPolicy":"IfNeeded"}}"#, ""),
    cluster("apis/admissionregistration.k8s.io/v1", "mutatingadmissionpolicybindings", r#""spec":{"policyName":"none"}"#, r#"{"spec":{"policyName":"other"}}"#, ""),
    cluster("apis/admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations", r#""webhooks":[{"name":"a.b.c","admissionReviewVersions":["v1"],"sideEffects":"None","clientConfig":{"url":"https://example.org"},"rules":[{"apiGroups":["none.example"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["nones"]}]}]"#, r#"{"webhooks":[]}"#, ""),
    cluster("apis/admissionregistration.k8s.io/v1", "validatingadmissionpolicies", r#""spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["none.example"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["nones"]}]},"validations":[{"expression":"true"}]}"#, r#"{"spec":{"failurePolicy":"Ignore"}}"#, r#"{"observedGeneration":1}"#),
    cluster("apis/admissionregistration.k8s.io/v1", "validatingadmissionpolicybindings", r#""spec":{"policyName":"none","validationActions":["Deny"]}"#, r#"{"spec":{"policyName":"other"}}"#, ""),
    cluster("apis/admissionregistration.k8s.io/v1", "validatingwebhookconfigurations", r#""webhooks":[{"name":"a.b.c","admissionReviewVersions":["v1"],"sideEffects":"None","clientConfig":{"url":"https://example.org"},"rules":[{"apiGroups":["none.example"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["nones"]}]}]"#, r#"{"webhooks":[]}"#, ""),
    namespaced("apis/apps/v1", "controllerrevisions", r#""data":{"a":1},"revision":1"#, r#"{"revision":2}"#, ""),
    namespaced("apis/apps/v1", "daemonsets", r#""spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#, r#"{"spec":{"minReadySeconds":5}}"#, r#"{"currentNumberScheduled":0,"desiredNumberScheduled":4,"numberMisscheduled":0,"numberReady":0}"#),
    namespaced("apis/apps/v1", "deployments", r#""spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#, r#"{"spec":{"replicas":0}}"#, r#"{"replicas":3}"#),
    namespaced("apis/apps/v1", "replicasets", r#""spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#, r#"{"spec":{"replicas":0}}"#, r#"{"replicas":3}"#),
    namespaced("apis/apps/v1", "statefulsets", r#""spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}"#, r#"{"spec":{"replicas":0}}"#, r#"{"replicas":3}"#),
    namespaced("apis/autoscaling/v2", "horizontalpodautoscalers", r#""spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"}}"#, r#"{"spec":{"maxReplicas":4}}"#, r#"{"currentReplicas":1,"desiredReplicas":2}"#),
    namespaced("apis/batch/v1", "cronjobs", r#""spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}"#, r#"{"spec":{"suspend":true}}"#, r#"{"lastScheduleTime":"2026-01-01T00:00:00Z"}"#),
    namespaced("apis/batch/v1", "jobs", r#""spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}"#, r#"{"spec":{"parallelism":2}}"#, r#"{"active":1}"#),
    cluster("apis/certificates.k8s.io/v1", "certificatesigningrequests", r#""spec":{"request":"CSR","signerName":"example.org/s","usages":["digital signature"]}"#, "", r#"{"conditions":[{"type":"X","status":"True"}]}"#),
    namespaced("apis/coordination.k8s.io/v1", "leases", r#""spec":{"holderIdentity":"a"}"#, r#"{"spec":{"holderIdentity":"b"}}"#, ""),
    namespaced("apis/discovery.k8s.io/v1", "endpointslices", r#""addressType":"IPv4","endpoints":[]"#, r#"{"endpoints":[{"addresses":["1.2.3.4"]}]}"#, ""),
    cluster("apis/flowcontrol.apiserver.k8s.io/v1", "flowschemas", r#""spec":{"priorityLevelConfiguration":{"name":"exempt"}}"#, r#"{"spec":{"matchingPrecedence":9}}"#, r#"{"conditions":[{"type":"X","status":"True"}]}"#),
    cluster("apis/flowcontrol.apiserver.k8s.io/v1", "prioritylevelconfigurations", r#""spec":{"type":"Limited","limited":{"limitResponse":{"type":"Reject"}}}"#, r#"{"spec":{"limited":{"nominalConcurrencyShares":9}}}"#, r#"{"conditions":[{"type":"X","status":"True"}]}"#),
    cluster("apis/networking.k8s.io/v1", "ingressclasses", r#""spec":{"controller":"example.org/c"}"#, r#"{"spec":{"parameters":{"kind":"K","name":"n"}}}"#, ""),
    namespaced("apis/networking.k8s.io/v1", "ingresses", r#""spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}"#, r#"{"spec":{"ingressClassName":"c"}}"#, r#"{"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}}"#),
    namespaced("apis/networking.k8s.io/v1", "networkpolicies", r#""spec":{"podSelector":{}}"#, r#"{"spec":{"policyTypes":["Egress"]}}"#, ""),
    cluster("apis/networking.k8s.io/v1", "servicecidrs", r#""spec":{"cidrs":["10.9.0.0/24"]}"#, "", r#"{"conditions":[{"type":"X","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"R","message":"m"}]}"#),
    cluster("apis/node.k8s.io/v1", "runtimeclasses", r#""handler":"h""#, r#"{"scheduling":{"nodeSelector":{"a":"b"}}}"#, ""),
    namespaced("apis/policy/v1", "poddisruptionbudgets", r#""spec":{"minAvailable":1,"selector":{"matchLabels":{"a":"b"}}}"#, r#"{"spec":{"minAvailable":2}}"#, r#"{"currentHealthy":1,"desiredHealthy":2,"disruptionsAllowed":0,"expectedPods":3}"#),
    cluster("apis/rbac.authorization.k8s.io/v1", "clusterroles", r#""rules":[]"#, r#"{"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}"#, ""),
    cluster("apis/rbac.authorization.k8s.io/v1", "clusterrolebindings", r#""roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"r"}"#, r#"{"subjects":[{"kind":"User","name":"u"}]}"#, ""),
    namespaced("apis/rbac.authorization.k8s.io/v1", "roles", r#""rules":[]"#, r#"{"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}"#, ""),
    namespaced("apis/rbac.authorization.k8s.io/v1", "rolebindings", r#""roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"}"#, r#"{"subjects":[{"kind":"User","name":"u"}]}"#, ""),
    cluster("apis/resource.k8s.io/v1", "deviceclasses", r#""spec":{}"#, r#"{"spec":{"selectors":[{"cel":{"expression":"true"}}]}}"#, ""),
    namespaced("apis/resource.k8s.io/v1", "resourceclaims", r#""spec":{}"#, "", r#"{"reservedFor":[]}"#),
    namespaced("apis/resource.k8s.io/v1", "resourceclaimtemplates", r#""spec":{"spec":{}}"#, "", ""),
    cluster("apis/resource.k8s.io/v1", "resourceslices", r#""spec":{"driver":"d.example.org","nodeName":"n","pool":{"name":"p","generation":1,"resourceSliceCount":1},"devices":[]}"#, r#"{"spec":{"devices":[{"name":"a"}]}}"#, ""),
    cluster("apis/scheduling.k8s.io/v1", "priorityclasses", r#""value":5"#, r#"{"description":"d"}"#, ""),
    cluster("apis/storage.k8s.io/v1", "csidrivers", r#""spec":{}"#, r#"{"spec":{"requiresRepublish":true}}"#, ""),
    cluster("apis/storage.k8s.io/v1", "csinodes", r#""spec":{"drivers":[]}"#, r#"{"spec":{"drivers":[{"name":"d","nodeID":"n"}]}}"#, ""),
    namespaced("apis/storage.k8s.io/v1", "csistoragecapacities", r#""storageClassName":"s""#, r#"{"capacity":"1Gi"}"#, ""),
    cluster("apis/storage.k8s.io/v1", "storageclasses", r#""provisioner":"p""#, r#"{"allowVolumeExpansion":true}"#, ""),
    cluster("apis/storage.k8s.io/v1", "volumeattachments", r#""spec":{"attacher":"a","nodeName":"n","source":{"persistentVolumeName":"v"}}"#, "", r#"{"attached":true}"#),
    cluster("apis/storage.k8s.io/v1", "volumeattributesclasses", r#""driverName":"d","parameters":{"a":"b"}"#, "", ""),
];

/// A request for a certificate: for `CN=x`, with a key that nobody has.
pub(in crate::scenarios) const CSR: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIRk1HNENBUUF3RERFS01BZ0dBMVVFQXd3QmVEQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQQpCQXZvbkpGMldrSlhVZy9Dc3dQNk5rUGoyalBOd1FXVVhSaW5NTkU4MEc2ZEs2d0JWbmhxM2dsTm9iajVORW9FClltQVBjQW1pU3Z4UDAyY1I4NTA3TjArZ0FEQUtCZ2dxaGtqT1BRUURBZ05IQURCRUFpQmFKdTBPVEpqZkg3eGkKdWgxMTVkM0pCSzFtQ2I5SkRFa1RMcVJheXhNTDdBSWdMaGVHeEVwVVZFRllqek1hRENwNXJub2IvdXh1ZFVWYQpsYzd1TUhGZG9iMD0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";
