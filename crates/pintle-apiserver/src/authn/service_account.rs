//! Tokens of service accounts: issued by this server, believed while what they are bound to is there.

use std::fmt;

use pintle_codec::{Object, Str, Value, json};
use pintle_env::Timestamp;
use pintle_meta::Time;
use pintle_pki::TokenKeyPair;

use super::{
    User,
    jwt::{ALGORITHM, Forged, SigningKey, Token},
    user::CREDENTIAL_ID,
};
use crate::{
    quote::Quoted,
    registry::{Registry, Served},
    store::Key,
};

/// Issues and checks the tokens of service accounts.
#[derive(Debug)]
pub(crate) struct ServiceAccountTokens {
    key: SigningKey,
    /// Whom tokens that name no other are for: this server.
    audiences: Vec<String>,
    /// Where the server publishes the key.
    keys: String,
}

/// What a token is to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenSpec<'a> {
    /// The namespace of the account.
    pub(crate) namespace: &'a str,
    /// The account.
    pub(crate) account: Named<'a>,
    /// What the token ends with.
    pub(crate) bound: Bound<'a>,
    /// Whom it is for.
    pub(crate) audiences: &'a [String],
    /// How long it is good for, in seconds.
    pub(crate) seconds: i64,
    /// After how many seconds its use is to be noticed, if it is only good for longer so that old
    /// programs work.
    pub(crate) warn_after: Option<i64>,
}

/// An object, and no other of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its uid.
    pub(crate) uid: &'a str,
}

/// What a token ends with, besides its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound<'a> {
    /// Nothing.
    Nothing,
    /// A pod; the node that runs it is told, and is nothing that the token depends on.
    Pod(Named<'a>, Option<Named<'a>>),
    /// A secret.
    Secret(Named<'a>),
    /// A node.
    Node(Named<'a>),
}

/// A token that was issued.
#[derive(Clone)]
pub(crate) struct IssuedToken {
    /// The token: a secret.
    pub(crate) token: String,
    /// When it expires.
    pub(crate) expires: Time,
}

/// Whom a token is of, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reviewed {
    /// The user.
    pub(crate) user: User,
    /// Of those who were asked for, whom it is for.
    pub(crate) audiences: Vec<String>,
}

impl ServiceAccountTokens {
    /// Those of a server at this host (with its port), with a key that nobody else has.
    pub(crate) fn new(host: &str) -> Result<Self, pintle_pki::Error> {
        Ok(Self {
            key: SigningKey::new(TokenKeyPair::generate()?),
            audiences: vec![ISSUER.to_owned()],
            keys: format!("https://{host}/openid/v1/jwks"),
        })
    }

    /// Whom tokens that name no other are for.
    pub(crate) fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// Issues a token, with an id that no other has.
    pub(crate) fn issue(
        &self,
        spec: &TokenSpec<'_>,
        id: &str,
        now: Timestamp,
    ) -> Result<IssuedToken, pintle_pki::Error> {
        let now = now.unix_seconds();
        let expires = now.saturating_add(spec.seconds);
        let token = self.key.sign(claims(spec, id, now, expires))?;
        Ok(IssuedToken {
            token,
            expires: Time::from_unix(expires),
        })
    }

    /// Whom a token is of, if it is for one of `audiences`. Nothing if it is no token of this server;
    /// an error says why one that claims to be is not believed.
    pub(crate) fn review(
        &self,
        token: &str,
        audiences: &[String],
        registry: &Registry,
    ) -> Result<Option<Reviewed>, String> {
        let Some(token) = Token::parse(token) else {
            return Ok(None);
        };
        if text(&token.claims, "iss") != ISSUER {
            return Ok(None);
        }
        match self.key.check(&token) {
            Ok(()) => {}
            // The real server's library finds nothing that it could say more about.
            Err(Forged::Malformed) => return Ok(None),
            Err(Forged::UnknownKey) => return Err("invalid signature, no keys found".to_owned()),
            Err(Forged::Mismatch) => {
                return Err("go-jose/go-jose: error in cryptographic primitive".to_owned());
            }
        }
        let own = token.claims.get("aud").and_then(Value::as_array);
        let own = own.unwrap_or_default().iter().filter_map(Value::as_str);
        let own: Vec<&str> = own.collect();
        let meant = |audience: &&String| own.contains(&audience.as_str());
        let meant: Vec<String> = audiences.iter().filter(meant).cloned().collect();
        if meant.is_empty() {
            let (own, asked) = (Listed(&own), Listed(audiences));
            return Err(format!(
                "token audiences {own} is invalid for the target audiences {asked}"
            ));
        }
        check_time(&token.claims, registry.timestamp())?;
        Ok(Some(Reviewed {
            user: account(&token.claims, registry)?.classified(),
            audiences: meant,
        }))
    }

