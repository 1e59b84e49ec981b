//! [`RestClient`], which speaks to one API group and version.

use std::fmt;

use pintle_config::Config;
use pintle_meta::GroupVersion;
use pintle_transport::Transport;

use crate::{Error, Getter, Request, Verb};

/// Starts requests to one API group and version. Cheap to clone.
///
/// client-go's `rest.RESTClient`.
#[derive(Clone)]
pub struct RestClient {
    transport: Transport,
    group_version: GroupVersion,
}

impl RestClient {
    /// A client for one group and version at the server of `config`. Nothing is connected yet.
    ///
    /// # Errors
    /// When the configuration cannot be used.
    pub fn for_group_version(config: &Config, group_version: &GroupVersion) -> Result<Self, Error> {
        let transport = Transport::new(config).map_err(Error::transport)?;
        Ok(Self::new(transport, group_version))
    }

    pub(crate) fn new(transport: Transport, group_version: &GroupVersion) -> Self {
        Self {
            transport,
            group_version: group_version.clone(),
        }
    }

    /// The group and version.
    pub fn api_version(&self) -> &GroupVersion {
        &self.group_version
    }

    /// A request that reads.
    pub fn get(&self) -> Request {
        self.verb(Verb::Get)
    }

    /// A request that creates.
    pub fn post(&self) -> Request {
        self.verb(Verb::Post)
    }

    /// A request that replaces.
    pub fn put(&self) -> Request {
        self.verb(Verb::Put)
    }

    /// A request that changes a part.
    pub fn patch(&self) -> Request {
        self.verb(Verb::Patch)
    }

    /// A request that deletes.
    pub fn delete(&self) -> Request {
        self.verb(Verb::Delete)
    }

    /// A request with any verb.
    pub fn verb(&self, verb: Verb) -> Request {
        let GroupVersion { group, version } = &self.group_version;
        let path = if group.is_empty() {
            format!("/api/{version}")
        } else {
            format!("/apis/{group}/{version}")
        };
        Request::new(self.transport.clone(), verb, path)
    }
}

impl Getter for RestClient {
    fn get(&self) -> Request {
        RestClient::get(self)
    }
}

impl fmt::Debug for RestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestClient")
            .field("group_version", &self.group_version)
            .field("transport", &self.transport)
            .finish()
    }
}
