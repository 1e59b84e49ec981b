//! `pintle api-versions`.

use crate::discovery::discover_anew;
use crate::error::Error;
use crate::output::Stdout;
use crate::session::Session;

/// Lists the groups and versions of the server, sorted.
pub(super) async fn run(session: &Session, out: &mut Stdout) -> Result<(), Error> {
    let mut versions = discover_anew(session).await?.versions();
    versions.sort();
    versions.dedup();
    let lines = versions.into_iter().map(|version| version + "\n");
    out.write(&lines.collect::<String>())
}
