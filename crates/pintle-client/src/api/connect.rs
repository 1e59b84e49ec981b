//! Streams to pods.

use pintle_codec::Message;
use pintle_meta::Object;

use super::{Api, Holds};
use crate::{Error, PortForward, RemoteCommand};

/// Pods have streams, and so do resources whose subresources speak pods' protocols.
impl<K: Object, P: Holds> Api<K, P> {
    /// Runs a command in a container (`exec`, with `PodExecOptions`), or connects with a container's own
    /// process (`attach`, with `PodAttachOptions`). There are those streams that the options ask for; at
    /// a terminal there is no standard error.
    ///
    /// # Cancel safety
    /// Dropping the future gives the request up. The server may have received it and may run the
    /// command.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such pod; a bad request for a container that there is
    /// not, or none of several; and [`as Api::get`](Api::get).
    pub async fn remote_command(
        &self,
        name: &str,
        subresource: &str,
        options: &dyn Message,
    ) -> Result<RemoteCommand, Error> {
        let request = self.below(self.rest.get(), name, subresource);
        request.versioned_params(options).remote_command().await
    }

    /// Ways to the ports of a pod. Nothing is connected yet.
    pub fn port_forward(&self, name: &str) -> PortForward {
        let (api, name) = (self.clone(), name.to_owned());
        PortForward::new(move || api.below(api.rest.get(), &name, "portforward"))
    }
}
