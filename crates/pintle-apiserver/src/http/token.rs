//! `POST` of a token request: a service account is given a token.

use http::StatusCode;
use pintle_codec::{Object as Fields, Value};

use super::{
    Api,
    api::{Answer, Call},
    options::WriteOptions,
};
use crate::{
    authn::{Bound, Named, TokenSpec},
    encoding::Payload,
    quote::Quoted,
    registry::{Expected, Served},
    schema::{Subresource, Tree},
    status::{Failure, Qualified},
    store::Key,
    validation::FieldError,
};

impl Api {
    /// Issues a token of the service account that a request names.
    pub(super) fn issue(
        &self,
        call: &Call<'_>,
        below: &'static Subresource,
        payload: &Payload,
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer_below(self, below)?;
        let options = WriteOptions::read(call.query, "CreateOptions")?;
        let expected = Expected::below(below);
        let input = self
            .registry
            .read_as(expected, payload, options.validation)?;
        let mut request = input.tree;
        let (namespace, name) = (&call.target.namespace, &call.target.name);
        call.served.put_in_namespace(&mut request, namespace)?;
        let own = request.metadata_text("name");
        if !own.is_empty() && own != name {
            const WHY: &str = "must match the service account name if specified";
            let error = FieldError::invalid("metadata.name", own, WHY);
            return Err(Failure::invalid(REQUEST, name, &[error]));
        }
        let account = self.known(call.served, namespace, name)?;
        let uid = request.metadata_text("uid");
        if !uid.is_empty() && uid != account.uid {
            let why = format!(
                "the UID in the token request ({uid}) does not match the UID of the service account \
                 ({})",
                account.uid
            );
            return Err(Failure::conflict(REQUEST, name, &why));
        }
        request.set(&["metadata", "name"], name.as_str().into());
        request.set(&["metadata", "uid"], account.uid.as_str().into());
        let now = self.registry.now();
        request.set(&["metadata", "creationTimestamp"], now.into());
        let audiences = self.audiences(&mut request);
        let seconds = seconds(&mut request)?;
        request.reset("status");
        let bound = self.bound(&request, namespace, name)?;
        let is_for_server = audiences
            .iter()
            .all(|audience| self.authenticator.accounts().audiences().contains(audience));
        // A pod of old, which never reads its token again, is to have one that lasts.
        let lasts = matches!(bound, Binding::Pod(..)) && seconds == LASTING_FROM && is_for_server;
        let spec = TokenSpec {
            namespace,
            account: account.named(),
            bound: bound.bound(),
            audiences: &audiences,
            seconds: if lasts { A_YEAR } else { seconds },
            warn_after: lasts.then_some(seconds),
        };
        let id = self.registry.unique_id();
        let now = self.clock.timestamp();
        let issued = self.authenticator.accounts().issue(&spec, &id, now);
        let issued = issued
            .map_err(|error| Failure::internal(&format!("failed to generate token: {error}")))?;
        request.set(&["status", "token"], issued.token.into());
        let expires = pintle_meta::Time::from_unix(now.unix_seconds().saturating_add(seconds));
        request.set(
            &["status", "expirationTimestamp"],
            expires.to_string().into(),
        );
        let mut answer = Answer::made(StatusCode::CREATED, &renderer, &request);
        answer.warnings = input.warnings;
        Ok(answer)
    }

    /// Whom the token is to be for: this server, if nobody is said.
    fn audiences(&self, request: &mut Tree) -> Vec<String> {
        let said = request.list(&["spec", "audiences"]).iter();
        let said = said.filter_map(Value::as_str).map(str::to_owned);
        let mut audiences: Vec<String> = said.collect();
        if audiences.is_empty() {
            audiences = self.authenticator.accounts().audiences().to_vec();
            let shown = audiences.iter().map(|audience| audience.as_str().into());
            request.set(&["spec", "audiences"], Value::Array(shown.collect()));
        }
        audiences
    }

