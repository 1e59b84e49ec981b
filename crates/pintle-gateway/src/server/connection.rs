//! One connection, from its handshake to its end.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::debug;

use super::limits::{HEADS, Limits};
use super::protocol::Protocol;
use super::stall::Stall;
use super::tasks::Tasks;
use super::tls::Tls;
use crate::guard::{Caller, certified};
use crate::handler::Handler;
use crate::proxy::Tunnel;

/// What all connections share.
pub(super) struct Shared {
    pub(super) handler: Arc<Handler>,
    pub(super) tls: Option<Tls>,
    pub(super) limits: Limits,
}

/// Serves a connection until either side ends it. Nothing is left of it when this returns.
pub(super) async fn serve(shared: &Shared, stream: TcpStream, ending: watch::Receiver<bool>) {
    // Small answers are not held back to be sent together.
    _ = stream.set_nodelay(true);
    let stream = Stall::new(stream, shared.limits.patience);
    let Some(tls) = &shared.tls else {
        return exchange(shared, stream, false, None, ending).await;
    };
    match timeout(HEADS, tls.accept(stream)).await {
        Ok(Ok(stream)) => {
            let (_, session) = stream.get_ref();
            let is_http2 = session.alpn_protocol() == Some(b"h2");
            let shown = session.peer_certificates().and_then(<[_]>::first);
            let caller = shown.and_then(|certificate| certified(certificate));
            exchange(shared, stream, is_http2, caller, ending).await;
        }
        Ok(Err(error)) => debug!(%error, "handshake failed"),
        Err(_) => debug!("handshake took too long"),
    }
}

async fn exchange(
    shared: &Shared,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    is_http2: bool,
    caller: Option<Caller>,
    mut ending: watch::Receiver<bool>,
) {
    let tunnel: Arc<Mutex<Option<Tunnel>>> = Arc::default();
    let caller = Arc::new(caller);
    let service = service_fn(|request: Request<Incoming>| {
        let (handler, tunnel) = (shared.handler.clone(), tunnel.clone());
        let caller = caller.clone();
        async move {
            let answered = handler.answer(request, caller.as_ref().as_ref()).await;
            if let Some(opened) = answered.tunnel {
                *tunnel.lock().unwrap_or_else(PoisonError::into_inner) = Some(opened);
            }
            Ok::<_, Infallible>(answered.response)
        }
    });
    let tasks = Tasks::default();
    let mut guard = tasks.guard();
    let mut connection = Protocol::serve(is_http2, TokioIo::new(stream), service, tasks);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = over(&mut ending) => {
            connection.graceful_shutdown();
            timeout(FAREWELL, &mut connection).await.unwrap_or(Ok(()))
        }
    };
    drop(connection);
    guard.end().await;
    if let Err(error) = ended {
        debug!(%error, "connection ended");
    }
    let tunnel = tunnel.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(tunnel) = tunnel {
        tokio::select! {
            () = tunnel.run() => {}
            () = over(&mut ending) => {}
        }
    }
}

/// Waits until the gateway ends.
pub(super) async fn over(ending: &mut watch::Receiver<bool>) {
    // Whoever could say so is gone: that is an end, too.
    _ = ending.wait_for(|ending| *ending).await;
}

/// For requests that are being answered when the gateway ends.
const FAREWELL: Duration = Duration::from_secs(2);
