//! A person at a terminal: commands one after the other, and some that go on beside them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use pintle_env::{Clock, SystemClock, Timestamp};
use pintle_pki::{CertificateAuthority, ServerNames, Validity};

use super::super::embedded::free_address;
use super::blocks::{Entry, is_as_said};
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::real_cluster::Process;
use crate::workspace;

/// Dropping it ends what goes on, and removes its directory.
pub(super) struct Session {
    directory: PathBuf,
    /// The program's directory, before all others.
    path: String,
    kubeconfig: Option<PathBuf>,
    /// What stands in documents, and what stands for it here.
    instead: Vec<(&'static str, String)>,
    /// `export`s.
    before: String,
    going_on: Vec<GoingOn>,
    gateway: Option<Process>,
}

/// A command that goes on.
struct GoingOn {
    process: Option<Process>,
    log: PathBuf,
    command: String,
    prints: Vec<String>,
}

impl Session {
    /// Begins in an empty directory, in front of a server with a gateway; or without, for commands that start one
    /// and its gateway.
    pub(super) fn start(
        pintle: &Path,
        kubeconfig: Option<&Path>,
        gateway: &str,
        directory: PathBuf,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let programs = pintle.parent().unwrap_or(Path::new("/")).display();
        let path = std::env::var("PATH").unwrap_or_default();
        // Whole before anything can fail, so that what was started is stopped.
        let mut session = Self {
            path: format!("{programs}:{path}"),
            kubeconfig: kubeconfig.map(Path::to_owned),
            instead: vec![
                ("127.0.0.1:8888", gateway.to_owned()),
                (
                    "0.0.0.0:8443",
                    free_address()?.replace("127.0.0.1", "0.0.0.0"),
                ),
                // Which cargo would build once more, in release.
                ("cargo run --release --bin pintle --", "pintle".to_owned()),
                ("--demo", format!("--demo --gateway {gateway}")),
            ],
            before: String::new(),
            going_on: Vec::new(),
            gateway: None,
            directory,
        };
        let within = || "furnish a terminal".to_owned();
        for name in ["examples", "deploy"] {
            let target = workspace::root().join(name);
            symlink(target, session.directory.join(name)).context(within)?;
        }
        for (name, content) in files()? {
            fs::write(session.directory.join(name), content).context(within)?;
        }
        let Some(kubeconfig) = kubeconfig else {
            return Ok(session);
        };
        session.knows(kubeconfig);
        let mut serve = Command::new(pintle);
        serve.args(["serve", "--listen", gateway, "--kubeconfig"]);
        let serve = serve.arg(kubeconfig);
        let process = Process::start(&session.directory, "gateway", serve)?;
        session.gateway = Some(process);
        let ready = format!("curl -fsS http://{gateway}/readyz");
        let answers = || {
            let status = session.shell(&ready).stderr(Stdio::null()).output();
            status.is_ok_and(|output| output.status.success())
        };
        if !within_patience(answers, interrupt)? {
            return Err(Error::new("the gateway of the documents is not ready"));
        }
        Ok(session)
    }

    /// Types a command; what is not as its document says, if anything is.
    pub(super) fn run(&mut self, entry: &Entry, interrupt: &Interrupt) -> Result<Option<String>> {
        if self.kubeconfig.is_none() {
            // What it has brought about is looked at as a person does, who takes a moment to type.
            thread::sleep(TYPING);
        }
        let line = self.here(&entry.command);
        if line.starts_with("export ") {
            self.before += &format!("{line}\n");
            return Ok(None);
        }
        if entry.goes_on() {
            return self.begin(entry, &line, interrupt);
        }
        let mut command = self.shell(&line);
        let output = command.output().context(|| format!("run {line}"))?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return Ok(Some(format!("{}\n{printed}{errors}", output.status)));
        }
        let is_said = !entry.prints.is_empty();
        let differs = is_said && !is_as_said(&self.prints(entry), &printed, false);
        Ok(differs.then(|| format!("it prints\n{printed}{errors}")))
    }

    /// Begins a command that goes on, which is to say something before the next one is typed.
    fn begin(
        &mut self,
        entry: &Entry,
        line: &str,
        interrupt: &Interrupt,
    ) -> Result<Option<String>> {
        let name = format!("going-on-{}", self.going_on.len());
        let mut command = self.shell(&format!("exec {line}"));
        let mut process = Process::start(&self.directory, &name, &mut command)?;
        let log = self.directory.join(format!("{name}.log"));
        let is_silent = line.starts_with("pintle watch");
        let mut ended = false;
        let has_begun = within_patience(
            || {
                ended = !process.is_running();
                let said = fs::metadata(&log).is_ok_and(|log| log.len() > 0);
                // A watch of nothing says nothing: it is given the time to connect.
                ended || said || is_silent
            },
            interrupt,
        )?;
        if is_silent {
            thread::sleep(CONNECTING);
        }
        let printed = fs::read_to_string(&log).unwrap_or_default();
        self.going_on.push(GoingOn {
            process: Some(process),
            log,
            command: entry.command.clone(),
            prints: self.prints(entry),
        });
        if line.contains("--demo") && has_begun && !ended {
            self.takes_over(interrupt)?;
        }
        let problem = match (ended, has_begun) {
            (true, _) => "it ends",
            (false, false) => "it says nothing",
            (false, true) => return Ok(None),
        };
        Ok(Some(format!("{problem}\n{printed}")))
    }

