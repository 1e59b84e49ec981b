//! Pages of a list, and the token by which a client asks for the next one.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use pintle_codec::{Value, json};

use super::{Object, Revision, Scope, Snapshot};

/// Some objects of a snapshot, in order.
#[derive(Debug)]
pub(crate) struct Page {
    /// The selected objects.
    pub(crate) objects: Vec<Arc<Object>>,
    /// Where the next page starts, unless this is the last one.
    pub(crate) next: Option<Position>,
}

/// A place in the order of paths: right behind an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position(String);

/// Where a list is to be continued. Clients carry it unread, as base64url of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContinueToken {
    /// The revision of the list's first page; none to continue with what there is now, after the
    /// history of that revision was lost.
    pub(crate) revision: Option<Revision>,
    /// Where to continue.
    pub(crate) position: Position,
}

/// Why a text is no continue token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidToken(String);

impl Snapshot {
    /// The next `limit` objects of a scope that are selected, or all of them for a limit of zero.
    pub(crate) fn page(
        &self,
        scope: &Scope,
        start: Option<&Position>,
        limit: usize,
        selected: impl Fn(&Object) -> bool,
    ) -> Page {
        let mut all = self.objects(scope, start.map(|start| start.0.as_str()));
        let mut objects = Vec::new();
        while limit == 0 || objects.len() < limit {
            match all.next() {
                Some(object) if selected(object) => objects.push(object.clone()),
                Some(_) => {}
                None => break,
            }
        }
        let last = match all.next() {
            Some(_) => objects.last(),
            None => None,
        };
        Page {
            next: last.map(|last| Position::behind(last)),
            objects,
        }
    }

    /// The number of objects of a scope from a position on, selected or not. It goes through all of
    /// them: for those who tell it to a client.
    pub(crate) fn remaining(&self, scope: &Scope, start: &Position) -> usize {
        self.objects(scope, Some(&start.0)).count()
    }
}

impl Position {
    /// The place behind an object.
    pub(crate) fn behind(object: &Object) -> Self {
        // No path lies between one and the same with a zero byte.
        Self(format!("{}\0", object.key))
    }
}

impl ContinueToken {
    /// The token's text, for a list of `scope`.
    pub(crate) fn encode(&self, scope: &Scope) -> String {
        let start = &self.position.0;
        let start = start.strip_prefix(&scope.prefix()).unwrap_or(start);
        let revision = self.revision.map_or(-1, |revision| {
            i64::try_from(revision.get()).unwrap_or(i64::MAX)
        });
        let token = pintle_codec::Object::from([
            ("v", Value::from(VERSION)),
            ("rv", Value::from(revision)),
            ("start", Value::from(start)),
        ]);
        let mut text = Vec::new();
        json::write(&token.into(), &mut text);
        URL_SAFE_NO_PAD.encode(text)
    }

    /// Reads the text of a token for a list of `scope`.
    pub(crate) fn decode(text: &str, scope: &Scope) -> Result<Self, InvalidToken> {
        let invalid =
            |why: &dyn fmt::Display| InvalidToken(format!("continue key is not valid: {why}"));
        let text = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|error| invalid(&error))?;
        let token = json::parse(&text).map_err(|error| invalid(&error.detail()))?;
        if token.as_object().is_none() {
            return Err(invalid(&"not an object"));
        }
        let text = |field| token.get(field).and_then(Value::as_str).unwrap_or_default();
        let version = text("v");
        if version != VERSION {
            let why = format!("server does not recognize this encoded version {version}");
            return Err(invalid(&why));
        }
        let revision = match token.get("rv").and_then(Value::as_int).unwrap_or_default() {
            0 => {
                let why = "incorrect encoded start resourceVersion (version meta.k8s.io/v1)";
                return Err(invalid(&why));
            }
            revision => u64::try_from(revision).ok().map(Revision::new),
        };
        let start = text("start");
        if start.is_empty() {
            return Err(invalid(&"encoded start key empty (version meta.k8s.io/v1)"));
        }
        // A path out of the scope is refused, although it could reach nothing that a list cannot.
        let path = start.strip_prefix('/').unwrap_or(start);
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(invalid(&start));
        }
        Ok(Self {
            revision,
            position: Position(format!("{}{path}", scope.prefix())),
        })
    }
}

impl fmt::Display for InvalidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidToken {}

const VERSION: &str = "meta.k8s.io/v1";

#[cfg(test)]
mod tests {
    use pintle_env::Instant;

    use super::{
        super::{Attributes, Draft, HistoryLimits, Key, ResourceId, Store},
        *,
    };
    use crate::{generated::core_v1::CONFIG_MAP, schema::Tree};

