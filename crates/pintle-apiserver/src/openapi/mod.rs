//! OpenAPI: what the server serves, for clients that check objects, explain fields or merge lists.
//!
//! There are two forms. Version 2 is one document for everything; version 3 is an index and a document
//! a group version, which clients find by the hash of its contents and may keep for ever. Both come in
//! JSON and in protobuf. They are made from the tables in `generated/`, and of those resources that are
//! served. Descriptions are left out: what kube-apiserver says in prose is its authors' to say.
//!
//! Invariant: nothing is made before it is asked for, and everything is made once.

mod component;
mod dialect;
mod document;
mod kinds;
mod operation;
mod parameter;
mod paths;
mod protobuf;
mod schemas;

use std::{collections::BTreeMap, sync::OnceLock};

use bytes::Bytes;
use pintle_codec::{Object, Value, json};

use crate::schema::Resource;

/// The documents of a server.
#[derive(Debug)]
pub(crate) struct OpenApi {
    resources: Vec<&'static Resource>,
    v2: OnceLock<Document>,
    v3: OnceLock<V3>,
}

/// One document, in its formats.
#[derive(Debug)]
pub(crate) struct Document {
    write_protobuf: fn(&Value) -> Vec<u8>,
    json: Bytes,
    protobuf: OnceLock<Bytes>,
    hash: String,
}

#[derive(Debug)]
struct V3 {
    index: Bytes,
    documents: BTreeMap<String, Document>,
}

impl OpenApi {
    /// The documents for these resources.
    pub(crate) fn new(resources: Vec<&'static Resource>) -> Self {
        Self {
            resources,
            v2: OnceLock::new(),
            v3: OnceLock::new(),
        }
    }

    /// The document of version 2.
    pub(crate) fn v2(&self) -> &Document {
        self.v2.get_or_init(|| {
            let document = document::everything(&self.resources);
            Document::new(&document, protobuf::write_v2)
        })
    }

    /// The index of version 3: where each document is, with its hash.
    pub(crate) fn index(&self) -> Bytes {
        self.v3().index.clone()
    }

    /// A document of version 3, by its name in the index: `apis/apps/v1`.
    pub(crate) fn document(&self, name: &str) -> Option<&Document> {
        self.v3().documents.get(name)
    }

    fn v3(&self) -> &V3 {
        self.v3.get_or_init(|| {
            let resources = &self.resources;
            let topics = document::Topic::all(resources).into_iter();
            let documents = topics.map(|topic| {
                let document = Document::new(&topic.document(resources), protobuf::write_v3);
                (topic.name, document)
            });
            V3::new(documents.collect())
        })
    }
}

impl V3 {
    fn new(documents: BTreeMap<String, Document>) -> Self {
        let paths = documents.iter().map(|(name, document)| {
            let url = format!("/openapi/v3/{name}?hash={}", document.hash);
            let entry = Object::from([("serverRelativeURL", Value::from(url))]);
            (name.as_str(), entry.into())
        });
        let index = Object::from([("paths", Value::from(paths.collect::<Object>()))]);
        Self {
            index: encode(&index.into()),
            documents,
        }
    }
}

impl Document {
    fn new(tree: &Value, write_protobuf: fn(&Value) -> Vec<u8>) -> Self {
        let json = encode(tree);
        let hash = crate::hash::of(&json);
        Self {
            write_protobuf,
            json,
            protobuf: OnceLock::new(),
            hash,
        }
    }

    /// In JSON.
    pub(crate) fn json(&self) -> Bytes {
        self.json.clone()
    }

    /// In protobuf.
    pub(crate) fn protobuf(&self) -> Bytes {
        let make = || {
            let tree = json::parse(&self.json).unwrap_or_default();
            (self.write_protobuf)(&tree).into()
        };
        self.protobuf.get_or_init(make).clone()
    }

    /// What its contents have in common with no others', in upper-case hexadecimal digits.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }
}

fn encode(tree: &Value) -> Bytes {
    let mut text = Vec::new();
    json::write(tree, &mut text);
    text.into()
}
