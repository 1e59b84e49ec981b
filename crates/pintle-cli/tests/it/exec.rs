//! `exec` and `attach`, of a server that has a few commands.

use crate::server::{Answer, Server};
use crate::sockets::{SUCCESS, Socket, exit_code};

/// A pod in a phase, whose first container has a terminal.
fn pod(name: &str, phase: &str, containers: &str) -> Answer {
    Answer::json(format!(
        r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{name}","namespace":"default"}},
            "spec":{{"containers":[{containers}]}},"status":{{"phase":"{phase}"}}}}"#
    ))
}

const ONE: &str = r#"{"name":"main"}"#;
const TWO: &str = r#"{"name":"main"},{"name":"side"}"#;

async fn server() -> Server {
    Server::start(|request| {
        let path = request.split(' ').nth(1).unwrap();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        match path.rsplit('/').next().unwrap() {
            "one" => pod("one", "Running", ONE),
            "two" => pod("two", "Running", TWO),
            "over" => pod("over", "Succeeded", ONE),
            "exec" if query.contains("command=cat") => Answer::socket(Socket::Repeats),
            "exec" if query.contains("command=nothing") => Answer::failure(
                500,
                "InternalError",
                "error dialing backend: no kubelet is there",
            ),
            "exec" => Answer::socket(Socket::Says(vec![
                b"\x01out\n".to_vec(),
                b"\x02err\n".to_vec(),
                exit_code(42),
            ])),
            "attach" => Answer::socket(Socket::Says(vec![
                b"\x01hello\n".to_vec(),
                SUCCESS.to_vec(),
            ])),
            _ => Answer::failure(404, "NotFound", "no such pod"),
        }
    })
    .await
}

#[tokio::test]
async fn a_command_is_run_and_ends_as_it_ends() {
    let server = server().await;
    let place = server.workplace();
    let outcome = place.run("exec one -- sh -c a&b").await;
    assert_eq!(outcome.code, 42);
    assert_eq!(outcome.stdout, "out\n");
    assert_eq!(
        outcome.stderr,
        "err\ncommand terminated with exit code 42\n"
    );
    let asked = server.seen();
    assert_eq!(
        asked.last().unwrap(),
        "GET /api/v1/namespaces/default/pods/one/exec?container=main&stdout=true&stderr=true\
         &command=sh&command=-c&command=a%26b"
    );
}

#[tokio::test]
async fn standard_input_is_passed_on_where_it_is_asked_for() {
    let server = server().await;
    let place = server.workplace();
    let outcome = place.run_with_input("exec -i pod/one -- cat", "a\nb").await;
    outcome.prints("a\nb");
    let asked = server.seen();
    assert!(asked.last().unwrap().contains("stdin=true"), "{asked:?}");
}

#[tokio::test]
async fn the_first_of_several_containers_is_taken_and_named() {
    let server = server().await;
    let place = server.workplace();
    let outcome = place.run("exec two -- x").await;
    let first = outcome.stderr.lines().next();
    assert_eq!(
        first,
        Some("Defaulted container \"main\" out of: main, side")
    );
    let outcome = place.run("exec two -q -- x").await;
    assert!(!outcome.stderr.contains("Defaulted"), "{outcome:?}");
    place.run("exec two -c side -- x").await;
    let asked = server.seen();
    assert!(
        asked.last().unwrap().contains("container=side"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_file_may_name_the_pod() {
    let server = server().await;
    let place = server.workplace();
    place.file(
        "pod.yaml",
        "{apiVersion: v1, kind: Pod, metadata: {name: one}}",
    );
    let outcome = place.run("exec -f pod.yaml -- x").await;
    assert_eq!(outcome.code, 42, "{outcome:?}");
    place.file("two.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: b}}");
    let outcome = place.run("exec -f two.yaml -- x").await;
    outcome.fails(8, "the file has several", "one object");
}

#[tokio::test]
async fn what_keeps_a_command_from_running_is_said() {
    let server = server().await;
    let place = server.workplace();
    place
        .run("exec none -- x")
        .await
        .fails(6, "no such pod", "");
    let outcome = place.run("exec one -- nothing").await;
    outcome.fails(1, "error dialing backend: no kubelet is there", "");
    let outcome = place.run("exec over -- x").await;
    outcome.fails(
        1,
        "cannot exec into a container in a completed pod; current phase is Succeeded",
        "",
    );
    let outcome = place.run("exec one").await;
    assert_eq!(outcome.code, 2, "{outcome:?}");
    let outcome = place.run("exec one --pod-running-timeout=soon -- x").await;
    outcome.fails(2, "--pod-running-timeout=soon is not a duration", "5s");
}

#[tokio::test]
async fn without_a_terminal_there_is_none_for_the_command() {
    let server = server().await;
    let place = server.workplace();
    let outcome = place.run_with_input("exec -it one -- cat", "x").await;
    assert_eq!(outcome.stdout, "x");
    assert_eq!(
        outcome.stderr,
        "Unable to use a TTY - input is not a terminal or the right kind of file\n"
    );
    assert!(!server.seen().last().unwrap().contains("tty"));
}

#[tokio::test]
async fn a_containers_own_process_is_connected_with() {
    let server = server().await;
    let place = server.workplace();
    let outcome = place.run("attach one").await;
    assert_eq!(outcome.stdout, "hello\n");
    assert!(outcome.stderr.contains("pressing enter"), "{outcome:?}");
    place.run("attach one --quiet").await.prints("hello\n");
    assert_eq!(
        server.seen().last().unwrap(),
        "GET /api/v1/namespaces/default/pods/one/attach?container=main&stdout=true&stderr=true"
    );
    let outcome = place.run("attach over").await;
    outcome.fails(1, "cannot attach a container in a completed pod", "");
}

#[cfg(unix)]
mod terminal {
    use std::fs::{File, OpenOptions};
    use std::io::Read as _;
    use std::process::Stdio;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{LocalModes, tcgetattr};

    use super::*;

    /// At a terminal keys are passed on as they are typed, and whatever the end, it is then as it was.
    #[tokio::test(flavor = "multi_thread")]
    async fn the_terminal_is_given_back() {
        let server = server().await;
        let place = server.workplace();
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let open = || {
            let mut options = OpenOptions::new();
            options
                .read(true)
                .write(true)
                .open(name.to_str().unwrap())
                .unwrap()
        };
        let end = open();
        let is_raw = || {
            !tcgetattr(&end)
                .unwrap()
                .local_modes
                .contains(LocalModes::ICANON)
        };
        assert!(!is_raw());
        let mut command = place.command("exec -it one -- cat");
        let stdio = || Stdio::from(open());
        command.stdin(stdio()).stdout(stdio()).stderr(stdio());
        let mut child = command.spawn().unwrap();
        drop(command);
        let waiting = async {
            while !is_raw() {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), waiting)
            .await
            .expect("keys are passed on");
        // Nothing else can end it here but a signal.
        let pid = i32::try_from(child.id().unwrap()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = child.wait().await.unwrap();
        assert_eq!(status.code(), Some(130));
        assert!(!is_raw());
        let mut printed = vec![0; 1_000];
        let length = File::from(master).read(&mut printed).unwrap();
        let printed = String::from_utf8_lossy(&printed[..length]);
        assert!(printed.contains("interrupted"), "{printed}");
        let asked = server.seen();
        assert!(
            asked.last().unwrap().contains("stdin=true&tty=true"),
            "{asked:?}"
        );
    }
}
