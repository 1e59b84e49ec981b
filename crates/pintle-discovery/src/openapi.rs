//! [`OpenApiIndex`], the OpenAPI documents of a server, version 3.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use pintle_codec::{Value, json};

use crate::{DiscoveryClient, Error};

/// The OpenAPI documents of a server, one for each group version.
///
/// The URL of a document has a hash of its content in it: a document that was read once is the same
/// for ever, and is kept here, as it may be by any HTTP cache.
#[derive(Clone, Debug)]
pub struct OpenApiIndex {
    paths: BTreeMap<String, OpenApiPath>,
}

/// One OpenAPI document, which is read when it is asked for. Cheap to clone.
#[derive(Clone)]
pub struct OpenApiPath {
    client: DiscoveryClient,
    url: Arc<str>,
    /// By media type.
    read: Arc<Mutex<BTreeMap<String, Bytes>>>,
}

impl OpenApiIndex {
    pub(crate) async fn read(client: &DiscoveryClient) -> Result<Self, Error> {
        let answer = client.ask(client.get("/openapi/v3", JSON)).await?;
        let tree = answer.into_value()?;
        let paths = tree.get("paths").and_then(Value::as_object);
        let paths = paths.ok_or_else(|| {
            Error::invalid_answer("its OpenAPI documents", "the index has no paths")
        })?;
        let paths = paths.iter().filter_map(|(path, entry)| {
            let url = entry.get("serverRelativeURL").and_then(Value::as_str)?;
            let document = OpenApiPath {
                client: client.clone(),
                url: url.into(),
                read: Arc::default(),
            };
            Some((path.to_owned(), document))
        });
        Ok(Self {
            paths: paths.collect(),
        })
    }

    /// The documents by what they describe, such as `api/v1` or `apis/apps/v1`.
    pub fn paths(&self) -> &BTreeMap<String, OpenApiPath> {
        &self.paths
    }

    /// The document of one group version.
    pub fn group_version(&self, group_version: &pintle_meta::GroupVersion) -> Option<&OpenApiPath> {
        let root = if group_version.group.is_empty() {
            "api"
        } else {
            "apis"
        };
        self.paths.get(&format!("{root}/{group_version}"))
    }
}

impl OpenApiPath {
    /// Where the document is on the server, with the hash of its content.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The document in a media type of the caller's choice, such as `application/json` or
    /// `application/com.github.proto-openapi.spec.v3@v1.0+protobuf`.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn fetch(&self, media_type: &str) -> Result<Bytes, Error> {
        let known = |read: &Mutex<BTreeMap<String, Bytes>>| {
            let read = read.lock().unwrap_or_else(PoisonError::into_inner);
            read.get(media_type).cloned()
        };
        if let Some(document) = known(&self.read) {
            return Ok(document);
        }
        let request = self.client.rest_client().get();
        let request = request.request_uri(&self.url).header("accept", media_type);
        let document = self.client.ask(request).await?.raw().clone();
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(media_type.to_owned(), document.clone());
        Ok(document)
    }

    /// The document as a tree.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the request fails, or its answer is malformed.
    pub async fn document(&self) -> Result<Value, Error> {
        let document = self.fetch(JSON).await?;
        json::parse(&document).map_err(|error| Error::invalid_answer(&self.url, error))
    }
}

impl fmt::Debug for OpenApiPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenApiPath")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

const JSON: &str = "application/json";
