//! [`DiscoveryClient`], which asks the server itself.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pintle_client::{BoxFuture, Client, Request, Response, RestClient};
use pintle_codec::{Decoder, Format, Value};
use pintle_config::Config;
use pintle_meta::GroupVersion;
use pintle_meta::v1::{
    APIGroup, APIGroupList, APIResourceList, APIVersions, GroupVersionForDiscovery,
};

use crate::{Discovered, Discovery, Error, Groups, ServerVersion, aggregated, discovery};

/// Asks a server what it serves, each time anew. Cheap to clone.
///
/// It asks for aggregated discovery, two documents for all groups and resources, and falls back to
/// asking for each group version, all at the same time. client-go's `discovery.DiscoveryClient`.
#[derive(Clone, Debug)]
pub struct DiscoveryClient {
    rest: RestClient,
    form: Form,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Aggregated,
    AggregatedWithoutPeers,
    Legacy,
}

impl DiscoveryClient {
    /// Asks through a client, within its limits.
    pub fn new(client: &Client) -> Self {
        Self {
            rest: client.rest(&GroupVersion::default()),
            form: Form::Aggregated,
        }
    }

    /// Asks through connections of its own.
    ///
    /// Discovery comes in bursts: unless the configuration says otherwise, 300 requests may be sent at
    /// once.
    ///
    /// # Errors
    /// When the configuration cannot be used, for instance because a certificate is malformed.
    pub fn for_config(config: &Config) -> Result<Self, Error> {
        Ok(Self::new(&Client::new(&bursty(config))?))
    }

    /// The same client, which asks for each group version, as before there was aggregated discovery.
    #[must_use]
    pub fn legacy(mut self) -> Self {
        self.form = Form::Legacy;
        self
    }

    /// The same client, which asks for what the server that answers serves itself, and not for what
    /// other servers of the same cluster, of other versions, do.
    #[must_use]
    pub fn without_peers(mut self) -> Self {
        self.form = Form::AggregatedWithoutPeers;
        self
    }

    /// The client underneath.
    pub fn rest_client(&self) -> &RestClient {
        &self.rest
    }

    /// The OpenAPI document, version 2, as a tree. It is large: several megabytes.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the request fails, or its answer cannot be read.
    pub async fn openapi_v2(&self) -> Result<Value, Error> {
        let answer = self
            .ask(self.get("/openapi/v2", "application/json"))
            .await?;
        Ok(answer.into_value()?)
    }

    /// The OpenAPI document, version 2, in protobuf (Gnostic's messages), as it comes.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn openapi_v2_protobuf(&self) -> Result<Bytes, Error> {
        const PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
        let answer = self.ask(self.get("/openapi/v2", PROTOBUF)).await?;
        Ok(answer.raw().clone())
    }

    pub(crate) fn server_version(&self) -> BoxFuture<'_, Result<ServerVersion, Error>> {
        Box::pin(async {
            let answer = self.ask(self.get("/version", JSON)).await?;
            ServerVersion::read(answer.raw())
        })
    }

    pub(crate) fn get(&self, path: &str, accept: &str) -> Request {
        self.rest.get().abs_path(path).header("accept", accept)
    }

    pub(crate) async fn ask(&self, request: Request) -> Result<Response, Error> {
        Ok(request.timeout(TIMEOUT).send().await?)
    }

    /// The groups at `/api`: the core group.
    async fn core(&self) -> Result<Groups, Error> {
        let answer = match self.ask(self.get("/api", self.form.accept())).await {
            Ok(answer) => answer,
            // A server that is aggregated into others need not have a core group.
            Err(error) if is_not_found(&error) => {
                return Ok(Groups {
                    resources: Some(Default::default()),
                    ..Groups::default()
                });
            }
            Err(error) => return Err(error),
        };
        if aggregated::is_aggregated(answer.content_type()) {
            return aggregated::read(answer.raw());
        }
        let versions: APIVersions = read(answer.raw(), "its core group")?;
        let versions = versions
            .versions
            .iter()
            .map(|version| GroupVersionForDiscovery {
                group_version: version.clone(),
                version: version.clone(),
            });
        let mut group = APIGroup {
            versions: versions.collect(),
            ..APIGroup::default()
        };
        group.preferred_version = group.versions.first().cloned().unwrap_or_default();
        Ok(Groups {
            groups: vec![group],
            ..Groups::default()
        })
    }

    /// The groups at `/apis`: all others.
    async fn named(&self) -> Result<Groups, Error> {
        let answer = self.ask(self.get("/apis", self.form.accept())).await?;
        if aggregated::is_aggregated(answer.content_type()) {
            return aggregated::read(answer.raw());
        }
        let list: APIGroupList = read(answer.raw(), "its groups")?;
        Ok(Groups {
            groups: list.groups.into_iter().collect(),
            ..Groups::default()
        })
    }
}

