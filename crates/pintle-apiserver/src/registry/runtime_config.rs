//! [`RuntimeConfig`], which APIs are on: what is by default, and what a server is told.
//!
//! The rules and the words are those of kube-apiserver's `--runtime-config`.

use std::collections::BTreeMap;

use crate::{generated::resources::GROUP_VERSIONS, schema::Resource};

/// Which APIs a server is told to turn on or off.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuntimeConfig {
    settings: BTreeMap<String, bool>,
}

/// How far a version has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Maturity {
    Stable,
    Beta,
    Alpha,
}

impl RuntimeConfig {
    /// Turns what a key names on or off.
    pub(crate) fn set(&mut self, key: &str, enabled: bool) {
        self.settings.insert(key.to_owned(), enabled);
    }

    /// Whether a resource is served. What is said of a resource counts before what is said of its
    /// version, and that before what is said of all versions that have come as far.
    pub(crate) fn serves(&self, resource: &Resource) -> bool {
        let Resource { group, version, .. } = resource;
        let said = |key: &str| self.settings.get(key).copied();
        let maturity = match Maturity::of(version) {
            Maturity::Stable => "api/ga",
            Maturity::Beta => "api/beta",
            Maturity::Alpha => "api/alpha",
        };
        said(&format!("{group}/{version}/{}", resource.resource))
            .or_else(|| said(&format!("{group}/{version}")))
            .or_else(|| said(maturity))
            .or_else(|| said("api/all"))
            .unwrap_or(resource.served_by_default)
    }

    /// What a server could not go by.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.settings.len() == 1 && self.settings.get("api/all") == Some(&false) {
            return Err("invalid runtime-config with only api/all=false".to_owned());
        }
        let mut unknown = Vec::new();
        for key in self
            .settings
            .keys()
            .filter(|key| !MATCHERS.contains(&key.as_str()))
        {
            let parts: Vec<_> = key.split('/').collect();
            let (group, version, resource) = match parts[..] {
                [group, version] => (group, version, ""),
                [group, version, resource] => (group, version, resource),
                _ => return Err(format!("runtime-config invalid key {key}")),
            };
            let named = match group {
                "" => version.to_owned(),
                group => format!("{group}/{version}"),
            };
            let mut known = GROUP_VERSIONS
                .iter()
                .filter(|known| known.0 == group)
                .peekable();
            if known.peek().is_none() {
                unknown.push(named);
            } else if !known.any(|known| known.1 == version) {
                return Err(format!(
                    "group version {named} that has not been registered"
                ));
            }
            if resource.chars().any(char::is_uppercase) {
                return Err(format!(
                    "invalid key {key}: group/version/resource and resource is always lowercase \
                     plural, not {}",
                    crate::quote::Quoted(resource)
                ));
            }
        }
        match unknown.as_slice() {
            [] => Ok(()),
            unknown => Err(format!("unknown api groups {}", unknown.join(","))),
        }
    }
}

impl Maturity {
    fn of(version: &str) -> Self {
        if version.contains("alpha") {
            Self::Alpha
        } else if version.contains("beta") {
            Self::Beta
        } else {
            Self::Stable
        }
    }
}

/// The keys that name versions by how far they have come.
const MATCHERS: [&str; 4] = ["api/all", "api/ga", "api/beta", "api/alpha"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::resources::RESOURCES;

    fn config(settings: &[(&str, bool)]) -> RuntimeConfig {
        let mut config = RuntimeConfig::default();
        for (key, enabled) in settings {
            config.set(key, *enabled);
        }
        config
    }

    fn served(settings: &[(&str, bool)]) -> Vec<String> {
        let config = config(settings);
        let served = RESOURCES.iter().filter(|facts| config.serves(facts));
        let named = |facts: &Resource| format!("{}/{}", facts.api_version, facts.resource);
        served.map(named).collect()
    }

    #[test]
    fn the_nearest_word_counts() {
        let has =
            |settings: &[(&str, bool)], name: &str| served(settings).contains(&name.to_owned());
        const CANDIDATES: &str = "coordination.k8s.io/v1beta1/leasecandidates";
        assert!(!has(&[], CANDIDATES));
        assert!(has(&[("api/beta", true)], CANDIDATES));
        assert!(has(&[("api/all", true)], CANDIDATES));
        assert!(!has(&[("api/all", true), ("api/beta", false)], CANDIDATES));
        assert!(has(
            &[("api/beta", false), ("coordination.k8s.io/v1beta1", true)],
            CANDIDATES
        ));
        assert!(!has(
            &[("coordination.k8s.io/v1beta1", true), (CANDIDATES, false)],
            CANDIDATES
        ));
        assert!(!has(&[("batch/v1/cronjobs", false)], "batch/v1/cronjobs"));
        assert!(has(&[("batch/v1/cronjobs", false)], "batch/v1/jobs"));
        assert_eq!(served(&[("api/all", true)]).len(), RESOURCES.len());
    }

    // The words are those of kube-apiserver 1.36.3.
    #[test]
    fn what_is_not_known_is_refused() {
        for (key, message) in [
            ("foo/v1", "unknown api groups foo/v1"),
            (
                "apps/v9",
                "group version apps/v9 that has not been registered",
            ),
            ("/v9", "group version v9 that has not been registered"),
            ("v1", "runtime-config invalid key v1"),
            (
                "apps/v1/Deployments",
                "invalid key apps/v1/Deployments: group/version/resource and resource is always \
                 lowercase plural, not \"Deployments\"",
            ),
            ("a/b/c/d", "runtime-config invalid key a/b/c/d"),
        ] {
            assert_eq!(config(&[(key, true)]).check(), Err(message.to_owned()));
        }
        assert_eq!(
            config(&[("api/all", false)]).check(),
            Err("invalid runtime-config with only api/all=false".to_owned())
        );
        assert_eq!(config(&[("api/all", false), ("/v1", true)]).check(), Ok(()));
    }
}
