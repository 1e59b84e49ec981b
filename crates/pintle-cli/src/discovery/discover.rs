//! Asking a server for its types.
//!
//! Invariant: it is the answer that says in which form it is, not the version of the server.

use std::time::Duration;

use pintle_client::Request;
use pintle_codec::Value;
use pintle_meta::GroupVersion;

use super::{Catalog, aggregated, legacy};
use crate::error::Error;
use crate::session::Session;

/// Asks a server for all its types.
pub(crate) async fn discover(session: &Session) -> Result<Catalog, Error> {
    let (core, groups) = tokio::try_join!(root(session, "/api"), root(session, "/apis"))?;
    let mut catalog = Catalog::default();
    for root in [core, groups] {
        match root {
            Root::Aggregated(list) => aggregated::read(&list, &mut catalog),
            Root::Legacy(versions) => legacy::read(session, versions, &mut catalog).await?,
        }
    }
    Ok(catalog)
}

/// What `/api` or `/apis` answered.
enum Root {
    Aggregated(Value),
    Legacy(Vec<GroupVersion>),
}

async fn root(session: &Session, path: &str) -> Result<Root, Error> {
    let request = get(session, path).header("accept", aggregated::ACCEPT);
    let response = session.send(request).await?;
    // A server that knows only the old form answers with it.
    if aggregated::is_media_type(response.content_type()) {
        return Ok(Root::Aggregated(response.into_value()?));
    }
    let versions = match path {
        "/api" => legacy::core_versions(&response.into_object()?),
        _ => legacy::group_versions(&response.into_object()?),
    };
    Ok(Root::Legacy(versions))
}

pub(super) fn get(session: &Session, path: &str) -> Request {
    let rest = session.client().rest(&GroupVersion::core("v1"));
    rest.get().abs_path(path).timeout(TIMEOUT)
}

/// As long as client-go waits for discovery.
const TIMEOUT: Duration = Duration::from_secs(32);
