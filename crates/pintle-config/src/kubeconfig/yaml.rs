//! Between [`Kubeconfig`] and the document on disk: named lists, base64, nulls.
//!
//! Invariant: every fault found while reading carries its line and column; and none repeats what
//! stands there, which may be a secret.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_codec::yaml::{self, Documents, Node, Place};
use pintle_codec::{Object, Value};

use super::extra::Extra;
use super::{Base64Data, Cluster, Context, Kubeconfig, User};
use crate::auth::AuthProvider;
use crate::exec::{ExecPlugin, InteractiveMode, V1BETA1};
use crate::secret::Secret;

/// Reads a document; an empty one is an empty kubeconfig.
pub(super) fn parse(text: &str) -> Result<Kubeconfig, Fault> {
    let document = Documents::new(text).refuse_duplicates().only()?;
    let Some(document) = document.filter(|document| !document.is_null()) else {
        return Ok(Kubeconfig::default());
    };
    let mut fields = Fields::of(&document)?;
    for (field, expected) in [("apiVersion", "v1"), ("kind", "Config")] {
        let found = fields.take(field);
        match found.map(text_of).transpose()?.flatten() {
            None | Some("") => {}
            Some(found) if found == expected => {}
            Some(_) => {
                let place = found.unwrap_or(&document).place();
                return Err(Fault::new(place, format!("its {field} is not {expected}")));
            }
        }
    }
    Ok(Kubeconfig {
        current_context: fields.text("current-context")?,
        clusters: by_name(fields.take("clusters"))?,
        contexts: by_name(fields.take("contexts"))?,
        users: by_name(fields.take("users"))?,
        extra: fields.rest(),
    })
}

/// Writes a document, its keys sorted and the entries of each list sorted by name.
pub(super) fn render(kubeconfig: &Kubeconfig) -> String {
    let mut document = Object::new();
    kubeconfig.extra.write(&mut document);
    document.insert("apiVersion", "v1".into());
    document.insert("kind", "Config".into());
    document.insert(
        "current-context",
        kubeconfig.current_context.as_str().into(),
    );
    document.insert("clusters", list_of(&kubeconfig.clusters));
    document.insert("contexts", list_of(&kubeconfig.contexts));
    document.insert("users", list_of(&kubeconfig.users));
    yaml::write(&document.into())
}

/// Why a document is not a kubeconfig, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) reason: String,
}

impl Fault {
    fn new(place: Place, reason: impl Into<String>) -> Self {
        Self {
            place,
            reason: reason.into(),
        }
    }
}

impl From<yaml::Error> for Fault {
    fn from(error: yaml::Error) -> Self {
        Self::new(error.place(), error.detail())
    }
}

/// What an entry of a named list is about.
trait Entry: Default {
    /// What the list calls it.
    const FIELD: &'static str;

    fn read(fields: Fields<'_>) -> Result<Self, Fault>;

    fn write(&self, fields: &mut Object);
}

impl Entry for Cluster {
    const FIELD: &'static str = "cluster";

    fn read(mut fields: Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            server: fields.text("server")?,
            tls_server_name: fields.optional("tls-server-name")?,
            insecure_skip_tls_verify: fields.truth("insecure-skip-tls-verify")?,
            certificate_authority: fields.optional("certificate-authority")?,
            certificate_authority_data: fields.data("certificate-authority-data")?,
            proxy_url: fields.optional("proxy-url")?,
            disable_compression: fields.truth("disable-compression")?,
            extra: fields.rest(),
            ..Self::default()
        })
    }

    fn write(&self, fields: &mut Object) {
        self.extra.write(fields);
        fields.insert("server", self.server.as_str().into());
        insert(fields, "tls-server-name", self.tls_server_name.as_deref());
        if self.insecure_skip_tls_verify {
            fields.insert("insecure-skip-tls-verify", true.into());
        }
        insert_path(
            fields,
            "certificate-authority",
            self.certificate_authority.as_deref(),
        );
        insert_data(
            fields,
            "certificate-authority-data",
            self.certificate_authority_data.as_ref(),
        );
        insert(
            fields,
            "proxy-url",
            self.proxy_url.as_ref().map(Secret::expose),
        );
        if self.disable_compression {
            fields.insert("disable-compression", true.into());
        }
    }
}

