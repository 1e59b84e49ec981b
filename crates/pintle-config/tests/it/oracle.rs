//! What Go makes of proxies and kubeconfigs, as `tools/access` recorded it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use pintle_codec::{Value, json};
use pintle_config::{
    Auth, Config, Environment, Error, ErrorKind, ExecPlugin, Kubeconfig, Loader, Overrides, Pem,
    Proxies, ProxyUrl, ServerUrl,
};

use crate::directory::Directory;

// claims: rest.transport.proxy-environment, defects.no-proxy
#[test]
fn proxies_are_chosen_as_go_does() {
    let mut cases = 0;
    for case in recorded(include_str!("oracle/proxies.jsonl")) {
        let mut environment = Environment::empty();
        for (name, value) in texts(&case, "env") {
            environment = environment.with_variable(name, value);
        }
        let server = ServerUrl::parse(text(&case, "server"), false).unwrap();
        let proxies = Proxies::from_environment(&environment);
        let found = match proxies.for_server(&server) {
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Proxy);
                "refused".to_owned()
            }
            Ok(None) => String::new(),
            Ok(Some(proxy)) => shown(proxy),
        };
        let expected = match case.get("refused") {
            Some(_) => "refused",
            None => text(&case, "proxy"),
        };
        // Both are SOCKS with the name looked up by the proxy.
        let expected = expected.replace("socks5h://", "socks5://");
        assert_eq!(found, expected.trim_end_matches('/'), "{case:?}");
        cases += 1;
    }
    assert!(cases >= 393, "{cases}");
}

// claims: clientcmd.files.variable, clientcmd.files.missing, clientcmd.files.explicit, clientcmd.files.errors
// claims: clientcmd.files.paths, clientcmd.merge.first, clientcmd.merge.current-context
// claims: clientcmd.overrides.context, clientcmd.overrides.fields, clientcmd.overrides.insecure
// claims: clientcmd.overrides.authority, clientcmd.overrides.server, clientcmd.overrides.identity
// claims: clientcmd.overrides.timeout, clientcmd.overrides.defaults
// claims: clientcmd.config.tls-only, clientcmd.config.impersonation, clientcmd.config.token-file
// claims: clientcmd.config.proxy, clientcmd.config.compression, clientcmd.config.exec-cluster
// claims: clientcmd.config.install-hint, clientcmd.validation.all, clientcmd.validation.empty
// claims: clientcmd.validation.context, clientcmd.validation.server, clientcmd.validation.proxy
// claims: clientcmd.validation.both-forms, clientcmd.validation.readable, clientcmd.validation.key
// claims: clientcmd.validation.methods, clientcmd.validation.exec, clientcmd.validation.impersonation
// claims: rest.config.authority-and-insecure, rest.config.basic-and-token, rest.config.exec-and-provider
#[test]
fn kubeconfigs_come_to_what_clientcmd_makes_of_them() {
    let mut equal = 0;
    let mut differing = Vec::new();
    for case in recorded(include_str!("oracle/kubeconfigs.jsonl")) {
        let name = text(&case, "name");
        let directory = laid(&case);
        let overrides = overrides(&case, directory.path());
        let expected = expected(&case);
        let found = match loader(&case, &directory).overrides(overrides).load() {
            Ok(config) => describe(&config, directory.path()),
            // What client-go finds when it connects is found when the configuration is loaded.
            Err(error) if error.is_invalid() && expected.contains("error: transport") => {
                expected.clone()
            }
            Err(error) => kinds(&error),
        };
        if found == expected {
            equal += 1;
        } else if DIFFERING.iter().any(|(differs, _)| *differs == name) {
            differing.push(name.to_owned());
        } else {
            panic!("{name}\nclientcmd: {expected:#?}\npintle:    {found:#?}");
        }
    }
    let meant: Vec<&str> = DIFFERING.iter().map(|(name, _)| *name).collect();
    assert_eq!(differing, meant);
    assert!(equal >= 140, "{equal}");
}

/// Where pintle means something else than clientcmd, and why.
const DIFFERING: [(&str, &str); 4] = [
    (
        "a file without its kind",
        "that no server is known follows from the context that does not exist",
    ),
    (
        "a current context that is not there",
        "that no server is known follows from the context that does not exist",
    ),
    (
        "a context of a cluster that is not there",
        "what is missing is named, instead of there being no configuration",
    ),
    (
        "a context of a user that is not there",
        "what is missing is named, instead of requests being sent without credentials",
    ),
];

