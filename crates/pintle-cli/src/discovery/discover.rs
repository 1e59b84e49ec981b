//! Asking a server for its types.

use super::Catalog;
use crate::error::Error;
use crate::session::Session;

/// All types of a server. What it said before has to do, unless it `knows` too little.
pub(crate) async fn discover(
    session: &Session,
    knows: impl Fn(&Catalog) -> bool,
) -> Result<Catalog, Error> {
    let discovery = session.discovery();
    let catalog = Catalog::new(&discovery.all().await?);
    if discovery.is_fresh() || knows(&catalog) {
        return Ok(catalog);
    }
    discover_anew(session).await
}

/// All types of a server as it serves them now.
pub(crate) async fn discover_anew(session: &Session) -> Result<Catalog, Error> {
    let discovery = session.discovery();
    discovery.invalidate();
    Ok(Catalog::new(&discovery.all().await?))
}
