//! Where the configuration comes from, in which order.
//!
//! Invariant: an explicit path is used alone; what the user names and cannot be used is an error,
//! never passed over for the next source.

use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Problems};
use crate::in_cluster;
use crate::kubeconfig::Kubeconfig;
use crate::resolve::{known, resolve};

/// Finds and resolves the configuration.
///
/// In order: the explicit path, if one is given; else the files of `$KUBECONFIG`, merged; else
/// `~/.kube/config`; and when these choose no cluster, the service account of the pod that the
/// process runs in. client-go's deferred loading client config, with its loading rules.
#[derive(Clone, Debug)]
pub struct Loader {
    environment: Environment,
    path: Option<PathBuf>,
    overrides: Overrides,
}

/// What a command line puts on top of the kubeconfig. The default changes nothing, and neither does an
/// empty string: kubectl, too, takes `--namespace=` for a flag that is not there.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Overrides {
    /// Context to use instead of the current one.
    pub context: Option<String>,
    /// Cluster to use instead of the context's.
    pub cluster: Option<String>,
    /// User to use instead of the context's.
    pub user: Option<String>,
    /// Namespace to use instead of the context's.
    pub namespace: Option<String>,
    /// Server to use instead of the cluster's. The cluster's `tls-server-name`, which was meant for
    /// the other server, no longer applies.
    pub server: Option<String>,
}

impl Overrides {
    /// Changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses this context instead of the current one.
    #[must_use]
    pub fn context(mut self, name: impl Into<String>) -> Self {
        self.context = Some(name.into());
        self
    }

    /// Uses this cluster instead of the context's.
    #[must_use]
    pub fn cluster(mut self, name: impl Into<String>) -> Self {
        self.cluster = Some(name.into());
        self
    }

    /// Uses this user instead of the context's.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.user = Some(name.into());
        self
    }

    /// Uses this namespace instead of the context's.
    #[must_use]
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = Some(name.into());
        self
    }

    /// Uses this server instead of the cluster's.
    #[must_use]
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.server = Some(url.into());
        self
    }

    fn without_empty(self) -> Self {
        let set = |text: Option<String>| text.filter(|text| !text.is_empty());
        Self {
            context: set(self.context),
            cluster: set(self.cluster),
            user: set(self.user),
            namespace: set(self.namespace),
            server: set(self.server),
        }
    }
}

impl Loader {
    /// A loader that looks at `environment` and nothing else.
    pub fn new(environment: Environment) -> Self {
        Self {
            environment,
            path: None,
            overrides: Overrides::default(),
        }
    }

    /// Uses this kubeconfig and no other; it must exist.
    #[must_use]
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Puts `overrides` on top of what the kubeconfig says.
    #[must_use]
    pub fn overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides.without_empty();
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
        let kubeconfig = self.kubeconfig()?;
        if let Some(config) = resolve(&kubeconfig, &self.overrides)? {
            return Ok(config);
        }
        if self.path.is_none() && in_cluster::is_possible(&self.environment) {
            return in_cluster::load(&self.environment, &self.overrides);
        }
        Err(self.nothing_chosen(&kubeconfig))
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
        for path in self.candidates() {
            if let Some(Some(kubeconfig)) = problems.check(Kubeconfig::read_if_present(&path)) {
                merged.merge(kubeconfig);
            }
        }
        problems.finish()?;
        Ok(merged)
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
                ErrorKind::UnknownContext,
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

fn describe(path: &Path) -> String {
    let state = if path.exists() { "empty" } else { "missing" };
    format!("{} ({state})", path.display())
}

const KUBECONFIG: &str = "KUBECONFIG";
