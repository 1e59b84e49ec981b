//! [`FaultProxy`], connections that break.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// An address on loopback that leads to a server, by connections of which some are faulty. It knows bytes only, so
/// that TLS passes through it.
///
/// Dropping it ends everything.
pub struct FaultProxy {
    address: SocketAddr,
    server: SocketAddr,
    choose: Arc<dyn Fn() -> ConnectionFault + Send + Sync>,
    counts: Arc<Counts>,
    tasks: JoinSet<()>,
}

/// What is wrong with a connection. Bytes are those of the server's answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionFault {
    /// Nothing.
    #[default]
    None,
    /// It is reset as soon as it is made.
    Refused,
    /// It is reset behind so many bytes.
    Cut(u64),
    /// It is closed behind so many bytes, as if that was all.
    Truncate(u64),
    /// Behind so many bytes nothing comes any more, and nobody says so.
    Stall(u64),
    /// It carries so many bytes a second.
    Slow(u64),
}

#[derive(Debug, Default)]
struct Counts {
    connections: AtomicU64,
    broken: AtomicU64,
}

impl FaultProxy {
    /// A way to `server`; `choose` says what is wrong with each connection that is made.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(
        server: SocketAddr,
        choose: impl Fn() -> ConnectionFault + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut proxy = Self {
            address: listener.local_addr()?,
            server,
            choose: Arc::new(choose),
            counts: Arc::default(),
            tasks: JoinSet::new(),
        };
        proxy.serve(listener);
        Ok(proxy)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections were made, and how many of them were broken on purpose.
    pub fn counts(&self) -> (u64, u64) {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (count(&self.counts.connections), count(&self.counts.broken))
    }

    /// Ends all connections and listens no more: who connects is refused.
    ///
    /// # Cancel safety
    /// Some connections may outlive a call that is dropped, until the proxy is.
    pub async fn close(&mut self) {
        self.tasks.shutdown().await;
    }

    /// Listens again, where it did before.
    ///
    /// # Errors
    /// When somebody has taken its port.
    pub async fn reopen(&mut self) -> io::Result<()> {
        self.close().await;
        let listener = TcpListener::bind(self.address).await?;
        self.serve(listener);
        Ok(())
    }

    fn serve(&mut self, listener: TcpListener) {
        let (server, choose, counts) = (self.server, self.choose.clone(), self.counts.clone());
        self.tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                counts.connections.fetch_add(1, Ordering::Relaxed);
                let (fault, counts) = (choose(), counts.clone());
                connections.spawn(async move {
                    // How it ends is for the two ends to judge.
                    let _ = carry(client, server, fault, &counts).await;
                });
                while connections.try_join_next().is_some() {}
            }
        });
    }
}

/// Carries a connection to its end.
async fn carry(
    client: TcpStream,
    server: SocketAddr,
    fault: ConnectionFault,
    counts: &Counts,
) -> io::Result<()> {
    let break_off = |client: &TcpStream, server: Option<&TcpStream>| {
        counts.broken.fetch_add(1, Ordering::Relaxed);
        for stream in [Some(client), server].into_iter().flatten() {
            // With nothing to wait for, dropping it resets it.
            let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
        }
    };
    if fault == ConnectionFault::Refused {
        break_off(&client, None);
        return Ok(());
    }
    client.set_nodelay(true)?;
    let server = TcpStream::connect(server).await?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = async {
        copy(&mut from_client, &mut to_server).await?;
        to_server.shutdown().await
    };
    let is_over = tokio::select! {
        over = answer(&mut from_server, &mut to_client, fault, counts) => over?,
        // The client has ended it, which it does not before it has its answers.
        up = up => return up,
    };
    match (is_over, fault) {
        (false, ConnectionFault::Cut(_)) => {
            let client = to_client.reunite(from_client).map_err(io::Error::other)?;
            let server = to_server.reunite(from_server).map_err(io::Error::other)?;
            break_off(&client, Some(&server));
        }
        (false, ConnectionFault::Truncate(_)) => {
            counts.broken.fetch_add(1, Ordering::Relaxed);
            to_client.shutdown().await?;
        }
        _ => {}
    }
    Ok(())
}

/// Carries what the server says; whether that came to its end before the fault.
async fn answer(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    fault: ConnectionFault,
    counts: &Counts,
) -> io::Result<bool> {
    let mut left = match fault {
        ConnectionFault::Cut(bytes)
        | ConnectionFault::Truncate(bytes)
        | ConnectionFault::Stall(bytes) => bytes,
        _ => u64::MAX,
    };
    let mut buffer = vec![0; 16 << 10];
    while left > 0 {
        let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = from.read(&mut buffer[..most]).await?;
        if read == 0 {
            to.shutdown().await?;
            return Ok(true);
        }
        to.write_all(&buffer[..read]).await?;
        left -= read as u64;
        if let ConnectionFault::Slow(bytes) = fault {
            sleep(Duration::from_secs_f64(read as f64 / bytes.max(1) as f64)).await;
        }
    }
    if let ConnectionFault::Stall(_) = fault {
        counts.broken.fetch_add(1, Ordering::Relaxed);
        pending::<()>().await;
    }
    Ok(false)
}
