//! A running cluster: its start, and its end.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use pintle_env::{Clock, SystemClock};

use super::credentials::{self, SERVICE_RANGE};
use super::process::{self, Process};
use super::{Binaries, Options, etcd, ports};
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;

/// A control plane that answers requests. Dropping it stops it and removes its directory.
pub(crate) struct Cluster {
    directory: PathBuf,
    kubeconfig: PathBuf,
    processes: Vec<Process>,
    /// How kube-apiserver was started, and where etcd answers.
    apiserver: Vec<String>,
    etcd: u16,
    leave_running: bool,
}

impl Cluster {
    /// Starts a control plane in an empty directory, and waits until it is ready.
    pub(crate) fn start(
        binaries: &Binaries,
        directory: PathBuf,
        options: &Options,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let kubeconfig = directory.join("kubeconfig");
        let mut cluster = Self {
            directory,
            kubeconfig,
            processes: Vec::new(),
            apiserver: Vec::new(),
            etcd: 0,
            leave_running: false,
        };
        credentials::write(&cluster.directory)?;
        let link = cluster.directory.join(BINARIES);
        symlink(binaries.directory(), &link).context(|| format!("make {}", link.display()))?;
        fs::write(cluster.directory.join(OPTIONS), options.describe())
            .context(|| format!("write into {}", cluster.directory.display()))?;
        for _ in 1..ATTEMPTS {
            match cluster.start_processes(options, interrupt) {
                Err(_) if cluster.a_port_was_taken() => cluster.stop_processes(),
                outcome => return outcome.map(|()| cluster),
            }
        }
        cluster
            .start_processes(options, interrupt)
            .map(|()| cluster)
    }

    /// The administrator's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Lets the cluster outlive this task.
    pub(crate) fn leave_running(mut self) -> PathBuf {
        self.leave_running = true;
        self.kubeconfig.clone()
    }

    fn start_processes(&mut self, options: &Options, interrupt: &Interrupt) -> Result<()> {
        let [etcd_port, etcd_peer, apiserver] = ports::free()?;
        credentials::write_kubeconfig(&self.directory, apiserver)?;
        self.start_process(ETCD, &etcd_flags(etcd_port, etcd_peer))?;
        let advanced = || etcd::advance_revision(etcd_port).is_ok();
        self.wait(ETCD, "take writes", interrupt, advanced)?;
        self.etcd = etcd_port;
        self.apiserver = apiserver_flags(etcd_port, apiserver, options);
        self.start_apiserver(interrupt)?;
        if let Some(controllers) = &options.with_controllers {
            self.start_process(CONTROLLER_MANAGER, &controller_manager_flags(controllers))?;
        }
        if options.schedules() {
            self.start_process(SCHEDULER, &scheduler_flags())?;
        }
        if options.makes_service_accounts() {
            let get = ["get", "serviceaccount", "default", "--namespace=default"];
            self.wait_for(interrupt, "make the default service account", &get)?;
        }
        Ok(())
    }

    fn start_apiserver(&mut self, interrupt: &Interrupt) -> Result<()> {
        let flags = std::mem::take(&mut self.apiserver);
        let started = self.start_process(APISERVER, &flags);
        self.apiserver = flags;
        started?;
        self.wait_for(interrupt, "answer /readyz", &["get", "--raw", "/readyz"])
    }

    /// Kills kube-apiserver as if its machine had failed, lets `meanwhile` happen, and starts it again.
    pub(crate) fn fail_over(
        &mut self,
        interrupt: &Interrupt,
        meanwhile: impl FnOnce(&Self) -> Result<()>,
    ) -> Result<()> {
        let is_it = |process: &Process| process.name() == APISERVER;
        let at = self.processes.iter().position(is_it);
        let at = at.ok_or_else(|| Error::new("there is no kube-apiserver"))?;
        self.processes.remove(at).kill();
        meanwhile(self)?;
        self.start_apiserver(interrupt)
    }

    /// Lets etcd forget everything but the present.
    pub(crate) fn compact(&self) -> Result<()> {
        etcd::compact(self.etcd).context(|| "compact etcd".to_owned())
    }

    fn start_process(&mut self, name: &str, flags: &[String]) -> Result<()> {
        let mut command = Command::new(self.directory.join(BINARIES).join(name));
        let process = Process::start(&self.directory, name, command.args(flags))?;
        self.processes.push(process);
        Ok(())
    }

    /// Runs kubectl until it succeeds.
    fn wait_for(&mut self, interrupt: &Interrupt, what: &str, kubectl: &[&str]) -> Result<()> {
        let directory = self.directory.clone();
        let succeeds = || kubectl_succeeds(&directory, kubectl);
        self.wait(APISERVER, what, interrupt, succeeds)
    }