// claims: clientcmd.write.locks, clientcmd.write.origin, clientcmd.write.default-file
// claims: clientcmd.write.current-context, clientcmd.write.deletions, clientcmd.write.paths
// claims: clientcmd.write.unchanged
#[test]
fn changes_are_written_where_clientcmd_writes_them() {
    let mut cases = 0;
    for case in recorded(include_str!("oracle/edits.jsonl")) {
        let name = text(&case, "name");
        let directory = laid(&case);
        let relative = case.get("relative").is_some();
        let outcome = loader(&case, &directory).modify(relative, |kubeconfig| {
            for edit in case.get("edits").and_then(Value::as_array).unwrap() {
                apply(kubeconfig, edit, directory.path());
            }
        });
        match outcome {
            Ok(()) => assert!(case.get("refused").is_none(), "{name}"),
            Err(error) => {
                assert!(
                    error.is_locked() && case.get("refused").is_some(),
                    "{name}: {error:?}"
                );
            }
        }
        let left = texts(&case, "left");
        let found = files(directory.path());
        let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(&left), "{name}");
        let before = texts(&case, "files");
        for (file, expected) in left {
            let found = &found[&file];
            if before.get(&file) == Some(&expected) {
                assert_eq!(*found, expected, "{name}: {file} is not touched");
                continue;
            }
            let parsed = |text: &str| Kubeconfig::parse(text).unwrap();
            assert_eq!(parsed(found), parsed(&expected), "{name}: {file}");
        }
        cases += 1;
    }
    assert!(cases >= 25, "{cases}");
}

fn recorded(lines: &str) -> impl Iterator<Item = Value> + '_ {
    lines
        .lines()
        .map(|line| json::parse(line.as_bytes()).unwrap())
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The fields of an object of texts.
fn texts(case: &Value, field: &str) -> BTreeMap<String, String> {
    let Some(object) = case.get(field).and_then(Value::as_object) else {
        return BTreeMap::new();
    };
    let fields = object.iter();
    fields
        .map(|(name, value)| (name.to_owned(), value.as_str().unwrap().to_owned()))
        .collect()
}

fn inside(text: &str, directory: &Path) -> String {
    text.replace("$DIR", &directory.display().to_string())
}

fn outside(text: &str, directory: &Path) -> String {
    text.replace(&directory.display().to_string(), "$DIR")
}

/// The files of a case, in a directory of their own.
fn laid(case: &Value) -> Directory {
    let directory = Directory::new();
    for (name, content) in texts(case, "files") {
        if content == "unreadable" {
            std::fs::create_dir_all(directory.path().join(name)).unwrap();
        } else {
            directory.file(&name, &inside(&content, directory.path()));
        }
    }
    directory
}

/// What is in a directory.
fn files(directory: &Path) -> BTreeMap<String, String> {
    fn collect(at: &Path, root: &Path, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, root, files);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                let content = std::fs::read_to_string(&path).unwrap();
                files.insert(name, outside(&content, root));
            }
        }
    }
    let mut files = BTreeMap::new();
    collect(directory, directory, &mut files);
    files
}

fn loader(case: &Value, directory: &Directory) -> Loader {
    let mut environment = Environment::empty().with_home(directory.path());
    if let Some(list) = case.get("list").and_then(Value::as_array) {
        let paths = list
            .iter()
            .map(|path| inside(path.as_str().unwrap(), directory.path()));
        let list = paths.collect::<Vec<_>>().join(":");
        environment = environment.with_variable("KUBECONFIG", list);
    }
    Loader::new(environment).path(inside(text(case, "path"), directory.path()))
}

fn overrides(case: &Value, directory: &Path) -> Overrides {
    let mut overrides = Overrides::new();
    let named = texts(case, "overrides");
    for (name, value) in &named {
        let value = inside(value, directory);
        overrides = match name.as_str() {
            "context" => overrides.context(value),
            "cluster" => overrides.cluster(value),
            "user" => overrides.user(value),
            "namespace" => overrides.namespace(value),
            "server" => overrides.server(value),
            "default-server" => overrides.default_server(value),
            "tls-server-name" => overrides.tls_server_name(value),
            "insecure-skip-tls-verify" => overrides.insecure_skip_tls_verify(value == "true"),
            "certificate-authority" => overrides.certificate_authority(value),
            "certificate-authority-data" => overrides.certificate_authority_data(value),
            "proxy-url" => overrides.proxy_url(value),
            "disable-compression" => overrides.disable_compression(value == "true"),
            "client-certificate" => overrides.client_certificate(value),
            "client-certificate-data" => overrides.client_certificate_data(value),
            "client-key" => overrides.client_key(value),
            "client-key-data" => overrides.client_key_data(value),
            "token" => overrides.token(value),
            "token-file" => overrides.token_file(value),
            "username" => {
                let password = named.get("password").cloned().unwrap_or_default();
                overrides.basic(value, password)
            }
            "password" => overrides,
            "as" => overrides.impersonate(value),
            "as-uid" => overrides.impersonate_uid(value),
            "as-group" => overrides.impersonate_groups(value.split(',')),
            "as-user-extra" => {
                overrides.impersonate_extra(extra(&json::parse(value.as_bytes()).unwrap()))
            }
            "exec" => overrides.exec(ExecPlugin::new(value)),
            "request-timeout" => overrides.timeout(value),
            other => panic!("no override is called {other}"),
        };
    }
    overrides
}

