//! `POST` of reviews: who somebody is, and what somebody may do. Nothing is stored.

use http::StatusCode;
use pintle_codec::{Object as Fields, Value};
use pintle_meta::{FieldSelector, LabelSelector};

use super::{
    Api,
    api::{Answer, Call},
    options::WriteOptions,
};
use crate::{
    authn::User,
    authz::{Attributes, Decision},
    encoding::Payload,
    registry::Expected,
    schema::{Resource, Tree},
    status::{Failure, Qualified},
    validation::FieldError,
};

/// What a review is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Review {
    /// Whose a token is.
    Token,
    /// Who asks.
    Myself,
    /// Whether somebody may do something.
    Access,
    /// Whether somebody may do something in the namespace of the review.
    LocalAccess,
    /// Whether who asks may do something.
    MyAccess,
    /// What who asks may do in a namespace.
    MyRules,
}

impl Review {
    /// The review that a resource is, if it is one.
    pub(super) fn of(facts: &Resource) -> Option<Self> {
        Some(match facts.kind {
            "TokenReview" => Self::Token,
            "SelfSubjectReview" => Self::Myself,
            "SubjectAccessReview" => Self::Access,
            "LocalSubjectAccessReview" => Self::LocalAccess,
            "SelfSubjectAccessReview" => Self::MyAccess,
            "SelfSubjectRulesReview" => Self::MyRules,
            _ => return None,
        })
    }
}

impl Api {
    /// Answers a review.
    pub(super) fn review(
        &self,
        review: Review,
        call: &Call<'_>,
        payload: &Payload,
    ) -> Result<Answer, Failure> {
        let renderer = call.renderer(self)?;
        let options = WriteOptions::read(call.query, "CreateOptions")?;
        let facts = call.served.facts;
        let expected = Expected::of(facts);
        let input = self
            .registry
            .read_as(expected, payload, options.validation)?;
        let mut asked = input.tree;
        for field in ["uid", "creationTimestamp", "deletionTimestamp", "selfLink"] {
            asked.remove(&["metadata", field]);
        }
        let namespace = &call.target.namespace;
        call.served.put_in_namespace(&mut asked, namespace)?;
        asked.reset("status");
        let answered = match review {
            Review::Token => self.review_token(asked)?,
            Review::Myself => self.review_myself(facts, call.user),
            Review::Access | Review::LocalAccess | Review::MyAccess => {
                let user = (review == Review::MyAccess).then_some(call.user);
                self.review_access(review, asked, user)?
            }
            Review::MyRules => self.review_rules(facts, &asked, call.user)?,
        };
        let mut answer = Answer::made(StatusCode::CREATED, &renderer, &answered);
        answer.warnings = input.warnings;
        Ok(answer)
    }

    fn review_token(&self, mut review: Tree) -> Result<Tree, Failure> {
        let token = review.text(&["spec", "token"]);
        if token.is_empty() {
            return Err(Failure::bad_request(
                "token is required for TokenReview in authentication",
            ));
        }
        let said = review.list(&["spec", "audiences"]).iter();
        let said = said.filter_map(Value::as_str).map(str::to_owned);
        let mut audiences: Vec<String> = said.collect();
        if audiences.is_empty() {
            audiences = self.authenticator.accounts().audiences().to_vec();
        }
        match self.authenticator.review(token, &audiences) {
            Ok(reviewed) => {
                review.set(&["status", "authenticated"], true.into());
                review.set(&["status", "user"], user_info(&reviewed.user).into());
                let meant = reviewed.audiences.iter().map(|meant| meant.as_str().into());
                review.set(&["status", "audiences"], Value::Array(meant.collect()));
            }
            Err(why) => review.set(&["status", "error"], why.into()),
        }
        Ok(review)
    }

    fn review_myself(&self, facts: &Resource, user: &User) -> Tree {
        let mut review = empty(facts);
        let now = self.registry.now();
        review.set(&["metadata", "creationTimestamp"], now.into());
        review.set(&["status", "userInfo"], user_info(user).into());
        review
    }

