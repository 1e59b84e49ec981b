//! `pintle version`.

use pintle_codec::Value;
use pintle_meta::GroupVersion;

use crate::args::Version;
use crate::error::Error;
use crate::output::Stdout;
use crate::session::Session;

/// Prints the version of this program at once, and that of the server if it is to be asked.
pub(super) async fn run(
    arguments: &Version,
    connect: impl FnOnce() -> Result<Session, Error>,
    out: &mut Stdout,
) -> Result<(), Error> {
    out.line(&format!("Client Version: v{}", env!("CARGO_PKG_VERSION")))?;
    if arguments.client {
        return Ok(());
    }
    let session = connect()?;
    let rest = session.client().rest(&GroupVersion::core("v1"));
    let answer = session.send(rest.get().abs_path("/version")).await?;
    let answer = answer.into_value()?;
    let version = answer.get("gitVersion").and_then(Value::as_str);
    out.line(&format!("Server Version: {}", version.unwrap_or("unknown")))
}
