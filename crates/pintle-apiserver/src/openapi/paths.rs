//! The paths of a group version, of its group and of the server, with what may be done at them.

use super::{
    component::Component,
    kinds::Kind,
    operation::{ANY, Answer, Body, JSON, LOGS, Method, OBJECTS, Operation, Path, STREAMS},
    parameter::{
        NAME, NAMESPACE, PATH, PRETTY, Parameter, deleting, deleting_many, listing, of_options,
        patching, writing,
    },
};
use crate::{
    generated::{core_v1, meta_v1},
    schema::{self, Struct, Subresource},
    version,
};

/// The paths below a group version.
pub(super) fn of_version(
    group: &str,
    version: &str,
    resources: impl Iterator<Item = &'static schema::Resource>,
) -> Vec<(String, Path)> {
    let gv = GroupVersion::new(group, version);
    let list = Operation {
        id: format!("get{}APIResources", gv.id),
        ..gv.document(&meta_v1::API_RESOURCE_LIST)
    };
    let mut paths = vec![(format!("{}/", gv.root), Path(vec![list]))];
    for facts in resources {
        Resource { gv: &gv, facts }.paths(&mut paths);
    }
    paths
}

/// The path of a group other than the core group.
pub(super) fn of_group(group: &str) -> (String, Path) {
    let name = words(group);
    let operation = Operation {
        id: format!("get{}APIGroup", capitalized(&name)),
        tag: name,
        ..GroupVersion::new(group, "").document(&meta_v1::API_GROUP)
    };
    (format!("/apis/{group}/"), Path(vec![operation]))
}

/// The path that lists the versions of the core group.
pub(super) fn of_core() -> (String, Path) {
    let operation = Operation {
        id: "getCoreAPIVersions".to_owned(),
        tag: "core".to_owned(),
        ..GroupVersion::new("", "v1").document(&meta_v1::API_VERSIONS)
    };
    ("/api/".to_owned(), Path(vec![operation]))
}

/// The path that lists the other groups.
pub(super) fn of_groups() -> (String, Path) {
    let operation = Operation {
        id: "getAPIVersions".to_owned(),
        tag: "apis".to_owned(),
        ..GroupVersion::new("", "v1").document(&meta_v1::API_GROUP_LIST)
    };
    ("/apis/".to_owned(), Path(vec![operation]))
}

/// The path of the server's version.
pub(super) fn of_code_version() -> (String, Path) {
    let operation = Operation {
        id: "getCodeVersion".to_owned(),
        tag: "version".to_owned(),
        body: Body::None(&[JSON]),
        formats: &[JSON],
        ..GroupVersion::new("", "v1").document(&version::INFO)
    };
    ("/version/".to_owned(), Path(vec![operation]))
}

/// Where the issuer of service accounts' tokens is described.
pub(super) fn of_token_issuer() -> (String, Path) {
    let operation = text(
        "getServiceAccountIssuerOpenIDConfiguration",
        "WellKnown",
        &[JSON],
    );
    let path = "/.well-known/openid-configuration/".to_owned();
    (path, Path(vec![operation]))
}

/// Where the keys are that its tokens are signed with.
pub(super) fn of_token_keys() -> (String, Path) {
    let operation = text(
        "getServiceAccountIssuerOpenIDKeyset",
        "openid",
        &["application/jwk-set+json"],
    );
    ("/openid/v1/jwks/".to_owned(), Path(vec![operation]))
}

/// An operation that reads what is no object of the API.
fn text(id: &str, tag: &str, formats: &'static [&'static str]) -> Operation {
    Operation {
        method: Method::Get,
        id: id.to_owned(),
        tag: tag.to_owned(),
        action: "",
        kind: None,
        body: Body::None(&[]),
        answer: Answer::Text,
        codes: &[200],
        formats,
        parameters: Vec::new(),
    }
}