impl Entry for Context {
    const FIELD: &'static str = "context";

    fn read(mut fields: Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            cluster: fields.text("cluster")?,
            user: fields.text("user")?,
            namespace: fields.optional("namespace")?,
            extra: fields.rest(),
            ..Self::default()
        })
    }

    fn write(&self, fields: &mut Object) {
        self.extra.write(fields);
        fields.insert("cluster", self.cluster.as_str().into());
        fields.insert("user", self.user.as_str().into());
        insert(fields, "namespace", self.namespace.as_deref());
    }
}

impl Entry for User {
    const FIELD: &'static str = "user";

    fn read(mut fields: Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            client_certificate: fields.optional("client-certificate")?,
            client_certificate_data: fields.data("client-certificate-data")?,
            client_key: fields.optional("client-key")?,
            client_key_data: fields.data("client-key-data")?,
            token: fields.optional("token")?,
            token_file: fields.optional("tokenFile")?,
            username: fields.optional("username")?,
            password: fields.optional("password")?,
            impersonate: fields.optional("as")?,
            impersonate_uid: fields.optional("as-uid")?,
            impersonate_groups: fields.texts("as-groups")?,
            impersonate_extra: match fields.mapping("as-user-extra")? {
                Some(extra) => extra.map(|name, value| texts_of(value).map(|v| (name, v)))?,
                None => BTreeMap::new(),
            },
            exec: fields.mapping("exec")?.map(read_exec).transpose()?,
            auth_provider: fields
                .mapping("auth-provider")?
                .map(read_provider)
                .transpose()?,
            extra: fields.rest(),
            ..Self::default()
        })
    }

    fn write(&self, fields: &mut Object) {
        self.extra.write(fields);
        insert_path(
            fields,
            "client-certificate",
            self.client_certificate.as_deref(),
        );
        insert_data(
            fields,
            "client-certificate-data",
            self.client_certificate_data.as_ref(),
        );
        insert_path(fields, "client-key", self.client_key.as_deref());
        insert_data(fields, "client-key-data", self.client_key_data.as_ref());
        insert(fields, "token", self.token.as_ref().map(Secret::expose));
        insert_path(fields, "tokenFile", self.token_file.as_deref());
        insert(fields, "username", self.username.as_deref());
        insert(
            fields,
            "password",
            self.password.as_ref().map(Secret::expose),
        );
        insert(fields, "as", self.impersonate.as_deref());
        insert(fields, "as-uid", self.impersonate_uid.as_deref());
        insert_texts(fields, "as-groups", &self.impersonate_groups);
        if !self.impersonate_extra.is_empty() {
            let extra = self.impersonate_extra.iter();
            let extra = extra.map(|(name, values)| (name.as_str(), texts_value(values)));
            fields.insert("as-user-extra", object_of(extra));
        }
        if let Some(exec) = &self.exec {
            fields.insert("exec", write_exec(exec));
        }
        if let Some(provider) = &self.auth_provider {
            fields.insert("auth-provider", write_provider(provider));
        }
    }
}

fn read_exec(mut fields: Fields<'_>) -> Result<ExecPlugin, Fault> {
    let mut env = Vec::new();
    for variable in elements_of(fields.take("env"))? {
        let mut variable = Fields::of(variable)?;
        env.push((variable.text("name")?, variable.text("value")?));
    }
    let api_version = fields.text("apiVersion")?;
    let mode: Option<String> = fields.optional("interactiveMode")?;
    let mode = mode
        .filter(|mode| !mode.is_empty())
        .map(InteractiveMode::from);
    Ok(ExecPlugin {
        command: fields.text("command")?,
        args: fields.texts("args")?,
        env,
        install_hint: fields.text("installHint")?,
        provide_cluster_info: fields.truth("provideClusterInfo")?,
        interactive_mode: match api_version.as_str() {
            V1BETA1 => mode.or(Some(InteractiveMode::IfAvailable)),
            _ => mode,
        },
        api_version,
        extra: fields.rest(),
        ..ExecPlugin::default()
    })
}

