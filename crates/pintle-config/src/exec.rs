//! Plugins that fetch credentials: programs that are run for them.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Component, Path, PathBuf};

use pintle_codec::Value;

use crate::environment::Environment;
use crate::error::{Error, ErrorKind};
use crate::kubeconfig::Extra;

/// A program that is run for credentials: `aws eks get-token`, `gke-gcloud-auth-plugin`.
///
/// Kubernetes' exec credential plugin, `client.authentication.k8s.io/v1` or `v1beta1`. It is run when
/// a request needs it, for all clients that share a configuration together. `Debug` shows neither its
/// arguments nor its variables, which may be secrets.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ExecPlugin {
    /// The program: a name that is looked for in `PATH`, or a path.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables that it sees besides those of the process.
    pub env: Vec<(String, String)>,
    /// The version of `ExecCredential` that it is spoken to in, and must answer in.
    pub api_version: String,
    /// What a user is told who does not have the program.
    pub install_hint: String,
    /// Whether it is told which cluster it is to fetch credentials for.
    pub provide_cluster_info: bool,
    /// Whether it may ask its user. v1 must say; v1beta1 means `IfAvailable`.
    pub interactive_mode: Option<InteractiveMode>,
    /// What the cluster's stanza has for it, under the extension
    /// `client.authentication.k8s.io/exec`. Never part of the user's stanza.
    pub cluster_config: Option<Value>,
    /// Why it may not read standard input, which the program uses for something else. Default: it may.
    /// Never in a file.
    pub stdin_unavailable: Option<String>,
    /// Which programs may be run. Default: any. Never in a file.
    pub policy: PluginPolicy,
    /// The variables and home directory that it inherits; `None` for those of the process. Never in a
    /// file.
    pub environment: Option<Environment>,
    pub(crate) extra: Extra,
}

/// Whether a plugin may ask its user something.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InteractiveMode {
    /// It never reads standard input.
    Never,
    /// It reads standard input if that is a terminal.
    IfAvailable,
    /// It needs a terminal, and is not run without one.
    Always,
    /// Something else, which is refused.
    Unknown(String),
}

/// Which plugins may be run: the kubeconfig says what is run, and whoever wrote it may be someone
/// else. client-go's `PluginPolicy`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PluginPolicy {
    /// Any.
    #[default]
    AllowAll,
    /// None.
    DenyAll,
    /// Those of this list: names, which are looked for in `PATH`, or paths.
    Allowlist(Vec<String>),
}

/// `client.authentication.k8s.io/v1`.
pub(crate) const V1: &str = "client.authentication.k8s.io/v1";
/// `client.authentication.k8s.io/v1beta1`.
pub(crate) const V1BETA1: &str = "client.authentication.k8s.io/v1beta1";

impl ExecPlugin {
    /// A plugin of version v1 that never asks its user.
    pub fn new(command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            api_version: V1.to_owned(),
            interactive_mode: Some(InteractiveMode::Never),
            ..Self::default()
        }
    }

    /// Sets the arguments.
    #[must_use]
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args = args.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sets whether it may ask its user.
    #[must_use]
    pub fn interactive_mode(mut self, mode: InteractiveMode) -> Self {
        self.interactive_mode = Some(mode);
        self
    }

    /// Sets which programs may be run.
    #[must_use]
    pub fn policy(mut self, policy: PluginPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// All that is wrong with it, each fault as the end of a sentence that names the plugin.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.command.is_empty() {
            faults.push("has no command".to_owned());
        }
        match self.api_version.as_str() {
            "" => faults.push("has no apiVersion".to_owned()),
            V1 | V1BETA1 => {}
            other => faults.push(format!(
                "has the apiVersion {other:?}, which is neither {V1} nor {V1BETA1}"
            )),
        }
        if self.env.iter().any(|(name, _)| name.is_empty()) {
            faults.push("has a variable without a name".to_owned());
        }
        match &self.interactive_mode {
            None => faults.push(
                "does not say whether it may ask its user: Never, IfAvailable or Always".to_owned(),
            ),
            Some(InteractiveMode::Unknown(other)) => faults.push(format!(
                "has the interactiveMode {other:?}, which is not Never, IfAvailable or Always"
            )),
            Some(_) => {}
        }
        if let Some(fault) = self.policy.fault() {
            faults.push(fault);
        }
        faults
    }
}

