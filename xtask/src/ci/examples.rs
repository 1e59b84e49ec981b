//! The examples of the façade, run as their readers run them: on a real kube-apiserver, and on a cluster of
//! their own.

use std::path::Path;
use std::process::Command;

use super::outcome::Cases;
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};

/// An example, and what it prints somewhere on each of the two.
struct Example {
    name: &'static str,
    arguments: &'static [&'static str],
    real: &'static str,
    /// None where the embedded server does not serve yet what it takes, and where the example asks no server
    /// but one of its own.
    embedded: Option<&'static str>,
}

/// Runs each example on both.
pub(super) fn examples(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let binaries = Binaries::ensure(interrupt)?;
    let options = Options {
        with_controllers: None,
        api_all: false,
        apiserver_flags: vec!["--anonymous-auth=false".to_owned()],
    };
    let directory = Registry::open()?.temporary()?;
    let cluster = Cluster::start(&binaries, directory, &options, interrupt)?;
    let caches = tempfile::tempdir().context(|| "make a temporary directory".to_owned())?;
    let (mut passed, mut failed) = (0, 0);
    for (place, kubeconfig) in [("real", Some(cluster.kubeconfig())), ("embedded", None)] {
        let cache = caches.path().join(place);
        for example in EXAMPLES {
            let expected = match kubeconfig {
                Some(_) => Some(example.real),
                None => example.embedded,
            };
            let Some(expected) = expected else { continue };
            let printed = printed(&programs, example, kubeconfig, &cache, interrupt)?;
            if printed.contains(expected) {
                passed += 1;
            } else {
                failed += 1;
                println!(
                    "FAILED {} on {place}: no {expected:?} in\n{printed}",
                    example.name
                );
            }
        }
    }
    if failed > 0 {
        return Err(Error::new(format!("{passed} passed, {failed} failed")));
    }
    Ok(Some(passed))
}

fn printed(
    programs: &Programs,
    example: &Example,
    kubeconfig: Option<&Path>,
    cache: &Path,
    interrupt: &Interrupt,
) -> Result<String> {
    let mut command = Command::new(programs.example(example.name));
    for argument in example.arguments {
        match *argument {
            "CACHE" => command.arg(cache),
            argument => command.arg(argument),
        };
    }
    command.env_remove("KUBECONFIG");
    if let Some(kubeconfig) = kubeconfig {
        command.env("KUBECONFIG", kubeconfig);
    }
    let (status, printed) = command::capture(&mut command, interrupt)?;
    if !status.success() {
        let what = command::describe(&command);
        return Err(Error::new(format!("{what} fails ({status}):\n{printed}")));
    }
    Ok(printed)
}

const EXAMPLES: &[Example] = &[
    Example {
        name: "rest_client",
        arguments: &[],
        real: "kube-system has 0 pods",
        embedded: Some("dns-0 runs coredns:1.14"),
    },
    Example {
        name: "list_watch",
        arguments: &["1"],
        real: "",
        embedded: Some("LISTED : web-0"),
    },
    Example {
        name: "clientset",
        arguments: &[],
        real: "default has 0 pods and 1 services",
        embedded: Some("default has 1 pods and 1 services"),
    },
    Example {
        name: "watch_deployments",
        arguments: &[],
        real: "MODIFIED : pintle-example (0 of 3 ready)\nDELETED : pintle-example",
        embedded: Some("MODIFIED : pintle-example (0 of 3 ready)\nDELETED : pintle-example"),
    },
    Example {
        name: "dynamic",
        arguments: &[],
        real: "",
        embedded: Some("default/web-0: a Pod of v1 with 1 containers"),
    },
    Example {
        name: "discovery",
        arguments: &[],
        real: "deployments in apps, v1\n",
        embedded: Some("deployments in apps, v1\n"),
    },
    Example {
        name: "discovery_cached",
        arguments: &["CACHE"],
        real: "from files that others wrote: false",
        embedded: Some("from files that others wrote: false"),
    },
    Example {
        name: "discovery_cached",
        arguments: &["CACHE"],
        real: "from files that others wrote: true",
        embedded: Some("from files that others wrote: true"),
    },
    Example {
        name: "by_hand",
        arguments: &[],
        real: "pintle-shop is reached at #shop",
        embedded: Some("pintle-shop is reached at #shop"),
    },
    Example {
        name: "server_side_apply",
        arguments: &[],
        real: "autopilot insists: nginx:1.30",
        embedded: None,
    },
    Example {
        name: "indexer",
        arguments: &[],
        real: INDEXED,
        embedded: Some(INDEXED),
    },
    Example {
        name: "informer",
        arguments: &[],
        real: INFORMED,
        embedded: Some(INFORMED),
    },
    Example {
        name: "six_resources",
        arguments: &[],
        real: "0 pods\n1 services\n",
        embedded: Some(
            "2 pods\n1 services\n4 namespaces\n0 deployments\n0 statefulsets\n0 daemonsets\n",
        ),
    },
    Example {
        name: "local_lister_watcher",
        arguments: &[],
        real: TOLD,
        embedded: Some(TOLD),
    },
    Example {
        name: "shared_watch",
        arguments: &[],
        real: "the server counts 1 watch\n",
        embedded: Some("the server counts 1 watch\n"),
    },
    Example {
        name: "crd",
        arguments: &[],
        real: "home https://example.com",
        embedded: Some("kind: CustomResourceDefinition"),
    },
];

const INDEXED: &str =
    "namespace default: pod-1, pod-2\nnodeName node2: pod-2, pod-3\nnodes: node1, node2\n";

/// The first line and the one that the lister's answer makes are of two tasks, in either order.
const INFORMED: &str = "updated default/pintle-example\ndeleted default/pintle-example\n";

const TOLD: &str = "added web-0\nadded web-1\nupdated web-0 to version 3\ndeleted default/web-1\n";