fn write_exec(exec: &ExecPlugin) -> Value {
    let mut fields = Object::new();
    exec.extra.write(&mut fields);
    fields.insert("apiVersion", exec.api_version.as_str().into());
    fields.insert("command", exec.command.as_str().into());
    insert_texts(&mut fields, "args", &exec.args);
    if !exec.env.is_empty() {
        let variables = exec.env.iter().map(|(name, value)| {
            object_of([
                ("name", name.as_str().into()),
                ("value", value.as_str().into()),
            ])
        });
        fields.insert("env", Value::Array(variables.collect()));
    }
    let mode = exec.interactive_mode.as_ref();
    insert(
        &mut fields,
        "interactiveMode",
        mode.map(InteractiveMode::as_str),
    );
    let hint = Some(exec.install_hint.as_str()).filter(|hint| !hint.is_empty());
    insert(&mut fields, "installHint", hint);
    fields.insert("provideClusterInfo", exec.provide_cluster_info.into());
    fields.into()
}

fn read_provider(mut fields: Fields<'_>) -> Result<AuthProvider, Fault> {
    let config = match fields.mapping("config")? {
        Some(config) => {
            config.map(|name, value| Ok((name, text_of(value)?.unwrap_or_default().to_owned())))?
        }
        None => BTreeMap::new(),
    };
    Ok(AuthProvider {
        name: fields.text("name")?,
        config,
        extra: fields.rest(),
        ..AuthProvider::default()
    })
}

fn write_provider(provider: &AuthProvider) -> Value {
    let mut fields = Object::new();
    provider.extra.write(&mut fields);
    fields.insert("name", provider.name.as_str().into());
    let config = provider.config.iter();
    let config = config.map(|(name, value)| (name.as_str(), value.as_str().into()));
    fields.insert("config", object_of(config));
    fields.into()
}

/// The fields of a mapping that were not taken yet.
struct Fields<'n>(BTreeMap<&'n str, &'n Node>);

impl<'n> Fields<'n> {
    /// Null, which kubectl writes for what is empty, has no fields.
    fn of(node: &'n Node) -> Result<Self, Fault> {
        if node.is_null() {
            return Ok(Self(BTreeMap::new()));
        }
        let pairs = node.pairs();
        let pairs = pairs.ok_or_else(|| Fault::new(node.place(), "expected a mapping"))?;
        let fields = pairs.iter().map(|(key, value)| (key.as_str(), value));
        Ok(Self(fields.collect()))
    }

    fn take(&mut self, name: &str) -> Option<&'n Node> {
        self.0.remove(name)
    }

    /// A text; one that is missing is empty.
    fn text(&mut self, name: &str) -> Result<String, Fault> {
        Ok(self.optional(name)?.unwrap_or_default())
    }

    fn optional<T: From<String>>(&mut self, name: &str) -> Result<Option<T>, Fault> {
        let text = self.take(name).map(text_of).transpose()?.flatten();
        Ok(text.map(|text| text.to_owned().into()))
    }

    fn truth(&mut self, name: &str) -> Result<bool, Fault> {
        match self.take(name) {
            None => Ok(false),
            Some(node) if node.is_null() => Ok(false),
            Some(node) => node
                .as_bool()
                .ok_or_else(|| Fault::new(node.place(), "expected true or false")),
        }
    }

    fn texts(&mut self, name: &str) -> Result<Vec<String>, Fault> {
        self.take(name).map_or(Ok(Vec::new()), texts_of)
    }

    /// The fields of a mapping; none if it is missing or null.
    fn mapping(&mut self, name: &str) -> Result<Option<Self>, Fault> {
        let node = self.take(name).filter(|node| !node.is_null());
        node.map(Self::of).transpose()
    }

    /// What a function makes of every field.
    fn map<T>(
        self,
        mut make: impl FnMut(String, &'n Node) -> Result<(String, T), Fault>,
    ) -> Result<BTreeMap<String, T>, Fault> {
        let fields = self.0.into_iter();
        fields
            .map(|(name, node)| make(name.to_owned(), node))
            .collect()
    }

    fn data(&mut self, name: &str) -> Result<Option<Base64Data>, Fault> {
        let Some(node) = self.take(name) else {
            return Ok(None);
        };
        let Some(text) = text_of(node)? else {
            return Ok(None);
        };
        // Long values are often folded over several lines.
        let joined: String = text.split_ascii_whitespace().collect();
        let decoded = STANDARD.decode(joined);
        let data = decoded.map_err(|_| Fault::new(node.place(), "the value is not base64"))?;
        Ok(Some(data.into()))
    }

    fn rest(self) -> Extra {
        let rest = self.0.into_iter();
        rest.map(|(name, node)| (name.to_owned(), node.to_value()))
            .collect()
    }
}

