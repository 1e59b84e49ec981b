//! [`Serving`], which makes the objects of a website in a cluster, and takes them away.

use std::error::Error as StdError;
use std::fmt;

use pintle::api::apps::v1::Deployment;
use pintle::api::core::v1::{ConfigMap, Service};
use pintle::cache::CacheLister;
use pintle::meta::v1::{DeleteOptions, ObjectMeta, PatchOptions};
use pintle::meta::{Metadata as _, Namespaced, ObjectName, Resource};
use pintle::{Client, InformerFactory};

use crate::{Failed, NAME, Website, objects};

/// Makes the objects of websites. It looks into caches first, and asks the server only to change what is
/// not as it should be.
#[derive(Clone, Debug)]
pub struct Serving {
    client: Client,
    config_maps: CacheLister<ConfigMap>,
    services: CacheLister<Service>,
    deployments: CacheLister<Deployment>,
}

/// The objects of a website, as the server has them.
#[derive(Clone, Debug)]
pub struct Served {
    /// The pages.
    pub config_map: ConfigMap,
    /// The way to the servers.
    pub service: Service,
    /// The servers.
    pub deployment: Deployment,
}

/// There is an object that should be the website's, and is not.
#[derive(Clone, Debug)]
pub struct NameTaken {
    kind: &'static str,
    key: ObjectName,
}

impl Serving {
    /// With the caches of a factory, which it does not start.
    pub fn new(client: &Client, factory: &InformerFactory) -> Self {
        Self {
            client: client.clone(),
            config_maps: factory.informer().lister(),
            services: factory.informer().lister(),
            deployments: factory.informer().lister(),
        }
    }

    /// Makes the objects of a website as they should be. Pages come before servers, which need them to
    /// start.
    ///
    /// # Errors
    /// [`NameTaken`], and whatever the server says.
    pub async fn provide(&self, website: &Website) -> Result<Served, Failed> {
        Ok(Served {
            config_map: self
                .make(website, &self.config_maps, objects::config_map)
                .await?,
            service: self.make(website, &self.services, objects::service).await?,
            deployment: self
                .make(website, &self.deployments, objects::deployment)
                .await?,
        })
    }

    /// Takes the service away, so that nobody is sent to servers that are about to stop. The rest goes
    /// with the website: the garbage collector deletes what it owns. Whether there was a service to take.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn close(&self, website: &Website) -> Result<bool, Failed> {
        let (name, namespace) = (&website.metadata.name, &*website.metadata.namespace);
        let services = self.client.api::<Service>().namespace(namespace);
        // Asked of the server: there is no other time to find a service that the cache does not know yet.
        let Some(service) = services.find(name).await? else {
            return Ok(false);
        };
        if !is_of(website, &service.metadata) {
            return Ok(false);
        }
        let this_one = DeleteOptions::new().only_uid(service.metadata.uid);
        match services.delete(name, &this_one).await {
            Err(error) if error.is_not_found() || error.is_conflict() => Ok(false),
            outcome => Ok(outcome.map(|_| true)?),
        }
    }

    /// Makes one object as it should be.
    async fn make<K>(
        &self,
        website: &Website,
        cache: &CacheLister<K>,
        shape: fn(&Website, &mut K),
    ) -> Result<K, Failed>
    where
        K: Resource<Scope = Namespaced, Metadata = ObjectMeta> + Default,
    {
        let mut new = K::default();
        shape(website, &mut new);
        let key = ObjectName::new(new.metadata().namespace(), new.metadata().name());
        let known = cache.find(&key).map(|known| known.get()).transpose()?;
        let api = self.client.api::<K>().namespace(&*key.namespace);
        let options = PatchOptions::new().field_manager(NAME);
        // Whatever is there under the name may be somebody else's, and is left alone then.
        let mut is_ours = true;
        let object = api
            .create_or_edit(new, known.as_deref(), &options, |object| {
                is_ours = is_of(website, object.metadata());
                if is_ours {
                    shape(website, object);
                }
            })
            .await?;
        match is_ours {
            true => Ok(object),
            false => Err(NameTaken { kind: K::KIND, key }.into()),
        }
    }
}

/// Whether an object is one that this website owns, and not a website of the same name before.
fn is_of(website: &Website, metadata: &ObjectMeta) -> bool {
    let mut owners = metadata.owner_references.iter();
    owners.any(|owner| owner.controller == Some(true) && owner.uid == website.metadata.uid)
}

impl fmt::Display for NameTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there is a {} {} that is not the website's",
            self.kind, self.key
        )
    }
}

impl StdError for NameTaken {}
