//! What a node sees of a pod, and what comes next for it.

use std::time::Duration;

use pintle_codec::Value;
use pintle_meta::Time;

use super::log::Log;

/// A pod, as far as a node is concerned.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pod {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) uid: String,
    /// Empty while it has none.
    pub(super) node: String,
    pub(super) containers: Vec<Container>,
    stage: Stage,
    /// After how much grace it is to end, if it is.
    ending: Option<Duration>,
    ready_after: Duration,
    runs_for: Option<Duration>,
    is_held: bool,
    pub(super) started: String,
    /// When its containers have ended, if they have.
    finished: Option<i64>,
}

/// A container of a pod.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Stage {
    #[default]
    New,
    Creating,
    Running,
    Ready,
    Over,
}

/// What is done about a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Bind,
    Create,
    Start,
    BecomeReady,
    Succeed,
    Remove,
}

impl Pod {
    pub(super) fn read(object: &Value) -> Self {
        let text = |path: &[&str]| {
            let text = object.at(path).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let seconds = |value: Option<&Value>| {
            let seconds = value
                .and_then(Value::as_int)
                .and_then(|seconds| u64::try_from(seconds).ok());
            seconds.map(Duration::from_secs)
        };
        let list = |path: &[&str]| {
            object
                .at(path)
                .and_then(Value::as_array)
                .unwrap_or_default()
        };
        let specs = list(&["spec", "containers"]);
        let containers = specs.iter().map(|spec| Container {
            name: field(spec, "name"),
            image: field(spec, "image"),
        });
        let delays = specs.iter().filter_map(|spec| spec.get("readinessProbe"));
        let delays = delays.filter_map(|probe| seconds(probe.get("initialDelaySeconds")));
        let restarts = text(&["spec", "restartPolicy"]);
        let annotated = text(&["metadata", "annotations", RUNS_FOR]);
        let runs_for = annotated.parse().ok().map(Duration::from_secs);
        let deleted = object.at(&["metadata", "deletionTimestamp"]).is_some();
        let grace = seconds(object.at(&["metadata", "deletionGracePeriodSeconds"]));
        Self {
            namespace: text(&["metadata", "namespace"]),
            name: text(&["metadata", "name"]),
            uid: text(&["metadata", "uid"]),
            node: text(&["spec", "nodeName"]),
            containers: containers.collect(),
            stage: stage(object, list(&["status", "containerStatuses"])),
            ending: deleted.then(|| grace.unwrap_or_default()),
            ready_after: delays.max().unwrap_or(Duration::from_millis(300)),
            runs_for: runs_for.filter(|_| restarts == "Never" || restarts == "OnFailure"),
            is_held: !list(&["spec", "schedulingGates"]).is_empty(),
            started: text(&["status", "startTime"]),
            finished: list(&["status", "containerStatuses"])
                .iter()
                .filter_map(|status| status.at(&["state", "terminated", "finishedAt"])?.as_str())
                .filter_map(seconds_of)
                .max(),
        }
    }

    /// The log of a container, or why there is none.
    pub(super) fn log(&self, container: &str) -> Result<Log, String> {
        let pod = &self.name;
        let mut containers = self.containers.iter();
        let Some(found) = containers.find(|found| found.name == container) else {
            return Err(format!(
                "container {container:?} in pod {pod:?} is not available"
            ));
        };
        match (self.stage, seconds_of(&self.started)) {
            (Stage::Running | Stage::Ready | Stage::Over, Some(since)) => Ok(Log {
                image: found.image.clone(),
                since,
                // One that is over writes no more, whether it says when it ended or not.
                until: self
                    .finished
                    .or_else(|| (self.stage == Stage::Over).then_some(since)),
            }),
            _ => Err(format!(
                "container {container:?} in pod {pod:?} is waiting to start: ContainerCreating"
            )),
        }
    }

    /// What is to be done next, and after how long; nothing for a pod that is where it shall be.
    /// `share` is between zero and one, and varies what takes how long.
    pub(super) fn next(&self, share: f64) -> Option<(Step, Duration)> {
        let between = |from: u64, to: u64| {
            Duration::from_millis(from) + Duration::from_millis(to - from).mul_f64(share)
        };
        if let Some(grace) = self.ending {
            return Some((Step::Remove, grace.min(between(300, 2000))));
        }
        match self.stage {
            Stage::Over => None,
            Stage::New if self.node.is_empty() => {
                (!self.is_held).then(|| (Step::Bind, between(20, 200)))
            }
            Stage::New => Some((Step::Create, between(50, 300))),
            Stage::Creating => Some((Step::Start, between(300, 1500))),
            Stage::Running => Some((Step::BecomeReady, self.ready_after)),
            Stage::Ready => self.runs_for.map(|runs_for| (Step::Succeed, runs_for)),
        }
    }
}

fn stage(object: &Value, statuses: &[Value]) -> Stage {
    match object.at(&["status", "phase"]).and_then(Value::as_str) {
        Some("Succeeded" | "Failed") => Stage::Over,
        Some("Running") => {
            let is_ready =
                |status: &Value| status.get("ready").and_then(Value::as_bool) == Some(true);
            match statuses.iter().all(is_ready) {
                true => Stage::Ready,
                false => Stage::Running,
            }
        }
        _ if statuses.is_empty() => Stage::New,
        _ => Stage::Creating,
    }
}

fn seconds_of(time: &str) -> Option<i64> {
    time.parse().ok().map(Time::unix_seconds)
}

fn field(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// For how many seconds a pod that is not restarted runs until it has succeeded.
pub(crate) const RUNS_FOR: &str = "pintle.dev/runs-for-seconds";

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    fn next(metadata: &str, spec: &str, status: &str) -> Option<Step> {
        let pod = format!(
            r#"{{"metadata":{{"name":"a"{metadata}}},"spec":{{"containers":[{{"name":"m"}}]{spec}}},"status":{{{status}}}}}"#
        );
        let pod = Pod::read(&json::parse(pod.as_bytes()).unwrap());
        pod.next(0.5).map(|(step, _)| step)
    }

    #[test]
    fn a_pod_goes_from_step_to_step() {
        let bound = r#","nodeName":"n""#;
        assert_eq!(next("", "", r#""phase":"Pending""#), Some(Step::Bind));
        assert_eq!(next("", r#","schedulingGates":[{"name":"x"}]"#, ""), None);
        assert_eq!(next("", bound, r#""phase":"Pending""#), Some(Step::Create));
        let creating = r#""phase":"Pending","containerStatuses":[{"ready":false}]"#;
        assert_eq!(next("", bound, creating), Some(Step::Start));
        let running = r#""phase":"Running","containerStatuses":[{"ready":false}]"#;
        assert_eq!(next("", bound, running), Some(Step::BecomeReady));
        let ready = r#""phase":"Running","containerStatuses":[{"ready":true}]"#;
        assert_eq!(next("", bound, ready), None);
        let annotated = r#","annotations":{"pintle.dev/runs-for-seconds":"3"}"#;
        assert_eq!(next(annotated, bound, ready), None, "it is restarted");
        let once = r#","nodeName":"n","restartPolicy":"Never""#;
        assert_eq!(next(annotated, once, ready), Some(Step::Succeed));
        assert_eq!(next(annotated, once, r#""phase":"Succeeded""#), None);
        let deleted =
            r#","deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":30"#;
        for status in [creating, running, ready, r#""phase":"Succeeded""#] {
            assert_eq!(next(deleted, bound, status), Some(Step::Remove), "{status}");
        }
    }

    #[test]
    fn grace_and_probes_are_waited_for() {
        let read = |text: &str| Pod::read(&json::parse(text.as_bytes()).unwrap());
        let short = r#"{"metadata":{"deletionTimestamp":"x","deletionGracePeriodSeconds":0}}"#;
        assert_eq!(read(short).next(1.0), Some((Step::Remove, Duration::ZERO)));
        let long = r#"{"metadata":{"deletionTimestamp":"x","deletionGracePeriodSeconds":30}}"#;
        assert_eq!(
            read(long).next(1.0),
            Some((Step::Remove, Duration::from_secs(2)))
        );
        let probed = r#"{"spec":{"nodeName":"n","containers":[{"readinessProbe":{"initialDelaySeconds":7}}]},
            "status":{"phase":"Running","containerStatuses":[{"ready":false}]}}"#;
        assert_eq!(
            read(probed).next(0.0),
            Some((Step::BecomeReady, Duration::from_secs(7)))
        );
    }

    #[test]
    fn containers_have_logs_once_they_run() {
        let log = |status: &str, container: &str| {
            let pod = format!(
                r#"{{"metadata":{{"name":"p"}},"spec":{{"nodeName":"n","containers":[{{"name":"m","image":"i:1"}}]}},"status":{{"startTime":"1970-01-01T00:00:09Z",{status}}}}}"#
            );
            Pod::read(&json::parse(pod.as_bytes()).unwrap()).log(container)
        };
        let running = r#""phase":"Running","containerStatuses":[{"ready":true}]"#;
        let found = log(running, "m").unwrap();
        assert_eq!((&*found.image, found.since, found.until), ("i:1", 9, None));
        let over = r#""phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"finishedAt":"1970-01-01T00:01:00Z"}}}]"#;
        assert_eq!(log(over, "m").unwrap().until, Some(60));
        let creating = r#""phase":"Pending","containerStatuses":[{"ready":false}]"#;
        assert!(log(creating, "m").unwrap_err().contains("waiting to start"));
        assert!(log(running, "x").unwrap_err().contains("not available"));
    }
}
