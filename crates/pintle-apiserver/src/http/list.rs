//! `GET` of a collection.

use std::sync::Arc;

use http::StatusCode;

use super::{
    Api,
    api::{Answer, Call},
    options::{self, ListOptions, VersionMatch},
    represent::ListMetadata,
};
use crate::{
    status::Failure,
    store::{
        ContinueToken, Filter, Key, NAME_FIELD, NAMESPACE_FIELD, Object, Past, Position, Revision,
        Scope, Snapshot,
    },
};

/// Which state a list shows.
enum At {
    /// The newest.
    Latest,
    /// The newest, which must not be older than this.
    NotOlderThan(Revision),
    /// This one.
    Exactly(Revision),
}

impl Api {
    /// A list, or a watch if the options say so.
    pub(super) async fn list_or_watch(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let options = ListOptions::read(call.query, call.served, call.target.watch)?;
        let filter = filter(call, &options)?;
        if options.watch && !call.served.offers("watch") {
            return Err(Failure::not_watchable(call.served.facts.resource));
        }
        if options.watch {
            self.watch(call, options, filter).await
        } else {
            self.list(call, &options, &filter).await
        }
    }

    async fn list(
        &self,
        call: &Call<'_>,
        options: &ListOptions,
        filter: &Filter,
    ) -> Result<Answer, Failure> {
        let renderer = call.list_renderer(self, false)?;
        let (objects, metadata) = self.page(call, options, filter).await?;
        let body = renderer.list(objects, &metadata);
        Ok(Answer::new(StatusCode::OK, renderer.media_type(), body))
    }

    /// The objects that a list shows, and what it says of itself.
    pub(super) async fn page(
        &self,
        call: &Call<'_>,
        options: &ListOptions,
        filter: &Filter,
    ) -> Result<(Vec<Arc<Object>>, ListMetadata), Failure> {
        let revision = options::revision(&options.resource_version)
            .map_err(|error| Failure::bad_request(format!("invalid resource version: {error}")))?;
        let token = match options.continue_token.as_str() {
            "" => None,
            text => Some(decode_token(text, options, filter)?),
        };
        let anything = revision == Some(Revision::default());
        let limit = if anything { 0 } else { options.limit };
        let at = match (&token, revision, options.version_match) {
            (Some(token), _, _) => token.revision.map_or(At::Latest, At::Exactly),
            (None, None, _) => At::Latest,
            (None, Some(revision), VersionMatch::Exact) => At::Exactly(revision),
            // What a limit with a revision meant before one could say what is meant.
            (None, Some(revision), VersionMatch::Unset) if limit > 0 => At::Exactly(revision),
            (None, Some(revision), _) => At::NotOlderThan(revision),
        };
        let start = token.as_ref().map(|token| &token.position);
        let snapshot = self.snapshot(call, &at, start, &filter.scope).await?;
        let page = snapshot.page(&filter.scope, start, limit, |object| filter.selects(object));
        // Only a page that is followed by others of a list of everything pays for the count.
        let counted = page.next.as_ref().filter(|_| filter.is_everything());
        let remaining = counted.map(|next| snapshot.remaining(&filter.scope, next));
        let metadata = ListMetadata {
            revision: snapshot.revision(),
            next: page.next.map(|position| {
                let revision = Some(snapshot.revision());
                ContinueToken { revision, position }.encode(&filter.scope)
            }),
            remaining,
        };
        Ok((page.objects, metadata))
    }

    async fn snapshot(
        &self,
        call: &Call<'_>,
        at: &At,
        start: Option<&Position>,
        scope: &Scope,
    ) -> Result<Snapshot, Failure> {
        let resource = call.served.id;
        let store = self.registry.store();
        match *at {
            At::Latest => Ok(store.read(|store| store.snapshot(resource))),
            At::NotOlderThan(revision) => {
                self.reach(revision).await?;
                Ok(store.read(|store| store.snapshot(resource)))
            }
            At::Exactly(revision) => {
                self.reach(revision).await?;
                let past = store.read(|store| store.past(resource, revision));
                past.map(Past::rebuild).map_err(|_| match start {
                    None => Failure::expired(TOO_OLD),
                    Some(position) => {
                        let rest = ContinueToken {
                            revision: None,
                            position: position.clone(),
                        };
                        Failure::expired(CONTINUE_TOO_OLD).continue_with(rest.encode(scope))
                    }
                })
            }
        }
    }

    /// Waits for a revision that may still be to come.
    pub(super) async fn reach(&self, revision: Revision) -> Result<(), Failure> {
        let store = self.registry.store();
        let reached = store.reach(revision, &*self.clock, &self.timer).await;
        reached.map_err(|current| Failure::revision_too_large(revision, current))
    }
}

/// Which objects the path and the selectors together are about.
pub(super) fn filter(call: &Call<'_>, options: &ListOptions) -> Result<Filter, Failure> {
    let mut fields = options.fields.clone();
    let named = &call.target.name;
    if !named.is_empty() {
        match fields.exact(NAME_FIELD) {
            _ if fields.is_empty() => fields.require(NAME_FIELD, named),
            Some(name) if name == named => {}
            _ => {
                return Err(Failure::bad_request(
                    "fieldSelector metadata.name doesn't match requested name",
                ));
            }
        }
    }
    let namespace = match call.target.namespace.as_str() {
        "" => fields.exact(NAMESPACE_FIELD).unwrap_or_default(),
        namespace => namespace,
    };
    // A single object is found without looking at the others.
    let scope = match (fields.exact(NAME_FIELD), namespace) {
        (Some(name), "") if !call.served.facts.namespaced => Scope::Object(Key::new("", name)),
        (Some(name), namespace) if !namespace.is_empty() => {
            Scope::Object(Key::new(namespace, name))
        }
        (_, "") => Scope::All,
        (_, namespace) => Scope::Namespace(namespace.into()),
    };
    Ok(Filter {
        scope,
        labels: options.labels.clone(),
        fields,
    })
}

fn decode_token(
    text: &str,
    options: &ListOptions,
    filter: &Filter,
) -> Result<ContinueToken, Failure> {
    if !matches!(&*options.resource_version, "" | "0") {
        let why = "specifying resource version is not allowed when using continue";
        return Err(Failure::bad_request(why));
    }
    let token = ContinueToken::decode(text, &filter.scope);
    token.map_err(|error| Failure::bad_request(format!("invalid continue token: {error}")))
}

const TOO_OLD: &str = "The resourceVersion for the provided list is too old.";
const CONTINUE_TOO_OLD: &str = "The provided continue parameter is too old to display a consistent \
    list result. You can start a new list without the continue parameter, or use the continue token \
    in this response to retrieve the remainder of the results. Continuing with the provided token \
    results in an inconsistent list - objects that were created, modified, or deleted between the \
    time the first chunk was returned and now may show up in the list.";
