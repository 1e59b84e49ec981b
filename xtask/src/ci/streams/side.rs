//! One of the two servers, with its kubelet.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use pintle_env::{Clock, SystemClock};

use super::super::embedded::kubectl_on;
use super::super::outcome::proof;
use super::super::watcher::succeed;
use super::commands::{COPY, Case, ORIGINAL};
use crate::command;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::real_cluster::{Process, log_tail};
use crate::workspace;

/// One of the two servers, with its kubelet. Dropping it stops the kubelet.
pub(super) struct Side {
    kubeconfig: PathBuf,
    streaming: PathBuf,
    kubectl: PathBuf,
    pintle: PathBuf,
    directory: PathBuf,
    kubelet: Option<Process>,
    /// The ports of the pods' HTTP and HTTPS, and the address of the pods.
    web: [String; 3],
    /// What differs between the sides, and what stands for it: ports, each with its colon.
    ports: Vec<(String, &'static str)>,
}

impl Side {
    /// Starts a kubelet that registers with the server of a kubeconfig, beside which there is room for its files.
    pub(super) fn start(
        streaming: &Path,
        [kubectl, pintle]: [&Path; 2],
        kubeconfig: &Path,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let directory = kubeconfig.parent().unwrap_or(Path::new("/")).to_owned();
        let mut command = Command::new(streaming);
        command.args(["kubelet", "-record", RECORD, "-kubeconfig"]);
        let process = Process::start(&directory, NAME, command.arg(kubeconfig))?;
        let mut side = Self {
            kubeconfig: kubeconfig.to_owned(),
            streaming: streaming.to_owned(),
            kubectl: kubectl.to_owned(),
            pintle: pintle.to_owned(),
            directory,
            kubelet: Some(process),
            web: Default::default(),
            ports: Vec::new(),
        };
        let line = side.first_line(interrupt)?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let mut word = || {
            let word = words.next();
            word.ok_or_else(|| Error::new(format!("the kubelet has printed {line:?}")))
        };
        let kubelet = word()?;
        side.web = [word()?, word()?, word()?];
        side.ports = vec![
            (format!(":{kubelet}"), ":KUBELET"),
            (format!(":{}", side.web[0]), ":WEB"),
            (format!(":{}", side.web[1]), ":TLS"),
            (format!(":{}", side.server_port()?), ":SERVER"),
        ];
        Ok(side)
    }

    /// Makes the objects that there are to be, and waits until the pods run.
    pub(super) fn prepare(&self) -> Result<()> {
        let objects = workspace::root().join(OBJECTS);
        let text = fs::read_to_string(&objects).context(|| format!("read {OBJECTS}"))?;
        let filled = self.directory.join("streaming.yaml");
        fs::write(&filled, self.fill(&text)).context(|| format!("write {}", filled.display()))?;
        succeed(self.command(&["create", "-f"]).arg(&filled))?;
        succeed(&mut self.command(&["patch", "node", "dead", "--subresource=status", DEAD]))?;
        let wait = "--for=jsonpath={.status.phase}=Running";
        succeed(&mut self.command(&[
            "wait",
            wait,
            "pod/one",
            "pod/many",
            "pod/old",
            "--timeout=30s",
        ]))
    }

    /// What comes of a kubectl command: its exit code, and what it prints.
    pub(super) fn kubectl(&self, case: &Case) -> Result<String> {
        Ok(self.run(case, self.command(&[]))?.shown())
    }

    /// The same, with another server than the kubeconfig's.
    pub(super) fn kubectl_through(&self, case: &Case, server: &str) -> Result<String> {
        let outcome = self.run(case, self.command(&["--server", server]))?;
        Ok(outcome.shown().replace(port_of(server), ":SERVER"))
    }

    /// What comes of one of pintle's commands.
    pub(super) fn pintle(&self, case: &Case) -> Result<Outcome> {
        self.run(case, self.pintle_command(&[]))
    }

    /// The same, with another server than the kubeconfig's.
    pub(super) fn pintle_through(&self, case: &Case, server: &str) -> Result<String> {
        let outcome = self.run(case, self.pintle_command(&["--server", server]))?;
        Ok(outcome.shown().replace(port_of(server), ":SERVER"))
    }

