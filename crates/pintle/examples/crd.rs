//! A resource of one's own: prints its definition; where `$KUBECONFIG` names a cluster, defines it
//! there, creates an object and lists what there is.
//!
//! ```console
//! $ cargo run --example crd | kubectl apply -f -
//! $ KUBECONFIG=~/.kube/config cargo run --example crd
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::time::Duration;

use pintle::api::apiextensions::v1::CustomResourceDefinition;
use pintle::api::core::v1::EnvVar;
use pintle::crd::{Rule, to_yaml};
use pintle::meta::v1::{Condition, CreateOptions, ListOptions, UpdateOptions};
use pintle::{Client, CustomResource, Error};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A website, and how it is served.
#[derive(Clone, Deserialize, Serialize, JsonSchema, CustomResource)]
#[serde(rename_all = "camelCase")]
#[pintle(
    group = "example.com",
    version = "v1",
    status = "WebsiteStatus",
    short_names("ws")
)]
#[pintle(scale(spec_replicas: ".spec.replicas", status_replicas: ".status.replicas"))]
#[pintle(printer_column(name: "URL", type: "string", json_path: ".spec.url"))]
struct WebsiteSpec {
    #[schemars(length(max = 200))]
    url: String,
    #[schemars(transform = Rule::new("self >= 1").message("somebody serves a website"))]
    replicas: i32,
    source: Source,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    env: Vec<EnvVar>,
}

/// Where the pages come from.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Source {
    /// A repository.
    Git {
        repository: String,
        branch: Option<String>,
    },
    /// An image with the pages in it.
    Image { reference: String },
}

/// How it goes.
#[derive(Clone, Default, Deserialize, Serialize, JsonSchema)]
struct WebsiteStatus {
    #[serde(default)]
    replicas: i32,
    #[serde(default)]
    conditions: Vec<Condition>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let definition = Website::crd();
    if std::env::var_os("KUBECONFIG").is_none() {
        print!("{}", to_yaml(&definition));
        return Ok(());
    }
    let client = Client::infer().await?;
    define(&client, definition).await?;

    let websites = client.api::<Website>().default_namespace();
    let spec = WebsiteSpec {
        url: "https://example.com".to_owned(),
        replicas: 2,
        source: Source::Git {
            repository: "https://example.com/pages.git".to_owned(),
            branch: None,
        },
        env: Vec::new(),
    };
    let created = websites
        .create(&Website::new("home", spec), &CreateOptions::new())
        .await;
    match created {
        Ok(website) => println!("created {}", website.metadata.name),
        Err(error) if error.is_already_exists() => println!("home is there already"),
        Err(error) => return Err(error),
    }
    for website in &websites.list(&ListOptions::new()).await? {
        println!("{} {}", website.metadata.name, website.spec.url);
    }
    Ok(())
}

/// Creates or replaces the definition, and waits until the server serves the resource.
async fn define(client: &Client, mut definition: CustomResourceDefinition) -> Result<(), Error> {
    let definitions = client.api::<CustomResourceDefinition>();
    let name = definition.metadata.name.to_string();
    match definitions.get(&name).await {
        Ok(present) => {
            definition.metadata.resource_version = present.metadata.resource_version;
            definitions
                .update(&definition, &UpdateOptions::new())
                .await?;
        }
        Err(error) if error.is_not_found() => {
            definitions
                .create(&definition, &CreateOptions::new())
                .await?;
        }
        Err(error) => return Err(error),
    }
    loop {
        let present = definitions.get(&name).await?;
        let mut conditions = present.status.conditions.iter();
        if conditions.any(|it| it.type_ == "Established" && it.status == "True") {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
