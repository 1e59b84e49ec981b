//! The steps, in the order in which they run: what is quick to fail comes first.

use super::outcome::Cases;
use super::{
    bans, claims, codec, connect, control_plane, discovery, docs, examples, informers, kubectl,
    page, replicas, rust, schedules, schema, streams, tools,
};
use crate::error::Result;
use crate::interrupt::Interrupt;

/// One thing that the gate proves.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) proves: &'static str,
    pub(super) when: When,
    /// The step fails on fewer cases. Raise it when cases are added.
    pub(super) floor: Option<u64>,
    pub(super) run: fn(&Interrupt) -> Result<Cases>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Always,
    Nightly,
}

pub(super) const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        proves: "the code is formatted",
        when: When::Always,
        floor: None,
        run: rust::fmt,
    },
    Step {
        name: "codegen",
        proves: "generated files are what the facts give",
        when: When::Always,
        floor: Some(8),
        run: schema::codegen,
    },
    Step {
        name: "purity",
        proves: "no crate depends on what its design excludes",
        when: When::Always,
        floor: Some(27),
        run: bans::purity,
    },
    Step {
        name: "claims",
        proves: "every clause of the tables in claims/ has a test or a reason",
        when: When::Always,
        floor: Some(81),
        run: claims::claims,
    },
    Step {
        name: "test",
        proves: "the tests pass",
        when: When::Always,
        floor: Some(520),
        run: rust::test,
    },
    Step {
        name: "clippy",
        proves: "clippy has nothing to say",
        when: When::Always,
        floor: None,
        run: rust::clippy,
    },
    Step {
        name: "doc",
        proves: "the documentation builds, and its links lead somewhere",
        when: When::Always,
        floor: None,
        run: rust::doc,
    },
    Step {
        name: "msrv",
        proves: "the workspace compiles with the oldest Rust that it promises",
        when: When::Always,
        floor: None,
        run: rust::msrv,
    },
    Step {
        name: "deny",
        proves: "dependencies have allowed licences and sources, and none is banned",
        when: When::Always,
        floor: None,
        run: bans::deny,
    },
    Step {
        name: "tools",
        proves: "the Go programs compile, are formatted and pass vet and their tests",
        when: When::Always,
        floor: Some(9),
        run: tools::tools,
    },
    Step {
        name: "oracle",
        proves: "Go still answers what the tests take for its answers",
        when: When::Always,
        floor: Some(19_329),
        run: codec::oracle,
    },
    Step {
        name: "corpus",
        proves: "Kubernetes' own documents are read, and written as they were",
        when: When::Always,
        floor: Some(12898),
        run: codec::corpus,
    },
    Step {
        name: "exchange",
        proves: "what Kubernetes' fuzzers fill is the same in Go and in pintle",
        when: When::Always,
        floor: Some(3_073_000),
        run: codec::exchange,
    },
    Step {
        name: "conformance",
        proves: "the scenarios pass on a real kube-apiserver",
        when: When::Always,
        floor: Some(86),
        run: control_plane::conformance,
    },
    Step {
        name: "connect",
        proves: "a real kube-apiserver is reached in every way that a configuration may ask for",
        when: When::Always,
        floor: Some(13),
        run: connect::connect,
    },
    Step {
        name: "discovery",
        proves: "what is discovered of a kube-apiserver, and what names stand for, is what client-go says",
        when: When::Always,
        floor: Some(1500),
        run: discovery::discovery,
    },
    Step {
        name: "clientset",
        proves: "every resource of the clientset answers on a kube-apiserver that serves it, and is not found elsewhere",
        when: When::Always,
        floor: Some(310),
        run: discovery::clientset,
    },
    Step {
        name: "examples",
        proves: "the examples do on a kube-apiserver and on a cluster of their own what they say",
        when: When::Always,
        floor: Some(20),
        run: examples::examples,
    },
    Step {
        name: "docs",
        proves: "what README.md and docs/ say one may type does what they say, on `pintle up` and on a kube-apiserver",
        when: When::Nightly,
        floor: Some(40),
        run: docs::docs,
    },
    Step {
        name: "documents",
        proves: "kube-apiserver's discovery and OpenAPI are as recorded, which the tests compare with",
        when: When::Always,
        floor: Some(3021),
        run: schema::documents,
    },
    Step {
        name: "kubectl",
        proves: "kubectl and curl find `pintle up` to be what kube-apiserver is, and `pintle` prints what kubectl prints",
        when: When::Always,
        floor: Some(123),
        run: kubectl::kubectl,
    },
    Step {
        name: "streams",
        proves: "kubelets, pods, services and nodes are reached through `pintle up` as through kube-apiserver",
        when: When::Always,
        floor: Some(288),
        run: streams::streams,
    },
    Step {
        name: "informers",
        proves: "client-go's informers follow `pintle up` through ten thousand changes, in JSON and protobuf",
        when: When::Always,
        floor: Some(20_004),
        run: informers::informers,
    },
    Step {
        name: "watchers",
        proves: "kube-rs's watchers follow `pintle up` through ten thousand changes",
        when: When::Always,
        floor: Some(20_003),
        run: informers::watchers,
    },
    Step {
        name: "page",
        proves: "the gateway's page does in a browser what a person expects of it, for everybody",
        when: When::Nightly,
        floor: Some(22),
        run: page::page,
    },
    Step {
        name: "schema",
        proves: "a fresh dump of the facts equals the committed one",
        when: When::Nightly,
        floor: Some(64),
        run: schema::fresh,
    },
    Step {
        name: "tables",
        proves: "objects are printed as a real kube-apiserver prints them",
        when: When::Nightly,
        floor: Some(350),
        run: control_plane::tables,
    },
    Step {
        name: "soak",
        proves: "ten thousand requests come to an end, through resets and busy servers",
        when: When::Nightly,
        floor: Some(10_000),
        run: rust::soak,
    },
    Step {
        name: "exchange-more",
        proves: "so are ten times as many objects",
        when: When::Nightly,
        floor: Some(30_730_000),
        run: codec::exchange_more,
    },
    Step {
        name: "replicas",
        proves: "one of three replicas leads, whichever is stopped, asked to end or killed",
        when: When::Nightly,
        floor: Some(8),
        run: replicas::replicas,
    },
    Step {
        name: "queue",
        proves: "the work queue does what client-go's and controller-runtime's do, in any schedule",
        when: When::Nightly,
        floor: Some(1_000_000),
        run: schedules::queue,
    },
    Step {
        name: "leader",
        proves: "one leads at a time and one always again, whatever clocks and networks do",
        when: When::Nightly,
        floor: Some(100_000),
        run: schedules::leader,
    },
    Step {
        name: "cache",
        proves: "a cache is what its server was, and in the end what it is, whatever fails",
        when: When::Nightly,
        floor: Some(20_000),
        run: schedules::cache,
    },
    Step {
        name: "interleavings",
        proves: "no interleaving of tasks at a work queue loses a key",
        when: When::Nightly,
        floor: Some(5),
        run: schedules::interleavings,
    },
    Step {
        name: "mutants",
        proves: "the tests of the pure crates notice nine of ten faults that are put into them",
        when: When::Nightly,
        floor: Some(20),
        run: schedules::mutants,
    },
];
