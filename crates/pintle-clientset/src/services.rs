//! [`Services`], with what only services have.

use pintle_api::core::v1::Service;
use pintle_client::{Api, Request};

use crate::group::wraps;
use crate::proxy;

/// The services of a namespace: all methods of [`Api`], and what only services have.
pub struct Services<K = Service> {
    api: Api<K>,
}

wraps!(Services<K: pintle_meta::Resource> of OneNamespace);

impl Services {
    /// A request that reads a path of a service's port by way of the API server: to be
    /// [sent](Request::send) or [streamed](Request::stream).
    ///
    /// `scheme` is `http`, `https` or empty, `port` a number, a name or empty.
    pub fn proxy_get(&self, scheme: &str, name: &str, port: &str, path: &str) -> Request {
        let name = proxy::target(scheme, name, port);
        let request = proxy::object(&self.api, self.rest_client().get(), &name, "proxy");
        proxy::below(request, path)
    }
}