    /// Goes on with the kubeconfig that the last command has printed.
    fn takes_over(&mut self, interrupt: &Interrupt) -> Result<()> {
        let mut found = None;
        let log = self.going_on.last().map(|it| it.log.clone());
        let log = log.unwrap_or_default();
        let printed = || {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let path = said.lines().map(PathBuf::from).find(|line| line.is_file());
            found = path;
            found.is_some()
        };
        if !within_patience(printed, interrupt)? {
            return Err(Error::new("`pintle up` prints no kubeconfig"));
        }
        if let Some(kubeconfig) = found {
            self.knows(&kubeconfig);
        }
        Ok(())
    }

    /// From here on the kubeconfig is known.
    fn knows(&mut self, kubeconfig: &Path) {
        let export = format!("KUBECONFIG={}", kubeconfig.display());
        self.instead.push(("KUBECONFIG=…", export));
    }

    /// What stands for something of a document here.
    fn here(&self, text: &str) -> String {
        self.instead
            .iter()
            .fold(text.to_owned(), |text, (there, here)| {
                text.replace(there, here)
            })
    }

    fn prints(&self, entry: &Entry) -> Vec<String> {
        entry.prints.iter().map(|line| self.here(line)).collect()
    }

    /// Waits until the commands that go on have said what they are to say, and ends them; how many have,
    /// and what the others have said instead.
    pub(super) fn end(&mut self) -> Result<(u64, Vec<String>)> {
        let (mut heard, mut missed) = (0, Vec::new());
        for going_on in &mut self.going_on {
            let printed = || fs::read_to_string(&going_on.log).unwrap_or_default();
            let clock = SystemClock::new();
            let deadline = clock.now() + PATIENCE;
            let mut is_said = is_as_said(&going_on.prints, &printed(), true);
            while !is_said && clock.now() < deadline {
                thread::sleep(POLL);
                is_said = is_as_said(&going_on.prints, &printed(), true);
            }
            match is_said {
                true => heard += 1,
                false => missed.push(format!("{} prints\n{}", going_on.command, printed())),
            }
            if let Some(process) = going_on.process.take() {
                process.stop();
            }
        }
        Ok((heard, missed))
    }

    fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("bash");
        let root = workspace::root();
        let is_cargos = line.contains("cargo ");
        command
            .args(["-o", "pipefail", "-c"])
            .arg(match is_cargos {
                true => format!("cd {}\n{}{line}", root.display(), self.before),
                false => format!("{}{line}", self.before),
            })
            .current_dir(&self.directory)
            .env("PATH", &self.path)
            .env("CURL_HOME", &self.directory)
            .stdin(Stdio::null());
        match &self.kubeconfig {
            Some(kubeconfig) => command.env("KUBECONFIG", kubeconfig),
            None => command.env_remove("KUBECONFIG"),
        };
        command
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let going_on = self.going_on.iter_mut().filter_map(|it| it.process.take());
        for process in going_on.chain(self.gateway.take()) {
            process.stop();
        }
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            eprintln!(
                "warning: cannot remove {}: {error}",
                self.directory.display()
            );
        }
    }
}

/// The files that documents name: a gateway's certificate, its key, authorities, and tokens. And what keeps curl from
/// drawing its progress between the lines that it prints, as it does not at a terminal either.
fn files() -> Result<Vec<(&'static str, String)>> {
    let now = Timestamp::unix_seconds(SystemClock::new().timestamp());
    let generate = || -> std::result::Result<_, pintle_pki::Error> {
        let validity = Validity::new(now - 3600, now + 86_400)?;
        let authority = CertificateAuthority::generate("documents", validity)?;
        let names = ServerNames::new().dns("gateway.example");
        let server = authority.issue_server("gateway", &names, validity)?;
        Ok((authority, server))
    };
    let (authority, server) = generate().context(|| "make certificates".to_owned())?;
    Ok(vec![
        ("cert.pem", server.certificate_pem().to_owned()),
        ("key.pem", server.private_key_pem().to_owned()),
        ("authorities.pem", authority.certificate_pem().to_owned()),
        ("tokens", "sesame,ada,7,\"devs\"\n".to_owned()),
        (".curlrc", "silent\nshow-error\n".to_owned()),
    ])
}

fn within_patience(mut holds: impl FnMut() -> bool, interrupt: &Interrupt) -> Result<bool> {
    let clock = SystemClock::new();
    let deadline = clock.now() + PATIENCE;
    loop {
        if interrupt.signal().is_some() {
            return Err(Error::new("interrupted"));
        }
        if holds() {
            return Ok(true);
        }
        if clock.now() > deadline {
            return Ok(false);
        }
        thread::sleep(POLL);
    }
}

/// How long a command may take to say what it is to say.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a watch that has nothing to say takes to begin, with much to spare.
const CONNECTING: Duration = Duration::from_secs(3);
/// How long a person takes to type the next command, when there is something to see meanwhile.
const TYPING: Duration = Duration::from_secs(3);
const POLL: Duration = Duration::from_millis(50);
