//! [`Pods`], with what only pods have.

use pintle_api::core::v1::{Binding, Pod, PodAttachOptions, PodExecOptions, PodLogOptions};
#[cfg(feature = "policy")]
use pintle_api::policy;
use pintle_client::{Api, ByteStream, Error, RemoteCommand, Request};
use pintle_meta::v1::{CreateOptions, Status, UpdateOptions};

use crate::group::wraps;
use crate::proxy;

/// The pods of a namespace: all methods of [`Api`], and what only pods have.
///
/// ```no_run
/// use pintle_api::core::v1::PodLogOptions;
/// use pintle_clientset::Clientset;
///
/// # async fn example(clientset: &Clientset) -> Result<(), pintle_client::Error> {
/// let options = PodLogOptions { follow: true, tail_lines: Some(10), ..Default::default() };
/// let mut log = clientset.core_v1().pods("default").logs("web-0", &options).await?;
/// while let Some(line) = log.try_next_line().await? {
///     println!("{line}");
/// }
/// # Ok(())
/// # }
/// ```
pub struct Pods<K = Pod> {
    api: Api<K>,
}

wraps!(Pods<K: pintle_meta::Resource> of OneNamespace);

impl Pods {
    /// What a container of a pod wrote and, if the options say to follow it, goes on to write. A pod of
    /// several containers needs the name of one.
    ///
    /// # Cancel safety
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such pod, a bad request when its container has not
    /// started.
    pub async fn logs(&self, name: &str, options: &PodLogOptions) -> Result<ByteStream, Error> {
        // It is text, whatever is asked for; a refusal is not.
        let request = self.request(self.rest_client().get(), name, "log");
        let request = request.header("accept", "*/*").versioned_params(options);
        request.stream().await
    }

    /// Runs a command in a container, with those streams that the options ask for. A pod of several
    /// containers needs the name of one. Ports are connected with by
    /// [`port_forward`](Api::port_forward).
    ///
    /// ```no_run
    /// use pintle_api::core::v1::PodExecOptions;
    /// use pintle_client::StreamOptions;
    /// use pintle_clientset::Clientset;
    ///
    /// # async fn example(clientset: &Clientset) -> Result<(), pintle_client::Error> {
    /// let options = PodExecOptions {
    ///     command: ["sort", "-u"].map(Into::into).into_iter().collect(),
    ///     stdin: true,
    ///     stdout: true,
    ///     ..Default::default()
    /// };
    /// let command = clientset.core_v1().pods("default").exec("web-0", &options).await?;
    /// let mut sorted = Vec::new();
    /// let streams = StreamOptions::new().stdin(&b"b\na\nb\n"[..]).stdout(&mut sorted);
    /// let status = command.run(streams).await?;
    /// assert!(status.success());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// As [`Api::remote_command`].
    ///
    /// # Errors
    /// As [`Api::remote_command`].
    pub async fn exec(&self, name: &str, options: &PodExecOptions) -> Result<RemoteCommand, Error> {
        self.api.remote_command(name, "exec", options).await
    }

    /// Connects with a container's own process, with those streams that the options ask for.
    ///
    /// # Cancel safety
    /// As [`Api::remote_command`].
    ///
    /// # Errors
    /// As [`Api::remote_command`].
    pub async fn attach(
        &self,
        name: &str,
        options: &PodAttachOptions,
    ) -> Result<RemoteCommand, Error> {
        self.api.remote_command(name, "attach", options).await
    }

    /// Asks for a pod to be evicted: deleted, if disruption budgets allow it now.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_too_many_requests`] while a budget does not allow it.
    #[cfg(feature = "policy")]
    pub async fn evict(&self, eviction: &policy::v1::Eviction) -> Result<Status, Error> {
        self.evict_as(&eviction.metadata.name, eviction).await
    }

    /// As [`Pods::evict`], for servers older than 1.22.
    ///
    /// # Cancel safety
    /// As [`Pods::evict`].
    ///
    /// # Errors
    /// As [`Pods::evict`].
    #[cfg(feature = "policy")]
    pub async fn evict_v1beta1(
        &self,
        eviction: &policy::v1beta1::Eviction,
    ) -> Result<Status, Error> {
        self.evict_as(&eviction.metadata.name, eviction).await
    }

    #[cfg(feature = "policy")]
    async fn evict_as<E: pintle_meta::Kind>(
        &self,
        name: &str,
        eviction: &E,
    ) -> Result<Status, Error> {
        let options = CreateOptions::default();
        self.api
            .create_subresource(name, "eviction", eviction, &options)
            .await
    }

    /// Gives the pod of the binding's name to a node, as a scheduler does.
    ///
    /// # Cancel safety
    /// When the future is dropped, the server may have received the request and may act on it.
    ///
    /// # Errors
    /// [`Error::is_conflict`] when the pod has a node.
    pub async fn bind(&self, binding: &Binding, options: &CreateOptions) -> Result<Status, Error> {
        let name = &binding.metadata.name;
        self.api
            .create_subresource(name, "binding", binding, options)
            .await
    }

    /// Adds the ephemeral containers of a pod that was read before to those that it has.
    ///
    /// # Cancel safety
    /// As [`Api::update`].
    ///
    /// # Errors
    /// As [`Api::update`].
    pub async fn update_ephemeral_containers(
        &self,
        name: &str,
        pod: &Pod,
        options: &UpdateOptions,
    ) -> Result<Pod, Error> {
        self.api
            .update_subresource(name, "ephemeralcontainers", pod, options)
            .await
    }

    /// Gives the containers of a running pod other resources.
    ///
    /// # Cancel safety
    /// As [`Api::update`].
    ///
    /// # Errors
    /// As [`Api::update`].
    pub async fn update_resize(
        &self,
        name: &str,
        pod: &Pod,
        options: &UpdateOptions,
    ) -> Result<Pod, Error> {
        self.api
            .update_subresource(name, "resize", pod, options)
            .await
    }

    /// A request that reads a path of a pod's port by way of the API server: to be
    /// [sent](Request::send) or [streamed](Request::stream).
    ///
    /// `scheme` is `http`, `https` or empty, `port` a number, a name or empty.
    pub fn proxy_get(&self, scheme: &str, name: &str, port: &str, path: &str) -> Request {
        let name = proxy::target(scheme, name, port);
        proxy::below(self.request(self.rest_client().get(), &name, "proxy"), path)
    }

    fn request(&self, request: Request, name: &str, part: &str) -> Request {
        proxy::object(&self.api, request, name, part)
    }
}
