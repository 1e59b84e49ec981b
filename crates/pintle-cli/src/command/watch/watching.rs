//! The life of a watch: list, watch, and again from where it broke off.
//!
//! Invariant: between two events nothing is lost; what cannot be made up for ends the command.

use std::time::Duration;

use pintle_client::{Verb, WatchStream};
use pintle_codec::Value;
use pintle_env::{Clock as _, Random as _, SystemClock, SystemRandom};
use pintle_meta::FieldSelector;
use pintle_meta::v1::{ListOptions, Status};

use super::follower::{Follower, Next};
use super::form::Form;
use super::lines::Lines;
use super::patience::Patience;
use crate::args::Watch;
use crate::discovery::discover;
use crate::error::{Error, Kind};
use crate::listing::{self, Scope};
use crate::output::Stdout;
use crate::session::Session;
use crate::target;

/// Shows what happens to objects until it is interrupted, or cannot go on.
pub(crate) async fn run(
    arguments: &Watch,
    session: &Session,
    out: &mut Stdout,
) -> Result<(), Error> {
    let named = one(arguments)?;
    let catalog = discover(session, |it| it.knows([&*named.resource])).await?;
    let resource = catalog.find(&named.resource)?;
    let mut options = listing::options(&arguments.selection);
    if let Some(name) = named.names.first() {
        options = options.fields(FieldSelector::name(&**name).to_string());
    }
    let mut form = Form::new(arguments.output);
    let mut lines = Lines::new(resource, arguments.output, out);
    let watch = Watching {
        session,
        scope: Scope::new(resource, session, &arguments.selection),
        options,
        accept: form.accept(),
    };
    watch.follow(&mut form, &mut lines, arguments.retries).await
}

fn one(arguments: &Watch) -> Result<target::Named<String>, Error> {
    let mut named = target::parse(&arguments.what)?;
    let selection = &arguments.selection;
    let (Some(one), true) = (named.pop(), named.is_empty()) else {
        return Err(Error::usage("only one type can be watched at a time"));
    };
    let by_name = !one.names.is_empty();
    if one.names.len() > 1 {
        return Err(
            Error::usage("either one object or all that are selected can be watched")
                .with_hint("select objects by their labels, with -l"),
        );
    }
    if by_name && (selection.field_selector.is_some() || selection.all_namespaces) {
        return Err(
            Error::usage("a name does not go together with --field-selector or -A")
                .with_hint("leave out one of the two"),
        );
    }
    Ok(one)
}

/// What is watched, and how.
struct Watching<'a> {
    session: &'a Session,
    scope: Scope<'a>,
    options: ListOptions,
    accept: &'static str,
}

/// Why a watch does not simply go on.
enum Break {
    /// The version to go on from is no longer kept.
    Expired(Error),
    /// The connection was lost, or the server is not able to answer at present.
    Connection(Error),
    /// Trying again would not help.
    Fatal(Error),
}

impl Watching<'_> {
    async fn follow(
        &self,
        form: &mut Form,
        lines: &mut Lines<'_>,
        retries: u32,
    ) -> Result<(), Error> {
        let mut follower = Follower::default();
        let mut patience = Patience::new(retries);
        loop {
            let start = SystemClock::new();
            let version = follower.version().map(str::to_owned);
            let broken = self.until_it_breaks(form, &mut follower, lines).await;
            let lasted = start.now().since_origin();
            if follower.version() != version.as_deref() || lasted > LONG_ENOUGH {
                patience.reset();
            }
            let (error, what_next) = match broken {
                // The server ends a watch from time to time. One that ends every watch at once would
                // be asked without end.
                Ok(()) if lasted > TOO_SHORT => continue,
                Ok(()) => (ended_at_once(), "watching again"),
                Err(Break::Expired(error)) => {
                    follower.forget_version();
                    (error, "listing again")
                }
                Err(Break::Connection(error)) => (error, "trying again"),
                Err(Break::Fatal(error)) => return Err(error),
            };
            let Some(pause) = patience.next_pause(SystemRandom.unit()) else {
                return Err(error);
            };
            let warning = format!("{}; {what_next}", error.line());
            self.session.messages().warning(&warning);
            tokio::time::sleep(pause).await;
        }
    }

    /// Lists if there is no version to watch from, and watches until the server ends the watch.
    async fn until_it_breaks(
        &self,
        form: &mut Form,
        follower: &mut Follower,
        lines: &mut Lines<'_>,
    ) -> Result<(), Break> {
        if follower.version().is_none() {
            let pages = |page| page;
            let list = listing::list(self.session, self.scope, &self.options, self.accept, pages);
            let list = list.await?;
            let entries = list.pages.into_iter().flat_map(|page| form.read(page));
            let shown = follower.list(list.version, entries.collect());
            lines.show(&shown, form.headings())?;
        }
        let mut watch = self.watch(follower.version().unwrap_or_default()).await?;
        while let Some(event) = watch.try_next().await? {
            let event = event.try_map(|object| form.read_one(object))?;
            match follower.event(event) {
                Next::Show(line) => lines.show(&[line], form.headings())?,
                Next::Nothing => {}
                Next::Stop(status) => return Err(status.into()),
            }
        }
        Ok(())
    }

    async fn watch(&self, version: &str) -> Result<WatchStream<Value>, pintle_client::Error> {
        let options = self.options.clone().resource_version(version).bookmarks();
        let request = self
            .session
            .request(Verb::Get, self.scope.resource, self.scope.namespace)
            .header("accept", self.accept)
            .versioned_params(&options);
        request.watch_values().await
    }
}

impl From<pintle_client::Error> for Break {
    fn from(error: pintle_client::Error) -> Self {
        match error.as_status() {
            Some(status) => status.clone().into(),
            None => Error::from(error).into(),
        }
    }
}

/// The server's answer to the request, or an event of the watch.
impl From<Status> for Break {
    fn from(status: Status) -> Self {
        let error = Error::from_status(&status);
        match status.code {
            410 => Self::Expired(error),
            429 | 500.. => Self::Connection(error),
            _ => Self::Fatal(error),
        }
    }
}

impl From<Error> for Break {
    fn from(error: Error) -> Self {
        match error.kind() {
            Kind::Unreachable => Self::Connection(error),
            _ => Self::Fatal(error),
        }
    }
}

fn ended_at_once() -> Error {
    Error::new(
        Kind::Unreachable,
        "the server ended the watch as soon as it began",
    )
    .with_hint("try again; if it persists, look at the API server's log")
}

/// A watch that ends before this has passed was not worth its request.
const TOO_SHORT: Duration = Duration::from_secs(1);

/// A connection that held this long was a good one, even if nothing came through it.
const LONG_ENOUGH: Duration = Duration::from_secs(60);
