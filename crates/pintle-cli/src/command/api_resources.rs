//! `pintle api-resources`.

use pintle_codec::Str;

use crate::args::{ApiResources, SortBy, TypesOutput};
use crate::discovery::{ResourceType, discover_anew};
use crate::error::Error;
use crate::output::{Stdout, Widths};
use crate::session::Session;

/// Lists the types of the server.
pub(super) async fn run(
    arguments: &ApiResources,
    session: &Session,
    out: &mut Stdout,
) -> Result<(), Error> {
    let catalog = discover_anew(session).await?;
    let mut types = catalog.preferred();
    types.retain(|found| is_wanted(found, arguments));
    match arguments.sort_by {
        Some(SortBy::Name) => types.sort_by_key(|found| found.plural.clone()),
        Some(SortBy::Kind) => types.sort_by_key(|found| found.kind.clone()),
        None => {
            types.sort_by_key(|found| (found.group_version.group.clone(), found.plural.clone()));
        }
    }
    if arguments.output == TypesOutput::Name {
        let names = types.iter().map(|found| format!("{found}\n"));
        return out.write(&names.collect::<String>());
    }
    let wide = arguments.output == TypesOutput::Wide;
    let mut lines: Vec<Vec<String>> = Vec::new();
    if !arguments.no_headers {
        let more: &[&str] = if wide { &["VERBS", "CATEGORIES"] } else { &[] };
        let headings = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"];
        let headings = headings.iter().chain(more);
        lines.push(headings.map(|&heading| heading.to_owned()).collect());
    }
    lines.extend(types.iter().map(|found| line(found, wide)));
    let mut widths = Widths::default();
    for line in &lines {
        widths.fit(line.iter().map(String::as_str));
    }
    let mut text = String::new();
    for line in &lines {
        widths.line(line.iter().map(String::as_str), &mut text);
    }
    out.write(&text)
}

fn is_wanted(found: &ResourceType, arguments: &ApiResources) -> bool {
    let group = arguments.api_group.as_ref();
    let has = |all: &[Str], wanted: &[String]| {
        wanted
            .iter()
            .all(|wanted| all.iter().any(|one| one == wanted))
    };
    !found.verbs.is_empty()
        && group.is_none_or(|group| found.group_version.group == group.as_str())
        && arguments
            .namespaced
            .is_none_or(|namespaced| found.namespaced == namespaced)
        && has(&found.verbs, &arguments.verbs)
        && has(&found.categories, &arguments.categories)
}

fn line(found: &ResourceType, wide: bool) -> Vec<String> {
    let joined = |texts: &[Str]| texts.iter().map(Str::as_str).collect::<Vec<_>>().join(",");
    let mut line = vec![
        found.plural.to_string(),
        joined(&found.short_names),
        found.group_version.to_string(),
        found.namespaced.to_string(),
        found.kind.to_string(),
    ];
    if wide {
        line.extend([joined(&found.verbs), joined(&found.categories)]);
    }
    line
}
