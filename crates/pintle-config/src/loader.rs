//! Where the configuration comes from, in which order.
//!
//! Invariant: an explicit path is used alone; what the user names and cannot be used is an error,
//! never passed over for the next source.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::auth::{Auth, Persister};
use crate::config::Config;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Problems};
use crate::in_cluster;
use crate::kubeconfig::{Files, Kubeconfig, modify};
use crate::limits::{HostBackoff, Http2};
use crate::overrides::Overrides;
use crate::proxy::Proxies;
use crate::resolve::{Resolved, known, resolve};
use crate::shared::Shared;

/// Finds and resolves the configuration.
///
/// In order: the explicit path, if one is given; else the files of `$KUBECONFIG`, merged; else
/// `~/.kube/config`; and when these choose no cluster, the service account of the pod that the
/// process runs in. client-go's deferred loading client config, with its loading rules: nothing is read
/// before it is needed, and [`Loader::deferred`] reads once.
#[derive(Clone, Debug)]
pub struct Loader {
    environment: Environment,
    path: Option<PathBuf>,
    overrides: Overrides,
    shared: Option<Shared>,
}

impl Loader {
    /// A loader that looks at `environment` and nothing else.
    pub fn new(environment: Environment) -> Self {
        Self {
            environment,
            path: None,
            overrides: Overrides::default(),
            shared: None,
        }
    }

    /// Uses this kubeconfig and no other; it must exist. An empty path is none.
    #[must_use]
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into()).filter(|path| !path.as_os_str().is_empty());
        self
    }

    /// Puts `overrides` on top of what the kubeconfig says.
    #[must_use]
    pub fn overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// Lets the configuration share connections and plugins with others. Default: each that is loaded
    /// has a registry of its own, which its clones share.
    #[must_use]
    pub fn shared(mut self, shared: Shared) -> Self {
        self.shared = Some(shared);
        self
    }

    /// Finds and resolves the configuration, and reads the files that it mentions.
    ///
    /// Credentials of a cluster that is reached over plain HTTP are left out, as client-go does: they
    /// would travel in the clear.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when there is nothing to go by; the other predicates of [`Error`] for
    /// what is there and cannot be used.
    pub fn load(&self) -> Result<Config, Error> {
        self.resolve(&self.kubeconfig()?)
    }

    /// The kubeconfig files merged, before overrides; empty if none exists.
    ///
    /// # Errors
    ///
    /// [`Error::is_unreadable_file`] and [`Error::is_malformed`], for every file that cannot be used;
    /// an explicit path that does not exist is unreadable.
    pub fn kubeconfig(&self) -> Result<Kubeconfig, Error> {
        if let Some(path) = &self.path {
            return Kubeconfig::read(path);
        }
        let mut merged = Kubeconfig::default();
        let mut problems = Problems::default();
        let mut found = false;
        let candidates = self.candidates();
        for path in &candidates {
            if let Some(Some(kubeconfig)) = problems.check(Kubeconfig::read_if_present(path)) {
                found = true;
                merged.merge(kubeconfig);
            }
        }
        problems.finish()?;
        if !found && self.environment.variable(KUBECONFIG).is_some() {
            tracing::warn!(files = ?candidates, "no file that $KUBECONFIG names exists");
        }
        Ok(merged)
    }

    /// The same, reading the kubeconfig when it is first needed and not again.
    pub fn deferred(self) -> Deferred {
        Deferred {
            loader: self,
            kubeconfig: Mutex::new(None),
        }
    }

    /// Changes the kubeconfig: what `change` does to the merged files is written, each stanza to the
    /// file that it came from, new ones and the current context to the explicit path, else the first
    /// file that exists, else the last. All files are locked meanwhile. Paths that a stanza mentions
    /// stand as in the file.
    ///
    /// With `relative_paths`, those of changed stanzas that lead below the kubeconfig's directory are
    /// written relative to it.
    ///
    /// # Errors
    ///
    /// [`Error::is_locked`] while another program does the same; those of reading and writing.
    pub fn modify<T>(
        &self,
        relative_paths: bool,
        change: impl FnOnce(&mut Kubeconfig) -> T,
    ) -> Result<T, Error> {
        let files = Files {
            explicit: self.path.clone(),
            list: self.candidates(),
        };
        modify(&files, relative_paths, change)
    }

    fn resolve(&self, kubeconfig: &Kubeconfig) -> Result<Config, Error> {
        let mut config = match resolve(kubeconfig, &self.overrides)? {
            Some(resolved) => self.completed(resolved),
            None if self.path.is_none() && in_cluster::is_possible(&self.environment) => {
                in_cluster::load(&self.environment, &self.overrides)?
            }
            None => return Err(self.nothing_chosen(kubeconfig)),
        };
        if let Some(shared) = &self.shared {
            config.shared = shared.clone();
        }
        Ok(config)
    }

    /// What comes from elsewhere than the kubeconfig.
    fn completed(&self, resolved: Resolved) -> Config {
        let mut config = resolved.config;
        if resolved.namespace_is_default && in_cluster::is_possible(&self.environment) {
            config.default_namespace = in_cluster::namespace(&self.environment);
        }
        if config.proxies == Proxies::none() {
            config.proxies = Proxies::from_environment(&self.environment);
        }
        config.http2 = Http2::from_environment(&self.environment);
        config.backoff = HostBackoff::from_environment(&self.environment);
        match (&mut config.auth, resolved.user) {
            (Auth::Exec(plugin), _) => plugin.environment = Some(self.environment.clone()),
            (Auth::Provider(provider), Some(user)) => {
                let loader = self.clone();
                provider.persister = Some(Persister::new(move |settings| {
                    loader.modify(false, |kubeconfig| {
                        let user = kubeconfig.users.get_mut(&user);
                        if let Some(provider) = user.and_then(|user| user.auth_provider.as_mut()) {
                            provider.config = settings.clone();
                        }
                    })
                }));
            }
            _ => {}
        }
        config
    }

    /// The files to look at, first one first. One that does not exist is passed over.
    fn candidates(&self) -> Vec<PathBuf> {
        if let Some(list) = self.environment.variable(KUBECONFIG) {
            let mut paths = Vec::new();
            for path in std::env::split_paths(list) {
                if !path.as_os_str().is_empty() && !paths.contains(&path) {
                    paths.push(path);
                }
            }
            return paths;
        }
        let home = self.environment.home();
        home.map(|home| home.join(".kube").join("config"))
            .into_iter()
            .collect()
    }

    fn nothing_chosen(&self, kubeconfig: &Kubeconfig) -> Error {
        if !kubeconfig.contexts.is_empty() || !kubeconfig.clusters.is_empty() {
            return Error::new(
                ErrorKind::NotFound,
                "the kubeconfig has no current-context and none was chosen",
            )
            .with_hint(format!(
                "name a context; the kubeconfig defines {}",
                known(&kubeconfig.contexts)
            ));
        }
        let message = match &self.path {
            Some(path) => format!("the kubeconfig {} is empty", path.display()),
            None => format!(
                "no configuration found: {}, and this is not a pod with a service account",
                self.looked_at()
            ),
        };
        Error::new(ErrorKind::NotFound, message).with_hint(
            "point --kubeconfig or $KUBECONFIG to a kubeconfig file, or start a local cluster with `pintle up`",
        )
    }

    fn looked_at(&self) -> String {
        let paths = self.candidates();
        let list = || {
            let shown: Vec<String> = paths.iter().map(|path| describe(path)).collect();
            shown.join(", ")
        };
        match (self.environment.variable(KUBECONFIG), paths.is_empty()) {
            (Some(_), _) => format!("$KUBECONFIG names {}", list()),
            (None, false) => format!("$KUBECONFIG is not set and there is nothing in {}", list()),
            (None, true) => "neither $KUBECONFIG nor a home directory is set".to_owned(),
        }
    }
}

