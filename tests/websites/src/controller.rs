//! [`Controller`], the program of the controller, which is started again whenever it ends, as a kubelet
//! would.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use pintle::api::authentication::v1::TokenRequest;
use pintle::api::coordination::v1::Lease;
use pintle::meta::v1::CreateOptions;
use pintle::{Api, Client, Clientset, Loader};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use website::{Failed, NAME};

/// A controller under its service account, with the rights that `deploy/controller.yaml` gives it.
pub(crate) struct Controller {
    program: Program,
    leases: Api<Lease>,
    child: Child,
    /// How many processes there have been, by which they are told apart.
    started: u32,
    pub(crate) kills: u32,
    pub(crate) endings: u32,
}

/// What is started, and how.
struct Program {
    file: PathBuf,
    /// For how long a replica leads that has become silent, in seconds.
    lease: u32,
    directory: TempDir,
    address: SocketAddr,
}

impl Controller {
    pub(crate) async fn start(
        file: &Path,
        lease: u32,
        loader: &Loader,
        client: &Client,
    ) -> Result<Self, Failed> {
        let accounts = Clientset::new(client.clone())
            .core_v1()
            .service_accounts(NAMESPACE);
        let mut request = TokenRequest::default();
        request.spec.expiration_seconds = Some(7200);
        let issued = accounts
            .create_token(NAME, &request, &CreateOptions::new())
            .await?;

        // Nobody else's credentials are in it.
        let mut kubeconfig = loader.kubeconfig()?;
        for user in kubeconfig.users.values_mut() {
            *user = Default::default();
            user.token = Some(issued.status.token.as_str().into());
        }
        let directory = tempfile::tempdir()?;
        kubeconfig.write(directory.path().join(KUBECONFIG))?;

        let program = Program {
            file: file.to_owned(),
            lease,
            directory,
            address: TcpListener::bind("127.0.0.1:0")?.local_addr()?,
        };
        Ok(Self {
            child: program.start(1)?,
            program,
            leases: client.api().namespace(NAMESPACE),
            started: 1,
            kills: 0,
            endings: 0,
        })
    }

    /// Looks after it for a moment.
    pub(crate) async fn look_after(&mut self) -> Result<(), Failed> {
        let ended = tokio::time::timeout(MOMENT, self.child.wait()).await;
        if let Ok(status) = ended {
            println!("the controller has ended: {}", status?);
            self.endings += 1;
            // What is wrong with it may take some time to pass.
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.start_again()?;
        }
        Ok(())
    }

    /// Kills it, once it leads and has some work behind it.
    pub(crate) async fn kill_the_leader(&mut self) -> Result<(), Failed> {
        while self.leader().await != Some(self.started) {
            self.look_after().await?;
        }
        // Among its first reconciles, or later ones: by turns.
        tokio::time::sleep(MOMENT * (1 + 10 * (self.kills % 2))).await;
        self.child.kill().await?;
        self.kills += 1;
        self.start_again()
    }

    /// What the probes and the metrics of the one that runs say.
    pub(crate) async fn probe(&self) -> Result<(), Failed> {
        let reconciles = format!("controller_runtime_reconcile_total{{controller=\"{NAME}\"");
        for (path, expected) in [
            ("/healthz", "\r\n\r\nok"),
            ("/readyz", "\r\n\r\nok"),
            ("/metrics", &reconciles),
        ] {
            let mut stream = TcpStream::connect(self.program.address).await?;
            let request =
                format!("GET {path} HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            if !answer.starts_with("HTTP/1.1 200 ") || !answer.contains(expected) {
                return Err(format!("{path} answers {answer:?}").into());
            }
        }
        Ok(())
    }

    /// Asks it to end, which it is to do well, and to give its lease back.
    pub(crate) async fn end(&mut self) -> Result<(), Failed> {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok());
        let pid = pid.and_then(Pid::from_raw).ok_or("it has ended")?;
        kill_process(pid, Signal::TERM)?;
        let status = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await??;
        match (status.success(), self.leader().await) {
            (true, None) => Ok(()),
            (_, leader) => Err(format!("it ended with {status}, and {leader:?} leads").into()),
        }
    }

    /// Which process leads, if the server says so.
    async fn leader(&self) -> Option<u32> {
        let lease = self.leases.find(NAME).await.ok()??;
        let holder = lease.spec.holder_identity?;
        holder
            .split('_')
            .next()?
            .strip_prefix("trial-")?
            .parse()
            .ok()
    }

    fn start_again(&mut self) -> Result<(), Failed> {
        self.started += 1;
        self.child = self.program.start(self.started)?;
        Ok(())
    }
}

impl Program {
    fn start(&self, number: u32) -> Result<Child, Failed> {
        let child = Command::new(&self.file)
            .arg("run")
            .arg(format!("--lease={}", self.lease))
            .arg(format!("--namespace={NAMESPACE}"))
            .arg(format!("--name=trial-{number}"))
            .arg(format!("--listen={}", self.address))
            .env("KUBECONFIG", self.directory.path().join(KUBECONFIG))
            .stdin(Stdio::null())
            // Whoever reads what is printed here waits for no more than this.
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok(child)
    }
}

/// Where it would run, and where its lease is.
const NAMESPACE: &str = "website-system";
const KUBECONFIG: &str = "kubeconfig";
const MOMENT: Duration = Duration::from_millis(50);
