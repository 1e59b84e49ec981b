//! `pintle attach`.

use pintle_codec::Value;

use super::pods::{self, text};
use super::streams::{self, Plan};
use crate::args::Attach;
use crate::error::{Error, Kind};
use crate::session::Session;

/// Connects with a container's own process.
pub(super) async fn run(arguments: &Attach, session: &Session) -> Result<(), Error> {
    let wanted = &arguments.streams;
    let patience = pods::duration("pod-running-timeout", &wanted.pod_running_timeout)?;
    let pod = pods::find(&arguments.of, patience, session).await?.pod;
    streams::refuse_completed(&pod, "attach")?;
    let container = match &wanted.container {
        Some(container) => container.clone(),
        None => pods::default_container(&pod, (!wanted.quiet).then_some(session))?,
    };
    let mut plan = Plan::new(wanted, true, session);
    if plan.tty && !has_terminal(&pod, &container)? {
        plan = plan.without_terminal();
        if !wanted.quiet {
            let message =
                format!("Unable to use a TTY - container {container} did not allocate one");
            session.messages().line(&message);
        }
    }
    if !wanted.quiet {
        session.messages().line(RECORDED);
        session.messages().line(SILENT);
    }
    let request = streams::request(&pod, "attach", &container, plan, session);
    let command = request.remote_command().await?;
    let status = streams::run(command, plan, session).await?;
    if plan.tty && !wanted.quiet && text(&pod, &["spec", "restartPolicy"]) == "Always" {
        let name = text(&pod, &["metadata", "name"]);
        session.messages().line(&format!(
            "Session ended, resume using 'pintle attach {name} -c {container} -i -t' command when the pod is running"
        ));
    }
    streams::exit(status)
}

/// Whether a container's process runs at a terminal.
fn has_terminal(pod: &Value, container: &str) -> Result<bool, Error> {
    let sorts = ["containers", "initContainers", "ephemeralContainers"];
    let all = sorts.iter().filter_map(|sort| pod.at(&["spec", sort]));
    let mut all = all.filter_map(Value::as_array).flatten();
    match all.find(|it| text(it, &["name"]) == container) {
        Some(found) => Ok(found.get("tty").and_then(Value::as_bool) == Some(true)),
        None => {
            let name = text(pod, &["metadata", "name"]);
            let message = format!("container {container} not found in pod {name}");
            Err(Error::new(Kind::NotFound, message))
        }
    }
}

/// What kubectl says.
const RECORDED: &str = "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.";
const SILENT: &str = "If you don't see a command prompt, try pressing enter.";
