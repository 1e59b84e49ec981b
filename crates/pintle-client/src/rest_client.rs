//! [`RestClient`], which speaks to one API group and version.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pintle_codec::Format;
use pintle_config::Config;
use pintle_meta::GroupVersion;
use pintle_transport::{RequestOptions, Transport};

use crate::{ContentConfig, Error, Getter, Request, Verb};

/// Starts requests to one API group and version. Cheap to clone.
///
/// client-go's `rest.RESTClient`.
#[derive(Clone)]
pub struct RestClient {
    connection: Connection,
    group_version: GroupVersion,
}

/// The way to a server, and in which formats to speak with it. Clones share what they find out
/// about it.
#[derive(Clone)]
pub(crate) struct Connection {
    transport: Transport,
    content: Arc<ContentConfig>,
    options: Arc<RequestOptions>,
    /// Whether the server has refused to take anything but JSON.
    takes_json_only: Arc<AtomicBool>,
}

impl RestClient {
    /// A client for one group and version at the server of `config`, which speaks JSON unless
    /// [`RestClient::content`] says otherwise. Nothing is connected yet.
    ///
    /// # Errors
    /// When the configuration cannot be used.
    pub fn for_group_version(config: &Config, group_version: &GroupVersion) -> Result<Self, Error> {
        let transport = Transport::new(config).map_err(Error::transport)?;
        let connection = Connection::new(transport, ContentConfig::json());
        Ok(Self::new(connection, group_version))
    }

    pub(crate) fn new(connection: Connection, group_version: &GroupVersion) -> Self {
        Self {
            connection,
            group_version: group_version.clone(),
        }
    }

    /// The same client, which asks for objects and sends them in other formats.
    #[must_use]
    pub fn content(mut self, content: ContentConfig) -> Self {
        self.connection = self.connection.with_content(content);
        self
    }

    /// The same client, whose requests are sent like this where it is not as the configuration says.
    #[must_use]
    pub fn request_options(mut self, options: RequestOptions) -> Self {
        self.connection = self.connection.with_options(options);
        self
    }

    /// The group and version.
    pub fn api_version(&self) -> &GroupVersion {
        &self.group_version
    }

    /// The way to the server.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
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
        Request::new(self.connection.clone(), verb, path)
    }
}

impl Connection {
    pub(crate) fn new(transport: Transport, content: ContentConfig) -> Self {
        Self {
            transport,
            content: content.into(),
            options: Arc::default(),
            takes_json_only: Arc::default(),
        }
    }

    pub(crate) fn with_content(mut self, content: ContentConfig) -> Self {
        self.content = content.into();
        self.takes_json_only = Arc::default();
        self
    }

    pub(crate) fn with_options(mut self, options: RequestOptions) -> Self {
        self.options = options.into();
        self
    }

    pub(crate) fn options(&self) -> &RequestOptions {
        &self.options
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    pub(crate) fn content(&self) -> &ContentConfig {
        &self.content
    }

    /// The format in which to send a type of these formats.
    pub(crate) fn sent(&self, formats: &[Format]) -> Format {
        // The flag stands for itself: nothing else is read because of it.
        if self.takes_json_only.load(Ordering::Relaxed) && formats.contains(&Format::Json) {
            return Format::Json;
        }
        self.content.sent(formats)
    }

    pub(crate) fn send_json_from_now_on(&self) {
        self.takes_json_only.store(true, Ordering::Relaxed);
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
            .field("content", &self.connection.content)
            .field("transport", &self.connection.transport)
            .finish()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("transport", &self.transport)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}
