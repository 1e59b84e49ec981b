//! A cluster, as one command works with it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use pintle_client::{Client, Request, Response, Verb};
use pintle_config::{Environment, Loader};
use pintle_discovery::Discovery;
use pintle_meta::v1::Status;
use pintle_transport::{Body, Transport};

use crate::args::Connection;
use crate::discovery::{self, ResourceType};
use crate::error::Error;
use crate::messages::Messages;

/// A client, the namespace to work in, and where warnings go.
pub(crate) struct Session {
    client: Client,
    transport: Transport,
    discovery: Arc<dyn Discovery>,
    namespace: String,
    namespace_is_explicit: bool,
    messages: Messages,
    warned: RefCell<BTreeSet<String>>,
}

impl Session {
    /// Finds the configuration. Nothing is connected yet.
    pub(crate) fn new(connection: &Connection, messages: Messages) -> Result<Self, Error> {
        let environment = Environment::process();
        let loader = loader(connection);
        // A command sends one request after another, and a server says when that is too much for it.
        let config = loader.load()?.rate_limit(-1.0, 0);
        let transport = Transport::new(&config).map_err(pintle_client::Error::from)?;
        let client = Client::from_transport(transport.clone(), &config.default_namespace);
        let directory = connection.cache_dir();
        let discovery = discovery::cached(&client, &config, directory, &environment)?;
        Ok(Self {
            client,
            transport,
            discovery,
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

    /// What the server says of itself, as it was said to this or to an earlier command.
    pub(crate) fn discovery(&self) -> &dyn Discovery {
        &*self.discovery
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

    /// Sends a request whose answer is no object, and gives the answer as it comes.
    pub(crate) async fn stream(&self, request: Request) -> Result<Body, Error> {
        let path = request.path_and_query()?;
        let request = http::Request::get(path)
            .body(Body::empty())
            .map_err(|error| {
                Error::usage("the names make no path that HTTP allows").caused_by(error)
            })?;
        let answer = self
            .transport
            .send(request)
            .await
            .map_err(pintle_client::Error::from)?;
        let (head, mut body) = answer.into_parts();
        if head.status.is_success() {
            return Ok(body);
        }
        let text = body
            .read_all(LONGEST_REFUSAL)
            .await
            .map_err(pintle_client::Error::from)?;
        let mut status = Status::default();
        if pintle_codec::json::decode_object(&text, &mut status).is_err()
            || status.message.is_empty()
        {
            status.message = String::from_utf8_lossy(&text).trim().into();
        }
        status.code = head.status.as_u16().into();
        Err(Error::from_status(&status))
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

/// Where the configuration comes from.
pub(crate) fn loader(connection: &Connection) -> Loader {
    let loader = Loader::new(Environment::process()).overrides(connection.overrides());
    match &connection.kubeconfig {
        Some(path) => loader.path(path),
        None => loader,
    }
}

/// How much of a refusal is read, in bytes.
const LONGEST_REFUSAL: usize = 64 * 1024;
