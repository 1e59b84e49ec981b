//! What the facts alone do not decide, each with its reason.
//!
//! The invariant: every exception has something to apply to. One that a new release has renamed or
//! made needless fails the generator, instead of letting a secret be printed.

use crate::error::{Error, Result};

use super::facts::{Facts, Field, Package};

/// Types that are not generated, with why.
pub(super) const NOT_GENERATED: [(&str, &str); 1] =
    [("meta.v1.TypeMeta", "what each kind says of itself")];

/// Registered types that are no kinds, so that no scheme has them, with why.
pub(super) const NOT_REGISTERED: [(&str, &str); 1] = [(
    "meta.v1.WatchEvent",
    "a frame of a watch, which does not say what it is",
)];

/// Types with a form of their own, written by hand in pintle-meta.
pub(super) const IN_META: [&str; 7] = [
    "meta.v1.Duration",
    "meta.v1.FieldsV1",
    "meta.v1.MicroTime",
    "meta.v1.Time",
    "shared.IntOrString",
    "shared.Quantity",
    "shared.RawExtension",
];

/// Types with a form of their own, written by hand beside the generated ones: the type, and the
/// private module of its group that holds it.
pub(super) const BY_HAND: [(&str, &str); 1] = [("apiextensions.v1.JSON", "json")];

/// Structs that are one of their fields wherever fields have names; protobuf has them whole.
const CHOICES: [&str; 3] = [
    "apiextensions.v1.JSONSchemaPropsOrArray",
    "apiextensions.v1.JSONSchemaPropsOrBool",
    "apiextensions.v1.JSONSchemaPropsOrStringArray",
];

/// Kinds that are stored by some server, though no kube-apiserver of this release serves them in
/// any version: their names in paths and whether they are namespaced, as client-go's typed clients
/// have them.
pub(super) const SERVED_ELSEWHERE: [(&str, &str, bool); 13] = [
    // Behind feature gates that are off by default.
    (
        "certificates.v1alpha1.ClusterTrustBundle",
        "clustertrustbundles",
        false,
    ),
    (
        "certificates.v1beta1.ClusterTrustBundle",
        "clustertrustbundles",
        false,
    ),
    (
        "certificates.v1beta1.PodCertificateRequest",
        "podcertificaterequests",
        true,
    ),
    ("scheduling.v1alpha2.PodGroup", "podgroups", true),
    ("scheduling.v1alpha2.Workload", "workloads", true),
    (
        "storagemigration.v1beta1.StorageVersionMigration",
        "storageversionmigrations",
        false,
    ),
    // Moved to other groups long ago.
    ("extensions.v1beta1.DaemonSet", "daemonsets", true),
    ("extensions.v1beta1.Deployment", "deployments", true),
    ("extensions.v1beta1.Ingress", "ingresses", true),
    ("extensions.v1beta1.NetworkPolicy", "networkpolicies", true),
    ("extensions.v1beta1.ReplicaSet", "replicasets", true),
    // Served by metrics-server.
    ("metrics.v1beta1.NodeMetrics", "nodes", false),
    ("metrics.v1beta1.PodMetrics", "pods", true),
];

/// Kinds of meta/v1 that belong to the group `meta.k8s.io`. Its other kinds stand in every group
/// version; on their own they say that they are of the core group.
pub(super) const IN_META_GROUP: [&str; 4] = [
    "PartialObjectMetadata",
    "PartialObjectMetadataList",
    "Table",
    "TableOptions",
];

/// Fields whose value must not be printed.
pub(super) const SECRET: [(&str, &str); 5] = [
    ("authentication.v1.TokenRequestStatus", "Token"),
    ("authentication.v1.TokenReviewSpec", "Token"),
    ("authentication.v1beta1.TokenReviewSpec", "Token"),
    ("core.v1.Secret", "Data"),
    ("core.v1.Secret", "StringData"),
];

/// How the Go name of a field of text or bytes ends that is a secret unless proven otherwise: each
/// must be in [`SECRET`].
const SOUNDS_SECRET: [&str; 6] = [
    "Credentials",
    "Passphrase",
    "Password",
    "PrivateKey",
    "Secret",
    "Token",
];

