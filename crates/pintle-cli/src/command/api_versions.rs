//! `pintle api-versions`.

use crate::discovery::discover;
use crate::error::Error;
use crate::output::Stdout;
use crate::session::Session;

/// Lists the groups and versions of the server, sorted.
pub(super) async fn run(session: &Session, out: &mut Stdout) -> Result<(), Error> {
    let catalog = discover(session).await?;
    let mut versions: Vec<String> = catalog.versions().iter().map(ToString::to_string).collect();
    versions.sort();
    versions.dedup();
    let lines = versions.into_iter().map(|version| version + "\n");
    out.write(&lines.collect::<String>())
}
