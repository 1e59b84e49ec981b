//! Where discovery is kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pintle_client::Client;
use pintle_config::{Config, Environment};
use pintle_discovery::{Discovery, DiscoveryClient, DiskCache};

use crate::error::Error;

/// What a server says of itself, kept in a directory that the command line names, else in that of
/// `$KUBECACHEDIR`, else in `~/.kube/cache`. Where there is none of them, the server is asked each time.
pub(crate) fn cached(
    client: &Client,
    config: &Config,
    directory: Option<&Path>,
    environment: &Environment,
) -> Result<Arc<dyn Discovery>, Error> {
    let named = directory.map(Path::to_owned);
    let variable = || {
        let variable = environment.variable("KUBECACHEDIR");
        variable.filter(|it| !it.is_empty()).map(PathBuf::from)
    };
    let home = || Some(environment.home()?.join(".kube/cache"));
    let Some(directory) = named.or_else(variable).or_else(home) else {
        return Ok(Arc::new(DiscoveryClient::new(client)));
    };
    let server = directory.join("discovery").join(file_name(config));
    let cache = DiskCache::builder(server, LIFETIME).http_cache(directory.join("http"));
    Ok(Arc::new(cache.build(config)?))
}

/// What a server's directory is called: as kubectl calls it, so that it is shared.
fn file_name(config: &Config) -> String {
    let server = &config.server;
    let text = format!("{}{}", server.authority(), server.base_path());
    let is_kept = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '/' | '.');
    text.chars()
        .map(|it| if is_kept(it) { it } else { '_' })
        .collect()
}

/// As long as kubectl believes it.
const LIFETIME: Duration = Duration::from_secs(6 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_the_directory_that_kubectl_gives_it() {
        for (server, directory) in [
            ("https://127.0.0.1:6443", "127.0.0.1_6443"),
            ("https://api.example.org/k8s/c-1", "api.example.org/k8s/c_1"),
            ("https://[::1]:6443", "___1__6443"),
        ] {
            let config = Config::new(server).unwrap();
            assert_eq!(file_name(&config), directory);
        }
    }
}