/// A [`Loader`] that reads the kubeconfig when it is first needed, and not again: for a program whose
/// parts ask in any order, or never.
#[derive(Debug)]
pub struct Deferred {
    loader: Loader,
    kubeconfig: Mutex<Option<Arc<Kubeconfig>>>,
}

impl Deferred {
    /// The kubeconfig files merged, before overrides.
    ///
    /// # Errors
    ///
    /// As [`Loader::kubeconfig`]. A kubeconfig that cannot be read is read again by the next call.
    pub fn kubeconfig(&self) -> Result<Arc<Kubeconfig>, Error> {
        // It is either there or not, whoever panicked.
        let mut read = self
            .kubeconfig
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(kubeconfig) = &*read {
            return Ok(Arc::clone(kubeconfig));
        }
        let kubeconfig = Arc::new(self.loader.kubeconfig()?);
        *read = Some(Arc::clone(&kubeconfig));
        Ok(kubeconfig)
    }

    /// The configuration.
    ///
    /// # Errors
    ///
    /// As [`Loader::load`].
    pub fn load(&self) -> Result<Config, Error> {
        self.loader.resolve(&*self.kubeconfig()?)
    }

    /// The namespace to work in: that of the overrides, which needs no kubeconfig; else that of the
    /// configuration.
    ///
    /// # Errors
    ///
    /// As [`Loader::load`].
    pub fn namespace(&self) -> Result<String, Error> {
        match &self.loader.overrides.namespace {
            Some(namespace) => Ok(namespace.clone()),
            None => Ok(self.load()?.default_namespace),
        }
    }
}

fn describe(path: &Path) -> String {
    let state = if path.exists() { "empty" } else { "missing" };
    format!("{} ({state})", path.display())
}

const KUBECONFIG: &str = "KUBECONFIG";