    /// What comes of the same words with kubectl and with pintle. Where kubectl fails itself, it has words
    /// and a code of its own for that.
    pub(super) fn alike_with_pintle(&self, case: &Case) -> Result<[String; 2]> {
        let outcomes = [self.run(case, self.command(&[]))?, self.pintle(case)?];
        let failed = outcomes[0].code == 1;
        Ok(outcomes.map(|outcome| match failed {
            true => format!("fails: {}\n{}", outcome.code != 0, outcome.stdout),
            false => outcome.shown(),
        }))
    }

    fn run(&self, case: &Case, mut command: Command) -> Result<Outcome> {
        command.args(self.fill(case.line).split(' '));
        if let Some(input) = case.input {
            let path = self.directory.join("input");
            let within = || format!("write {}", path.display());
            fs::write(&path, input).context(within)?;
            command.stdin(File::open(&path).context(within)?);
        }
        let output = command
            .output()
            .context(|| format!("run {}", command::describe(&command)))?;
        Ok(Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: self.alike(&String::from_utf8_lossy(&output.stdout)),
            stderr: self.alike(&String::from_utf8_lossy(&output.stderr)),
        })
    }

    /// Whether a file that went to a pod and back is what it was.
    pub(super) fn copied(&self) -> Result<String> {
        let [original, copy] = [
            workspace::root().join(ORIGINAL),
            PathBuf::from(self.fill(COPY)),
        ]
        .map(|path| fs::read(&path).context(|| format!("read {}", path.display())));
        Ok(if original? == copy? {
            "the same"
        } else {
            "another"
        }
        .to_owned())
    }

