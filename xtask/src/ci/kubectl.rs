//! kubectl against `pintle up`, and through its gateway, beside the same commands against a real kube-apiserver.
//!
//! What kubectl prints and how it exits must be the same on both, apart from ages.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;

use super::embedded::{Embedded, at_once, free_address, kubectl_on};
use super::explained::without_descriptions;
use super::outcome::Cases;
use super::watcher::{succeed, watch};
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::{Binaries, Cluster, Options, Registry};
use crate::workspace;

// claims: wire.openapi.field-validation, wire.openapi.patch-metadata, wire.openapi.explain
/// Runs every command on both servers, and on one more through its gateway, and compares; then lists and watches with curl.
pub(super) fn kubectl(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let binaries = Binaries::ensure(interrupt)?;
    let registry = Registry::open()?;
    let options = Options {
        with_controllers: None,
        api_all: false,
        apiserver_flags: vec!["--anonymous-auth=false".to_owned()],
    };
    let real = Cluster::start(&binaries, registry.temporary()?, &options, interrupt)?;
    let pintle = programs.path("pintle");
    let embedded = Embedded::start(&pintle, registry.temporary()?, interrupt)?;
    // One more server, of which kubectl sees the gateway.
    let gateway = free_address()?;
    let more = ["--gateway", &gateway];
    let behind = Embedded::start_with(&pintle, &more, registry.temporary()?, interrupt)?;
    let server = format!("--server=http://{gateway}");
    let kubectl = binaries.directory().join("kubectl");
    // Where a command goes: a kubeconfig, and a server other than its own.
    let direct = (real.kubeconfig(), None);
    let ours = (embedded.kubeconfig.as_path(), None);
    let through = (behind.kubeconfig.as_path(), Some(server.as_str()));
    let servers = [direct, ours, through];

    let mut passed = 0;
    let mut failed = 0;
    let mut check = |name: &str, expected: &str, found: &str| {
        if expected == found {
            passed += 1;
        } else {
            failed += 1;
            println!("FAILED {name}\n--- on kube-apiserver\n{expected}\n--- on pintle\n{found}");
        }
    };
    for line in COMMANDS {
        if interrupt.signal().is_some() {
            return Err(Error::new("interrupted"));
        }
        let run = |(kubeconfig, server): (&Path, Option<&str>)| {
            let mut command = kubectl_on(&kubectl, kubeconfig);
            outcome(command.args(line.split(' ')).args(server))
        };
        let [expected, found, through] = at_once(servers, run);
        let expected = expected?;
        check(line, &expected, &found?);
        if !is_the_gateways(line) {
            check(&format!("{line} through the gateway"), &expected, &through?);
        }
    }
    let watch = |(kubeconfig, server): (&Path, Option<&str>)| {
        let command = |words: &[&str]| {
            let mut command = kubectl_on(&kubectl, kubeconfig);
            command.args(server).args(words);
            command
        };
        let printed = watch(command, &workspace::root().join(TEST_POD), interrupt)?;
        Ok::<_, Error>(without_ages(&printed))
    };
    let [expected, found, through] = at_once(servers, watch);
    let (expected, found) = (expected?, found?);
    check("get pods --watch", &expected, &found);
    check("get pods --watch through the gateway", &expected, &through?);
    // Independent reasons to believe what both have printed.
    let types: Vec<&str> = found
        .lines()
        .filter_map(|line| line.split(' ').next())
        .skip(1)
        .collect();
    check(
        "the types of the watch",
        "ADDED MODIFIED MODIFIED DELETED",
        &types.join(" "),
    );
    for (name, outcome) in curl(&embedded, &kubectl)? {
        check(name, "as it must be", &outcome);
    }
    for line in ALSO_OURS {
        let run = |program: &Path| {
            let mut command = kubectl_on(program, &embedded.kubeconfig);
            printed(command.args(line.split(' ')))
        };
        let name = format!("pintle {line}");
        let [expected, found] = at_once([kubectl.as_path(), pintle.as_path()], run);
        check(&name, &expected?, &found?);
    }
    println!("{passed} passed, {failed} failed");
    if failed > 0 {
        return Err(Error::new(format!("{failed} commands differ")));
    }
    Ok(Some(passed))
}

