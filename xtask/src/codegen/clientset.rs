//! The clients of `pintle-clientset`: one line a resource of each group version, and the calls by which its tests
//! call all of them.

use std::fmt::Write as _;

use crate::error::Result;

use super::facts::{Facts, Package};
use super::kinds::{self, Role};
use super::types::versioned;
use super::{GeneratedFile, MARK, document, names};

pub(crate) fn generate(facts: &Facts) -> Result<Vec<GeneratedFile>> {
    let mut clients = format!(
        "{MARK} from schema/types and schema/resources.json. Do not edit.\n\n\
         //! The group versions of Kubernetes {}, and their resources.\n\n\
         use crate::group::groups;\n\n\
         groups! {{\n",
        facts.api.kubernetes
    );
    let mut calls = format!(
        "{MARK} from schema/types and schema/resources.json. Do not edit.\n\n\
         //! Every resource of the clientset, called.\n\n\
         use pintle_clientset::Clientset;\n\n\
         use crate::verbs::{{Calls, cluster, namespaced, reviewed}};\n\n\
         #[rustfmt::skip] // A line a resource.\n\
         pub(crate) async fn all(clientset: &Clientset, calls: &Calls) {{\n"
    );
    for (package_name, package) in versioned(facts) {
        let Some((module, version)) = package_name.split_once('.') else {
            continue;
        };
        if LEFT_OUT.contains(&module) {
            continue;
        }
        // As client-go calls them.
        let group = if module == "apiserverinternal" {
            "internal"
        } else {
            module
        };
        let accessor = format!("{group}_{version}");
        let name = format!("{}{}", capital(group), capital(version));
        let resources = resources(facts, package_name, package);
        if resources.is_empty() {
            continue;
        }
        let resources_of = document::group_version(package);
        writeln!(clients, "    /// The resources of `{resources_of}`.")?;
        if module != "core" {
            writeln!(clients, "    #[cfg(feature = {module:?})]")?;
        }
        let api_group = &package.group;
        writeln!(
            clients,
            "    {accessor} {name} = {module} {version} {api_group:?} {version:?} {{"
        )?;
        for resource in resources {
            writeln!(
                clients,
                "        {} {} {};",
                resource.method, resource.kind, resource.what
            )?;
            let key = format!("{accessor} {}", resource.method).replace('_', "");
            let made = format!("clientset.{accessor}().{}", resource.method);
            match resource.call {
                Call::Api {
                    namespaced: true,
                    wrapped,
                } => {
                    let api = if wrapped { "&*" } else { "&" };
                    writeln!(
                        calls,
                        "    namespaced(calls, {key:?}, {api}{made}(\"ns\")).await;"
                    )?;
                }
                Call::Api {
                    namespaced: false,
                    wrapped,
                } => {
                    let api = if wrapped { "&*" } else { "&" };
                    writeln!(calls, "    cluster(calls, {key:?}, {api}{made}()).await;")?;
                }
                Call::Review { namespaced } => {
                    let namespace = if namespaced { "\"ns\"" } else { "" };
                    writeln!(
                        calls,
                        "    reviewed(calls, {key:?}, &{made}({namespace})).await;"
                    )?;
                }
                Call::None => {}
            }
        }
        clients.push_str("    }\n");
    }
    clients.push_str("}\n");
    calls.push_str("}\n");
    Ok(vec![
        GeneratedFile {
            path: "crates/pintle-clientset/src/generated.rs".into(),
            contents: clients,
        },
        GeneratedFile {
            path: "crates/pintle-clientset/tests/it/calls.rs".into(),
            contents: calls,
        },
    ])
}

/// A resource of a group version: the method that gives its client, and what kind of client that is.
struct Resource {
    method: String,
    kind: String,
    what: String,
    call: Call,
}

enum Call {
    Api { namespaced: bool, wrapped: bool },
    Review { namespaced: bool },
    None,
}

