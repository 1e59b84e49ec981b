//! [`Websites`], which looks at one website at a time and sees to it that it is served.

use std::sync::Arc;
use std::time::Duration;

use pintle::controller::{Context, Finalizer, Stage};
use pintle::events::{Event, Recorder};
use pintle::meta::ObjectName;
use pintle::meta::v1::PatchOptions;
use pintle::{Action, Client, Error};

use crate::{Failed, NAME, NameTaken, READY, Serving, Website, WebsiteStatus, status};

/// What the reconciles of all websites share.
#[derive(Debug)]
pub struct Websites {
    client: Client,
    serving: Serving,
    events: Recorder,
    finalizer: Finalizer,
}

impl Websites {
    /// Those of a cluster.
    pub fn new(client: Client, serving: Serving, events: Recorder) -> Self {
        Self {
            client,
            serving,
            events,
            finalizer: Finalizer::new(FINALIZER).field_manager(NAME),
        }
    }

    /// Looks at one website. It is called when the website or one of its objects has changed, and again
    /// and again, later and later, while it fails; so it need not know what has changed, nor how far it
    /// came the last time.
    ///
    /// # Errors
    /// Whatever the server says, but for what only a person can change: that stands in the status.
    pub async fn reconcile(
        self: Arc<Self>,
        key: ObjectName,
        cx: Context<Website>,
    ) -> Result<Action, Failed> {
        let Some(object) = cx.object() else {
            return Ok(Action::Done);
        };
        let api = self.client.api::<Website>().namespace(&*key.namespace);
        match self.finalizer.hold(&api, &object).await? {
            Stage::Live => self.serve(&*object.get()?, &cx).await,
            Stage::Deleting => {
                let website = object.get()?;
                // This website may be looked at once more before the cache knows that it is gone.
                if self.serving.close(&website).await? {
                    self.events
                        .normal(&*website, "Closed", "it is reached no more");
                }
                self.finalizer.release(&api, &object).await?;
                Ok(Action::Done)
            }
            _ => Ok(Action::Done),
        }
    }

    /// Sees to it that a website is served, and says how it fares.
    async fn serve(&self, website: &Website, cx: &Context<Website>) -> Result<Action, Failed> {
        let (status, next) = match self.serving.provide(website).await {
            Ok(served) => {
                // The next reconcile of this website waits until the caches have them.
                cx.wrote(&served.config_map);
                cx.wrote(&served.service);
                cx.wrote(&served.deployment);
                let status = status::serving(website, &served.deployment, cx.now());
                (status, Action::Done)
            }
            Err(error) => {
                let Some(reason) = for_people(&error) else {
                    return Err(error);
                };
                let status = status::refused(website, reason, &error.to_string(), cx.now());
                // Nobody tells when the name is free.
                (status, Action::RequeueAfter(LATER))
            }
        };
        self.tell(website, status, cx).await?;
        Ok(next)
    }

    /// Writes a status, and an event if it says something new.
    async fn tell(
        &self,
        website: &Website,
        status: WebsiteStatus,
        cx: &Context<Website>,
    ) -> Result<(), Error> {
        if website.status.as_ref() == Some(&status) {
            return Ok(());
        }
        let api = self.client.api::<Website>();
        let api = api.namespace(&*website.metadata.namespace);
        let options = PatchOptions::new().field_manager(NAME);
        let written = api
            .edit_status_from(website, &options, |it| it.status = Some(status.clone()))
            .await?;
        cx.wrote(&written);
        if let Some(event) = news(website.status.as_ref(), &status) {
            self.events.record(website, event);
        }
        Ok(())
    }
}

/// Why a website cannot be served until a person changes something; none if it is to be tried again.
fn for_people(error: &Failed) -> Option<&'static str> {
    if error.is::<NameTaken>() {
        return Some("NameTaken");
    }
    // The server does not take what the website asks for: a page that is named `a b`.
    let error = error.downcast_ref::<Error>()?;
    error.is_invalid().then_some("Refused")
}

/// What people are told when a status follows another: why a website is ready or not, when that changes.
fn news(before: Option<&WebsiteStatus>, now: &WebsiteStatus) -> Option<Event> {
    let ready = |status: &WebsiteStatus| {
        let mut conditions = status.conditions.iter();
        conditions.find(|it| it.type_ == READY).cloned()
    };
    let before = before.and_then(ready);
    let now = ready(now)?;
    if before.is_some_and(|before| before.reason == now.reason) {
        return None;
    }
    let event = match &*now.reason {
        "Serving" | "Starting" => Event::normal(&now.reason, &*now.message),
        reason => Event::warning(reason, &*now.message),
    };
    Some(event.action("Serve"))
}

/// Keeps a website until nobody is sent to its servers any more.
const FINALIZER: &str = "web.example.com/close";

const LATER: Duration = Duration::from_secs(60);