impl InteractiveMode {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Never => "Never",
            Self::IfAvailable => "IfAvailable",
            Self::Always => "Always",
            Self::Unknown(other) => other,
        }
    }

    /// Whether a plugin of this mode is given standard input.
    ///
    /// # Errors
    ///
    /// When it needs a terminal and cannot have it, and for an unknown mode.
    pub fn is_interactive(
        &self,
        stdin_is_terminal: bool,
        stdin_unavailable: Option<&str>,
    ) -> Result<bool, String> {
        match self {
            Self::Never => Ok(false),
            Self::IfAvailable => Ok(stdin_is_terminal && stdin_unavailable.is_none()),
            Self::Always if !stdin_is_terminal => {
                Err("standard input is not a terminal".to_owned())
            }
            Self::Always => match stdin_unavailable {
                None => Ok(true),
                Some("") => Err("standard input is unavailable".to_owned()),
                Some(why) => Err(format!("standard input is unavailable: {why}")),
            },
            Self::Unknown(other) => Err(format!("the interactiveMode {other:?} is not known")),
        }
    }
}

impl From<String> for InteractiveMode {
    fn from(text: String) -> Self {
        match text.as_str() {
            "Never" => Self::Never,
            "IfAvailable" => Self::IfAvailable,
            "Always" => Self::Always,
            _ => Self::Unknown(text),
        }
    }
}

impl PluginPolicy {
    /// Whether `command` may be run. `search` finds a program by its name, as a shell does, and leaves
    /// alone what has a separator in it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Plugin`] if it may not, or cannot be found where it would have to be compared.
    pub fn allows(
        &self,
        command: &str,
        search: &dyn Fn(&str) -> Option<PathBuf>,
    ) -> Result<(), Error> {
        let refused = |why: &str| {
            Err(Error::new(
                ErrorKind::Plugin,
                format!("the exec plugin {command:?} may not be run: {why}"),
            ))
        };
        match self {
            Self::AllowAll => Ok(()),
            Self::DenyAll => refused("the policy is to run none"),
            Self::Allowlist(list) => {
                let clean = clean(command);
                let Some(path) = search(&clean) else {
                    return refused("it cannot be found, so it cannot be looked for in the list");
                };
                let names: BTreeSet<&Path> = [Path::new(&clean), path.as_path()].into();
                let listed = list.iter().any(|entry| {
                    names.contains(Path::new(entry))
                        || search(entry).is_some_and(|entry| entry == path)
                });
                if listed {
                    return Ok(());
                }
                refused("it is not in the list of those that may")
            }
        }
    }

    fn fault(&self) -> Option<String> {
        let Self::Allowlist(list) = self else {
            return None;
        };
        if list.is_empty() {
            return Some("has an empty allowlist; to run none is a policy of its own".to_owned());
        }
        let odd = list.iter().find(|entry| clean(entry) != **entry)?;
        Some(format!(
            "has an allowlist with the entry {odd:?}, which is not a path in its simplest form"
        ))
    }
}

/// A path without what changes nothing: repeated separators, `.`, and `..` after a name. As Go's
/// `filepath.Clean`.
fn clean(path: &str) -> String {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in Path::new(path).components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            (Component::ParentDir, Some(Component::RootDir)) => {}
            (part, _) => parts.push(part),
        }
    }
    if parts.is_empty() {
        return ".".to_owned();
    }
    let path: PathBuf = parts.into_iter().collect();
    path.to_string_lossy().into_owned()
}

/// A text without what could control a terminal: control characters but white space, and whatever has
/// no shape, become `U+XXXX`. For what a plugin says and what is said about it.
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if ('\t'..='\r').contains(&char) || !is_shapeless(char) {
            out.push(char);
        } else {
            out.push_str(&format!("U+{:04X}", u32::from(char)));
        }
    }
    out
}