/// What stands there as text: what looks like a number or a truth value is only passed on. Null is
/// nothing.
fn text_of(node: &Node) -> Result<Option<&str>, Fault> {
    if node.is_null() {
        return Ok(None);
    }
    let text = node.spelling();
    text.map(Some)
        .ok_or_else(|| Fault::new(node.place(), "expected a single value"))
}

fn texts_of(node: &Node) -> Result<Vec<String>, Fault> {
    let elements = elements_of(Some(node))?.iter();
    let texts = elements.map(|element| Ok(text_of(element)?.unwrap_or_default().to_owned()));
    texts.collect()
}

/// The elements of a list; one that is missing or null is empty.
fn elements_of(list: Option<&Node>) -> Result<&[Node], Fault> {
    let Some(list) = list.filter(|list| !list.is_null()) else {
        return Ok(&[]);
    };
    let elements = list.elements();
    elements.ok_or_else(|| Fault::new(list.place(), "expected a list"))
}

/// The entries by name, of which there may be one each.
fn by_name<T: Entry>(list: Option<&Node>) -> Result<BTreeMap<String, T>, Fault> {
    let mut entries = BTreeMap::new();
    for (n, element) in elements_of(list)?.iter().enumerate() {
        let mut fields = Fields::of(element)?;
        let named = fields.take("name");
        let name = named.map(text_of).transpose()?.flatten();
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            let reason = format!("{} number {} has no name", T::FIELD, n + 1);
            return Err(Fault::new(element.place(), reason));
        };
        let value = match fields.take(T::FIELD) {
            Some(stanza) => T::read(Fields::of(stanza)?)?,
            None => T::default(),
        };
        if entries.insert(name.to_owned(), value).is_some() {
            let place = named.unwrap_or(element).place();
            let reason = format!("the {} \"{name}\" is defined twice", T::FIELD);
            return Err(Fault::new(place, reason));
        }
    }
    Ok(entries)
}

fn list_of<T: Entry>(entries: &BTreeMap<String, T>) -> Value {
    let entries = entries.iter().map(|(name, value)| {
        let mut fields = Object::new();
        value.write(&mut fields);
        Object::from([("name", name.as_str().into()), (T::FIELD, fields.into())]).into()
    });
    Value::Array(entries.collect())
}

fn object_of<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let mut object = Object::new();
    for (name, value) in fields {
        object.insert(name, value);
    }
    object.into()
}

fn texts_value(texts: &[String]) -> Value {
    Value::Array(texts.iter().map(|text| text.as_str().into()).collect())
}

fn insert_texts(fields: &mut Object, name: &str, texts: &[String]) {
    if !texts.is_empty() {
        fields.insert(name, texts_value(texts));
    }
}

fn insert(fields: &mut Object, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        fields.insert(name, text.into());
    }
}

fn insert_path(fields: &mut Object, name: &str, path: Option<&Path>) {
    insert(fields, name, path.map(Path::to_string_lossy).as_deref());
}

fn insert_data(fields: &mut Object, name: &str, data: Option<&Base64Data>) {
    let encoded = data.map(|data| STANDARD.encode(data.bytes()));
    insert(fields, name, encoded.as_deref());
}
