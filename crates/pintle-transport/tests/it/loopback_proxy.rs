//! Proxies on loopback, for tests: HTTP and SOCKS 5. Each ends with the test that started it.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// A proxy that connects to this machine, whatever host it is asked for, and tells what it was asked.
pub(crate) struct LoopbackProxy {
    pub(crate) address: SocketAddr,
    asked: mpsc::UnboundedReceiver<String>,
    _tasks: JoinSet<()>,
}

/// How a proxy speaks, and whom it serves.
#[derive(Clone, Default)]
pub(crate) struct Manner {
    pub(crate) socks: bool,
    /// `user:password`; none for anyone.
    pub(crate) credentials: Option<&'static str>,
    /// What is said instead of connecting: a status line of HTTP, or a reply of SOCKS.
    pub(crate) refusal: Option<(&'static str, u8)>,
    pub(crate) tls: Option<TlsAcceptor>,
}

impl LoopbackProxy {
    pub(crate) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (report, asked) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                let (manner, report) = (manner.clone(), report.clone());
                connections.spawn(async move {
                    // How it ends is for the client's side to judge.
                    let _ = match &manner.tls {
                        None => serve(tcp, &manner, &report).await,
                        Some(tls) => match tls.accept(tcp).await {
                            Ok(stream) => serve(stream, &manner, &report).await,
                            Err(error) => Err(error),
                        },
                    };
                });
            }
        });
        Self {
            address,
            asked,
            _tasks: tasks,
        }
    }

    /// `host:port` that it was asked to connect to, or the line of the request that it was handed.
    pub(crate) fn asked(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.asked.try_recv().ok()).collect()
    }
}

async fn serve<S>(
    mut client: S,
    manner: &Manner,
    report: &mpsc::UnboundedSender<String>,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let tunnel = match manner.socks {
        true => socks(&mut client, manner, report).await?,
        false => http(&mut client, manner, report).await?,
    };
    if let Some(mut server) = tunnel {
        copy_bidirectional(&mut client, &mut server).await?;
    }
    client.shutdown().await
}

async fn http<S>(
    client: &mut S,
    manner: &Manner,
    report: &mpsc::UnboundedSender<String>,
) -> io::Result<Option<TcpStream>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    let line = head.lines().next().unwrap();
    if let Some(credentials) = manner.credentials {
        let expected = format!("proxy-authorization: basic {}", base64(credentials));
        if !head
            .lines()
            .any(|line| line.eq_ignore_ascii_case(&expected))
        {
            let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
            client.write_all(answer).await?;
            return Ok(None);
        }
    }
    let Some(target) = line
        .strip_prefix("CONNECT ")
        .and_then(|rest| rest.strip_suffix(" HTTP/1.1"))
    else {
        report.send(line.to_owned()).unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nforwarded";
        client.write_all(answer).await?;
        return Ok(None);
    };
    report.send(target.to_owned()).unwrap();
    if let Some((status, _)) = manner.refusal {
        client
            .write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes())
            .await?;
        return Ok(None);
    }
    let server = on_this_machine(target.rsplit_once(':').unwrap().1.parse().unwrap()).await?;
    client
        .write_all(b"HTTP/1.1 200 OK\r\nvia: here\r\n\r\n")
        .await?;
    Ok(Some(server))
}

async fn socks<S>(
    client: &mut S,
    manner: &Manner,
    report: &mpsc::UnboundedSender<String>,
) -> io::Result<Option<TcpStream>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    assert_eq!(client.read_u8().await?, 5);
    let mut methods = vec![0; usize::from(client.read_u8().await?)];
    client.read_exact(&mut methods).await?;
    let wanted = if manner.credentials.is_some() { 2 } else { 0 };
    if !methods.contains(&wanted) {
        client.write_all(&[5, 0xFF]).await?;
        return Ok(None);
    }
    client.write_all(&[5, wanted]).await?;
    if let Some(credentials) = manner.credentials {
        assert_eq!(client.read_u8().await?, 1);
        let user = counted(client).await?;
        let password = counted(client).await?;
        let is_right = credentials == format!("{user}:{password}");
        client.write_all(&[1, u8::from(!is_right)]).await?;
        if !is_right {
            return Ok(None);
        }
    }
    let mut request = [0; 4];
    client.read_exact(&mut request).await?;
    assert_eq!(request[..3], [5, 1, 0]);
    let host = match request[3] {
        1 => {
            let mut address = [0; 4];
            client.read_exact(&mut address).await?;
            std::net::Ipv4Addr::from(address).to_string()
        }
        3 => counted(client).await?,
        kind => panic!("address of type {kind}"),
    };
    let port = client.read_u16().await?;
    report.send(format!("{host}:{port}")).unwrap();
    if let Some((_, reply)) = manner.refusal {
        client
            .write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0])
            .await?;
        return Ok(None);
    }
    let server = on_this_machine(port).await?;
    // The address is a name, so that its length matters.
    client
        .write_all(b"\x05\x00\x00\x03\x04here\x00\x00")
        .await?;
    Ok(Some(server))
}

async fn counted<S: AsyncRead + Unpin>(client: &mut S) -> io::Result<String> {
    let mut bytes = vec![0; usize::from(client.read_u8().await?)];
    client.read_exact(&mut bytes).await?;
    Ok(String::from_utf8(bytes).unwrap())
}

async fn on_this_machine(port: u16) -> io::Result<TcpStream> {
    TcpStream::connect(("127.0.0.1", port)).await
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
