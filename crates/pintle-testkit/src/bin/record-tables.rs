//! Records how a real kube-apiserver prints objects: makes those of a directory on the cluster of a
//! kubeconfig, which nobody else may use, and writes how each resource is shown as a table.
//!
//! `cargo xtask tables` runs it. The record is a line a resource, with its columns and the time of the
//! request, followed by a line an object, with its cells and the object itself. An object without
//! anything comes last: bookmarks of watches are printed as one.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool prints"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use pintle_client::{Client, Request, RestClient};
use pintle_codec::yaml::Documents;
use pintle_codec::{Object, Value, json};
use pintle_env::{Clock, SystemClock};
use pintle_meta::{GroupVersion, Time};
use pintle_testkit::Cluster;
use tokio::task::JoinSet;

#[derive(Parser)]
#[command(about = "Records how a real kube-apiserver prints objects")]
struct Arguments {
    /// The kubeconfig of the cluster
    #[arg(long, env = "KUBECONFIG")]
    kubeconfig: PathBuf,
    /// The directory of the objects
    #[arg(long)]
    objects: PathBuf,
    /// The file for the record
    #[arg(long)]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match record(&Arguments::parse()).await {
        Ok(objects) => {
            println!("{objects} objects recorded");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

async fn record(arguments: &Arguments) -> Result<usize> {
    let cluster = Cluster::new(arguments.kubeconfig.clone())?;
    let server = Server::discover(cluster.client()).await?;
    let mut made = BTreeSet::new();
    let mut refused = Vec::new();
    for document in documents(&arguments.objects)? {
        match server.make(&document).await {
            Ok(identity) => drop(made.insert(identity)),
            Err(error) => {
                let (kind, name) = (
                    text(&document, &["kind"]),
                    text(&document, &["metadata", "name"]),
                );
                refused.push(format!("{kind} {name}: {error}"));
            }
        }
    }
    if !refused.is_empty() {
        return Err(refused.join("\n").into());
    }
    // Some are looked at by loops of the server itself, which say what they found.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut bookmarks = server.bookmarks().await?;
    let mut out = Vec::new();
    let mut recorded = 0;
    for (number, resource) in server.resources.iter().enumerate() {
        let bookmark = bookmarks.remove(&number);
        recorded += server.print(resource, &made, bookmark, &mut out).await?;
    }
    fs::write(&arguments.out, out)?;
    Ok(recorded)
}

/// The objects of the files of a directory, in the order of their names.
fn documents(directory: &Path) -> Result<Vec<Value>> {
    let mut paths: Vec<_> = fs::read_dir(directory)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    paths.sort();
    let now = SystemClock::new().timestamp().unix_seconds();
    let mut documents = Vec::new();
    for path in paths {
        let text = with_times(&fs::read_to_string(&path)?, now);
        for document in Documents::new(&text) {
            let document = document.map_err(|error| format!("{}: {error}", path.display()))?;
            documents.push(document.to_value());
        }
    }
    Ok(documents)
}

/// A text in which `NOW-90` stands for the time of 90 seconds ago, `NOW-90.900000` for 0.9 seconds later.
fn with_times(text: &str, now: i64) -> String {
    let mut parts = text.split("NOW-");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (ago, rest) = part.split_at(end.unwrap_or(part.len()));
        let (seconds, fraction) = ago.split_once('.').unwrap_or((ago, ""));
        let time = Time::from_unix(now - seconds.parse::<i64>().unwrap_or_default()).to_string();
        match fraction {
            "" => out.push_str(&time),
            fraction => out.push_str(&time.replace('Z', &format!(".{fraction}Z"))),
        }
        out.push_str(rest);
    }
    out
}

/// A server, and what it has.
struct Server {
    client: Client,
    resources: Vec<Resource>,
}

struct Resource {
    group_version: GroupVersion,
    name: String,
    kind: String,
    namespaced: bool,
    watched: bool,
    subresources: Vec<String>,
}

/// The kind, namespace and name of an object.
type Identity = (String, String, String);

impl Server {
    async fn discover(client: &Client) -> Result<Self> {
        let mut versions = vec![GroupVersion::core("v1")];
        let groups = get(client, "/apis").await?;
        for group in list(&groups, &["groups"]) {
            for version in list(group, &["versions"]) {
                versions.push(text(version, &["groupVersion"]).parse()?);
            }
        }
        let mut resources = Vec::new();
        for group_version in versions {
            let path = match &*group_version.group {
                "" => "/api/v1".to_owned(),
                _ => format!("/apis/{group_version}"),
            };
            let found = get(client, &path).await?;
            let mut subresources = BTreeMap::<&str, Vec<String>>::new();
            for entry in list(&found, &["resources"]) {
                if let Some((resource, sub)) = text(entry, &["name"]).split_once('/') {
                    subresources.entry(resource).or_default().push(sub.into());
                }
            }
            for entry in list(&found, &["resources"]) {
                let name = text(entry, &["name"]);
                let has = |verb: &str| list(entry, &["verbs"]).contains(&verb.into());
                if name.contains('/') || !has("list") {
                    continue;
                }
                resources.push(Resource {
                    group_version: group_version.clone(),
                    name: name.to_owned(),
                    kind: text(entry, &["kind"]).to_owned(),
                    namespaced: entry.get("namespaced") == Some(&Value::Bool(true)),
                    watched: has("watch"),
                    subresources: subresources.remove(name).unwrap_or_default(),
                });
            }
        }
        Ok(Self {
            client: client.clone(),
            resources,
        })
    }

