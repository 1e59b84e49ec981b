//! How a cluster is started.

use clap::Args;

/// How a cluster is started; the default is etcd and kube-apiserver with default API versions.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Options {
    /// Run kube-controller-manager too: with the controllers of a comma-separated list, or with all of
    /// them and kube-scheduler beside it if there is no LIST
    #[arg(long, value_name = "LIST", num_args = 0..=1, require_equals = true, default_missing_value = ALL)]
    pub(crate) with_controllers: Option<String>,
    /// Serve every API version, alpha and beta ones included
    #[arg(long)]
    pub(crate) api_all: bool,
    /// Pass a flag on to kube-apiserver (may be repeated): --apiserver-flag=--anonymous-auth=false
    #[arg(
        long = "apiserver-flag",
        value_name = "FLAG",
        allow_hyphen_values = true
    )]
    pub(crate) apiserver_flags: Vec<String>,
}

impl Options {
    /// Whether pods are scheduled: where the whole control plane is asked for.
    pub(crate) fn schedules(&self) -> bool {
        self.with_controllers.as_deref() == Some(ALL)
    }

    /// Whether the controller that makes service accounts runs. Without it a namespace never has its
    /// default service account, and kube-apiserver must not ask for it.
    pub(crate) fn makes_service_accounts(&self) -> bool {
        let Some(list) = &self.with_controllers else {
            return false;
        };
        let has = |name| list.split(',').any(|controller| controller.trim() == name);
        !has("-serviceaccount-controller")
            && (has(ALL) || has("serviceaccount-controller") || has("serviceaccount"))
    }

    /// The options as one line, to compare a running cluster's with.
    pub(crate) fn describe(&self) -> String {
        let mut words = Vec::new();
        if let Some(list) = &self.with_controllers {
            words.push(format!("--with-controllers={list}"));
        }
        if self.api_all {
            words.push("--api-all".to_owned());
        }
        words.extend(
            self.apiserver_flags
                .iter()
                .map(|flag| format!("--apiserver-flag={flag}")),
        );
        words.join(" ")
    }
}

/// What kube-controller-manager calls all controllers that are on by default.
const ALL: &str = "*";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_control_plane_schedules() {
        let schedules = |list: Option<&str>| {
            let with_controllers = list.map(str::to_owned);
            let options = Options {
                with_controllers,
                ..Options::default()
            };
            options.schedules()
        };
        assert!(schedules(Some("*")));
        assert!(!schedules(Some("namespace-controller")));
        assert!(!schedules(None));
    }

    #[test]
    fn service_accounts_are_made_by_their_controller_only() {
        let makes = |list: Option<&str>| {
            Options {
                with_controllers: list.map(str::to_owned),
                ..Options::default()
            }
            .makes_service_accounts()
        };
        assert!(makes(Some("*")));
        assert!(makes(Some(
            "namespace-controller,serviceaccount-controller"
        )));
        assert!(!makes(Some("namespace-controller")));
        assert!(!makes(Some("*,-serviceaccount-controller")));
        assert!(!makes(None));
    }
}
