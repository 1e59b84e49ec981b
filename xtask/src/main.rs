//! The project's own tasks, one module each: `cargo xtask --help`.
//!
//! A task prints what it does on standard error and what it found on standard output. It leaves nothing
//! behind but what it was asked for and caches outside the checkout.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a command is for"
)]

mod bench;
mod cache;
mod ci;
mod claims;
mod codegen;
mod command;
mod conformance;
mod corpus;
mod defects;
mod documents;
mod error;
mod exchange;
mod fuzz;
mod installed;
mod interrupt;
mod mutants;
mod oracle;
mod programs;
mod real_cluster;
mod schema;
mod sim;
mod tables;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "The project's own tasks",
    max_term_width = 100
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure pintle beside its peers, and what it costs to build
    Bench(bench::Arguments),
    /// Run the gate: everything that a change must pass
    Ci(ci::Arguments),
    /// Say which clauses of the tables in claims/ are proved, and by which tests
    Claims(claims::Arguments),
    /// Run the scenarios that any API server must pass, on one
    Conformance(conformance::Arguments),
    /// Build, start and stop a real control plane: etcd and kube-apiserver
    #[command(subcommand)]
    RealCluster(real_cluster::Task),
    /// Turn the facts in schema/ into Rust
    Codegen(codegen::Arguments),
    /// Read and write the documents that Kubernetes keeps beside its types
    Corpus(corpus::Arguments),
    /// Put the defects of claims/defects/ into a copy of the code, one at a time, and see tests fail
    Defects(defects::Arguments),
    /// Exchange objects that Kubernetes' own fuzzers fill with Go, in every format
    Exchange(exchange::Arguments),
    /// Feed everything that reads bytes from outside with bytes that nobody thought of
    Fuzz(fuzz::Arguments),
    /// Break the pure crates, one place at a time, and count what their tests notice
    Mutants(mutants::Arguments),
    /// Record what Go says of values, selectors, patches, proxies, kubeconfigs and metrics
    Oracle(oracle::Arguments),
    /// Record in short what a real kube-apiserver says in discovery and OpenAPI
    Documents(documents::Arguments),
    /// Write the facts about the API into schema/, from Go's types and a real kube-apiserver
    Schema(schema::Arguments),
    /// Try schedules by the million, each from a seed
    Sim(sim::Arguments),
    /// Record how a real kube-apiserver prints objects as tables
    Tables(tables::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Ci(arguments) => ci::run(&arguments),
        Task::Claims(arguments) => claims::run(&arguments),
        Task::Conformance(arguments) => conformance::run(&arguments),
        Task::RealCluster(task) => real_cluster::run(task),
        Task::Codegen(arguments) => codegen::run(arguments),
        Task::Corpus(arguments) => corpus::run(arguments),
        Task::Defects(arguments) => defects::run(&arguments),
        Task::Exchange(arguments) => exchange::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Mutants(arguments) => mutants::run(&arguments),
        Task::Oracle(arguments) => oracle::run(&arguments),
        Task::Documents(arguments) => documents::run(&arguments),
        Task::Schema(arguments) => schema::run(arguments),
        Task::Sim(arguments) => sim::run(&arguments),
        Task::Tables(arguments) => tables::run(&arguments),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {}", error.with_causes());
        ExitCode::FAILURE
    })
}
