//! Running the binary.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use pintle_config::{Cluster, Context, Kubeconfig, User};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// The token in every kubeconfig of these tests. No output may have it.
pub(crate) const TOKEN: &str = "open-sesame-52f1c7";

/// A directory with what one test needs, and the binary to run in it.
pub(crate) struct Workplace {
    directory: TempDir,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A run that goes on.
pub(crate) struct Running {
    child: Child,
    stdout: Option<Lines<BufReader<ChildStdout>>>,
}

impl Workplace {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// With a kubeconfig that leads to `server`, and names a file with the authority to trust.
    pub(crate) fn with_server(server: &str, authority_pem: &str) -> Self {
        let place = Self::new();
        let authority = place.file("ca.crt", authority_pem);
        place.kubeconfig(server, authority);
        place
    }

    pub(crate) fn kubeconfig(&self, server: &str, authority: PathBuf) {
        let mut cluster = Cluster::new(server);
        cluster.certificate_authority = Some(authority);
        let mut user = User::default();
        user.token = Some(TOKEN.into());
        let mut kubeconfig = Kubeconfig::default();
        kubeconfig.clusters.insert("test".to_owned(), cluster);
        kubeconfig.users.insert("tester".to_owned(), user);
        let context = Context::new("test", "tester");
        kubeconfig.contexts.insert("test".to_owned(), context);
        kubeconfig.current_context = "test".to_owned();
        kubeconfig.write(self.path("kubeconfig")).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Runs a command line to its end.
    pub(crate) async fn run(&self, line: &str) -> Outcome {
        self.run_with_input(line, "").await
    }

    pub(crate) async fn run_with_input(&self, line: &str, input: &str) -> Outcome {
        let mut running = self.start(line);
        let mut stdin = running.child.stdin.take().unwrap();
        // A run that fails early does not read its input.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        running.end().await
    }

    /// A command line to be started. Words are separated by spaces.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pintle"));
        command
            .args(line.split(' '))
            .current_dir(self.directory.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if self.path("kubeconfig").exists() {
            command.env("KUBECONFIG", self.path("kubeconfig"));
        }
        command
    }

    /// Starts a command line. Words are separated by spaces.
    pub(crate) fn start(&self, line: &str) -> Running {
        let mut child = self.command(line).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        Running {
            child,
            stdout: Some(stdout),
        }
    }
}

impl Running {
    /// The next line of standard output.
    pub(crate) async fn line(&mut self) -> String {
        let lines = self.stdout.as_mut().expect("standard output is open");
        let line = timeout(PATIENCE, lines.next_line()).await;
        match line.expect("a line comes in time").unwrap() {
            Some(line) => checked(line),
            None => panic!("the output ended: {}", self.rest_of_stderr().await),
        }
    }

    /// The next line of standard output, its columns separated by single spaces.
    pub(crate) async fn words(&mut self) -> String {
        words(&self.line().await)
    }

    /// Closes standard output, as `head` does when it has seen enough.
    pub(crate) fn close_stdout(&mut self) {
        self.stdout = None;
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Sends SIGTERM.
    pub(crate) async fn terminate(&self) {
        let id = self.child.id().expect("the process runs").to_string();
        let kill = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(kill.unwrap().success());
    }

    /// Waits for the end.
    pub(crate) async fn end(mut self) -> Outcome {
        let mut stdout = String::new();
        if let Some(lines) = self.stdout.take() {
            let mut rest = lines.into_inner();
            let read = timeout(PATIENCE, rest.read_to_string(&mut stdout)).await;
            read.expect("the output ends in time").unwrap();
        }
        let stderr = self.rest_of_stderr().await;
        let status = timeout(PATIENCE, self.child.wait()).await;
        let outcome = Outcome {
            code: status
                .expect("it ends in time")
                .unwrap()
                .code()
                .unwrap_or(-1),
            stdout: checked(stdout),
            stderr,
        };
        assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
        outcome
    }

    async fn rest_of_stderr(&mut self) -> String {
        let mut stderr = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            let read = timeout(PATIENCE, pipe.read_to_string(&mut stderr)).await;
            read.expect("the messages end in time").unwrap();
        }
        checked(stderr)
    }
}

impl Outcome {
    /// A failure: its code, one line of error and one line of what to do.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, error: &str, hint: &str) {
        let lines: Vec<&str> = self.stderr.lines().collect();
        let [.., error_line, hint_line] = lines.as_slice() else {
            panic!("{self:?}")
        };
        assert_eq!(self.code, code, "{self:?}");
        assert!(error_line.starts_with("error: "), "{self:?}");
        assert!(error_line.contains(error), "{error:?} is not in {self:?}");
        assert!(hint_line.starts_with("hint: "), "{self:?}");
        assert!(hint_line.contains(hint), "{hint:?} is not in {self:?}");
    }

    /// A success without messages.
    #[track_caller]
    pub(crate) fn prints(&self, stdout: &str) {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{self:?}");
        assert_eq!(self.stdout, stdout);
    }
}

/// Text with its columns separated by single spaces.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the permissions of a file allow it to be read by its owner only.
pub(crate) fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777 == 0o600
}

#[track_caller]
fn checked(text: String) -> String {
    assert!(!text.contains(TOKEN), "a secret was printed: {text}");
    text
}

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
