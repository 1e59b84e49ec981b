//! Jobs, which select their own pods, and cron jobs.

use pintle_codec::Value;

use super::{Dependents, Kind, Occasion, SelectableField};
use crate::{schema::Tree, validation::FieldError};

pub(super) const JOB: Kind = Kind {
    fields: &[SelectableField::or("status.succeeded", "0").called("status.successful")],
    on_create: select_own_pods,
    // As ever: pods of a job outlived it before anything was collected.
    dependents: Dependents::Orphaned,
    ..Kind::COUNTED
};

pub(super) const CRON_JOB: Kind = Kind {
    validate: |cron_job, old| {
        let name = cron_job.metadata_text("name");
        if old.is_some() || name.len() <= CRON_JOB_NAME_MAX {
            return Vec::new();
        }
        let why = format!("must be no more than {CRON_JOB_NAME_MAX} characters");
        vec![FieldError::invalid("metadata.name", name, &why)]
    },
    ..Kind::COUNTED
};

/// Gives a job a selector of its own, and its pods the labels for it, unless the client does that itself.
fn select_own_pods(job: &mut Tree, _: &Occasion<'_>) {
    let manual = job.at(&["spec", "manualSelector"]).and_then(Value::as_bool);
    if manual == Some(true) {
        return;
    }
    let name = job.metadata_text("name").to_owned();
    let uid = job.metadata_text("uid").to_owned();
    let template = ["spec", "template", "metadata", "labels"];
    for (label, value) in [
        ("job-name", &name),
        ("batch.kubernetes.io/job-name", &name),
        ("controller-uid", &uid),
        (CONTROLLER_UID, &uid),
    ] {
        set_unless_there(job, &[&template[..], &[label]].concat(), value);
    }
    let selector = ["spec", "selector", "matchLabels", CONTROLLER_UID];
    set_unless_there(job, &selector, &uid);
}

fn set_unless_there(tree: &mut Tree, path: &[&str], value: &str) {
    if tree.at(path).is_none() {
        tree.set(path, value.into());
    }
}

/// Names of its jobs have eleven characters more, and have to be labels.
const CRON_JOB_NAME_MAX: usize = 52;

const CONTROLLER_UID: &str = "batch.kubernetes.io/controller-uid";
