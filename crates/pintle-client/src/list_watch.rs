//! [`ListWatch`], how a watch cache lists and watches one resource, and the traits behind it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use pintle_meta::v1::ListOptions;
use pintle_meta::{Body, FieldSelector, ObjectList, Resource};

use crate::{Error, ListStream, Request, WatchStream};

/// A future of a trait object's method.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Lists the objects of one resource.
pub trait Lister<K>: Send + Sync {
    /// The objects that `options` select, as of one version of the store.
    fn list(&self, options: ListOptions) -> BoxFuture<'_, Result<ObjectList<K>, Error>>;

    /// As [`Lister::list`], the objects one by one while they arrive; one that cannot be read does
    /// not fail the whole then. What is provided lists all at once.
    fn list_stream(&self, options: ListOptions) -> BoxFuture<'_, Result<ListStream<K>, Error>>
    where
        K: Send + 'static,
    {
        let list = self.list(options);
        Box::pin(async move { Ok(ListStream::of(list.await?)) })
    }
}

/// Watches the objects of one resource.
pub trait Watcher<K>: Send + Sync {
    /// What happens to the objects that `options` select, from the version they name.
    fn watch(&self, options: ListOptions) -> BoxFuture<'_, Result<WatchStream<K>, Error>>;

    /// Whether a watch that is asked for initial events sends all objects first, or fails. A cache
    /// begins with a list where it is not so. What is provided says yes, as API servers do.
    fn sends_initial_events(&self) -> bool {
        true
    }
}

/// Lists and watches the objects of one resource: all that a watch cache needs.
pub trait ListerWatcher<K>: Lister<K> + Watcher<K> {}

impl<K, T: Lister<K> + Watcher<K> + ?Sized> ListerWatcher<K> for T {}

/// Starts requests that read. client-go's `cache.Getter`.
pub trait Getter: Send + Sync {
    /// A request that reads.
    fn get(&self) -> Request;
}

/// Lists and watches the objects of one resource with two functions.
///
/// ```no_run
/// use pintle_api::core::v1::Pod;
/// use pintle_client::{ListWatch, Lister as _, RestClient, Watcher as _};
/// use pintle_config::Config;
/// use pintle_meta::v1::ListOptions;
/// use pintle_meta::{FieldSelector, GroupVersion};
///
/// # async fn example() -> Result<(), pintle_client::Error> {
/// let rest = RestClient::for_group_version(&Config::infer()?, &GroupVersion::core("v1"))?;
/// let pods = ListWatch::<Pod>::from_client(&rest, "pods", "default", FieldSelector::everything());
/// let list = pods.list(ListOptions::new()).await?;
/// let from = ListOptions::new().resource_version(list.metadata.resource_version);
/// let mut watch = pods.watch(from).await?;
/// while let Some(event) = watch.try_next().await? {
///     println!("{}", event.type_name());
/// }
/// # Ok(())
/// # }
/// ```
pub struct ListWatch<K> {
    list: Function<ListStream<K>>,
    watch: Function<WatchStream<K>>,
    sends_initial_events: bool,
}

type Function<T> = Arc<dyn Fn(ListOptions) -> BoxFuture<'static, Result<T, Error>> + Send + Sync>;

impl<K: Send + 'static> ListWatch<K> {
    /// Lists and watches with two functions of the caller's. The one that watches is taken to send
    /// what happens and nothing before.
    pub fn new<L, W>(
        list: impl Fn(ListOptions) -> L + Send + Sync + 'static,
        watch: impl Fn(ListOptions) -> W + Send + Sync + 'static,
    ) -> Self
    where
        L: Future<Output = Result<ObjectList<K>, Error>> + Send + 'static,
        W: Future<Output = Result<WatchStream<K>, Error>> + Send + 'static,
    {
        Self {
            list: Arc::new(move |options| {
                let list = list(options);
                Box::pin(async move { Ok(ListStream::of(list.await?)) })
            }),
            watch: Arc::new(move |options| Box::pin(watch(options))),
            sends_initial_events: false,
        }
    }
}

impl<K: Resource> ListWatch<K> {
    /// Lists and watches `resource` in a namespace, or in all for an empty one, through `client`.
    pub fn from_client(
        client: &(impl Getter + Clone + 'static),
        resource: &str,
        namespace: &str,
        selector: FieldSelector,
    ) -> Self {
        let fields = selector.to_string();
        Self::filtered(client, resource, namespace, move |options| {
            options.field_selector = fields.as_str().into();
        })
    }

    /// As [`ListWatch::from_client`], with a function that changes the options of each request.
    pub fn filtered(
        client: &(impl Getter + Clone + 'static),
        resource: &str,
        namespace: &str,
        modify: impl Fn(&mut ListOptions) + Send + Sync + 'static,
    ) -> Self {
        let (client, modify) = (client.clone(), Arc::new(modify));
        let (resource, namespace) = (resource.to_owned(), namespace.to_owned());
        let request = Arc::new(move |mut options: ListOptions, watch: bool| {
            modify(&mut options);
            options.watch = watch;
            let request = client.get().namespace(&namespace).resource(&resource);
            request.versioned_params(&options)
        });
        let for_list = request.clone();
        Self {
            list: Arc::new(move |options| Box::pin(for_list(options, false).list())),
            watch: Arc::new(move |options| Box::pin(request(options, true).watch())),
            sends_initial_events: true,
        }
    }
}

impl<K: Body> Lister<K> for ListWatch<K> {
    fn list(&self, options: ListOptions) -> BoxFuture<'_, Result<ObjectList<K>, Error>> {
        let list = (self.list)(options);
        Box::pin(async move { list.await?.collect().await })
    }

    fn list_stream(&self, options: ListOptions) -> BoxFuture<'_, Result<ListStream<K>, Error>> {
        (self.list)(options)
    }
}

impl<K> Watcher<K> for ListWatch<K> {
    fn watch(&self, options: ListOptions) -> BoxFuture<'_, Result<WatchStream<K>, Error>> {
        (self.watch)(options)
    }

    fn sends_initial_events(&self) -> bool {
        self.sends_initial_events
    }
}

impl<K> Clone for ListWatch<K> {
    fn clone(&self) -> Self {
        Self {
            list: self.list.clone(),
            watch: self.watch.clone(),
            sends_initial_events: self.sends_initial_events,
        }
    }
}

impl<K> fmt::Debug for ListWatch<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ListWatch")
    }
}