/// A group version, in the ways in which paths and operations name it.
struct GroupVersion {
    /// `/apis/apps/v1`.
    root: String,
    /// `AppsV1`.
    id: String,
    /// `apps_v1`.
    tag: String,
}

/// A resource of a group version.
struct Resource<'a> {
    gv: &'a GroupVersion,
    facts: &'static schema::Resource,
}

/// Where an operation is, and what it is called for that.
struct Place {
    path: String,
    /// `Namespaced`, or nothing.
    scope: &'static str,
    parameters: Vec<Parameter>,
}

impl GroupVersion {
    fn new(group: &str, version: &str) -> Self {
        let name = match group {
            "" => "core".to_owned(),
            group => words(group),
        };
        let root = match group {
            "" => format!("/api/{version}"),
            group => format!("/apis/{group}/{version}"),
        };
        Self {
            root,
            id: capitalized(&name) + &capitalized(version),
            tag: format!("{name}_{version}"),
        }
    }

    /// An operation that reads a document about the API.
    fn document(&self, of: &'static Struct) -> Operation {
        Operation {
            method: Method::Get,
            id: String::new(),
            tag: self.tag.clone(),
            action: "",
            kind: None,
            body: Body::None(OBJECTS),
            answer: Answer::Object(Component::Struct(of)),
            codes: &[200],
            formats: OBJECTS,
            parameters: Vec::new(),
        }
    }
}