    /// The answers to the requests in [`REQUESTS`], each with its line.
    pub(super) fn ask(&self) -> Result<Vec<(String, String)>> {
        let requests = workspace::root().join(REQUESTS);
        let requests = fs::read_to_string(&requests).context(|| format!("read {REQUESTS}"))?;
        let input = self.directory.join("requests");
        let within = || format!("write {}", input.display());
        fs::write(&input, self.fill(&requests)).context(within)?;
        let mut command = Command::new(&self.streaming);
        command.args(["ask", "-kubeconfig"]).arg(&self.kubeconfig);
        command.stdin(File::open(&input).context(within)?);
        let output = command
            .output()
            .context(|| "run streaming ask".to_owned())?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(Error::new(format!("streaming ask failed: {errors}")));
        }
        let answers = self.alike(&String::from_utf8_lossy(&output.stdout));
        let answers = answers.split("### ").skip(1);
        Ok(answers
            .map(|answer| {
                let (line, rest) = answer.split_once('\n').unwrap_or((answer, ""));
                (line.to_owned(), rest.to_owned())
            })
            .collect())
    }

    /// Does with client-go what can be done, and returns how many checks passed.
    pub(super) fn client(&self, interrupt: &Interrupt) -> Result<u64> {
        let mut command = Command::new(&self.streaming);
        command
            .args(["client", "-kubeconfig"])
            .arg(&self.kubeconfig);
        command.args(["-web", &self.web[0], "-web-tls", &self.web[1]]);
        Ok(proof(&mut command, interrupt)?.unwrap_or_default())
    }

    /// What was asked of the kubelet, in no particular order.
    pub(super) fn record(&self) -> Result<String> {
        let path = self.directory.join(RECORD);
        let record = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
        // kube-apiserver speaks SPDY with an older kubelet, where the embedded server passes a WebSocket on; over
        // that the kubelet's library opens an input whether one was asked for or not.
        let [opened, unopened] = [true, false]
            .map(|stdin| format!("attach default/old/main stdin={stdin} tty=false heard 0 lines"));
        let record = self.alike(&record).replace(&opened, &unopened);
        let mut lines: Vec<&str> = record.lines().collect();
        lines.sort_unstable();
        Ok(lines.join("\n"))
    }

    /// A kubectl command with these words.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = kubectl_on(&self.kubectl, &self.kubeconfig);
        command.args(words).stdin(Stdio::null());
        command
    }

    /// One of pintle's commands, with these words.
    pub(super) fn pintle_command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.pintle);
        command.arg("--kubeconfig").arg(&self.kubeconfig);
        command.args(words).stdin(Stdio::null());
        command
    }

    /// Does with pintle's client what can be done, and returns how many checks passed.
    pub(super) fn pintle_client(&self, program: &Path, interrupt: &Interrupt) -> Result<u64> {
        let mut command = Command::new(program);
        command.arg("--kubeconfig").arg(&self.kubeconfig);
        Ok(proof(&mut command, interrupt)?.unwrap_or_default())
    }

    /// The façade's example of commands and ports.
    pub(super) fn example(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.args(["default", "one", "80"]);
        command.env("KUBECONFIG", &self.kubeconfig);
        command
    }

    /// Waits until the kubelet has recorded something.
    pub(super) fn recorded(&self, what: &str) -> Result<String> {
        let clock = SystemClock::new();
        let deadline = clock.now() + PATIENCE;
        while clock.now() < deadline {
            if let Some(line) = self.record()?.lines().find(|line| line.contains(what)) {
                return Ok(line.to_owned());
            }
            thread::sleep(POLL);
        }
        Err(Error::new(format!("the kubelet has not recorded {what:?}")))
    }

    /// Puts what is this side's own in its place.
    fn fill(&self, text: &str) -> String {
        let [web, tls, address] = &self.web;
        text.replace("{web}", web)
            .replace("{tls}", tls)
            .replace("{pods}", address)
            .replace("{directory}", &self.directory.display().to_string())
    }

    /// Replaces what differs between the sides.
    fn alike(&self, text: &str) -> String {
        let mut text = text.replace(&self.directory.display().to_string(), "DIRECTORY");
        for (port, name) in &self.ports {
            text = text.replace(port, name);
        }
        text
    }

    fn server_port(&self) -> Result<String> {
        let output = self
            .command(&[
                "config",
                "view",
                "-o",
                "jsonpath={.clusters[0].cluster.server}",
            ])
            .output()
            .context(|| "run kubectl config view".to_owned())?;
        let server = String::from_utf8_lossy(&output.stdout).into_owned();
        let port = server.rsplit(':').next().unwrap_or_default();
        Ok(port.trim_end_matches('/').to_owned())
    }

    /// The first line that the kubelet prints, once it can be reached.
    fn first_line(&mut self, interrupt: &Interrupt) -> Result<String> {
        let clock = SystemClock::new();
        let deadline = clock.now() + PATIENCE;
        loop {
            let log = log_tail(&self.directory, NAME);
            let running = self.kubelet.as_mut().is_some_and(Process::is_running);
            match log.lines().next() {
                Some(line) if running && line.split(' ').count() == 4 => {
                    return Ok(line.to_owned());
                }
                _ if interrupt.signal().is_some() => return Err(Error::new("interrupted")),
                _ if !running || clock.now() > deadline => {
                    return Err(Error::new(format!(
                        "the kubelet does not run; its log:\n{log}"
                    )));
                }
                _ => thread::sleep(POLL),
            }
        }
    }
}

/// What came of a command.
pub(super) struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Outcome {
    pub(super) fn shown(self) -> String {
        format!("exit {}\n{}{}", self.code, self.stdout, self.stderr)
    }
}

/// The port of a server's URL, with its colon.
fn port_of(server: &str) -> &str {
    server.rfind(':').map_or("", |at| &server[at..])
}

impl Drop for Side {
    fn drop(&mut self) {
        if let Some(kubelet) = self.kubelet.take() {
            kubelet.stop();
        }
    }
}

/// Where there is no kubelet.
const DEAD: &str = r#"--patch={"status":{
    "declaredFeatures":["ExtendWebSocketsToKubelet"],
    "addresses":[{"type":"InternalIP","address":"127.0.0.1"}],
    "daemonEndpoints":{"kubeletEndpoint":{"Port":1}}}}"#;
const NAME: &str = "streaming";
const RECORD: &str = "streaming.record";
const OBJECTS: &str = "xtask/src/ci/objects/streaming.yaml";
const REQUESTS: &str = "xtask/src/ci/objects/streaming-requests.txt";
/// How long the kubelet may take until it is registered.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);
