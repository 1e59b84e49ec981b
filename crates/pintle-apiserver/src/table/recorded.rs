//! What a real kube-apiserver printed, compared with what these tables print of the same objects at the
//! same time.
//!
//! `cargo xtask tables` makes the objects of `tests/tables/objects` on a real server and writes
//! `tests/tables/recorded.jsonl`: a line a resource, with its columns and the time of the request,
//! followed by a line an object, with its cells and the object itself. The last one is the empty object,
//! as a watch's bookmark shows it.

use std::collections::BTreeSet;
use std::fs;

use pintle_codec::{Object, Value, json};
use pintle_env::Timestamp;
use pintle_meta::MicroTime;

use super::{Table, autoscaling, of};
use crate::{
    generated::{autoscaling_v1, resources::RESOURCES},
    schema::{Struct, Tree, decode},
};

/// What the server answered for one resource.
struct Recorded {
    group: String,
    version: String,
    /// The resource, or a subresource behind a slash.
    resource: String,
    now: Timestamp,
    columns: Vec<Value>,
    rows: Vec<Row>,
}

struct Row {
    cells: Value,
    conditions: Option<Value>,
    object: Value,
}

impl Recorded {
    fn all() -> Vec<Self> {
        let text = match std::env::var_os("PINTLE_RECORDED_TABLES") {
            Some(path) => fs::read_to_string(path).unwrap(),
            None => include_str!("../../tests/tables/recorded.jsonl").to_owned(),
        };
        let mut all: Vec<Self> = Vec::new();
        for line in text.lines() {
            let line = json::parse(line.as_bytes()).unwrap();
            let text = |field: &str| line.get(field).and_then(Value::as_str).unwrap().to_owned();
            match line.get("cells") {
                Some(cells) => all.last_mut().unwrap().rows.push(Row {
                    cells: cells.clone(),
                    conditions: line.get("conditions").cloned(),
                    object: line.get("object").unwrap().clone(),
                }),
                None => {
                    let now: MicroTime = text("now").parse().unwrap();
                    all.push(Self {
                        group: text("group"),
                        version: text("version"),
                        resource: text("resource"),
                        now: Timestamp::from_unix(
                            now.unix_seconds(),
                            now.subsecond_micros() * 1000,
                        ),
                        columns: line.get("columns").unwrap().as_array().unwrap().to_vec(),
                        rows: Vec::new(),
                    });
                }
            }
        }
        all
    }

    /// Its table, and what its objects consist of.
    fn table(&self) -> (&'static Table, &'static Struct) {
        if self.resource.ends_with("/scale") {
            return (&autoscaling::SCALES, &autoscaling_v1::SCALE);
        }
        let named = (&*self.group, &*self.version, &*self.resource);
        let resource = RESOURCES
            .iter()
            .find(|facts| (facts.group, facts.version, facts.resource) == named)
            .unwrap_or_else(|| panic!("{named:?} is not known"));
        (of(resource), resource.schema)
    }

    /// The record in which the objects are as they are stored. kube-apiserver prints from that form,
    /// whatever the version that is asked for: another version need not hold all that is shown.
    fn stored<'a>(&'a self, all: &'a [Self]) -> &'a Self {
        let stored = match (&*self.group, &*self.version) {
            ("autoscaling", "v1") => ("autoscaling", "v2"),
            ("events.k8s.io", "v1") => ("", "v1"),
            itself => itself,
        };
        let mut all = all.iter().filter(|other| other.resource == self.resource);
        all.find(|other| (&*other.group, &*other.version) == stored)
            .unwrap()
    }
}

impl Row {
    /// The namespace and the name.
    fn name(&self) -> [&str; 2] {
        ["namespace", "name"].map(|field| {
            let text = self.object.at(&["metadata", field]);
            text.and_then(Value::as_str).unwrap_or_default()
        })
    }

    fn tree(&self, schema: &'static Struct) -> Tree {
        let mut text = Vec::new();
        json::write(&self.object, &mut text);
        Tree::new(decode(&text, schema).unwrap().object, schema)
    }
}

#[test]
fn cells_are_those_of_kube_apiserver() {
    let all = Recorded::all();
    let mut differing = Vec::new();
    for recorded in &all {
        let stored = recorded.stored(&all);
        let (table, schema) = stored.table();
        for row in &recorded.rows {
            let object = stored.rows.iter().find(|other| other.name() == row.name());
            let tree = object.unwrap().tree(schema);
            let cells = Value::Array(table.cells(&tree, recorded.now));
            let completed = (table.completed)(&tree).map(|(reason, message)| {
                let condition = [
                    ("type", Value::from("Completed")),
                    ("status", Value::from("True")),
                    ("reason", Value::from(reason)),
                    ("message", Value::from(message)),
                ];
                Value::Array(vec![Object::from(condition).into()])
            });
            if (&cells, &completed) != (&row.cells, &row.conditions) {
                let (group, version) = (&recorded.group, &recorded.version);
                differing.push(format!(
                    "{} {:?} of {group}/{version}\n  kube-apiserver {:?} {:?}\n  pintle         {cells:?} {completed:?}",
                    recorded.resource,
                    row.name(),
                    row.cells,
                    row.conditions,
                ));
            }
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn columns_are_those_of_kube_apiserver() {
    for recorded in Recorded::all() {
        let (table, _) = recorded.table();
        let columns: Vec<Value> = table
            .columns
            .iter()
            .map(|column| {
                Object::from([
                    ("name", Value::from(column.name)),
                    ("type", Value::from(column.type_)),
                    ("format", Value::from(column.format)),
                    ("priority", Value::from(column.priority)),
                ])
                .into()
            })
            .collect();
        assert_eq!(columns, recorded.columns, "{}", recorded.resource);
        assert!(
            table
                .columns
                .iter()
                .all(|column| !column.description.is_empty())
        );
    }
}

#[test]
fn lists_are_in_the_order_of_kube_apiserver() {
    for recorded in Recorded::all() {
        let (table, schema) = recorded.table();
        if let Some(order) = table.order {
            let rows = recorded.rows.iter().filter(|row| row.name() != ["", ""]);
            let rows: Vec<_> = rows.map(|row| row.tree(schema)).collect();
            assert!(rows.is_sorted_by(|one, other| order(one, other).is_lt()));
        }
    }
}

#[test]
fn every_resource_that_is_listed_has_recorded_objects() {
    let all = Recorded::all();
    let recorded: BTreeSet<_> = all
        .iter()
        .filter(|recorded| recorded.rows.iter().any(|row| row.name() != ["", ""]))
        .map(|recorded| (&*recorded.group, &*recorded.version, &*recorded.resource))
        .collect();
    for facts in RESOURCES {
        let named = (facts.group, facts.version, facts.resource);
        let is_listed = facts.verbs.contains(&"list");
        assert!(!is_listed || recorded.contains(&named), "{named:?}");
    }
    let objects: usize = all.iter().map(|recorded| recorded.rows.len()).sum();
    assert!(objects >= 350, "{objects}");
}
