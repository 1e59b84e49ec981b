//! `pintle serve`.

use pintle_config::Config;
use pintle_gateway::{Builder, Gateway, RunningGateway, StartError, StartErrorKind};

use super::interrupts::Interrupts;
use crate::args::{Connection, GATEWAY, Serve};
use crate::error::{Error, Kind};
use crate::messages::Messages;
use crate::output::Stdout;
use crate::session::loader;

/// Serves until Ctrl-C or SIGTERM.
pub(super) async fn run(
    arguments: &Serve,
    connection: &Connection,
    messages: Messages,
    out: &mut Stdout,
) -> Result<(), Error> {
    let mut interrupts = Interrupts::new()?;
    let config = loader(connection).load()?;
    let server = config.server.to_string();
    let mut builder = Gateway::builder(config)
        .listen(arguments.listen)
        .read_only(arguments.read_only)
        .http_status(arguments.http_status)
        .danger_allow_exposure(arguments.danger_allow_exposure);
    for host in &arguments.allow_host {
        builder = builder.allow_host(host);
    }
    for origin in &arguments.allow_origin {
        builder = builder.allow_origin(origin);
    }
    for path in &arguments.allow_path {
        builder = builder.allow_path(path);
    }
    if let (Some(certificate), Some(key)) =
        (&arguments.tls_cert_file, &arguments.tls_private_key_file)
    {
        builder = builder.tls(certificate, key);
    }
    if let Some(file) = &arguments.client_ca_file {
        builder = builder.client_authorities(file);
    }
    if let Some(file) = &arguments.token_auth_file {
        builder = builder.tokens(file);
    }
    if arguments.danger_allow_exposure && !arguments.listen.ip().is_loopback() {
        messages.warning("whoever reaches the gateway may do what its credentials allow");
    }
    let gateway = builder.start().await?;
    let what = format!("A gateway to {server} answers until Ctrl-C at");
    messages.line(&what);
    out.line(&gateway.url())?;
    interrupts.next().await;
    end(gateway, &mut interrupts, messages).await;
    Ok(())
}

/// The gateway of a cluster of one's own: where it is wanted, else at the usual address, else at any.
pub(super) async fn beside(
    config: Config,
    wanted: Option<std::net::SocketAddr>,
    messages: Messages,
) -> Result<RunningGateway, Error> {
    let at = |address| -> Builder { Gateway::builder(config.clone()).listen(address) };
    if let Some(address) = wanted {
        return Ok(at(address).start().await?);
    }
    let usual = GATEWAY.parse().expect("it is an address");
    match at(usual).start().await {
        Err(error) if error.kind() == StartErrorKind::Address => {
            messages.warning(&format!(
                "{GATEWAY} is taken; the gateway is at another port"
            ));
            Ok(at(([127, 0, 0, 1], 0).into()).start().await?)
        }
        outcome => Ok(outcome?),
    }
}

/// Ends the gateway; whoever insists does not wait for requests that are being answered.
async fn end(gateway: RunningGateway, interrupts: &mut Interrupts, messages: Messages) {
    messages.line("stopping");
    tokio::select! {
        () = gateway.shutdown() => {}
        () = interrupts.next() => {}
    }
}

impl From<StartError> for Error {
    fn from(error: StartError) -> Self {
        let (kind, hint) = match error.kind() {
            StartErrorKind::Address => (
                Kind::Failed,
                "choose another address; port 0 is any that is free",
            ),
            StartErrorKind::Exposed => (
                Kind::Usage,
                "give --tls-cert-file and --tls-private-key-file, and --token-auth-file or --client-ca-file; or listen on loopback",
            ),
            StartErrorKind::Credentials => (Kind::Input, "correct the file"),
            _ => (
                Kind::Configuration,
                "correct the kubeconfig, or choose another with --kubeconfig",
            ),
        };
        Self::of(kind, error).with_hint(hint)
    }
}