/// Unicode's category C: control, format, private use, and not assigned as far as that can be told
/// without tables.
fn is_shapeless(char: char) -> bool {
    char.is_control()
        || matches!(u32::from(char),
            0x00AD | 0x0600..=0x0605 | 0x061C | 0x06DD | 0x070F | 0x0890..=0x0891 | 0x08E2 | 0x180E
            | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xFFF0..=0xFFFB
            | 0x110BD | 0x110CD | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
            | 0xE000..=0xF8FF | 0xE0000..=0xE007F | 0xF0000..=0x10FFFF)
}

impl fmt::Debug for ExecPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.env.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("ExecPlugin")
            .field("command", &self.command)
            .field("args", &format_args!("[{} redacted]", self.args.len()))
            .field("env", &names)
            .field("api_version", &self.api_version)
            .field("provide_cluster_info", &self.provide_cluster_info)
            .field("interactive_mode", &self.interactive_mode)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // claims: rest.exec.interactive
    #[test]
    fn the_mode_decides_who_gets_the_terminal() {
        let decide = |mode: InteractiveMode, terminal, unavailable| {
            mode.is_interactive(terminal, unavailable)
        };
        assert_eq!(decide(InteractiveMode::Never, true, None), Ok(false));
        assert_eq!(decide(InteractiveMode::IfAvailable, true, None), Ok(true));
        assert_eq!(decide(InteractiveMode::IfAvailable, false, None), Ok(false));
        assert_eq!(
            decide(InteractiveMode::IfAvailable, true, Some("used")),
            Ok(false)
        );
        assert_eq!(decide(InteractiveMode::Always, true, None), Ok(true));
        assert_eq!(
            decide(InteractiveMode::Always, false, None).unwrap_err(),
            "standard input is not a terminal"
        );
        assert_eq!(
            decide(InteractiveMode::Always, true, Some("it is a manifest")).unwrap_err(),
            "standard input is unavailable: it is a manifest"
        );
        assert!(decide(InteractiveMode::from("Maybe".to_owned()), true, None).is_err());
    }

    // claims: rest.exec.policy
    #[test]
    fn plugins_outside_the_policy_are_not_run() {
        let search = |name: &str| match name {
            "aws" | "/usr/bin/aws" => Some(PathBuf::from("/usr/bin/aws")),
            "other" => Some(PathBuf::from("/opt/bin/aws")),
            name if name.contains('/') => Some(PathBuf::from(name)),
            _ => None,
        };
        let list = |entries: &[&str]| {
            PluginPolicy::Allowlist(entries.iter().map(|&entry| entry.to_owned()).collect())
        };
        for (policy, command, allowed) in [
            (PluginPolicy::AllowAll, "anything", true),
            (PluginPolicy::DenyAll, "aws", false),
            (list(&["aws"]), "aws", true),
            (list(&["/usr/bin/aws"]), "aws", true),
            (list(&["aws"]), "/usr/bin/aws", true),
            (list(&["aws"]), "/usr//bin/./aws", true),
            (list(&["gke", "aws"]), "aws", true),
            (list(&["aws"]), "other", false),
            (list(&["aws"]), "/opt/bin/aws", false),
            (list(&["missing"]), "missing", false),
        ] {
            let outcome = policy.allows(command, &search);
            assert_eq!(outcome.is_ok(), allowed, "{policy:?} {command}");
        }
        for bad in [&[][..], &["/usr//bin/aws"], &["aws", ""]] {
            let mut plugin = ExecPlugin::new("aws");
            plugin.policy = list(bad);
            assert_eq!(plugin.faults().len(), 1, "{bad:?}");
        }
    }

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, cleaned) in [
            ("", "."),
            (".", "."),
            ("a//b/./c/", "a/b/c"),
            ("a/../b", "b"),
            ("../a/../b", "../b"),
            ("/../a", "/a"),
            ("a/..", "."),
        ] {
            assert_eq!(clean(path), cleaned, "{path}");
        }
    }
}