fn resources(facts: &Facts, package_name: &str, package: &Package) -> Vec<Resource> {
    let mut resources = Vec::new();
    for kind in package.types.keys() {
        let full_name = format!("{package_name}.{kind}");
        if package_name.starts_with("policy.") && kind == "Eviction" {
            resources.push(Resource {
                method: "evictions".to_owned(),
                kind: kind.clone(),
                what: "evictions".to_owned(),
                call: Call::None,
            });
        }
        let Some(Role::Resource(resource)) = kinds::role(facts, package_name, package, kind) else {
            continue;
        };
        if PARTS.contains(&full_name.as_str()) {
            continue;
        }
        let namespaced = resource.namespaced;
        let scope = if namespaced {
            "in_namespace"
        } else {
            "cluster"
        };
        let (what, call) = if resource.listed {
            let wrapper = wrapper(facts, package, &full_name, kind);
            let wrapped = wrapper.is_some();
            let what = wrapper.map_or_else(|| scope.to_owned(), |it| format!("{scope} as {it}"));
            (
                what,
                Call::Api {
                    namespaced,
                    wrapped,
                },
            )
        } else {
            let what = if namespaced {
                "review_in_namespace"
            } else {
                "review"
            };
            let what = format!("{what} {:?}", resource.plural);
            (what, Call::Review { namespaced })
        };
        resources.push(Resource {
            method: method(kind, resource.plural),
            kind: kind.clone(),
            what,
            call,
        });
    }
    resources
}

/// What wraps the client of a resource that has more than the usual methods.
fn wrapper(facts: &Facts, package: &Package, full_name: &str, kind: &str) -> Option<&'static str> {
    if let Some((_, wrapper)) = WRAPPED.iter().find(|(known, _)| *known == full_name) {
        return Some(wrapper);
    }
    let served = facts.resource_of(&package.group, &package.version, kind);
    let served = served.or_else(|| facts.resource_of_any_version(&package.group, kind))?;
    let scaled = served.subresources.iter().any(|it| it.name == "scale");
    scaled.then_some("Scaled")
}

/// The plural in words: `network_policies` for the kind `NetworkPolicy`.
fn method(kind: &str, plural: &str) -> String {
    let singular = names::field(kind);
    let (head, _) = singular.rsplit_once('_').unwrap_or(("", &singular));
    let before = head.replace('_', "").len();
    let last = &plural[before..];
    if head.is_empty() {
        last.to_owned()
    } else {
        format!("{head}_{last}")
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Packages of types that nobody stores, or that only servers ask for.
const LEFT_OUT: [&str; 4] = ["admission", "apidiscovery", "imagepolicy", "meta"];

/// Kinds that have a name in paths, and are made by way of others.
const PARTS: [&str; 1] = ["core.v1.Binding"];

/// Resources whose clients have more methods than the usual ones, and a scale.
const WRAPPED: [(&str, &str); 11] = [
    ("core.v1.Event", "Events"),
    ("core.v1.Namespace", "Namespaces"),
    ("core.v1.Pod", "Pods"),
    ("core.v1.Service", "Services"),
    ("core.v1.ServiceAccount", "ServiceAccounts"),
    (
        "certificates.v1.CertificateSigningRequest",
        "CertificateSigningRequests",
    ),
    (
        "certificates.v1beta1.CertificateSigningRequest",
        "CertificateSigningRequests",
    ),
    ("events.v1.Event", "Events"),
    ("events.v1beta1.Event", "Events"),
    ("extensions.v1beta1.Deployment", "RollbackDeployments"),
    ("extensions.v1beta1.ReplicaSet", "Scaled"),
];

#[cfg(test)]
mod tests {
    use super::method;

    #[test]
    fn plurals_are_words() {
        for (kind, plural, words) in [
            ("Pod", "pods", "pods"),
            ("NetworkPolicy", "networkpolicies", "network_policies"),
            ("Endpoints", "endpoints", "endpoints"),
            ("IngressClass", "ingressclasses", "ingress_classes"),
            ("IPAddress", "ipaddresses", "ip_addresses"),
            ("CSINode", "csinodes", "csi_nodes"),
            ("ComponentStatus", "componentstatuses", "component_statuses"),
        ] {
            assert_eq!(method(kind, plural), words, "{kind}");
        }
    }
}
