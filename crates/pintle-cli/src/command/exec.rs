//! `pintle exec`.

use pintle_client::Request;

use super::pods;
use super::streams::{self, Plan};
use crate::args::Exec;
use crate::discovery::discover;
use crate::error::{Error, Kind};
use crate::manifest;
use crate::session::Session;

/// Runs a command, and ends as it ends.
pub(super) async fn run(arguments: &Exec, session: &Session) -> Result<(), Error> {
    let wanted = &arguments.streams;
    let patience = pods::duration("pod-running-timeout", &wanted.pod_running_timeout)?;
    let of = match &arguments.of {
        Some(of) => of.clone(),
        None => named_by_file(arguments, session).await?,
    };
    let pod = pods::find(&of, patience, session).await?.pod;
    streams::refuse_completed(&pod, "exec into")?;
    let container = match &wanted.container {
        Some(container) => container.clone(),
        None => pods::default_container(&pod, (!wanted.quiet).then_some(session))?,
    };
    let plan = Plan::new(wanted, false, session);
    let request = streams::request(&pod, "exec", &container, plan, session);
    let words = arguments.command.iter();
    let request = words.fold(request, |request: Request, word| {
        request.param("command", word.as_str())
    });
    let command = request.remote_command().await?;
    streams::exit(streams::run(command, plan, session).await?)
}

/// What a file names, as `TYPE/NAME`.
async fn named_by_file(arguments: &Exec, session: &Session) -> Result<String, Error> {
    let files: Vec<_> = arguments.filename.iter().cloned().collect();
    let mut manifests = manifest::read(&files)?.into_iter();
    let (Some(manifest), None) = (manifests.next(), manifests.next()) else {
        let message = "a command is run in one object, and the file has several";
        return Err(Error::new(Kind::Input, message).with_hint("name a file with one object"));
    };
    let catalog = discover(session, |it| it.find_kind(&manifest.kind).is_some()).await?;
    let Some(resource) = catalog.find_kind(&manifest.kind) else {
        let message = format!("the server has no {}", manifest.kind);
        return Err(Error::new(Kind::NotFound, message).at(&manifest.place));
    };
    Ok(format!("{resource}/{}", manifest.name))
}
