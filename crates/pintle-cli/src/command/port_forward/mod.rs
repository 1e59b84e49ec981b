//! `pintle port-forward`.

mod ports;

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use pintle_client::{DynamicClient, Forwarding, PortForward as Ways, PortListener};
use pintle_codec::Value;
use pintle_meta::GroupVersion;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::ports::Pair;
use super::interrupts::Interrupts;
use super::pods::{self, text};
use crate::args::PortForward;
use crate::error::{Error, Kind};
use crate::output::Stdout;
use crate::session::Session;

/// Forwards ports until it is interrupted, or there is no pod any more.
pub(super) async fn run(
    arguments: &PortForward,
    session: &Session,
    out: &mut Stdout,
) -> Result<(), Error> {
    let patience = pods::duration("pod-running-timeout", &arguments.pod_running_timeout)?;
    let hosts = hosts(&arguments.address)?;
    let wanted = ports::parse(&arguments.ports)?;
    let found = pods::find(&arguments.of, patience, session).await?;
    let phase = text(&found.pod, &["status", "phase"]);
    if phase != "Running" {
        let message =
            format!("unable to forward port because pod is not running. Current status={phase}");
        return Err(Error::new(Kind::Failed, message)
            .with_hint("choose a pod that runs: `pintle get pods`"));
    }
    let pairs = ports::resolve(&wanted, &found)?;
    let mut interrupts = Interrupts::new()?;
    let listeners = listen(&ways(&found.pod, session), &hosts, &pairs).await?;
    for listener in &listeners {
        let (address, port) = (listener.local_address(), listener.remote_port());
        out.line(&format!("Forwarding from {address} -> {port}"))?;
    }
    tokio::select! {
        ended = forward(listeners, session, out) => match ended? {},
        () = interrupts.next() => Ok(()),
    }
}

fn ways(pod: &Value, session: &Session) -> Ways {
    let namespace = text(pod, &["metadata", "namespace"]);
    let pods = GroupVersion::core("v1").with_resource("pods");
    let pods = DynamicClient::new(session.client()).namespaced(&pods);
    let pods = pods.namespace(namespace);
    pods.port_forward(text(pod, &["metadata", "name"]))
}

/// Listens at every address for every port. Where a name stands for several addresses, one of them has to
/// do.
async fn listen(
    ways: &Ways,
    hosts: &[Vec<IpAddr>],
    pairs: &[Pair],
) -> Result<Vec<PortListener>, Error> {
    let mut listeners = Vec::new();
    for pair in pairs {
        for addresses in hosts {
            let mut local = pair.local;
            let mut failed = None;
            let before = listeners.len();
            for address in addresses {
                match ways
                    .listen(SocketAddr::new(*address, local), pair.remote)
                    .await
                {
                    Ok(listener) => {
                        // One name has one port, whichever the system chose.
                        local = listener.local_address().port();
                        listeners.push(listener);
                    }
                    Err(error) => failed = Some(error),
                }
            }
            if let (true, Some(error)) = (listeners.len() == before, failed) {
                return Err(
                    Error::from(error).with_hint("choose another local port, or :PORT for any")
                );
            }
        }
    }
    Ok(listeners)
}

async fn forward(
    listeners: Vec<PortListener>,
    session: &Session,
    out: &mut Stdout,
) -> Result<Infallible, Error> {
    let (events, mut happened) = mpsc::unbounded_channel();
    let mut running = JoinSet::new();
    for listener in listeners {
        let events = events.clone();
        let ports = (listener.local_address().port(), listener.remote_port());
        running.spawn(listener.run(move |event| {
            // It is heard for as long as there are listeners.
            let _ = events.send((ports, event));
        }));
    }
    loop {
        match happened.recv().await {
            Some(((local, _), Forwarding::Accepted(_))) => {
                out.line(&format!("Handling connection for {local}"))?;
            }
            // Without the pod none can come about.
            Some((_, Forwarding::Failed(error))) if error.is_not_found() => {
                return Err(error.into());
            }
            Some(((local, remote), Forwarding::Failed(error))) => {
                let error = Error::from(error).line();
                let message = format!("an error occurred forwarding {local} -> {remote}: {error}");
                session.messages().line(&message);
            }
            Some(_) => {}
            None => std::future::pending().await,
        }
    }
}

/// What each of the names and addresses stands for.
fn hosts(names: &[String]) -> Result<Vec<Vec<IpAddr>>, Error> {
    let host = |name: &String| {
        if name == "localhost" {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        let address = name.parse();
        address.map(|address| vec![address]).map_err(|_| {
            Error::usage(format!("{name} is not a valid IP"))
                .with_hint("name addresses of this machine, or localhost")
        })
    };
    names.iter().map(host).collect()
}