fn extra(value: &Value) -> BTreeMap<String, Vec<String>> {
    let values = |value: &Value| {
        let values = value.as_array().unwrap().iter();
        values
            .map(|value| value.as_str().unwrap().to_owned())
            .collect()
    };
    let fields = value.as_object().unwrap().iter();
    fields
        .map(|(name, value)| (name.to_owned(), values(value)))
        .collect()
}

/// What clientcmd found, a field a line.
fn expected(case: &Value) -> BTreeSet<String> {
    let found = case.get("found").unwrap();
    let mut lines = BTreeSet::new();
    for (name, value) in found.as_object().unwrap().iter() {
        let line = match (name, value) {
            ("errors", Value::Array(kinds)) => {
                for kind in kinds {
                    lines.insert(format!("error: {}", kind.as_str().unwrap()));
                }
                continue;
            }
            // A token makes a plugin superfluous; here it does not even come that far.
            ("exec", _) if found.get("token").is_some() => continue,
            ("exec", exec) => describe_exec(
                text(exec, "command"),
                exec.get("args").map(strings).unwrap_or_default(),
                exec.get("env").map(strings).unwrap_or_default(),
                [
                    text(exec, "version"),
                    text(exec, "interactive"),
                    text(exec, "hint"),
                ],
                exec.get("cluster").is_some(),
                exec.get("config")
                    .map(|config| json::parse(config.as_str().unwrap().as_bytes()).unwrap()),
            ),
            // What is sent is trimmed.
            ("token", token) => format!("token: {}", token.as_str().unwrap().trim()),
            // A token that was read from its file at once, or stands in for it.
            ("timeout", timeout) => {
                let timeout: pintle_meta::Duration = timeout.as_str().unwrap().parse().unwrap();
                format!("timeout: {:?}", Duration::try_from(timeout).unwrap())
            }
            ("proxy", proxy) => {
                format!("proxy: {}", proxy.as_str().unwrap().trim_end_matches('/'))
            }
            ("as_groups", groups) => format!("as_groups: {:?}", strings(groups)),
            ("as_extra", value) => format!("as_extra: {:?}", extra(value)),
            (name, Value::Bool(value)) => format!("{name}: {value}"),
            (name, value) => format!("{name}: {}", value.as_str().unwrap()),
        };
        lines.insert(line);
    }
    // The file has been read already, where it can be, and wins.
    if let Some(file) = found.get("token_file").and_then(Value::as_str)
        && let Some(content) = texts(case, "files").get(file.trim_start_matches("$DIR/"))
    {
        lines.retain(|line| !line.starts_with("token: "));
        lines.insert(format!("token: {}", content.trim()));
    }
    lines
}

fn strings(value: &Value) -> Vec<String> {
    let values = value.as_array().unwrap().iter();
    values
        .map(|value| value.as_str().unwrap().to_owned())
        .collect()
}

fn describe_exec(
    command: &str,
    args: Vec<String>,
    env: Vec<String>,
    [version, interactive, hint]: [&str; 3],
    cluster: bool,
    config: Option<Value>,
) -> String {
    format!(
        "exec: {command} {args:?} {env:?} {version} {interactive} {hint:?} {cluster} {config:?}"
    )
}

