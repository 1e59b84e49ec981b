//! Lists every resource of the clientset on a real API server, in protobuf and in JSON: what the server serves must
//! answer, and of all else it must say that it is not there.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a command line tool prints, and fails by panicking"
)]

#[path = "../../../pintle-clientset/tests/it/calls.rs"]
mod calls;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use pintle_client::{Client, ContentConfig};
use pintle_clientset::Clientset;
use pintle_config::{Environment, Loader};
use pintle_discovery::{Discovery as _, DiscoveryClient};

use verbs::Calls;

#[derive(Parser)]
#[command(about = "Lists every resource of the clientset")]
struct Arguments {
    /// The kubeconfig of the cluster
    #[arg(long, env = "KUBECONFIG")]
    kubeconfig: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let loader = Loader::new(Environment::process());
    let config = loader.path(Arguments::parse().kubeconfig).load().unwrap();
    let config = config.rate_limit(-1.0, 0);
    let client = Client::new(&config).unwrap();
    let served = DiscoveryClient::new(&client)
        .all()
        .await
        .unwrap()
        .complete()
        .unwrap();
    let (mut passed, mut failed) = (0, 0);
    for content in [ContentConfig::protobuf(), ContentConfig::json()] {
        let clientset = Clientset::new(client.clone().content(content));
        let calls = Calls::new(served.clone());
        calls::all(&clientset, &calls).await;
        let (fine, wrong) = calls.outcome();
        passed += fine;
        failed += wrong.len();
        wrong.iter().for_each(|line| println!("FAILED {line}"));
    }
    println!("{passed} passed, {failed} failed");
    ExitCode::from(u8::from(failed > 0))
}

/// What is called of each resource.
mod verbs {
    use std::sync::Mutex;

    use pintle_client::{Api, ClusterWide, Error, Place};
    use pintle_clientset::Reviews;
    use pintle_codec::{Decoder, Format};
    use pintle_discovery::Discovered;
    use pintle_meta::v1::{CreateOptions, ListOptions};
    use pintle_meta::{GroupVersion, Kind, Resource};

    pub(crate) struct Calls {
        served: Discovered,
        outcome: Mutex<(usize, Vec<String>)>,
    }

    impl Calls {
        pub(crate) fn new(served: Discovered) -> Self {
            Self {
                served,
                outcome: Mutex::default(),
            }
        }

        pub(crate) fn outcome(self) -> (usize, Vec<String>) {
            self.outcome.into_inner().unwrap()
        }

        /// Whether an answer is right for a resource that is served, or is not.
        fn check(&self, resource: &str, is_served: bool, answer: Result<(), Error>) {
            let fine = match &answer {
                Ok(()) => is_served,
                Err(error) => !is_served && error.is_not_found(),
            };
            let mut outcome = self.outcome.lock().unwrap();
            if fine {
                outcome.0 += 1;
            } else {
                outcome
                    .1
                    .push(format!("{resource} (served: {is_served}): {answer:?}"));
            }
        }
    }

    pub(crate) async fn namespaced<K: Resource>(calls: &Calls, resource: &str, api: &Api<K>) {
        list(calls, resource, api).await;
    }

    pub(crate) async fn cluster<K: Resource>(
        calls: &Calls,
        resource: &str,
        api: &Api<K, ClusterWide>,
    ) {
        list(calls, resource, api).await;
    }

    async fn list<K: Resource, P: Place>(calls: &Calls, resource: &str, api: &Api<K, P>) {
        let group_version = GroupVersion::new(K::GROUP, K::VERSION);
        let served = calls.served.resources();
        let mut served =
            served.filter(|(version, it)| **version == group_version && it.name == K::PLURAL);
        let answer = api.list(&ListOptions::new().limit(1)).await;
        calls.check(resource, served.next().is_some(), answer.map(drop));
    }

    pub(crate) async fn reviewed<K: Kind>(calls: &Calls, resource: &str, reviews: &Reviews<K>) {
        let type_meta = K::type_meta();
        let document = format!(
            r#"{{"kind":"{}","apiVersion":"{}"}}"#,
            type_meta.kind, type_meta.api_version
        );
        let question = K::decode(document.as_bytes(), Format::Json, &mut Decoder::new()).unwrap();
        let group_version = GroupVersion::new(K::GROUP, K::VERSION);
        let mut served = calls.served.resources();
        let is_served = served.any(|(version, it)| *version == group_version && it.kind == K::KIND);
        let answer = match reviews.create(&question, &CreateOptions::new()).await {
            // A question that asks nothing is understood, and refused.
            Err(error)
                if error
                    .as_status()
                    .is_some_and(|it| matches!(it.code, 400 | 422)) =>
            {
                Ok(())
            }
            answer => answer.map(drop),
        };
        calls.check(resource, is_served, answer);
    }
}