    /// Waits until something holds; if it does not, the log of the process `name` may say why.
    fn wait(
        &mut self,
        name: &str,
        what: &str,
        interrupt: &Interrupt,
        holds: impl Fn() -> bool,
    ) -> Result<()> {
        let clock = SystemClock::new();
        let deadline = clock.now() + START_TIMEOUT;
        while !holds() {
            if interrupt.signal().is_some() {
                return Err(Error::new("interrupted"));
            }
            if let Some(ended) = self.ended() {
                return Err(self.log_error(&format!("{ended} ended while starting"), &ended));
            }
            if clock.now() > deadline {
                let message = format!("the cluster did not {what} within {START_TIMEOUT:?}");
                return Err(self.log_error(&message, name));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// A process that ended by itself, if any did.
    fn ended(&mut self) -> Option<String> {
        let mut processes = self.processes.iter_mut();
        let ended = processes.find_map(|process| (!process.is_running()).then_some(process))?;
        Some(ended.name().to_owned())
    }

    fn log_error(&self, message: &str, name: &str) -> Error {
        let tail = process::log_tail(&self.directory, name);
        Error::new(format!("{message}; the end of {name}'s log:\n{tail}"))
    }

    fn a_port_was_taken(&mut self) -> bool {
        self.ended().is_some_and(|name| {
            process::log_tail(&self.directory, &name).contains("address already in use")
        })
    }

    /// Stops the processes, the last started first: kube-apiserver does not end while etcd is gone.
    fn stop_processes(&mut self) {
        while let Some(process) = self.processes.pop() {
            process.stop();
        }
        // Nothing to remove is as good as removed.
        let _ = fs::remove_dir_all(self.directory.join(ETCD_DATA));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.leave_running {
            return;
        }
        self.stop_processes();
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            eprintln!(
                "warning: cannot remove {}: {error}",
                self.directory.display()
            );
        }
    }
}

/// A cluster that another task started.
pub(crate) struct Running {
    pub(crate) kubeconfig: PathBuf,
    /// The options it was started with, as [`Options::describe`] writes them.
    pub(crate) options: String,
    pub(crate) processes: Vec<Process>,
    pub(crate) ready: bool,
}

/// Finds the cluster of a directory, if any of its processes runs.
pub(crate) fn find(directory: &Path) -> Option<Running> {
    let processes = Process::all_recorded(directory);
    if processes.is_empty() {
        return None;
    }
    Some(Running {
        kubeconfig: directory.join("kubeconfig"),
        options: fs::read_to_string(directory.join(OPTIONS)).unwrap_or_default(),
        processes,
        ready: kubectl_succeeds(directory, &["get", "--raw", "/readyz"]),
    })
}

/// Stops whatever was started in a directory, the last started first, and removes the directory.
pub(crate) fn remove(directory: &Path) {
    for process in Process::all_recorded(directory).into_iter().rev() {
        process.stop();
    }
    // Nothing to remove is as good as removed.
    let _ = fs::remove_dir_all(directory);
}

fn kubectl_succeeds(directory: &Path, arguments: &[&str]) -> bool {
    Command::new(directory.join(BINARIES).join("kubectl"))
        .args(arguments)
        .arg("--request-timeout=5s")
        .env("KUBECONFIG", directory.join("kubeconfig"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn etcd_flags(client: u16, peer: u16) -> Vec<String> {
    vec![
        format!("--data-dir={ETCD_DATA}"),
        format!("--listen-client-urls=http://127.0.0.1:{client}"),
        format!("--advertise-client-urls=http://127.0.0.1:{client}"),
        format!("--listen-peer-urls=http://127.0.0.1:{peer}"),
        format!("--initial-advertise-peer-urls=http://127.0.0.1:{peer}"),
        format!("--initial-cluster=default=http://127.0.0.1:{peer}"),
        // The data need not survive the machine.
        "--unsafe-no-fsync=true".to_owned(),
    ]
}

fn apiserver_flags(etcd: u16, port: u16, options: &Options) -> Vec<String> {
    let mut flags = vec![
        format!("--etcd-servers=http://127.0.0.1:{etcd}"),
        "--bind-address=127.0.0.1".to_owned(),
        "--advertise-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        "--tls-cert-file=apiserver.crt".to_owned(),
        "--tls-private-key-file=apiserver.key".to_owned(),
        "--client-ca-file=ca.crt".to_owned(),
        "--kubelet-client-certificate=kubelets.crt".to_owned(),
        "--kubelet-client-key=kubelets.key".to_owned(),
        format!("--service-account-issuer=https://127.0.0.1:{port}/"),
        "--service-account-key-file=sa.pub".to_owned(),
        "--service-account-signing-key-file=sa.key".to_owned(),
        format!("--service-cluster-ip-range={SERVICE_RANGE}"),
        "--allow-privileged=true".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
    ];
    if !options.makes_service_accounts() {
        flags.push("--disable-admission-plugins=ServiceAccount".to_owned());
    }
    if options.api_all {
        flags.push("--runtime-config=api/all=true".to_owned());
    }
    flags.extend(options.apiserver_flags.iter().cloned());
    flags
}

fn controller_manager_flags(controllers: &str) -> Vec<String> {
    vec![
        "--kubeconfig=kubeconfig".to_owned(),
        "--root-ca-file=ca.crt".to_owned(),
        "--service-account-private-key-file=sa.key".to_owned(),
        "--use-service-account-credentials=true".to_owned(),
        "--cluster-signing-cert-file=ca.crt".to_owned(),
        "--cluster-signing-key-file=ca.key".to_owned(),
        "--leader-elect=false".to_owned(),
        // It need not be asked anything, and its port is the same in every cluster.
        "--secure-port=0".to_owned(),
        format!("--controllers={controllers}"),
    ]
}

fn scheduler_flags() -> Vec<String> {
    vec![
        "--kubeconfig=kubeconfig".to_owned(),
        "--leader-elect=false".to_owned(),
        // As for kube-controller-manager.
        "--secure-port=0".to_owned(),
    ]
}

const ETCD: &str = "etcd";
const APISERVER: &str = "kube-apiserver";
const CONTROLLER_MANAGER: &str = "kube-controller-manager";
const SCHEDULER: &str = "kube-scheduler";

const BINARIES: &str = "bin";
const ETCD_DATA: &str = "etcd-data";
const OPTIONS: &str = "options";

/// How often a cluster is started before a port that is taken is an error.
const ATTEMPTS: u32 = 3;
const START_TIMEOUT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);