    fn review_access(
        &self,
        review: Review,
        mut asked: Tree,
        myself: Option<&User>,
    ) -> Result<Tree, Failure> {
        let errors = errors(review, &asked);
        if !errors.is_empty() {
            let kind = Qualified {
                group: "authorization.k8s.io",
                // The real server has forgotten it by then.
                name: "",
            };
            return Err(Failure::invalid(kind, "", &errors));
        }
        let said = said_user(&asked);
        let user = myself.unwrap_or(&said);
        let text = |path: &[&str]| asked.text(path);
        let attributes = if asked.at(&RESOURCE).is_some() {
            let of = |field| text(&["spec", "resourceAttributes", field]);
            Attributes {
                verb: of("verb"),
                group: of("group"),
                version: match of("version") {
                    "" => "*",
                    version => version,
                },
                resource: of("resource"),
                subresource: of("subresource"),
                namespace: of("namespace"),
                name: of("name"),
                path: "",
                is_resource: true,
            }
        } else {
            Attributes {
                verb: text(&["spec", "nonResourceAttributes", "verb"]),
                path: text(&["spec", "nonResourceAttributes", "path"]),
                ..Attributes::default()
            }
        };
        let decision = self.authorizer.authorize(user, &attributes);
        let (allowed, reason) = match decision {
            Decision::Allow => (true, String::new()),
            Decision::Deny(reason) => (false, reason),
        };
        let ignored = ignored_selectors(&asked);
        asked.set(&["status", "allowed"], allowed.into());
        for (field, text) in [("reason", reason), ("evaluationError", ignored)] {
            if !text.is_empty() {
                asked.set(&["status", field], text.into());
            }
        }
        Ok(asked)
    }

    fn review_rules(&self, facts: &Resource, asked: &Tree, user: &User) -> Result<Tree, Failure> {
        let namespace = asked.text(&["spec", "namespace"]);
        if namespace.is_empty() {
            return Err(Failure::bad_request("no namespace on request"));
        }
        let rules = self.authorizer.rules(user, namespace);
        let list = |texts: &[String]| {
            let texts = texts.iter().map(|text| text.as_str().into());
            Value::Array(texts.collect())
        };
        let object = |fields: &[(&str, &[String])]| {
            let set = fields
                .iter()
                .filter(|(field, texts)| *field == "verbs" || !texts.is_empty());
            let fields: Fields = set.map(|(field, texts)| (*field, list(texts))).collect();
            Value::from(fields)
        };
        let resources = rules.resources.iter().map(|rule| {
            object(&[
                ("verbs", &rule.verbs),
                ("apiGroups", &rule.groups),
                ("resources", &rule.resources),
                ("resourceNames", &rule.names),
            ])
        });
        let paths = rules
            .paths
            .iter()
            .map(|rule| object(&[("verbs", &rule.verbs), ("nonResourceURLs", &rule.paths)]));
        let mut review = empty(facts);
        let resources = Value::Array(resources.collect());
        review.set(&["status", "resourceRules"], resources);
        let paths = Value::Array(paths.collect());
        review.set(&["status", "nonResourceRules"], paths);
        review.set(&["status", "incomplete"], rules.incomplete.into());
        Ok(review)
    }
}

/// An object of a resource that says nothing but what it is.
fn empty(facts: &Resource) -> Tree {
    let mut tree = Tree::zero(facts.schema);
    tree.set(&["kind"], facts.kind.into());
    tree.set(&["apiVersion"], facts.api_version.into());
    tree
}

/// A user as reviews tell it: Kubernetes' `UserInfo`.
fn user_info(user: &User) -> Fields {
    let list = |texts: &[String]| {
        let texts = texts.iter().map(|text| text.as_str().into());
        Value::Array(texts.collect())
    };
    let mut info = Fields::from([("username", Value::from(user.name.as_str()))]);
    if !user.uid.is_empty() {
        info.insert("uid", user.uid.as_str().into());
    }
    if !user.groups.is_empty() {
        info.insert("groups", list(&user.groups));
    }
    if !user.extra.is_empty() {
        let extra = user.extra.iter();
        let extra: Fields = extra
            .map(|(key, values)| (key.as_str(), list(values)))
            .collect();
        info.insert("extra", extra.into());
    }
    info
}

/// The user that a review is about.
fn said_user(asked: &Tree) -> User {
    let mut user = User::new(asked.text(&["spec", "user"])).uid(asked.text(&["spec", "uid"]));
    let texts = |list: &[Value]| {
        let texts = list.iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect::<Vec<_>>()
    };
    user.groups = texts(asked.list(&["spec", "groups"]));
    let extra = asked.at(&["spec", "extra"]).and_then(Value::as_object);
    for (key, values) in extra.into_iter().flat_map(Fields::iter) {
        let values = texts(values.as_array().unwrap_or_default());
        user.extra.insert(key.to_owned(), values);
    }
    user
}

