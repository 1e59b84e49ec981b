//! Lists, page by page.
//!
//! Invariant: all pages are of one version of the store. When that version is no longer kept, the
//! list is asked for again, whole.

use pintle_client::Verb;
use pintle_codec::Value;
use pintle_meta::v1::ListOptions;

use crate::args::Selection;
use crate::discovery::ResourceType;
use crate::error::Error;
use crate::session::Session;

/// A list: its version, and what was made of each page.
pub(crate) struct Listing<T> {
    pub(crate) version: String,
    pub(crate) pages: Vec<T>,
}

/// What is listed or watched.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) resource: &'a ResourceType,
    /// None for all namespaces, and for a resource without.
    pub(crate) namespace: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// The namespace of the session, unless all are asked for or the resource has none.
    pub(crate) fn new(
        resource: &'a ResourceType,
        session: &'a Session,
        selection: &Selection,
    ) -> Self {
        let one = resource.namespaced && !selection.all_namespaces;
        Self {
            resource,
            namespace: one.then_some(session.namespace()),
        }
    }
}

/// The options that select objects.
pub(crate) fn options(selection: &Selection) -> ListOptions {
    ListOptions::new()
        .labels(selection.label_selector.as_deref().unwrap_or_default())
        .fields(selection.field_selector.as_deref().unwrap_or_default())
}

/// Lists objects in the form that `accept` asks for, and hands each page to `read` as it comes.
pub(crate) async fn list<T>(
    session: &Session,
    scope: Scope<'_>,
    options: &ListOptions,
    accept: &str,
    read: impl Fn(Value) -> T,
) -> Result<Listing<T>, Error> {
    let mut next = options.clone().limit(PAGE);
    let mut pages = Vec::new();
    let mut listed = 0;
    loop {
        let request = session
            .request(Verb::Get, scope.resource, scope.namespace)
            .header("accept", accept)
            .versioned_params(&next);
        let answer = match session.send(request).await {
            Err(error) if error.is_gone() && !pages.is_empty() => {
                pages.clear();
                listed = 0;
                next = options.clone();
                continue;
            }
            answer => answer?.into_value()?,
        };
        let page = Page::of(&answer);
        listed += page.entries;
        pages.push(read(answer));
        if page.token.is_empty() {
            if pages.len() > 1 {
                session.messages().end_progress();
            }
            return Ok(Listing {
                version: page.version,
                pages,
            });
        }
        let progress = match page.remaining {
            Some(remaining) => format!("{listed} of {}", listed.saturating_add(remaining)),
            None => listed.to_string(),
        };
        session
            .messages()
            .progress(&format!("{}: {progress}", scope.resource));
        next = next.continue_from(page.token);
    }
}

/// What a page says of itself and of those that follow.
struct Page {
    version: String,
    token: String,
    entries: u64,
    remaining: Option<u64>,
}

impl Page {
    fn of(answer: &Value) -> Self {
        let metadata = |key| answer.at(&["metadata", key]);
        let text = |key| metadata(key).and_then(Value::as_str).unwrap_or_default();
        let entries = answer.get("items").or_else(|| answer.get("rows"));
        let remaining = metadata("remainingItemCount").and_then(Value::as_int);
        Self {
            version: text("resourceVersion").to_owned(),
            token: text("continue").to_owned(),
            entries: entries
                .and_then(Value::as_array)
                .map_or(0, |all| all.len() as u64),
            remaining: remaining.and_then(|count| count.try_into().ok()),
        }
    }
}

/// How many objects are asked for at once, as kubectl.
const PAGE: i64 = 500;

/// Asks for tables; a server that has none answers with the objects.
pub(crate) const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

/// Asks for the objects.
pub(crate) const OBJECTS: &str = "application/json";
