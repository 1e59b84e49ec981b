//! The cluster of an example: that of `$KUBECONFIG`, or one of its own, in this process, with a pod and a
//! deployment in it.

use pintle::{Client, Config};

pub(crate) struct Cluster {
    pub(crate) config: Config,
    // Dropping it ends the cluster.
    _embedded: Option<pintle_test::Cluster>,
}

impl Cluster {
    pub(crate) async fn connect() -> Result<Self, Box<dyn std::error::Error>> {
        if std::env::var_os("KUBECONFIG").is_some() {
            let config = Config::infer()?;
            return Ok(Self {
                config,
                _embedded: None,
            });
        }
        let embedded = pintle_test::Cluster::builder()
            .seed(OBJECTS)
            .start()
            .await?;
        let config = embedded.config()?;
        Ok(Self {
            config,
            _embedded: Some(embedded),
        })
    }

    #[allow(dead_code, reason = "some examples start from the configuration")]
    pub(crate) fn client(&self) -> Result<Client, pintle::Error> {
        Client::new(&self.config)
    }
}

const OBJECTS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: dns-0, namespace: kube-system}
spec: {containers: [{name: dns, image: 'coredns:1.14'}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web-0, namespace: default}
spec: {containers: [{name: web, image: 'nginx:1.29'}]}
";