    fn rest(&self, resource: &Resource) -> RestClient {
        self.client.rest(&resource.group_version)
    }

    /// Makes an object with its status, and deletes it if an annotation says so: something keeps it.
    async fn make(&self, document: &Value) -> Result<Identity> {
        let (version, kind) = (text(document, &["apiVersion"]), text(document, &["kind"]));
        let named = |resource: &&Resource| {
            resource.group_version.to_string() == version && resource.kind == kind
        };
        let mut resources = self.resources.iter();
        let resource = resources.find(named).ok_or("no such resource")?;
        let (namespace, name) = (
            text(document, &["metadata", "namespace"]),
            text(document, &["metadata", "name"]),
        );
        let rest = self.rest(resource);
        let at = |request: Request| {
            let request = match resource.namespaced {
                true => request.namespace(namespace),
                false => request,
            };
            request.resource(&*resource.name)
        };
        let create = at(rest.post()).param("fieldValidation", "Strict");
        let body = encode(document);
        create.body_bytes("application/json", body).send().await?;
        if let Some(status) = document.get("status") {
            let patch = encode(&Object::from([("status", status.clone())]).into());
            for part in ["approval", "status"] {
                if resource.subresources.iter().any(|sub| sub == part) {
                    let request = at(rest.patch()).name(name).subresource([part]);
                    let request = request.param("fieldValidation", "Strict");
                    let patch = patch.clone();
                    let request = request.body_bytes("application/merge-patch+json", patch);
                    request.send().await?;
                }
            }
        }
        if text(document, &["metadata", "annotations", "then"]) == "delete" {
            at(rest.delete()).name(name).send().await?;
        }
        Ok((kind.to_owned(), namespace.to_owned(), name.to_owned()))
    }

    /// The rows of the bookmarks of watches, by the number of the resource.
    async fn bookmarks(&self) -> Result<BTreeMap<usize, Value>> {
        let mut watches = JoinSet::new();
        for (number, resource) in self.resources.iter().enumerate() {
            if resource.watched {
                let request = self.rest(resource).get().resource(&*resource.name);
                watches.spawn(async move { (number, bookmark(request).await) });
            }
        }
        let mut rows = BTreeMap::new();
        for (number, row) in watches.join_all().await {
            let name = &self.resources[number].name;
            let row = row.map_err(|error| format!("watch {name}: {error}"))?;
            rows.insert(number, row);
        }
        Ok(rows)
    }

    /// Writes how the objects of a resource are printed: those that were made, and a few of the
    /// server's own. Returns how many.
    async fn print(
        &self,
        resource: &Resource,
        made: &BTreeSet<Identity>,
        bookmark: Option<Value>,
        out: &mut Vec<u8>,
    ) -> Result<usize> {
        let rest = self.rest(resource);
        let (table, now) = table(|| rest.get().resource(&*resource.name)).await?;
        self.write_table(resource, &resource.name, &table, &now, out);
        let (mut recorded, mut others) = (0, 0);
        let mut scaled = None;
        for row in list(&table, &["rows"]) {
            let metadata = |field| text(row, &["object", "metadata", field]).to_owned();
            let identity = (
                resource.kind.clone(),
                metadata("namespace"),
                metadata("name"),
            );
            let is_made = made.contains(&identity);
            others += usize::from(!is_made);
            if is_made || others <= OTHERS {
                write_row(row, out);
                recorded += 1;
                scaled = Some(identity);
            }
        }
        if let Some(row) = bookmark {
            write_row(&row, out);
            recorded += 1;
        }
        if let Some((_, namespace, name)) = scaled
            && resource.subresources.iter().any(|sub| sub == "scale")
        {
            let request = || {
                let request = rest.get().namespace(&namespace).resource(&*resource.name);
                request.name(&name).subresource(["scale"])
            };
            let (table, now) = self::table(request).await?;
            let scale = format!("{}/scale", resource.name);
            self.write_table(resource, &scale, &table, &now, out);
            for row in list(&table, &["rows"]) {
                write_row(row, out);
                recorded += 1;
            }
        }
        Ok(recorded)
    }

