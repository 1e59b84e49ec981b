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
    }
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

/// The entries by name, of which there may be one each.
fn by_name<T: Entry>(list: Option<&Node>) -> Result<BTreeMap<String, T>, Fault> {
    let mut entries = BTreeMap::new();
    let Some(list) = list.filter(|list| !list.is_null()) else {
        return Ok(entries);
    };
    let elements = list.elements();
    let elements = elements.ok_or_else(|| Fault::new(list.place(), "expected a list"))?;
    for (n, element) in elements.iter().enumerate() {
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