/// Whether a command asks for a path that a gateway does not pass on.
fn is_the_gateways(line: &str) -> bool {
    let path = line.strip_prefix("get --raw ");
    path.is_some_and(|path| !path.starts_with("/api") && !path.starts_with("/openapi"))
}

/// Exit code, standard output and standard error of a command, ages, column widths and descriptions apart.
fn outcome(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .context(|| format!("run {}", command::describe(command)))?;
    let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if command
        .get_args()
        .next()
        .is_some_and(|first| first == "explain")
    {
        printed = without_descriptions(&printed);
    }
    Ok(format!(
        "exit {}\n{}{}",
        output.status.code().unwrap_or(-1),
        without_ages(&printed),
        without_ages(&String::from_utf8_lossy(&output.stderr)),
    ))
}

/// Standard output of a command that must succeed, ages apart. What is said beside it is each program's own.
fn printed(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .context(|| format!("run {}", command::describe(command)))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let code = output.status.code().unwrap_or(-1);
    // Descriptions are compared too: both programs have them from the same server.
    Ok(format!("exit {code}\n{}", without_ages(&printed)))
}

/// Lists and watches with a client that is not ours, with the credentials of the kubeconfig.
fn curl(embedded: &Embedded, kubectl: &Path) -> Result<Vec<(&'static str, String)>> {
    let kubeconfig = fs::read_to_string(&embedded.kubeconfig)
        .context(|| format!("read {}", embedded.kubeconfig.display()))?;
    let field = |name: &str| {
        let mut lines = kubeconfig.lines();
        let value = lines.find_map(|line| line.trim().trim_start_matches("- ").strip_prefix(name));
        let value = value.map(|value| value.trim_start_matches(':').trim().trim_matches('"'));
        value
            .map(str::to_owned)
            .ok_or_else(|| Error::new(format!("the kubeconfig has no {name}")))
    };
    for (name, file) in [
        ("certificate-authority-data", "ca.pem"),
        ("client-certificate-data", "cert.pem"),
        ("client-key-data", "key.pem"),
    ] {
        let pem = base64::engine::general_purpose::STANDARD
            .decode(field(name)?)
            .map_err(|error| Error::new(format!("{name} is not base64: {error}")))?;
        let path = embedded.directory.join(file);
        fs::write(&path, pem).context(|| format!("write {}", path.display()))?;
    }
    let pods = format!("{}/api/v1/namespaces/default/pods", field("server")?);
    let get = |url: &str| -> Result<String> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "--max-time", "30"]);
        curl.args([
            "--cacert", "ca.pem", "--cert", "cert.pem", "--key", "key.pem", url,
        ]);
        let curl = curl.current_dir(&embedded.directory);
        let output = curl.output().context(|| "run curl; install it".into())?;
        let errors = String::from_utf8_lossy(&output.stderr);
        Ok(format!(
            "{}{errors}",
            String::from_utf8_lossy(&output.stdout)
        ))
    };
    let verdict = |holds: bool, found: &str| {
        if holds {
            "as it must be".to_owned()
        } else {
            found.to_owned()
        }
    };
    let mut create = kubectl_on(kubectl, &embedded.kubeconfig);
    succeed(create.args(["create", "-f", TEST_POD]))?;
    let list = get(&pods)?;
    let watch = get(&format!("{pods}?watch=true&timeoutSeconds=2"))?;
    // For curl, as for browsers, servers spread objects over lines.
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    let shows_pod = |text: &str| dense(text).contains(r#""name":"test-pod""#);
    let lists = dense(&list).contains(r#""kind":"PodList""#) && shows_pod(&list);
    let begins = dense(&watch).starts_with(r#"{"type":"ADDED""#);
    let watches = begins && shows_pod(&watch);
    Ok(vec![
        ("curl lists", verdict(lists, &list)),
        ("curl watches", verdict(watches, &watch)),
    ])
}

/// Ages replaced, columns separated by one space.
fn without_ages(text: &str) -> String {
    let is_age = |word: &str| {
        word.ends_with(['s', 'm', 'h', 'd'])
            && word.starts_with(|first: char| first.is_ascii_digit())
            && word
                .chars()
                .all(|char| char.is_ascii_digit() || "smhd".contains(char))
    };
    let mut out = String::new();
    for line in text.lines() {
        // A controller makes it, and the real server runs without any here.
        if line.contains("kube-root-ca.crt") {
            continue;
        }
        let words = line
            .split_whitespace()
            .map(|word| if is_age(word) { "AGE" } else { word });
        out.push_str(&words.collect::<Vec<_>>().join(" "));
        out.push('\n');
    }
    out
}

const TEST_POD: &str = "examples/test-pod.yaml";

/// In this order, on a cluster that nobody else uses.
const COMMANDS: &[&str] = &[
    "get pods",
    "create -f examples/test-pod.yaml",
    "create -f examples/test-pod.yaml",
    "get pods",
    "get po",
    "get pod test-pod",
    "get pods/test-pod",
    "get pods.v1. test-pod",
    "get pods -o name",
    "get pods -o wide",
    "get pods --no-headers",
    "get pods --show-labels",
    "get pods -L app",
    "get pods -A",
    "get pods -n kube-system",
    "get pods --chunk-size=1",
    "get pods -l app=test",
    "get pods -l app!=test",
    "get pods -l app",
    "get pods --field-selector metadata.name=test-pod",
    "get pods --field-selector metadata.name!=test-pod",
    "get pods --field-selector status.phase=Pending",
    "get pods --field-selector spec.nonsense=1",
    "get pod test-pod -o jsonpath={.metadata.labels}",
    "get pod test-pod -o jsonpath={.spec.containers[*].image}",
    "get pod nothing",
    "get pod nothing --ignore-not-found",
    "get nonsense",
    "get namespace default",
    "get namespaces -o name",
    "create -f xtask/src/ci/objects/namespace.yaml",
    "create -f xtask/src/ci/objects/namespace.yaml",
    "create -f xtask/src/ci/objects/team.yaml",
    "create -f xtask/src/ci/objects/team.yaml",
    "get configmaps -n team-a",
    "get cm settings -n team-a -o jsonpath={.data}",
    "create -f xtask/src/ci/objects/nowhere.yaml",
    "get deployments -n team-a",
    "get deploy -n team-a -o wide",
    "get deployments.apps web -n team-a -o jsonpath={.spec.selector.matchLabels}",
    "get deploy,svc,cm -n team-a",
    "get svc web -n team-a -o wide",
    "delete configmap settings -n team-a",
    "delete configmap settings -n team-a",
    "delete deployment web -n team-a",
    "delete pod test-pod",
    "delete pod test-pod",
    "delete pod test-pod --ignore-not-found",
    "delete pods --all",
    "delete namespace default",
    "get pods",
    "create -f xtask/src/ci/objects/misspelt.yaml",
    "create --validate=strict -f xtask/src/ci/objects/misspelt.yaml",
    "create --validate=warn --dry-run=server -f xtask/src/ci/objects/misspelt.yaml",
    "create --validate=ignore --dry-run=server -f xtask/src/ci/objects/misspelt.yaml",
    "create --validate=false --dry-run=server -f xtask/src/ci/objects/misspelt.yaml",
    "apply -f xtask/src/ci/objects/misspelt.yaml",
    "create -f xtask/src/ci/objects/kindless.yaml",
    "apply -f xtask/src/ci/objects/shop.yaml",
    "apply -f xtask/src/ci/objects/shop.yaml",
    "apply -f xtask/src/ci/objects/shop-changed.yaml --dry-run=server",
    "apply -f xtask/src/ci/objects/shop-changed.yaml",
    "get deploy shop -o jsonpath={.spec.replicas}{.spec.template.spec.containers[*].name}{.spec.template.spec.containers[*].env}",
    "replace -f xtask/src/ci/objects/shop.yaml",
    "delete -f xtask/src/ci/objects/shop.yaml",
    "explain pods",
    "explain pods --recursive",
    "explain po.spec.containers.ports",
    "explain pod.spec.nothing",
    "explain nothing",
    "explain deployments --recursive",
    "explain deployments.spec.strategy --output=plaintext-openapiv2",
    "explain deployments --recursive --output=plaintext-openapiv2",
    "explain services.spec --output=plaintext-openapiv2",
    "explain cronjobs.spec.jobTemplate.spec --api-version=batch/v1",
    "explain hpa --api-version=autoscaling/v2 --recursive",
    "explain hpa --api-version=autoscaling/v9",
    "explain crd.spec.versions.schema.openAPIV3Schema",
    "explain crd --recursive --output=plaintext-openapiv2",
    "explain events.lastTimestamp",
    "explain cm.binaryData",
    "explain networkpolicies.spec.ingress.ports.port",
    "explain clusterroles",
    "explain storageclasses --recursive",
    "explain leases.spec.acquireTime",
    "get --raw /apis/apps",
    "get --raw /apis/batch/v1",
    "get --raw /openapi/v3/nothing",
    "get --raw /healthz",
    "get --raw /livez/ping",
    "get --raw /readyz/nothing",
    "get --raw /readyz",
    "get --raw /nonsense",
];

/// What our own command line prints as kubectl does, on the same server, which has a pod by then.
const ALSO_OURS: &[&str] = &[
    "get pods",
    "get pods -A --show-labels -L app",
    "get pods -o wide --no-headers",
    "get pods -o name",
    "get pods -o json",
    "get pods -o yaml",
    "get pod test-pod -o yaml --show-managed-fields",
    "get pods -o jsonpath={.items[*].metadata.uid}",
    "get pods -o jsonpath-as-json={.items[*].spec}",
    "get pods -o custom-columns=N:.metadata.name,L:.metadata.labels,I:.spec.containers[*].image,X:.spec.nope",
    "get namespaces",
    "api-resources",
    "api-resources -o wide",
    "api-resources -o name --namespaced=false --verbs=list,watch",
    "api-resources --sort-by=kind --api-group=apps",
    "api-versions",
    "explain pods",
    "explain pod.spec.containers",
    "explain pod.spec.restartPolicy",
    "explain deployments --recursive",
    "explain hpa --api-version=autoscaling/v2 --recursive",
    "explain crd --recursive",
    "explain crd.spec.versions.schema.openAPIV3Schema",
    "explain networkpolicies.spec.ingress.ports.port",
    "config get-contexts",
    "config current-context",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pintle_that_does_not_start_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let own = directory.path().join("own");
        fs::create_dir(&own).unwrap();
        let interrupt = Interrupt::listen().unwrap();
        let started = Embedded::start(Path::new("false"), own.clone(), &interrupt);
        let error = started.err().unwrap().to_string();
        assert!(error.starts_with("`pintle up` ended"), "{error}");
        assert!(!own.exists());
    }

    #[test]
    fn ages_and_widths_do_not_count() {
        let table = "NAME    READY   AGE\nweb-0   0/1     2m31s\n";
        assert_eq!(without_ages(table), "NAME READY AGE\nweb-0 0/1 AGE\n");
        assert_eq!(
            without_ages("deployments 3 days 5x"),
            "deployments 3 days 5x\n"
        );
    }
}
