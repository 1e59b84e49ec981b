//! The HTTP surface of the embedded server: whatever is asked, in whatever order, is answered, and a fault of
//! the server's own is a `Status`.
//!
//! An input is a few requests, each as HTTP/1 has it: a line with method and URI, headers, an empty line, the
//! body; a line `---` between two.
#![no_main]

use std::str;

use libfuzzer_sys::fuzz_target;
use pintle_apiserver::fuzzing::Server;
use pintle_codec::Format;
use pintle_fuzz::seeds;

thread_local! {
    /// Made once, since its keys take a while; it is emptied before each input.
    static SERVER: Server = Server::new();
}

fuzz_target!(
    init: { seeds::write(inputs()); },
    |input: &[u8]| {
        SERVER.with(|server| {
            server.reset();
            for request in split(input, b"\n---\n").take(8) {
                ask(server, request);
            }
            server.collect();
        });
    }
);

fn ask(server: &Server, request: &[u8]) {
    let mut parts = request.splitn(2, |byte| *byte == b'\n');
    let line = parts.next().unwrap_or_default();
    let Some((method, uri)) = str::from_utf8(line).ok().and_then(|line| line.split_once(' ')) else {
        return;
    };
    let mut rest = parts.next().unwrap_or_default();
    let mut headers = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        match str::from_utf8(line).ok().and_then(|line| line.split_once(": ")) {
            Some(header) => headers.push(header),
            None => break,
        }
    }
    let Some(answer) = server.answer(method, uri, &headers, rest) else {
        return;
    };
    // The answer to a HEAD has no body.
    if answer.code >= 500 && method != "HEAD" {
        let says = |what: &[u8]| answer.body.windows(what.len()).any(|window| window == what);
        assert!(says(b"Status"), "{method} {uri}: {answer:?}");
    }
}

/// The parts of an input between separators.
fn split<'a>(input: &'a [u8], separator: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(input);
    std::iter::from_fn(move || {
        let input = rest?;
        match input.windows(separator.len()).position(|window| window == separator) {
            Some(at) => {
                rest = Some(&input[at + separator.len()..]);
                Some(&input[..at])
            }
            None => rest.take(),
        }
    })
}

/// Requests that mean something, and objects of every kind in each format.
fn inputs() -> Vec<Vec<u8>> {
    let mut inputs: Vec<Vec<u8>> = REQUESTS.iter().map(|text| text.as_bytes().to_vec()).collect();
    for (format, media_type) in [
        (Format::Json, "application/json"),
        (Format::Protobuf, "application/vnd.kubernetes.protobuf"),
        (Format::Cbor, "application/cbor"),
    ] {
        for pod in seeds::pods(format) {
            let head = format!(
                "POST /api/v1/namespaces/default/pods?fieldValidation=Strict\nContent-Type: {media_type}\n\
                 Accept: {media_type}\n\n"
            );
            inputs.push([head.as_bytes(), &pod].concat());
        }
    }
    inputs
}

const REQUESTS: [&str; 8] = [
    "POST /api/v1/namespaces/default/configmaps\nContent-Type: application/json\n\n{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"y\"},\"finalizers\":[\"x/y\"]},\"data\":{\"k\":\"v\"}}\n---\nPATCH /api/v1/namespaces/default/configmaps/a\nContent-Type: application/json-patch+json\n\n[{\"op\":\"add\",\"path\":\"/data/b\",\"value\":\"c\"},{\"op\":\"test\",\"path\":\"/data/k\",\"value\":\"v\"}]\n---\nGET /api/v1/namespaces/default/configmaps?watch=1&resourceVersion=0&labelSelector=x%3Dy\n\n\n---\nDELETE /api/v1/namespaces/default/configmaps/a\n\n{\"propagationPolicy\":\"Foreground\"}",
    "POST /api/v1/namespaces/default/pods\nContent-Type: application/yaml\nAccept: application/cbor\n\nmetadata: {generateName: a-}\nspec: {containers: [{name: c, image: i, resources: {limits: {cpu: 1500m}}}]}\n---\nPATCH /api/v1/namespaces/default/pods/a\nContent-Type: application/strategic-merge-patch+json\n\n{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"j\",\"$patch\":\"replace\"}],\"$setElementOrder/containers\":[{\"name\":\"c\"}]}}",
    "GET /api/v1/namespaces?limit=1\nAccept: application/json;as=Table;v=v1;g=meta.k8s.io\n\n\n---\nGET /api/v1/namespaces?limit=1&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiJhXHUwMDAwIn0\nAccept: application/yaml\n\n",
    "GET /apis\nAccept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList\n\n\n---\nGET /openapi/v3/api/v1?hash=0\n\n\n---\nGET /openapi/v2\nAccept: application/com.github.proto-openapi.spec.v2.v1.0+protobuf\n\n\n---\nGET /metrics\n\n",
    "PUT /api/v1/namespaces/default/finalize\nContent-Type: application/json\n\n{\"metadata\":{\"name\":\"default\"},\"spec\":{\"finalizers\":[]}}\n---\nPOST /api/v1/namespaces/default/pods/a/binding\nContent-Type: application/json\n\n{\"target\":{\"kind\":\"Node\",\"name\":\"n\"}}",
    "POST /apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers\nContent-Type: application/json\n\n{\"metadata\":{\"name\":\"a\"},\"spec\":{\"maxReplicas\":3,\"scaleTargetRef\":{\"kind\":\"Deployment\",\"name\":\"d\"},\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{\"type\":\"Utilization\",\"averageUtilization\":50}}}]}}\n---\nGET /apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/a\nAccept: application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io\n\n",
    "POST /api/v1/namespaces/default/services?dryRun=All\nContent-Type: application/json\nImpersonate-User: jane\n\n{\"metadata\":{\"name\":\"s\"},\"spec\":{\"type\":\"NodePort\",\"ports\":[{\"port\":80,\"nodePort\":30000,\"targetPort\":\"http\"}]}}",
    "DELETE /api/v1/namespaces/default/configmaps?labelSelector=a%20in%20(b,c),!d&fieldSelector=metadata.name%3Da\n\n{\"gracePeriodSeconds\":0,\"preconditions\":{\"uid\":\"x\"},\"dryRun\":[\"All\"]}",
];