    fn write_table(
        &self,
        resource: &Resource,
        name: &str,
        table: &Value,
        now: &str,
        out: &mut Vec<u8>,
    ) {
        let columns = list(table, &["columnDefinitions"]).iter();
        let columns = columns.map(|column| {
            let mut column = column.clone();
            if let Some(column) = column.as_object_mut() {
                // Prose of Kubernetes' documentation.
                column.remove("description");
            }
            column
        });
        let line = Object::from([
            ("group", Value::from(&*resource.group_version.group)),
            ("version", Value::from(&*resource.group_version.version)),
            ("resource", Value::from(name)),
            ("now", Value::from(now)),
            ("columns", Value::Array(columns.collect())),
        ]);
        write_line(line, out);
    }
}

/// The answer to a request as a table with whole objects, and the time at which ages were computed,
/// of which the second and no more is known.
async fn table(request: impl Fn() -> Request) -> Result<(Value, String)> {
    const ATTEMPTS: usize = 10;
    let clock = SystemClock::new();
    for _ in 0..ATTEMPTS {
        let begun = clock.timestamp();
        let into = begun.subsecond_nanoseconds();
        if !(BEGIN..END).contains(&into) {
            // To where this second or the next one may be used.
            let wait = (1_000_000_000 + BEGIN - into) % 1_000_000_000;
            tokio::time::sleep(Duration::from_nanos(wait.into())).await;
            continue;
        }
        let request = request().header("accept", TABLE);
        let answer = request.param("includeObject", "Object").send().await?;
        let ended = clock.timestamp();
        let second = begun.unix_seconds();
        if ended.unix_seconds() == second && ended.subsecond_nanoseconds() < END {
            let second = Time::from_unix(second).to_string();
            return Ok((answer.into_value()?, second.replace('Z', ".500000Z")));
        }
    }
    Err("no answer came within the second in which it was asked for".into())
}

/// The row of the bookmark that ends the beginning of a watch, with an object that has nothing in it.
async fn bookmark(request: Request) -> std::result::Result<Value, String> {
    let request = request.header("accept", TABLE);
    let request = request.param("watch", "true").param("timeoutSeconds", "2");
    let request = request.param("allowWatchBookmarks", "true");
    let request = request.param("sendInitialEvents", "true");
    let request = request.param("resourceVersionMatch", "NotOlderThan");
    let answer = request.send().await.map_err(|error| error.to_string())?;
    for line in answer.raw().split(|byte| *byte == b'\n') {
        let Ok(event) = json::parse(line) else {
            continue;
        };
        if text(&event, &["type"]) == "BOOKMARK" {
            let row = list(&event, &["object", "rows"]).first();
            let cells = row.and_then(|row| row.get("cells")).ok_or("an empty row")?;
            let object = Value::Object(Object::new());
            return Ok(Object::from([("cells", cells.clone()), ("object", object)]).into());
        }
    }
    Err("it has no bookmark".to_owned())
}

fn write_row(row: &Value, out: &mut Vec<u8>) {
    let mut row = row.clone();
    let metadata = row.as_object_mut().and_then(|row| row.get_mut("object"));
    let metadata = metadata.and_then(Value::as_object_mut);
    let metadata = metadata.and_then(|object| object.get_mut("metadata"));
    if let Some(metadata) = metadata.and_then(Value::as_object_mut) {
        // What differs from one record to the next and shows nowhere.
        for field in ["uid", "resourceVersion", "managedFields"] {
            metadata.remove(field);
        }
    }
    if let Value::Object(row) = row {
        write_line(row, out);
    }
}

fn write_line(line: Object, out: &mut Vec<u8>) {
    json::write(&line.into(), out);
    out.push(b'\n');
}

async fn get(client: &Client, path: &str) -> Result<Value> {
    let rest = client.rest(&GroupVersion::core("v1"));
    Ok(rest.get().abs_path(path).send().await?.into_value()?)
}

fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    json::write(value, &mut out);
    out
}

fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    let text = value.at(path).and_then(Value::as_str);
    text.unwrap_or_default()
}

fn list<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    let list = value.at(path).and_then(Value::as_array);
    list.unwrap_or_default()
}

/// The representation that is asked for.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

/// How many objects are recorded of a resource that the server made itself.
const OTHERS: usize = 2;

/// The part of a second, in nanoseconds, in which a table is asked for, so that ages are those of its
/// middle: all times of the objects are near the second's edges.
const BEGIN: u32 = 200_000_000;
const END: u32 = 800_000_000;