    fn snapshot(paths: &[&str]) -> Snapshot {
        let mut store = Store::new(1, HistoryLimits::default());
        let resource = ResourceId::new(0);
        for path in paths {
            let (namespace, name) = path.split_once('/').unwrap_or(("", path));
            let draft = Draft::encode(&Tree::zero(&CONFIG_MAP));
            let key = Key::new(namespace, name);
            store.put(
                resource,
                key,
                &draft,
                Attributes::default(),
                Instant::ORIGIN,
            );
        }
        store.snapshot(resource)
    }

    fn names(page: &Page) -> Vec<&str> {
        page.objects
            .iter()
            .map(|object| object.key.name())
            .collect()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_overlap() {
        let snapshot = snapshot(&["a/1", "a/2", "a/3", "a-b/4", "b/5"]);
        let (mut start, mut seen, mut remaining) = (None, Vec::new(), Vec::new());
        loop {
            let page = snapshot.page(&Scope::All, start.as_ref(), 2, |_| true);
            seen.extend(page.objects.iter().map(|object| object.key.to_string()));
            match page.next {
                Some(next) => {
                    remaining.push(snapshot.remaining(&Scope::All, &next));
                    start = Some(next);
                }
                None => break,
            }
        }
        assert_eq!(seen, ["a-b/4", "a/1", "a/2", "a/3", "b/5"]);
        assert_eq!(remaining, [3, 1]);
    }

    #[test]
    fn a_scope_bounds_a_page() {
        let snapshot = snapshot(&["a/1", "a/2", "a-b/4", "b/5"]);
        let scope = Scope::Namespace("a".into());
        assert_eq!(names(&snapshot.page(&scope, None, 0, |_| true)), ["1", "2"]);
        let only = Scope::Object(Key::new("a", "2"));
        assert_eq!(names(&snapshot.page(&only, None, 0, |_| true)), ["2"]);
        let none = Scope::Object(Key::new("a", "9"));
        assert_eq!(names(&snapshot.page(&none, None, 0, |_| true)), [""; 0]);
        let behind = Position("z".to_owned());
        assert_eq!(
            names(&snapshot.page(&scope, Some(&behind), 0, |_| true)),
            [""; 0]
        );
    }

    #[test]
    fn a_selection_fills_its_pages() {
        let snapshot = snapshot(&["1", "2", "3", "4"]);
        let even = |object: &Object| matches!(object.key.name(), "2" | "4");
        let page = snapshot.page(&Scope::All, None, 1, even);
        assert_eq!(names(&page), ["2"]);
        let page = snapshot.page(&Scope::All, page.next.as_ref(), 1, even);
        assert_eq!(names(&page), ["4"]);
        assert!(page.next.is_none());
    }

    #[test]
    fn tokens_are_relative_to_their_scope() {
        let scope = Scope::Namespace("ns".into());
        let token = ContinueToken {
            revision: Some(Revision::new(7)),
            position: Position("ns/a\0".to_owned()),
        };
        let text = token.encode(&scope);
        assert_eq!(
            URL_SAFE_NO_PAD.decode(&text).unwrap(),
            br#"{"v":"meta.k8s.io/v1","rv":7,"start":"a\u0000"}"#
        );
        assert_eq!(ContinueToken::decode(&text, &scope).unwrap(), token);
        let inconsistent = ContinueToken {
            revision: None,
            ..token
        };
        let text = inconsistent.encode(&scope);
        assert_eq!(ContinueToken::decode(&text, &scope).unwrap(), inconsistent);
    }

    // The messages are what kube-apiserver 1.36.3 answered.
    #[test]
    fn malformed_tokens_are_explained() {
        let refused = |json: &str| {
            let text = URL_SAFE_NO_PAD.encode(json);
            ContinueToken::decode(&text, &Scope::All)
                .unwrap_err()
                .to_string()
        };
        let key = "continue key is not valid: ";
        assert_eq!(
            refused("{}"),
            format!("{key}server does not recognize this encoded version ")
        );
        assert_eq!(
            refused(r#"{"v":"meta.k8s.io/v1","rv":0,"start":"a"}"#),
            format!("{key}incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
        );
        assert_eq!(
            refused(r#"{"v":"meta.k8s.io/v1","rv":1,"start":""}"#),
            format!("{key}encoded start key empty (version meta.k8s.io/v1)")
        );
        assert_eq!(
            refused(r#"{"v":"meta.k8s.io/v1","rv":1,"start":"a/../b"}"#),
            format!("{key}a/../b")
        );
        for text in ["#", "abc", "W10"] {
            let error = ContinueToken::decode(text, &Scope::All)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(key), "{error}");
        }
    }
}