/// What is wrong with a review of access.
fn errors(review: Review, asked: &Tree) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (resource, path) = (asked.at(&RESOURCE), asked.at(&PATH));
    let mut invalid = |field: &str, shown: &str, why: &str| {
        errors.push(FieldError::invalid_shown(field, shown, why));
    };
    match (resource, path) {
        (Some(_), Some(path)) => invalid(
            "spec.nonResourceAttributes",
            &in_go(path, &["Path", "Verb"]),
            "cannot be specified in combination with resourceAttributes",
        ),
        (None, None) => invalid(
            "spec.resourceAttributes",
            "null",
            "exactly one of nonResourceAttributes or resourceAttributes must be specified",
        ),
        _ => {}
    }
    let is_nobody =
        asked.text(&["spec", "user"]).is_empty() && asked.list(&["spec", "groups"]).is_empty();
    if review != Review::MyAccess && is_nobody {
        let why = "at least one of user or group must be specified";
        invalid("spec.user", "\"\"", why);
    }
    errors.extend(selector_errors(asked));
    let mut own = asked.metadata().clone();
    let is_local = review == Review::LocalAccess;
    if is_local {
        own.remove("namespace");
    }
    own.remove("managedFields");
    if !own.is_empty() {
        let why = match is_local {
            true => "must be empty except for namespace",
            false => "must be empty",
        };
        let mut shown = Vec::new();
        pintle_codec::json::write(&asked.metadata().clone().into(), &mut shown);
        let shown = String::from_utf8_lossy(&shown);
        errors.push(FieldError::invalid_shown("metadata", &shown, why));
    }
    if is_local {
        let namespace = asked.text(&["spec", "resourceAttributes", "namespace"]);
        if resource.is_some() && namespace != asked.metadata_text("namespace") {
            let why = "must match metadata.namespace";
            errors.push(FieldError::invalid(
                "spec.resourceAttributes.namespace",
                namespace,
                why,
            ));
        }
        if let Some(path) = path {
            errors.push(FieldError::invalid_shown(
                "spec.nonResourceAttributes",
                &in_go(path, &["Path", "Verb"]),
                "disallowed on this kind of request",
            ));
        }
    }
    errors
}

/// What is wrong with the selectors of a review: each says what it selects, in one way.
fn selector_errors(asked: &Tree) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for name in ["fieldSelector", "labelSelector"] {
        let Some(selector) = asked.at(&["spec", "resourceAttributes", name]) else {
            continue;
        };
        let raw = selector.get("rawSelector").and_then(Value::as_str);
        let raw = raw.unwrap_or_default();
        let requirements = selector.get("requirements").and_then(Value::as_array);
        let has_more = !requirements.unwrap_or_default().is_empty();
        let field = format!("spec.resourceAttributes.{name}");
        if !raw.is_empty() && has_more {
            errors.push(FieldError::invalid(
                format!("{field}.rawSelector"),
                raw,
                "may not specified at the same time as requirements",
            ));
        }
        if raw.is_empty() && !has_more {
            let why = format!("when {field} is specified, requirements or rawSelector is required");
            errors.push(FieldError::required(format!("{field}.requirements"), &why));
        }
    }
    errors
}

/// Which selectors of a review cannot be read, and are taken for asking for everything.
fn ignored_selectors(asked: &Tree) -> String {
    let raw = |name| asked.text(&["spec", "resourceAttributes", name, "rawSelector"]);
    let (fields, labels) = (raw("fieldSelector"), raw("labelSelector"));
    let mut ignored = Vec::new();
    if !fields.is_empty() && fields.parse::<FieldSelector>().is_err() {
        ignored.push("spec.resourceAttributes.fieldSelector ignored due to parse error");
    }
    if !labels.is_empty() && LabelSelector::parse(labels).is_err() {
        ignored.push("spec.resourceAttributes.labelSelector ignored due to parse error");
    }
    ignored.join("; ")
}

/// A struct as Go shows it, which has no names of its own in JSON: these fields, in this order.
fn in_go(value: &Value, fields: &[&str]) -> String {
    let fields = fields.iter().map(|field| {
        let text = value.get(&field.to_lowercase()).and_then(Value::as_str);
        (*field, Value::from(text.unwrap_or_default()))
    });
    let mut shown = Vec::new();
    pintle_codec::json::write(&fields.collect::<Fields>().into(), &mut shown);
    String::from_utf8_lossy(&shown).into_owned()
}

const RESOURCE: [&str; 2] = ["spec", "resourceAttributes"];
const PATH: [&str; 2] = ["spec", "nonResourceAttributes"];
