//! The columns of jobs and of what starts them.

use pintle_codec::Value;
use pintle_env::Timestamp;

use super::{
    age::{between, since},
    column::{
        AGE,
        Cell::{At, Count, Of, Text, TextOr},
        Column, NAME, Path, Table,
    },
    field::{holds, integer, is_deleting},
    template::{CONTAINERS, IMAGES, SELECTOR, containers, images, selector},
};
use crate::schema::Tree;

pub(super) static JOBS: Table = Table::new(&[
    NAME,
    Column::new(
        "Status",
        "How far the job is.",
        Of(|job| status(job).into()),
    ),
    Column::new(
        "Completions",
        "How many pods have succeeded, of how many should.",
        Of(|job| completions(job).into()),
    ),
    Column::new(
        "Duration",
        "How long the job took, or has taken so far.",
        At(|job, now| duration(job, now).into()),
    ),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
]);

pub(super) static CRON_JOBS: Table = Table::new(&[
    NAME,
    Column::new(
        "Schedule",
        "When jobs are started.",
        Text(&["spec", "schedule"]),
    ),
    Column::new(
        "Timezone",
        "Where the schedule is meant.",
        TextOr(&["spec", "timeZone"], "<none>"),
    ),
    Column::new(
        "Suspend",
        "Whether no more jobs are started.",
        Of(|cron_job| match cron_job.at(&["spec", "suspend"]) {
            Some(Value::Bool(true)) => "True".into(),
            Some(Value::Bool(false)) => "False".into(),
            _ => "<unset>".into(),
        }),
    )
    .boolean(),
    Column::new("Active", "How many jobs run.", Count(&["status", "active"])).integer(),
    Column::new(
        "Last Schedule",
        "The time since a job was started.",
        At(
            |cron_job, now| match cron_job.text(&["status", "lastScheduleTime"]) {
                "" => "<none>".into(),
                time => since(time, now).into(),
            },
        ),
    ),
    AGE,
    containers(JOB_CONTAINERS).wide(),
    images(JOB_CONTAINERS).wide(),
    selector(&["spec", "jobTemplate", "spec", "selector"]),
]);

const JOB_CONTAINERS: Path = &[
    "spec",
    "jobTemplate",
    "spec",
    "template",
    "spec",
    "containers",
];

fn status(job: &Tree) -> &'static str {
    let conditions = job.list(&["status", "conditions"]);
    if holds(conditions, "Complete") {
        "Complete"
    } else if holds(conditions, "Failed") {
        "Failed"
    } else if is_deleting(job) {
        "Terminating"
    } else if holds(conditions, "Suspended") {
        "Suspended"
    } else if holds(conditions, "FailureTarget") {
        "FailureTarget"
    } else if holds(conditions, "SuccessCriteriaMet") {
        "SuccessCriteriaMet"
    } else {
        "Running"
    }
}

fn completions(job: &Tree) -> String {
    let succeeded = integer(job.at(&["status", "succeeded"]));
    if let Some(wanted) = job.at(&["spec", "completions"]).and_then(Value::as_int) {
        return format!("{succeeded}/{wanted}");
    }
    // One is enough, whoever of them it is.
    match integer(job.at(&["spec", "parallelism"])) {
        ..2 => format!("{succeeded}/1"),
        parallelism => format!("{succeeded}/1 of {parallelism}"),
    }
}

fn duration(job: &Tree, now: Timestamp) -> String {
    let time = |field| job.text(&["status", field]);
    match (time("startTime"), time("completionTime")) {
        ("", _) => String::new(),
        (start, "") => since(start, now),
        (start, completion) => between(start, completion),
    }
}
