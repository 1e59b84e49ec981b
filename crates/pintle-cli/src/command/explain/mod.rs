//! `pintle explain`: what a type or a field is, in the words of the server.

mod document;
mod page;
mod wrap;

use pintle_client::Verb;
use pintle_codec::Value;
use pintle_meta::GroupVersion;

use self::document::Document;
use crate::args::Explain;
use crate::discovery::{Catalog, ResourceType, discover};
use crate::error::{Error, Kind};
use crate::output::Stdout;
use crate::session::Session;

/// Prints what the server's OpenAPI says.
pub(super) async fn run(
    arguments: &Explain,
    session: &Session,
    out: &mut Stdout,
) -> Result<(), Error> {
    let parts: Vec<&str> = arguments.what.split('.').collect();
    let version = arguments.api_version.as_deref();
    let catalog = discover(session, |it| find(it, &parts, version).is_ok()).await?;
    let (resource, fields) = find(&catalog, &parts, version)?;
    let document = Document::new(fetch(session, &resource.group_version).await?);
    let kind = resource.group_version.with_kind(resource.kind.clone());
    let schema = document.schema_of(&kind).ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!("{kind} is not in the server's OpenAPI document"),
        )
        .with_hint("the server publishes no schema for this type")
    })?;
    let page = page::render(schema, &kind, fields, arguments.recursive);
    let page = page.ok_or_else(|| {
        let field = fields.last().copied().unwrap_or_default();
        Error::new(Kind::NotFound, format!("field {field:?} does not exist")).with_hint(format!(
            "`pintle explain {}` lists the fields that there are",
            parts[..parts.len() - 1].join(".")
        ))
    })?;
    out.write(&page)
}

/// The type that the parts begin with, in as many words as it takes, and the fields that follow.
fn find<'a, 'b>(
    catalog: &'a Catalog,
    parts: &'b [&'b str],
    api_version: Option<&str>,
) -> Result<(&'a ResourceType, &'b [&'b str]), Error> {
    let (resource, fields) = (1..=parts.len())
        .rev()
        .find_map(|taken| {
            let found = catalog.find(&parts[..taken].join(".")).ok()?;
            Some((found, &parts[taken..]))
        })
        .map_or_else(
            || catalog.find(parts[0]).map(|found| (found, &parts[1..])),
            Ok,
        )?;
    let Some(api_version) = api_version else {
        return Ok((resource, fields));
    };
    let version: GroupVersion = api_version.parse().map_err(|_| {
        Error::usage(format!("{api_version:?} is not a group and version"))
            .with_hint("write GROUP/VERSION, such as apps/v1, or the version of the core group, v1")
    })?;
    let (plural, group) = (&resource.plural, &version.group);
    let name = format!("{plural}.{}.{group}", version.version);
    Ok((catalog.find(&name)?, fields))
}

/// The document of a group and version.
async fn fetch(session: &Session, version: &GroupVersion) -> Result<Value, Error> {
    let path = match version.group.as_str() {
        "" => format!("/openapi/v3/api/{}", version.version),
        group => format!("/openapi/v3/apis/{group}/{}", version.version),
    };
    let rest = session.client().rest(version);
    let request = rest.verb(Verb::Get).abs_path(path);
    let answer = session
        .send(request.header("accept", "application/json"))
        .await?;
    Ok(answer.into_value()?)
}
