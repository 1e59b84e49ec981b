//! The resource: what a website is to be, and how it fares.

use std::collections::BTreeMap;

use pintle::CustomResource;
use pintle::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A website: pages, and servers that show them.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema, CustomResource)]
#[serde(rename_all = "camelCase")]
#[pintle(
    group = "web.example.com",
    version = "v1",
    status = "WebsiteStatus",
    short_names("site")
)]
#[pintle(scale(spec_replicas: ".spec.replicas", status_replicas: ".status.replicas"))]
#[pintle(printer_column(name: "Ready", type: "string", json_path: ".status.conditions[?(@.type=='Ready')].status"))]
#[pintle(printer_column(name: "Servers", type: "integer", json_path: ".status.readyReplicas"))]
#[pintle(printer_column(name: "Age", type: "date", json_path: ".metadata.creationTimestamp"))]
#[pintle(validation(rule: "self.metadata.name.size() <= 50", message: "the name is too long for a host name"))]
pub struct WebsiteSpec {
    /// The pages, by the names of their files: `index.html` is the first.
    pub pages: BTreeMap<String, String>,
    /// How many servers show them.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 100))]
    pub replicas: i32,
    /// What the servers run. It shows `/usr/share/nginx/html` at port 8080.
    #[serde(default = "nginx")]
    pub image: String,
}

/// How a website fares.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct WebsiteStatus {
    /// The generation of the website that the rest is about.
    pub observed_generation: i64,
    /// How many servers there are.
    pub replicas: i32,
    /// How many of them are ready.
    pub ready_replicas: i32,
    /// `Ready`: whether all servers show the website as it is to be.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
}

fn one() -> i32 {
    1
}

fn nginx() -> String {
    "docker.io/nginxinc/nginx-unprivileged:1.29-alpine".to_owned()
}