    /// What the token is to end with.
    fn bound(&self, request: &Tree, namespace: &str, account: &str) -> Result<Binding, Failure> {
        let Some(Value::Object(reference)) = request.at(&["spec", "boundObjectRef"]) else {
            return Ok(Binding::Nothing);
        };
        let text = |field| text(reference, field);
        let (version, kind, name) = (text("apiVersion"), text("kind"), text("name"));
        let (group, version) = match version.split_once('/') {
            Some((group, version)) => (group, version),
            None => ("", version),
        };
        let find = |resource, namespace: &str| {
            let served = self.registry.find("", "v1", resource);
            let served = served.ok_or_else(Failure::no_such_resource)?;
            Ok((served, self.known(served, namespace, name)?))
        };
        let bound = match (group, kind) {
            ("", "Pod") => {
                let (pods, found) = find("pods", namespace)?;
                let (own, node) = self.of_pod(pods, namespace, name);
                if own != account {
                    return Err(Failure::bad_request(format!(
                        "cannot bind token for serviceaccount {} to pod running with different \
                         serviceaccount name.",
                        Quoted(account)
                    )));
                }
                Binding::Pod(found, node)
            }
            ("", "Node") => Binding::Node(find("nodes", "")?.1),
            ("", "Secret") => Binding::Secret(find("secrets", namespace)?.1),
            _ => {
                return Err(Failure::bad_request(format!(
                    "cannot bind token to object of type {group}/{version}, Kind={kind}"
                )));
            }
        };
        let uid = text("uid");
        if !uid.is_empty() && bound.uid() != uid {
            let resource = Qualified { group, name: kind };
            let why = format!(
                "the UID in the bound object reference ({uid}) does not match the UID in record. \
                 The object might have been deleted and then recreated"
            );
            return Err(Failure::conflict(resource, name, &why));
        }
        Ok(bound)
    }

    /// The service account of a pod, and the node that it is on, whether that is there or not.
    fn of_pod(&self, pods: Served, namespace: &str, name: &str) -> (String, Option<Known>) {
        let key = Key::new(namespace, name);
        let pod = self
            .registry
            .store()
            .read(|store| store.get(pods.id, &key))
            .map(|pod| pods.tree(&pod));
        let Some(pod) = pod else {
            return Default::default();
        };
        let account = pod.text(&["spec", "serviceAccountName"]).to_owned();
        let node = match pod.text(&["spec", "nodeName"]) {
            "" => None,
            node => {
                let nodes = self.registry.find("", "v1", "nodes");
                let known = nodes.and_then(|nodes| self.known(nodes, "", node).ok());
                Some(known.unwrap_or_else(|| Known {
                    name: node.to_owned(),
                    uid: String::new(),
                }))
            }
        };
        (account, node)
    }

    /// The object of this name.
    fn known(&self, served: Served, namespace: &str, name: &str) -> Result<Known, Failure> {
        let key = Key::new(namespace, name);
        let store = self.registry.store();
        let found = store.read(|store| store.get(served.id, &key));
        let found = found.ok_or_else(|| Failure::not_found(served.qualified(), name))?;
        Ok(Known {
            name: name.to_owned(),
            uid: found.attributes.uid().to_string(),
        })
    }
}

/// An object that is there.
struct Known {
    name: String,
    uid: String,
}

/// What a token is to end with, besides its account.
enum Binding {
    Nothing,
    /// A pod, and the node that it is on.
    Pod(Known, Option<Known>),
    Node(Known),
    Secret(Known),
}

impl Known {
    fn named(&self) -> Named<'_> {
        Named {
            name: &self.name,
            uid: &self.uid,
        }
    }
}

impl Binding {
    fn uid(&self) -> &str {
        match self {
            Self::Nothing => "",
            Self::Pod(to, _) | Self::Node(to) | Self::Secret(to) => &to.uid,
        }
    }

    fn bound(&self) -> Bound<'_> {
        match self {
            Self::Nothing => Bound::Nothing,
            Self::Pod(pod, node) => Bound::Pod(pod.named(), node.as_ref().map(Known::named)),
            Self::Node(node) => Bound::Node(node.named()),
            Self::Secret(secret) => Bound::Secret(secret.named()),
        }
    }
}

/// How long the token is to be good for.
fn seconds(request: &mut Tree) -> Result<i64, Failure> {
    const FIELD: [&str; 2] = ["spec", "expirationSeconds"];
    let Some(seconds) = request.at(&FIELD).and_then(Value::as_int) else {
        request.set(&FIELD, AN_HOUR.into());
        return Ok(AN_HOUR);
    };
    let why = match seconds {
        ..600 => "may not specify a duration less than 10 minutes",
        seconds if seconds > 1 << 32 => "may not specify a duration larger than 2^32 seconds",
        seconds => return Ok(seconds),
    };
    let error = FieldError::invalid_shown("spec.expirationSeconds", &seconds.to_string(), why);
    Err(Failure::invalid(REQUEST, "", &[error]))
}

fn text<'o>(object: &'o Fields, field: &str) -> &'o str {
    object
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

const REQUEST: Qualified<'_> = Qualified {
    group: "authentication.k8s.io",
    name: "TokenRequest",
};
const AN_HOUR: i64 = 3600;
/// By this number kubelets ask for the tokens that pods are given without asking: an hour and a bit.
const LASTING_FROM: i64 = 3607;
const A_YEAR: i64 = 365 * 24 * 3600;
