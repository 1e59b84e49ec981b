//! A cluster, as one command works with it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use pintle_client::{Client, Request, Response, Verb};
use pintle_config::{Environment, Loader, Overrides};

use crate::args::Connection;
use crate::discovery::ResourceType;
use crate::error::Error;
use crate::messages::Messages;

/// A client, the namespace to work in, and where warnings go.
pub(crate) struct Session {
    client: Client,
    namespace: String,
    namespace_is_explicit: bool,
    messages: Messages,
    warned: RefCell<BTreeSet<String>>,
}

impl Session {
    /// Finds the configuration. Nothing is connected yet.
    pub(crate) fn new(connection: &Connection, messages: Messages) -> Result<Self, Error> {
        let mut overrides = Overrides::new();
        overrides.context.clone_from(&connection.context);
        overrides.namespace.clone_from(&connection.namespace);
        let mut loader = Loader::new(Environment::process()).overrides(overrides);
        if let Some(path) = &connection.kubeconfig {
            loader = loader.path(path);
        }
        let config = loader.load()?;
        Ok(Self {
            client: Client::new(&config)?,
            namespace: config.default_namespace,
            // An empty one is none, as the loader has it.
            namespace_is_explicit: connection
                .namespace
                .as_ref()
                .is_some_and(|namespace| !namespace.is_empty()),
            messages,
            warned: RefCell::default(),
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn messages(&self) -> Messages {
        self.messages
    }

    /// The namespace of the command line, else of the kubeconfig.
    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The namespace of the command line.
    pub(crate) fn explicit_namespace(&self) -> Option<&str> {
        self.namespace_is_explicit.then_some(&self.namespace)
    }

    /// A request to a resource, in a namespace if there is one.
    pub(crate) fn request(
        &self,
        verb: Verb,
        resource: &ResourceType,
        namespace: Option<&str>,
    ) -> Request {
        let rest = self.client.rest(&resource.group_version);
        let request = rest.verb(verb).resource(&*resource.plural);
        match namespace {
            Some(namespace) => request.namespace(namespace),
            None => request,
        }
    }

    /// Sends a request and passes on what the server warns of, each warning once.
    pub(crate) async fn send(&self, request: Request) -> Result<Response, pintle_client::Error> {
        let response = request.send().await?;
        for warning in response.warnings() {
            if self.warned.borrow_mut().insert(warning.clone()) {
                self.messages.warning(warning);
            }
        }
        Ok(response)
    }
}
