//! [`Lock`], the Lease as the API server keeps it.

use std::time::Duration;

use pintle_api::coordination::v1::Lease;
use pintle_client::{Api, Error};
use pintle_env::{Instant, Time};
use pintle_meta::v1::{CreateOptions, UpdateOptions};

use crate::elector::{Answer, Step};
use crate::{Held, Record};

/// A lease, and what was last read of it: labels and whatever others keep in it are written back.
#[derive(Clone)]
pub(crate) struct Lock {
    pub(crate) api: Api<Lease>,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) labels: Vec<(String, String)>,
    lease: Option<Lease>,
}

impl Lock {
    pub(crate) fn new(api: Api<Lease>, namespace: &str, name: &str) -> Self {
        Self {
            api,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            labels: Vec::new(),
            lease: None,
        }
    }

    /// Where it is, for people.
    pub(crate) fn describe(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// Does what a step asks for, within `timeout`.
    pub(crate) async fn perform(
        &mut self,
        step: &Step,
        timeout: Duration,
        time: &dyn Time,
    ) -> Answer {
        let deadline = time.now() + timeout;
        let outcome = within(deadline, time, self.attempt(step)).await;
        match outcome {
            None => {
                tracing::debug!(lease = self.describe(), ?timeout, "no answer in time");
                Answer::Failed
            }
            Some(Ok(held)) => Answer::Lease(held),
            Some(Err(error)) if error.is_not_found() && *step == Step::Read => Answer::NotFound,
            Some(Err(error)) => {
                tracing::debug!(lease = self.describe(), %error, "the lease could not be had");
                Answer::Failed
            }
        }
    }

    async fn attempt(&mut self, step: &Step) -> Result<Held, Error> {
        let lease = match step {
            Step::Create(record) => {
                let lease = self.with(Lease::default(), record);
                self.api.create(&lease, &CreateOptions::default()).await?
            }
            Step::Update {
                record,
                resource_version,
            } => {
                let mut lease = self.with(self.lease.clone().unwrap_or_default(), record);
                lease.metadata.resource_version = resource_version.as_str().into();
                self.api.update(&lease, &UpdateOptions::default()).await?
            }
            Step::Read | Step::Wait(_) => self.api.get(&self.name).await?,
        };
        let held = Held {
            record: Record::read(&lease.spec),
            uid: lease.metadata.uid.to_string(),
            resource_version: lease.metadata.resource_version.to_string(),
        };
        self.lease = Some(lease);
        Ok(held)
    }

    fn with(&self, mut lease: Lease, record: &Record) -> Lease {
        lease.metadata.name = self.name.as_str().into();
        lease.metadata.namespace = self.namespace.as_str().into();
        for (name, value) in &self.labels {
            lease
                .metadata
                .labels
                .insert(name.as_str(), value.as_str().into());
        }
        record.write(&mut lease.spec);
        lease
    }
}

/// What a future returns, unless the deadline comes first.
pub(crate) async fn within<T>(
    deadline: Instant,
    time: &dyn Time,
    future: impl Future<Output = T>,
) -> Option<T> {
    tokio::select! {
        biased;
        output = future => Some(output),
        () = time.sleep_until(deadline) => None,
    }
}