/// A configuration, a field a line.
fn describe(config: &Config, directory: &Path) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let mut line = |name: &str, value: String| {
        if !value.is_empty() && value != "[]" && value != "{}" {
            lines.insert(format!("{name}: {value}"));
        }
    };
    let pem = |pem: &Pem| match pem.file() {
        Some(file) => format!("file {}", outside(&file.display().to_string(), directory)),
        None => format!("data {}", String::from_utf8_lossy(pem.bytes())),
    };
    line("server", config.server.to_string());
    line(
        "server_name",
        config.tls.server_name.clone().unwrap_or_default(),
    );
    if config.tls.danger_accept_invalid_certs {
        line("insecure", "true".to_owned());
    }
    line(
        "ca",
        config
            .tls
            .certificate_authority
            .as_ref()
            .map(pem)
            .unwrap_or_default(),
    );
    if let Some(identity) = &config.tls.identity {
        line("certificate", pem(&identity.certificate));
        line("key", pem(&identity.key));
    }
    match &config.auth {
        Auth::Bearer(token) => {
            line("token", token.value().expose().to_owned());
            let file = token.file().map(|file| file.display().to_string());
            line("token_file", outside(&file.unwrap_or_default(), directory));
        }
        Auth::Basic { username, password } => {
            line("username", username.clone());
            line("password", password.expose().to_owned());
        }
        Auth::Exec(plugin) => {
            let variables = plugin.env.iter();
            let variables = variables.map(|(name, value)| format!("{name}={value}"));
            let mode = plugin.interactive_mode.as_ref().unwrap();
            let exec = describe_exec(
                &outside(&plugin.command, directory),
                plugin.args.clone(),
                variables.collect(),
                [&plugin.api_version, mode.as_str(), &plugin.install_hint],
                plugin.provide_cluster_info,
                plugin.cluster_config.clone(),
            );
            line("exec", exec.trim_start_matches("exec: ").to_owned());
        }
        Auth::Provider(provider) => line("provider", provider.name.clone()),
        _ => {}
    }
    if let Some(as_whom) = &config.impersonation {
        line("as", as_whom.user.clone());
        line("as_uid", as_whom.uid.clone());
        line("as_groups", format!("{:?}", as_whom.groups));
        line("as_extra", format!("{:?}", as_whom.extra));
    }
    let proxy = config.proxies.for_server(&config.server).unwrap();
    line("proxy", proxy.map(shown).unwrap_or_default());
    if !config.compression {
        line("uncompressed", "true".to_owned());
    }
    let timeout = config.timeout.map(|timeout| format!("{timeout:?}"));
    line("timeout", timeout.unwrap_or_default());
    line("namespace", config.default_namespace.clone());
    lines
}

/// The URL of a proxy, with what `Display` leaves out.
fn shown(proxy: &ProxyUrl) -> String {
    let shown = proxy.to_string();
    let Some((user, password)) = proxy.credentials() else {
        return shown;
    };
    let escaped = |text: &str| text.replace('@', "%40");
    let credentials = match password.expose() {
        "" => escaped(user),
        password => format!("{}:{}", escaped(user), escaped(password)),
    };
    shown.replacen("://", &format!("://{credentials}@"), 1)
}

/// The kinds of what is wrong, by the names that the recording has for them.
fn kinds(error: &Error) -> BTreeSet<String> {
    let kinds = error.kinds().map(|kind| match kind {
        ErrorKind::NotFound => "empty",
        ErrorKind::UnreadableFile => "unreadable",
        ErrorKind::Malformed => "malformed",
        ErrorKind::UnknownContext => "unknown-context",
        ErrorKind::UnknownCluster => "unknown-cluster",
        ErrorKind::UnknownUser => "unknown-user",
        ErrorKind::NoServer => "no-server",
        ErrorKind::ServerUrl => "server-url",
        ErrorKind::BothForms => "both-forms",
        ErrorKind::NoKey => "no-key",
        ErrorKind::SeveralMethods => "several-methods",
        ErrorKind::Plugin => "plugin",
        ErrorKind::Proxy => "proxy",
        ErrorKind::Impersonation => "impersonation",
        ErrorKind::Timeout => "timeout",
        _ => "transport",
    });
    kinds.map(|kind| format!("error: {kind}")).collect()
}

fn apply(kubeconfig: &mut Kubeconfig, edit: &Value, directory: &Path) {
    let name = text(edit, "name").to_owned();
    let value = inside(text(edit, "value"), directory);
    let remove = edit.get("remove").is_some();
    match (text(edit, "entry"), text(edit, "field")) {
        ("current-context", _) => kubeconfig.current_context = value,
        ("cluster", _) if remove => drop(kubeconfig.clusters.remove(&name)),
        ("user", _) if remove => drop(kubeconfig.users.remove(&name)),
        ("context", _) if remove => drop(kubeconfig.contexts.remove(&name)),
        ("cluster", field) => {
            let cluster = kubeconfig.clusters.entry(name).or_default();
            match field {
                "server" => cluster.server = value,
                "certificate-authority" => cluster.certificate_authority = Some(value.into()),
                other => panic!("{other}"),
            }
        }
        ("user", field) => {
            let user = kubeconfig.users.entry(name).or_default();
            match field {
                "token" => user.token = Some(value.into()),
                "client-certificate" => user.client_certificate = Some(value.into()),
                other => panic!("{other}"),
            }
        }
        ("context", field) => {
            let context = kubeconfig.contexts.entry(name).or_default();
            match field {
                "cluster" => context.cluster = value,
                "user" => context.user = value,
                "namespace" => context.namespace = Some(value),
                other => panic!("{other}"),
            }
        }
        (other, _) => panic!("{other}"),
    }
}
