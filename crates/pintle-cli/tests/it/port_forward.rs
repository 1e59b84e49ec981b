//! `port-forward`, of a server whose pod repeats what it hears.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::{Answer, Server};
use crate::sockets::Socket;

async fn server() -> Server {
    Server::start(|request| {
        let path = request.split(' ').nth(1).unwrap();
        let path = path.split('?').next().unwrap();
        let phase = match path.rsplit('/').next().unwrap() {
            "portforward" => return Answer::socket(Socket::Port),
            "web" => "Running",
            "new" => "Pending",
            _ => return Answer::failure(404, "NotFound", "no such pod"),
        };
        Answer::json(format!(
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"web","namespace":"default"}},
                "spec":{{"containers":[{{"name":"a","ports":[{{"name":"http","containerPort":80}}]}}]}},
                "status":{{"phase":"{phase}"}}}}"#
        ))
    })
    .await
}

// claims: port-forward.localhost
#[tokio::test]
async fn connections_to_a_local_port_lead_to_the_pod() {
    let server = server().await;
    let place = server.workplace();
    let mut running = place.start("port-forward web :http");
    let line = running.line().await;
    let address = line.strip_prefix("Forwarding from ").unwrap();
    let address = address.strip_suffix(" -> 80").unwrap();
    assert!(address.starts_with("127.0.0.1:"), "{line}");
    let port = address.rsplit(':').next().unwrap();
    let mut printed = String::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"hello and bye").await.unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "hello and bye");
        printed = running.line().await;
        // Where there is IPv6, it is the second line.
        if printed.starts_with("Forwarding from [::1]:") {
            assert!(printed.ends_with(&format!("{port} -> 80")), "{printed}");
            printed = running.line().await;
        }
    }
    assert_eq!(printed, format!("Handling connection for {port}"));
    let asked = server.seen();
    assert_eq!(
        asked.last().unwrap(),
        "GET /api/v1/namespaces/default/pods/web/portforward?ports=80"
    );
    running.terminate().await;
    assert_eq!(running.end().await.code, 0);
}

#[tokio::test]
async fn what_cannot_be_forwarded_is_said() {
    let server = server().await;
    let place = server.workplace();
    let outcome = place.run("port-forward new 80").await;
    outcome.fails(1, "pod is not running. Current status=Pending", "get pods");
    let outcome = place.run("port-forward none 80").await;
    outcome.fails(6, "no such pod", "");
    let outcome = place.run("port-forward web 80:").await;
    outcome.fails(2, "invalid port format", "LOCAL:REMOTE");
    let outcome = place.run("port-forward web :https").await;
    outcome.fails(6, "does not have a named port 'https'", "number");
    let outcome = place.run("port-forward web :80 --address=here").await;
    outcome.fails(2, "here is not a valid IP", "localhost");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let line = format!("port-forward web {port}:80 --address=127.0.0.1");
    let outcome = place.run(&line).await;
    outcome.fails(1, "cannot listen at 127.0.0.1", ":PORT");
}