    /// What `/.well-known/openid-configuration` says: who issues tokens, and where the keys are.
    pub(crate) fn issuer(&self) -> Vec<u8> {
        let one = |text: &str| Value::Array(vec![text.into()]);
        written(Object::from([
            ("issuer", Value::from(ISSUER)),
            ("jwks_uri", Value::from(&*self.keys)),
            ("response_types_supported", one("id_token")),
            ("subject_types_supported", one("public")),
            ("id_token_signing_alg_values_supported", one(ALGORITHM)),
        ]))
    }

    /// What `/openid/v1/jwks` says: the key with which others check tokens.
    pub(crate) fn key_set(&self) -> Vec<u8> {
        written(self.key.key_set())
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// The claims of a token, in the order of their names.
fn claims(spec: &TokenSpec<'_>, id: &str, now: i64, expires: i64) -> Object {
    let (pod, secret, node) = match spec.bound {
        Bound::Nothing => (None, None, None),
        Bound::Pod(pod, node) => (Some(pod), None, node),
        Bound::Secret(secret) => (None, Some(secret), None),
        Bound::Node(node) => (None, None, Some(node)),
    };
    let mut kubernetes = vec![("namespace".into(), Value::from(spec.namespace))];
    let named = [
        ("node", node),
        ("pod", pod),
        ("secret", secret),
        ("serviceaccount", Some(spec.account)),
    ];
    kubernetes.extend(named.into_iter().filter_map(|(key, named)| {
        let Named { name, uid } = named?;
        let named = Object::from([("name", Value::from(name)), ("uid", Value::from(uid))]);
        Some((Str::from(key), named.into()))
    }));
    if let Some(seconds) = spec.warn_after {
        let warn = now.saturating_add(seconds);
        kubernetes.push(("warnafter".into(), warn.into()));
    }
    let audiences = spec
        .audiences
        .iter()
        .map(|audience| audience.as_str().into());
    let Named { name, .. } = spec.account;
    Object::from([
        ("aud", Value::Array(audiences.collect())),
        ("exp", expires.into()),
        ("iat", now.into()),
        ("iss", ISSUER.into()),
        ("jti", id.into()),
        ("kubernetes.io", Object::from_entries(kubernetes).into()),
        ("nbf", now.into()),
        ("sub", username(spec.namespace, name).into()),
    ])
}

fn check_time(claims: &Object, now: Timestamp) -> Result<(), String> {
    let now = now.unix_seconds();
    let date = |field| claims.get(field).and_then(Value::as_int);
    let future = |field| date(field).is_some_and(|date| now + LEEWAY < date);
    let why = if future("nbf") {
        "is not valid yet"
    } else if date("exp").is_some_and(|date| now - LEEWAY > date) {
        "has expired"
    } else if future("iat") {
        "is issued in the future"
    } else {
        return Ok(());
    };
    Err(format!("service account token {why}"))
}

/// The user of a token whose signature is believed: the account must still be there, and what the
/// token is bound to.
fn account(claims: &Object, registry: &Registry) -> Result<User, String> {
    let kubernetes = claims.get("kubernetes.io").and_then(Value::as_object);
    let kubernetes = kubernetes.unwrap_or(&NOTHING);
    let named = |field| {
        let object = kubernetes.get(field)?.as_object()?;
        let (name, uid) = (text(object, "name"), text(object, "uid"));
        Some(Named { name, uid })
    };
    let namespace = text(kubernetes, "namespace");
    let account = named("serviceaccount").unwrap_or(NOBODY);
    let find = |resource, namespace: &str, named: Named<'_>| {
        let served = registry.find("", "v1", resource)?;
        let key = Key::new(namespace, named.name);
        let object = registry.store().read(|store| store.get(served.id, &key))?;
        Some((served, object))
    };
    let Some((served, found)) = find("serviceaccounts", namespace, account) else {
        let name = Quoted(account.name);
        return Err(format!("serviceaccounts {name} not found"));
    };
    let uid = found.attributes.uid();
    if uid != account.uid {
        let claimed = account.uid;
        return Err(format!(
            "service account UID ({uid}) does not match claim ({claimed})"
        ));
    }
    if is_deleted(served, &found, registry) {
        let name = account.name;
        return Err(format!(
            "service account {namespace}/{name} has been deleted"
        ));
    }
    let (pod, node) = (named("pod"), named("node"));
    let bound = [
        ("secrets", "secret", namespace, named("secret")),
        ("pods", "pod", namespace, pod),
        // The node of a pod is told and no more.
        ("nodes", "node", "", node.filter(|_| pod.is_none())),
    ];
    for (resource, kind, namespace, named) in bound {
        let Some(named) = named else {
            continue;
        };
        const GONE: &str = "service account token has been invalidated";
        let (served, found) = find(resource, namespace, named).ok_or(GONE)?;
        let (uid, claimed) = (found.attributes.uid(), named.uid);
        if uid != claimed {
            return Err(format!(
                "{kind} UID ({uid}) does not match service account {kind} ref claim ({claimed})"
            ));
        }
        if is_deleted(served, &found, registry) {
            return Err(GONE.to_owned());
        }
    }
    let mut user = service_account(namespace, account.name).uid(account.uid);
    let id = text(claims, "jti");
    if !id.is_empty() {
        user = user.extra(CREDENTIAL_ID, format!("JTI={id}"));
    }
    for (kind, named) in [("pod", pod), ("node", node)] {
        if let Some(Named { name, uid }) = named {
            let key = format!("authentication.kubernetes.io/{kind}");
            user = user.extra(format!("{key}-name"), name);
            user = user.extra(format!("{key}-uid"), uid);
        }
    }
    Ok(user)
}

/// Whether an object was to be gone a while ago.
fn is_deleted(served: Served, object: &crate::store::Object, registry: &Registry) -> bool {
    if !object.attributes.deleting {
        return false;
    }
    let tree = served.tree(object);
    let ends = tree.metadata_text("deletionTimestamp").parse::<Time>();
    let now = registry.timestamp().unix_seconds();
    ends.is_ok_and(|ends| ends.unix_seconds() < now - LEEWAY)
}

/// The user that a service account is, without its uid.
pub(super) fn service_account(namespace: &str, name: &str) -> User {
    User::new(username(namespace, name))
        .group(ALL)
        .group(format!("{ALL}:{namespace}"))
}

/// The namespace and the name of the service account that a user is, if it is one.
pub(super) fn split_username(name: &str) -> Option<(&str, &str)> {
    let (namespace, name) = name.strip_prefix(PREFIX)?.split_once(':')?;
    let is_good = pintle_meta::names::dns_label(namespace).is_empty()
        && pintle_meta::names::dns_subdomain(name).is_empty();
    is_good.then_some((namespace, name))
}

fn username(namespace: &str, name: &str) -> String {
    format!("{PREFIX}{namespace}:{name}")
}

fn text<'a>(object: &'a Object, field: &str) -> &'a str {
    let text = object.get(field).and_then(Value::as_str);
    text.unwrap_or_default()
}

fn written(object: Object) -> Vec<u8> {
    let mut out = Vec::new();
    json::write(&object.into(), &mut out);
    out
}

/// Texts as Go shows a list of them.
struct Listed<'a, T>(&'a [T]);

impl<T: AsRef<str>> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (at, text) in self.0.iter().enumerate() {
            let space = if at > 0 { " " } else { "" };
            write!(f, "{space}{}", Quoted(text.as_ref()))?;
        }
        f.write_str("]")
    }
}

/// Who issues the tokens: the name that an API server has within its cluster.
const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";

/// How far clocks may be apart, in seconds.
const LEEWAY: i64 = 60;

const PREFIX: &str = "system:serviceaccount:";
const ALL: &str = "system:serviceaccounts";
static NOTHING: Object = Object::new();
const NOBODY: Named<'_> = Named { name: "", uid: "" };