impl Resource<'_> {
    fn paths(&self, paths: &mut Vec<(String, Path)>) {
        let facts = self.facts;
        let name = facts.resource;
        let root = &self.gv.root;
        let place = |path: String, namespaced: bool, named: bool| {
            let mut parameters = Vec::new();
            let (path, scope) = if namespaced {
                parameters.push(NAMESPACE);
                (format!("/namespaces/{{namespace}}{path}"), "Namespaced")
            } else {
                (path, "")
            };
            let path = if named {
                parameters.push(NAME);
                path + "/{name}"
            } else {
                path
            };
            Place {
                path,
                scope,
                parameters,
            }
        };
        let everywhere = place(format!("/{name}"), false, false);
        let collection = place(format!("/{name}"), facts.namespaced, false);
        let object = place(format!("/{name}"), facts.namespaced, true);
        let mut add = |path: String, operations: Vec<Operation>| {
            if !operations.is_empty() {
                paths.push((format!("{root}{path}"), Path(operations)));
            }
        };
        let listed = self.offers("list");
        if facts.namespaced && listed {
            let list = self.list(&everywhere, "ForAllNamespaces");
            add(everywhere.path.clone(), vec![list]);
        }
        add(collection.path.clone(), self.of_collection(&collection));
        add(object.path.clone(), self.of_object(&object));
        for sub in self.facts.subresources {
            let path = format!("{}/{}", object.path, sub.name);
            add(path.clone(), self.of_subresource(&object, sub));
            if sub.kind.ends_with("ProxyOptions") {
                let mut deeper = self.connect(&object, sub, "WithPath");
                for operation in &mut deeper {
                    operation.parameters.push(PATH);
                }
                add(format!("{path}/{{path}}"), deeper);
            }
        }
        if self.offers("watch") {
            let watched = |place: &Place| format!("/watch{}", place.path);
            if facts.namespaced {
                let watch = self.watch(&everywhere, "watchlist", "ListForAllNamespaces");
                add(watched(&everywhere), vec![watch]);
            }
            let watch = self.watch(&collection, "watchlist", "List");
            add(watched(&collection), vec![watch]);
            if self.offers("get") {
                add(watched(&object), vec![self.watch(&object, "watch", "")]);
            }
        }
    }

    fn offers(&self, verb: &str) -> bool {
        self.facts.verbs.contains(&verb)
    }

    fn of_collection(&self, place: &Place) -> Vec<Operation> {
        let mut operations = Vec::new();
        if self.offers("list") {
            operations.push(self.list(place, ""));
        }
        if self.offers("create") {
            operations.push(Operation {
                id: self.id("create", place, ""),
                ..self.create(place, self.object(), self.kind())
            });
        }
        if self.offers("deletecollection") {
            operations.push(Operation {
                method: Method::Delete,
                id: format!(
                    "delete{}Collection{}{}",
                    self.gv.id, place.scope, self.facts.kind
                ),
                action: "deletecollection",
                body: Body::Optional(Component::Struct(&meta_v1::DELETE_OPTIONS)),
                codes: &[200],
                ..self.operation(place, STATUS, deleting_many())
            });
        }
        operations
    }

    fn of_object(&self, place: &Place) -> Vec<Operation> {
        let mut operations = Vec::new();
        let (object, kind) = (self.object(), || self.kind());
        if self.offers("get") {
            operations.push(Operation {
                id: self.id("read", place, ""),
                ..self.read(place, object, kind())
            });
        }
        if self.offers("update") {
            operations.push(Operation {
                id: self.id("replace", place, ""),
                ..self.replace(place, object, kind())
            });
        }
        if self.offers("delete") {
            let deleted = self.facts.returns_deleted;
            operations.push(Operation {
                method: Method::Delete,
                id: self.id("delete", place, ""),
                action: "delete",
                body: Body::Optional(Component::Struct(&meta_v1::DELETE_OPTIONS)),
                codes: &[200, 202],
                ..self.operation(place, if deleted { object } else { STATUS }, deleting())
            });
        }
        if self.offers("patch") {
            operations.push(Operation {
                id: self.id("patch", place, ""),
                ..self.patch(place, object, kind())
            });
        }
        operations
    }

    fn of_subresource(&self, place: &Place, sub: &'static Subresource) -> Vec<Operation> {
        if sub.kind.ends_with("Options") {
            return self.connect(place, sub, "");
        }
        let object = Component::Struct(sub.schema);
        let facts = self.facts;
        let kind = || Kind {
            group: if sub.version.is_empty() {
                facts.group
            } else {
                sub.group
            },
            version: if sub.version.is_empty() {
                facts.version
            } else {
                sub.version
            },
            name: sub.kind.into(),
        };
        let suffix = capitalized(sub.name);
        let offers = |verb| sub.verbs.contains(&verb);
        let mut operations = Vec::new();
        if offers("get") {
            let mut read = Operation {
                id: self.id("read", place, &suffix),
                ..self.read(place, object, kind())
            };
            if sub.name == "log" {
                read.answer = Answer::Text;
                read.formats = LOGS;
                read.parameters
                    .extend(of_options(&core_v1::POD_LOG_OPTIONS));
            }
            operations.push(read);
        }
        if offers("update") {
            operations.push(Operation {
                id: self.id("replace", place, &suffix),
                ..self.replace(place, object, kind())
            });
        }
        if offers("create") {
            operations.push(Operation {
                id: self.id("create", place, &suffix),
                ..self.create(place, object, kind())
            });
        }
        if offers("patch") {
            operations.push(Operation {
                id: self.id("patch", place, &suffix),
                ..self.patch(place, object, kind())
            });
        }
        operations
    }

    /// What goes through to something else. Discovery does not name all methods of a proxy.
    fn connect(&self, place: &Place, sub: &'static Subresource, with: &str) -> Vec<Operation> {
        use Method::{Delete, Get, Head, Options, Patch, Post, Put};
        let methods: &[(Method, &str)] = if sub.kind.ends_with("ProxyOptions") {
            &[
                (Get, "Get"),
                (Put, "Put"),
                (Post, "Post"),
                (Delete, "Delete"),
                (Options, "Options"),
                (Head, "Head"),
                (Patch, "Patch"),
            ]
        } else {
            &[(Get, "Get"), (Post, "Post")]
        };
        let facts = self.facts;
        let suffix = capitalized(sub.name) + with;
        let operations = methods.iter().map(|(method, name)| {
            let mut parameters = place.parameters.clone();
            parameters.extend(of_options(sub.schema));
            Operation {
                method: *method,
                id: format!(
                    "connect{}{name}{}{}{suffix}",
                    self.gv.id, place.scope, facts.kind
                ),
                tag: self.gv.tag.clone(),
                action: "connect",
                kind: Some(Kind {
                    name: sub.kind.into(),
                    ..self.kind()
                }),
                body: Body::None(ANY),
                answer: Answer::Text,
                codes: &[200],
                formats: ANY,
                parameters,
            }
        });
        operations.collect()
    }

    fn list(&self, place: &Place, suffix: &str) -> Operation {
        let list = Component::List(self.facts);
        Operation {
            id: self.id("list", place, suffix),
            action: "list",
            formats: STREAMS,
            ..self.operation(place, list, listing())
        }
    }

    fn watch(&self, place: &Place, action: &'static str, suffix: &str) -> Operation {
        let event = Component::Struct(&meta_v1::WATCH_EVENT);
        Operation {
            id: self.id("watch", place, suffix),
            action,
            formats: STREAMS,
            ..self.operation(place, event, listing())
        }
    }

    fn read(&self, place: &Place, object: Component, kind: Kind) -> Operation {
        Operation {
            action: "get",
            kind: Some(kind),
            ..self.operation(place, object, Vec::new())
        }
    }

    fn create(&self, place: &Place, object: Component, kind: Kind) -> Operation {
        Operation {
            method: Method::Post,
            action: "post",
            kind: Some(kind),
            body: Body::Required(object),
            codes: &[200, 201, 202],
            ..self.operation(place, object, writing())
        }
    }

    fn replace(&self, place: &Place, object: Component, kind: Kind) -> Operation {
        Operation {
            method: Method::Put,
            action: "put",
            kind: Some(kind),
            body: Body::Required(object),
            codes: &[200, 201],
            ..self.operation(place, object, writing())
        }
    }

    fn patch(&self, place: &Place, object: Component, kind: Kind) -> Operation {
        Operation {
            method: Method::Patch,
            action: "patch",
            kind: Some(kind),
            body: Body::Patch,
            codes: &[200, 201],
            ..self.operation(place, object, patching())
        }
    }

    /// An operation that reads, with what all have in common.
    fn operation(&self, place: &Place, answer: Component, own: Vec<Parameter>) -> Operation {
        let mut parameters = place.parameters.clone();
        parameters.push(PRETTY);
        parameters.extend(own);
        Operation {
            method: Method::Get,
            id: String::new(),
            tag: self.gv.tag.clone(),
            action: "",
            kind: Some(self.kind()),
            body: Body::None(ANY),
            answer: Answer::Object(answer),
            codes: &[200],
            formats: OBJECTS,
            parameters,
        }
    }

    fn id(&self, verb: &str, place: &Place, suffix: &str) -> String {
        let kind = self.facts.kind;
        format!("{verb}{}{}{kind}{suffix}", self.gv.id, place.scope)
    }

    fn object(&self) -> Component {
        Component::Struct(self.facts.schema)
    }

    fn kind(&self) -> Kind {
        let facts = self.facts;
        Kind {
            group: facts.group,
            version: facts.version,
            name: facts.kind.into(),
        }
    }
}

/// A group's name as one word: `rbac.authorization.k8s.io` is `rbacAuthorization`.
fn words(group: &str) -> String {
    let group = group.strip_suffix(".k8s.io").unwrap_or(group);
    let mut labels = group.split('.');
    let first = labels.next().unwrap_or_default().to_owned();
    labels.fold(first, |word, label| word + &capitalized(label))
}

fn capitalized(word: &str) -> String {
    let mut rest = word.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

const STATUS: Component = Component::Struct(&meta_v1::STATUS);
