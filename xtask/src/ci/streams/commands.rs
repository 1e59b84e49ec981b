//! The kubectl commands, in the order in which they run.

/// A command, with what it reads if it reads anything.
pub(super) struct Case {
    pub(super) line: &'static str,
    pub(super) input: Option<&'static str>,
}

pub(super) const CASES: &[Case] = &[
    run("exec one -- echo hello world"),
    run("exec one -- fail"),
    run("exec one -- exit 7"),
    run("exec one -- true"),
    run("exec one -- nonsense"),
    run("exec pod/one -- hostname"),
    run("exec one -c main -- hostname"),
    run("exec one -c nope -- hostname"),
    run("exec many -- hostname"),
    run("exec many -c endless -- hostname"),
    run("exec many -c before -- hostname"),
    run("exec one -- lines 5000"),
    run("exec one -- complain of something"),
    run("exec nothing -- true"),
    run("exec homeless -- true"),
    run("exec lost -- true"),
    run("exec unreachable -- true"),
    fed("a line\nand one without an end", "exec -i one -- cat"),
    fed("", "exec -i one -- sum"),
    fed("one\ntwo\n", "exec -i one -- talk"),
    run("attach one"),
    fed("one\ntwo\n", "attach -i one"),
    run("attach many -c endless"),
    run("attach many"),
    run("exec old -- fail"),
    fed("one\ntwo\n", "exec -i old -- talk"),
    fed("one\ntwo\n", "attach -i old"),
    run("logs old --tail=1"),
    run("attach nothing"),
    run("attach homeless"),
    run("logs one"),
    run("logs one --tail=2"),
    run("logs one --tail=0"),
    run("logs one --tail=2 --timestamps"),
    run("logs one --since=1s"),
    run("logs one --since=1000000h --tail=1"),
    run("logs one --since-time=2024-02-29T12:00:07Z"),
    run("logs one --since-time=2024-02-29T13:00:07+01:00"),
    run("logs one --limit-bytes=25"),
    run("logs -f one"),
    run("logs -f one --tail=1"),
    run("logs -f one --since=1s --timestamps"),
    run("logs many --tail=1"),
    run("logs many -c first --tail=1"),
    run("logs many -c before --tail=1"),
    run("logs many -c restarted --previous --tail=3"),
    run("logs many -c first --previous"),
    run("logs many -c waiting"),
    run("logs many -c nope"),
    run("logs -l app=one --tail=2"),
    run("logs -l app=one --prefix --tail=2"),
    run("logs -f -l app=one --tail=1"),
    run("logs one --insecure-skip-tls-verify-backend --tail=1"),
    run("logs nothing"),
    run("logs homeless"),
    run("logs lost"),
    run("logs silent"),
    run("logs unreachable"),
    run("cp LICENSE-MIT one:/tmp/licence"),
    run("exec one -- cat /tmp/licence"),
    run("cp one:/tmp/licence {directory}/licence"),
    run("cp one:/tmp/nothing {directory}/nothing"),
    run("port-forward nothing 7"),
    run("port-forward homeless 7"),
    run("get --raw /api/v1/namespaces/default/pods/one:{web}/proxy/a/b?c=d"),
    run("get --raw /api/v1/namespaces/default/pods/https:one:{tls}/proxy/x"),
    run("get --raw /api/v1/namespaces/default/pods/one:{web}/proxy/teapot"),
    run("get --raw /api/v1/namespaces/default/pods/one:{web}/proxy/page"),
    run("get --raw /api/v1/namespaces/default/pods/one/proxy/"),
    run("get --raw /api/v1/namespaces/default/services/web:http/proxy/x"),
    run("get --raw /api/v1/namespaces/default/services/https:web:8443/proxy/x"),
    run("get --raw /api/v1/namespaces/default/services/hollow:8000/proxy/x"),
    run("get --raw /api/v1/nodes/streaming/proxy/healthz"),
    run("get --raw /api/v1/nodes/streaming-outside/proxy/healthz"),
    run(
        "get --raw /api/v1/nodes/streaming-outside/proxy/containerLogs/default/one/main?tailLines=1",
    ),
    run("get --raw /api/v1/namespaces/default/pods/one/log?tailLines=1"),
    fed(
        "a body",
        "create --raw /api/v1/namespaces/default/pods/one:{web}/proxy/post -f -",
    ),
    fed(
        "a body",
        "replace --raw /api/v1/namespaces/default/pods/one:{web}/proxy/put -f -",
    ),
    run("delete --raw /api/v1/namespaces/default/pods/one:{web}/proxy/delete"),
];

/// A file that is copied to a pod.
pub(super) const ORIGINAL: &str = "LICENSE-MIT";
/// Where it is copied back to.
pub(super) const COPY: &str = "{directory}/licence";

const fn run(line: &'static str) -> Case {
    Case { line, input: None }
}

const fn fed(input: &'static str, line: &'static str) -> Case {
    let input = Some(input);
    Case { line, input }
}
