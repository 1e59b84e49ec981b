//! [`Client`], where access to a cluster begins.

use std::sync::Arc;

use pintle_config::Config;
use pintle_meta::{GroupVersion, Resource};
use pintle_transport::{RequestOptions, Transport};

use crate::rest_client::Connection;
use crate::{Api, ContentConfig, Error, Place, Reach, RestClient};

/// A way to one cluster. Cheap to clone; clones share their connections, and the limit to the rate of
/// their requests: 5 a second and 10 at once, unless [`Config::rate_limit`] says otherwise. It is one
/// limit for everything that is made from the client; in client-go, where a rate is not set, each group
/// has its own.
#[derive(Clone, Debug)]
pub struct Client {
    connection: Connection,
    default_namespace: Arc<str>,
}

impl Client {
    /// A client for the configuration that a program finds: the `$KUBECONFIG` list, else
    /// `~/.kube/config`, else the pod's service account. Nothing is connected yet.
    ///
    /// It reads a few small files and waits for nothing else; credentials that have to be fetched are
    /// the reason why it is asynchronous.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When there is no configuration, or it cannot be used.
    pub async fn infer() -> Result<Self, Error> {
        Self::new(&Config::infer()?)
    }

    /// A client for a configuration. Nothing is connected yet.
    ///
    /// # Errors
    /// When the configuration cannot be used, for instance because a certificate is malformed.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let transport = Transport::new(config).map_err(Error::transport)?;
        Ok(Self::from_transport(transport, &config.default_namespace))
    }

    /// A client over a transport with layers or a service of the caller's.
    pub fn from_transport(transport: Transport, default_namespace: &str) -> Self {
        Self {
            connection: Connection::new(transport, ContentConfig::protobuf()),
            default_namespace: default_namespace.into(),
        }
    }

    /// The same client, whose typed access asks for objects and sends them in other formats. The default
    /// is [`ContentConfig::protobuf`].
    #[must_use]
    pub fn content(mut self, content: ContentConfig) -> Self {
        self.connection = self.connection.with_content(content);
        self
    }

    /// The same client over the same connections, whose requests are sent like this where it is not as
    /// the configuration says: as somebody else, with another time limit, or tried less often.
    ///
    /// ```
    /// # fn example(client: &pintle_client::Client) {
    /// use pintle_config::Impersonation;
    /// use pintle_transport::RequestOptions;
    ///
    /// let jane = Impersonation::of("jane").groups(["dev"]);
    /// let as_jane = client
    ///     .clone()
    ///     .request_options(RequestOptions::new().impersonate(jane));
    /// # }
    /// ```
    #[must_use]
    pub fn request_options(mut self, options: RequestOptions) -> Self {
        self.connection = self.connection.with_options(options);
        self
    }

    pub(crate) fn default_namespace_shared(&self) -> Arc<str> {
        self.default_namespace.clone()
    }

    /// The namespace of the configuration, `default` if it names none.
    pub fn default_namespace(&self) -> &str {
        &self.default_namespace
    }

    /// Access to the objects of one type.
    ///
    /// The objects of a type with namespaces are then narrowed down to one:
    /// `client.api::<Pod>().namespace("default")`. Without that they can be listed and watched
    /// across all namespaces.
    pub fn api<K: Resource>(&self) -> Api<K, <K::Scope as Reach>::Everything>
    where
        K::Scope: Reach,
    {
        Api::everything(self)
    }

    /// As [`Client::api`], at a place that is decided when the program runs: for code that serves
    /// resources of any scope. A resource without namespaces has nothing in one.
    pub fn api_at<K: Resource, P: Place>(&self, place: P) -> Api<K, P> {
        Api::at_place(self, place)
    }

    /// Access to one group and version, below any type. It speaks JSON, which every resource has and
    /// anybody can read, unless [`RestClient::content`] says otherwise.
    pub fn rest(&self, group_version: &GroupVersion) -> RestClient {
        self.typed_rest(group_version)
            .content(ContentConfig::json())
    }

    /// Access to one group and version, below any type, in the formats of this client: for built-in types
    /// protobuf first, unless [`Client::content`] said otherwise.
    pub fn typed_rest(&self, group_version: &GroupVersion) -> RestClient {
        RestClient::new(self.connection.clone(), group_version)
    }
}
