//! Versions of resources that clients are told not to use any more.

use crate::schema::Resource;

/// Since when a version is deprecated, when it is gone, and what to use instead.
struct Deprecated {
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    /// The minor release of Kubernetes 1 that says so first.
    since: u32,
    /// The minor release in which it is not served any more; zero for none.
    gone: u32,
    /// What to use instead: the group and version, and the kind; empty if nobody says.
    instead: (&'static str, &'static str),
}

/// What clients are told who use a version that is deprecated.
pub(crate) fn warning(of: &Resource) -> Option<String> {
    let named = (of.group, of.version, of.kind);
    let mut all = EVERY.iter();
    let found = all.find(|it| (it.group, it.version, it.kind) == named)?;
    let Deprecated {
        kind, since, gone, ..
    } = found;
    let mut text = format!("{} {kind} is deprecated in v1.{since}+", of.api_version);
    if *gone > 0 {
        text.push_str(&format!(", unavailable in v1.{gone}+"));
    }
    let (version, kind) = found.instead;
    if !version.is_empty() {
        text.push_str(&format!("; use {version} {kind}"));
    }
    Some(text)
}

impl Deprecated {
    const fn new(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        since: u32,
        gone: u32,
    ) -> Self {
        Self {
            group,
            version,
            kind,
            since,
            gone,
            instead: ("", ""),
        }
    }

    const fn instead(mut self, version: &'static str, kind: &'static str) -> Self {
        self.instead = (version, kind);
        self
    }
}

const ADMISSION: &str = "admissionregistration.k8s.io";
const COORDINATION: &str = "coordination.k8s.io";
const NETWORKING: &str = "networking.k8s.io";
const RESOURCE: &str = "resource.k8s.io";
const STORAGE: &str = "storage.k8s.io";

/// What is deprecated in Kubernetes 1.36 of what is still served.
#[rustfmt::skip] // A version a line.
static EVERY: &[Deprecated] = &[
    Deprecated::new("", "v1", "ComponentStatus", 19, 0),
    Deprecated::new("", "v1", "Endpoints", 33, 0).instead("discovery.k8s.io/v1", "EndpointSlice"),
    Deprecated::new(ADMISSION, "v1alpha1", "MutatingAdmissionPolicy", 35, 38),
    Deprecated::new(ADMISSION, "v1alpha1", "MutatingAdmissionPolicyBinding", 35, 38),
    Deprecated::new(COORDINATION, "v1alpha2", "LeaseCandidate", 35, 38),
    Deprecated::new(COORDINATION, "v1beta1", "LeaseCandidate", 36, 39),
    Deprecated::new(NETWORKING, "v1beta1", "IPAddress", 34, 37),
    Deprecated::new(NETWORKING, "v1beta1", "ServiceCIDR", 34, 37),
    Deprecated::new(RESOURCE, "v1alpha3", "DeviceTaintRule", 36, 39),
    Deprecated::new(RESOURCE, "v1beta1", "DeviceClass", 35, 38),
    Deprecated::new(RESOURCE, "v1beta1", "ResourceClaim", 35, 38),
    Deprecated::new(RESOURCE, "v1beta1", "ResourceClaimTemplate", 35, 38),
    Deprecated::new(RESOURCE, "v1beta1", "ResourceSlice", 35, 38),
    Deprecated::new(RESOURCE, "v1beta2", "DeviceClass", 36, 39),
    Deprecated::new(RESOURCE, "v1beta2", "ResourceClaim", 36, 39),
    Deprecated::new(RESOURCE, "v1beta2", "ResourceClaimTemplate", 36, 39),
    Deprecated::new(RESOURCE, "v1beta2", "ResourceSlice", 36, 39),
    Deprecated::new(STORAGE, "v1beta1", "VolumeAttributesClass", 34, 37)
        .instead("storage.k8s.io/v1", "VolumeAttributesClass"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::resources::RESOURCES;

    // As kube-apiserver 1.36.3 told clients of each version that it serves.
    #[test]
    fn what_is_deprecated_is_told() {
        let of = |api_version: &str, kind: &str| {
            let named = |facts: &&Resource| (facts.api_version, facts.kind) == (api_version, kind);
            warning(RESOURCES.iter().find(named).unwrap())
        };
        for (api_version, kind, text) in [
            ("v1", "Pod", None),
            (
                "v1",
                "Endpoints",
                Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
            ),
            (
                "v1",
                "ComponentStatus",
                Some("v1 ComponentStatus is deprecated in v1.19+"),
            ),
            (
                "networking.k8s.io/v1beta1",
                "IPAddress",
                Some(
                    "networking.k8s.io/v1beta1 IPAddress is deprecated in v1.34+, unavailable in \
                     v1.37+",
                ),
            ),
            (
                "storage.k8s.io/v1beta1",
                "VolumeAttributesClass",
                Some(
                    "storage.k8s.io/v1beta1 VolumeAttributesClass is deprecated in v1.34+, \
                     unavailable in v1.37+; use storage.k8s.io/v1 VolumeAttributesClass",
                ),
            ),
        ] {
            assert_eq!(of(api_version, kind).as_deref(), text);
        }
        for it in EVERY {
            let mut known = RESOURCES.iter();
            let named = (it.group, it.version, it.kind);
            let is_known = known.any(|facts| (facts.group, facts.version, facts.kind) == named);
            assert!(is_known, "{named:?}");
        }
    }
}
