//! [`Client`], where access to a cluster begins.

use std::sync::Arc;

use pintle_config::Config;
use pintle_meta::{GroupVersion, Resource};
use pintle_transport::Transport;

use crate::{Api, Error, Reach, RestClient};

/// A way to one cluster. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
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
            transport,
            default_namespace: default_namespace.into(),
        }
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

    /// Access to one group and version, below any type.
    pub fn rest(&self, group_version: &GroupVersion) -> RestClient {
        RestClient::new(self.transport.clone(), group_version)
    }
}