impl Discovery for DiscoveryClient {
    fn groups(&self) -> BoxFuture<'_, Result<Groups, Error>> {
        Box::pin(async {
            let mut all = self.core().await?;
            let named = self.named().await?;
            all.groups.extend(named.groups);
            all.failed.extend(named.failed);
            // Only if both are aggregated are the resources all of them.
            all.resources = match (all.resources, named.resources) {
                (Some(mut core), Some(named)) => {
                    core.extend(named);
                    Some(core)
                }
                _ => None,
            };
            Ok(all)
        })
    }

    fn resources(
        &self,
        group_version: &GroupVersion,
    ) -> BoxFuture<'_, Result<Arc<APIResourceList>, Error>> {
        let core = *group_version == GroupVersion::core("v1");
        let root = if core { "/api" } else { "/apis" };
        let path = format!("{root}/{group_version}");
        let what = group_version.to_string();
        Box::pin(async move {
            match self.ask(self.get(&path, JSON)).await {
                Ok(answer) => Ok(Arc::new(read(answer.raw(), &what)?)),
                Err(error) if core && is_not_found(&error) => Ok(Arc::new(APIResourceList {
                    group_version: what.into(),
                    ..APIResourceList::default()
                })),
                Err(error) => Err(error),
            }
        })
    }

    fn live(&self) -> &DiscoveryClient {
        self
    }

    /// What failed is asked for once more: groups come and go while they are being asked for.
    fn all(&self) -> BoxFuture<'_, Result<Discovered, Error>> {
        Box::pin(async {
            let first = discovery::all(self).await?;
            if first.failed().is_empty() {
                return Ok(first);
            }
            discovery::all(self).await
        })
    }
}

impl Form {
    fn accept(self) -> &'static str {
        // The parameters must be in this order for servers to understand them.
        match self {
            Self::Aggregated => {
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                 application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,\
                 application/json"
            }
            Self::AggregatedWithoutPeers => {
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer,\
                 application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                 application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,\
                 application/json"
            }
            Self::Legacy => JSON,
        }
    }
}

/// The configuration of a client that is there for discovery.
pub(crate) fn bursty(config: &Config) -> Config {
    let mut config = config.clone();
    if config.rate_limit.burst == 0 {
        config.rate_limit.burst = BURST;
    }
    config
}

/// Reads a document of the old form.
pub(crate) fn read<T: pintle_meta::Kind>(document: &[u8], what: &str) -> Result<T, Error> {
    T::decode(document, Format::Json, &mut Decoder::new())
        .map_err(|error| Error::invalid_answer(what, error))
}

fn is_not_found(error: &Error) -> bool {
    error
        .as_client()
        .is_some_and(pintle_client::Error::is_not_found)
}

const JSON: &str = "application/json";
const TIMEOUT: Duration = Duration::from_secs(32);
const BURST: u32 = 300;

#[cfg(test)]
mod tests {
    use super::*;

    // claims: discovery.burst
    #[test]
    fn discovery_may_send_much_at_once_unless_it_is_told_otherwise() {
        let config = Config::new("http://localhost").unwrap();
        assert_eq!(bursty(&config).rate_limit.burst, 300);
        assert_eq!(bursty(&config.rate_limit(5.0, 10)).rate_limit.burst, 10);
    }
}
