//! [`Clientset`], access to all built-in API groups.

use pintle_client::{Client, Error};
use pintle_config::Config;

/// Access to all built-in API groups, each by its version. Cheap to clone; clones share connections and
/// the rate limit.
///
/// client-go's `kubernetes.Clientset`, with the groups of its clientsets for definitions, API services and
/// metrics. What it discovers there, `pintle-discovery` does here.
#[derive(Clone, Debug)]
pub struct Clientset {
    pub(crate) client: Client,
}

impl Clientset {
    /// Access through a client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Access through connections of its own. All groups share one rate limit.
    ///
    /// # Errors
    /// When the configuration cannot be used; when it has a rate of requests and no burst, which client-go
    /// refuses here too.
    pub fn for_config(config: &Config) -> Result<Self, Error> {
        let mut config = config.clone();
        // Made once, so that everything made of this configuration asks the same one.
        config.rate_limit.limiter = config.rate_limit.limiter_of_set()?;
        Ok(Self::new(Client::new(&config)?))
    }

    /// The client underneath.
    pub fn client(&self) -> &Client {
        &self.client
    }
}