/// Whether the type is generated as a struct or a string type.
pub(super) fn is_generated(name: &str) -> bool {
    let has = |list: &[(&str, &str)]| list.iter().any(|(known, _)| *known == name);
    !(has(&NOT_GENERATED) || has(&BY_HAND) || IN_META.contains(&name))
}

/// Whether a struct is one of its fields.
pub(super) fn is_choice(name: &str) -> bool {
    CHOICES.contains(&name)
}

/// Whether the value of a field must not be printed.
pub(super) fn is_secret(type_: &str, field: &Field) -> bool {
    SECRET
        .iter()
        .any(|(name, go)| *name == type_ && *go == field.go)
}

/// Checks that the exceptions fit the facts.
pub(super) fn check(facts: &Facts) -> Result<()> {
    for (name, _) in NOT_GENERATED {
        if facts.type_named(name)?.custom.is_some() {
            let message = format!("{name} spells itself and would not be generated anyway");
            return Err(Error::new(message));
        }
    }
    let by_hand = BY_HAND.iter().map(|(name, _)| name);
    for name in by_hand.chain(&IN_META).chain(&CHOICES) {
        if facts.type_named(name)?.custom.is_none() {
            return Err(Error::new(format!("{name} does not spell itself")));
        }
    }
    for (name, type_) in facts.types() {
        if type_.custom.is_some() && is_generated(&name) && !is_choice(&name) {
            return Err(Error::new(format!(
                "{name} spells itself: write it by hand"
            )));
        }
    }
    for (name, ..) in SERVED_ELSEWHERE {
        let served = facts
            .packages
            .iter()
            .any(|(package, Package { group, .. })| {
                let kind = name
                    .strip_prefix(package)
                    .and_then(|rest| rest.strip_prefix('.'));
                kind.is_some_and(|kind| facts.resource_of_any_version(group, kind).is_some())
            });
        if !facts.type_named(name)?.gvk || served {
            return Err(Error::new(format!("the facts know the resource of {name}")));
        }
    }
    for name in IN_META_GROUP {
        facts.type_named(&format!("meta.v1.{name}"))?;
    }
    for (name, _) in NOT_REGISTERED {
        if !facts.type_named(name)?.gvk {
            return Err(Error::new(format!("{name} is not registered anyway")));
        }
    }
    check_secrets(facts, &SECRET)
}

fn check_secrets(facts: &Facts, secret: &[(&str, &str)]) -> Result<()> {
    for (name, field) in secret {
        let mut fields = facts.type_named(name)?.fields.iter().flatten();
        if !is_generated(name) || !fields.any(|known| known.go == *field) {
            let message = format!("no generated field is {field} of {name}, listed as secret");
            return Err(Error::new(message));
        }
    }
    for (name, type_) in facts.types() {
        let mut fields = type_.fields.iter().flatten();
        let unlisted = fields.find(|field| {
            sounds_secret(field) && !secret.contains(&(name.as_str(), field.go.as_str()))
        });
        if let Some(Field { go, .. }) = unlisted {
            let message = format!("{go} of {name} sounds like a secret: list it as one");
            return Err(Error::new(message));
        }
    }
    Ok(())
}

fn sounds_secret(field: &Field) -> bool {
    let type_ = field.type_.trim_start_matches('*');
    let holds_text = type_.ends_with("string") || type_.ends_with("[]uint8");
    holds_text && SOUNDS_SECRET.iter().any(|end| field.go.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts::load(&crate::workspace::root().join("schema")).unwrap()
    }

    #[test]
    fn the_exceptions_fit_the_facts() {
        check(&facts()).unwrap();
    }

    #[test]
    fn a_secret_that_no_field_has_is_an_error() {
        let facts = facts();
        let with = |entry: (&'static str, &'static str)| {
            let secret: Vec<_> = SECRET.into_iter().chain([entry]).collect();
            check_secrets(&facts, &secret)
        };
        assert!(with(("core.v1.Secret", "Type")).is_ok());
        assert!(with(("core.v1.Secret", "data")).is_err());
        assert!(with(("core.v1.Secrets", "Data")).is_err());
        assert!(with(("meta.v1.TypeMeta", "Kind")).is_err());
    }

    #[test]
    fn a_field_that_sounds_secret_must_be_listed() {
        let error = check_secrets(&facts(), &SECRET[1..]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Token of authentication.v1.TokenRequestStatus sounds like a secret: list it as one"
        );
    }
}
