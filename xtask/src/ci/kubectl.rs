//! kubectl against `pintle up`, and through its gateway, beside the same commands against a real kube-apiserver.
//!
//! What kubectl prints and how it exits must be the same on both, apart from ages, times, uids, revisions and certificates.

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
        with_controllers: Some(CONTROLLERS.to_owned()),
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
    let commands = workspace::root().join(COMMANDS);
    let commands =
        fs::read_to_string(&commands).context(|| format!("read {}", commands.display()))?;
    for line in commands
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if interrupt.signal().is_some() {
            return Err(Error::new("interrupted"));
        }
        let run = |(kubeconfig, server): (&Path, Option<&str>)| {
            let mut command = kubectl_on(&kubectl, kubeconfig);
            outcome(command.args(server).args(line.split(' ')))
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
        Ok::<_, Error>(without_chance(&printed))
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
    if command.get_args().any(|word| word == "explain") {
        printed = without_descriptions(&printed);
    }
    Ok(format!(
        "exit {}\n{}{}",
        output.status.code().unwrap_or(-1),
        without_chance(&printed),
        without_chance(&String::from_utf8_lossy(&output.stderr)),
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
    Ok(format!("exit {code}\n{}", without_chance(&printed)))
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

/// Ages, times, uids and revisions replaced, columns separated by one space.
fn without_chance(text: &str) -> String {
    let is_age = |word: &str| {
        word.ends_with(['s', 'm', 'h', 'd'])
            && word.starts_with(|first: char| first.is_ascii_digit())
            && word
                .chars()
                .all(|char| char.is_ascii_digit() || "smhd".contains(char))
    };
    let mut out = String::new();
    for line in text.lines() {
        // A controller makes it that does not run beside the real server here. And what that server finds when
        // it looks through its addresses, it finds at a time of its own.
        if UNSTEADY.iter().any(|it| line.contains(it)) {
            continue;
        }
        let mut words = Vec::new();
        // What kubectl logs begins with a time and its own number.
        let logged = if is_logged(line) { 3 } else { 0 };
        for word in line.split_whitespace().skip(logged) {
            let bare = word.trim_matches(|char: char| "\",".contains(char));
            let is_revision = words.last().is_some_and(|last: &&str| {
                matches!(*last, "resourceVersion:" | "\"resourceVersion\":")
            });
            words.push(match word {
                _ if is_revision => "REVISION",
                _ if is_age(bare) => "AGE",
                _ if is_time(bare) => "TIME",
                _ if is_uid(bare) => "UID",
                // Each server has certificates of its own.
                _ if bare.contains("X509SHA256=") => "CERTIFICATE",
                word => word,
            });
        }
        out.push_str(&words.join(" "));
        out.push('\n');
    }
    out
}

/// A line of kubectl's log: `W1128 05:01:43.687324   23103 prune.go:71] …`.
fn is_logged(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (date, time) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    date.len() == 5
        && date.starts_with(['I', 'W', 'E', 'F'])
        && time.len() == "05:01:43.687324".len()
}

/// A time with seconds, in UTC: `2026-01-01T00:00:00Z`.
fn is_time(word: &str) -> bool {
    let shape = word
        .bytes()
        .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    shape.eq(*b"0000-00-00T00:00:00Z")
}

/// Five groups of hexadecimal digits: `01234567-89ab-cdef-0123-456789abcdef`.
fn is_uid(word: &str) -> bool {
    let groups = word.split('-').map(str::len);
    let is_digit = |char: char| char.is_ascii_hexdigit() || char == '-';
    groups.eq([8, 4, 4, 4, 12]) && word.chars().all(is_digit)
}

/// Those of kube-apiserver's controllers that deleting needs.
const CONTROLLERS: &str = "garbage-collector-controller,namespace-controller";

const TEST_POD: &str = "examples/test-pod.yaml";

/// A command a line.
const COMMANDS: &str = "xtask/src/ci/objects/kubectl-commands.txt";

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

/// Lines with these are not compared.
const UNSTEADY: [&str; 5] = [
    "kube-root-ca.crt",
    "IPAddressNotAllocated",
    "IPAddressWrongReference",
    "ClusterIPAlreadyAllocated",
    "ClusterIPNotAllocated",
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
        assert_eq!(without_chance(table), "NAME READY AGE\nweb-0 0/1 AGE\n");
        assert_eq!(
            without_chance("deployments 3 days 5x"),
            "deployments 3 days 5x\n"
        );
    }

    #[test]
    fn what_differs_by_chance_does_not_count() {
        let object = "  \"resourceVersion\": \"271\",\n  uid: 0a1b2c3d-0000-4000-8000-0123456789ab\n  \
                      creationTimestamp: \"2026-01-02T03:04:05Z\"\n";
        assert_eq!(
            without_chance(object),
            "\"resourceVersion\": REVISION\nuid: UID\ncreationTimestamp: TIME\n"
        );
        assert_eq!(
            without_chance("2026-01-02T03:04Z a-b"),
            "2026-01-02T03:04Z a-b\n"
        );
        // What kubectl logs is compared without the time, and its process's number.
        assert_eq!(
            without_chance("W1128 05:01:43.687324   23103 prune.go:71] x"),
            "prune.go:71] x\n"
        );
    }
}
