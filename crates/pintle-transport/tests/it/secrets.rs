//! Nothing that is printed contains a secret.

use http::Request;
use pintle_config::Config;
use pintle_transport::{Body, Transport};
use tower::util::MapRequestLayer;

use crate::server::{authority, client};

const TOKEN: &str = "tok-1c8b";
const PASSWORD: &str = "pwd-93fe";
const BODY: &str = "body-77aa";

#[tokio::test]
async fn debug_output_and_errors_hold_no_secret() {
    let (certificate, key) = client(&authority());
    let key_line = String::from_utf8(key.bytes().to_vec()).unwrap();
    let key_line = key_line.lines().nth(1).unwrap().to_owned();
    let config = Config::new("http://127.0.0.1:1")
        .unwrap()
        .identity(certificate, key);

    let mut printed = Vec::new();
    for config in [
        config.clone().bearer_token(TOKEN),
        config.clone().basic("user", PASSWORD),
    ] {
        printed.push(format!("{config:?} {config:#?}"));
        let (sender, receiver) = std::sync::mpsc::channel();
        let builder = Transport::builder(&config).layer(MapRequestLayer::new(
            move |request: Request<Body>| {
                sender.send(format!("{request:?}")).unwrap();
                request
            },
        ));
        printed.push(format!("{builder:?}"));
        let transport = builder.build().unwrap();
        printed.push(format!("{transport:?}"));
        let error = transport
            .send(Request::post("/").body(Body::from(BODY)).unwrap())
            .await
            .unwrap_err();
        printed.push(format!("{error} {error:?} {error:#?}"));
        let request = receiver.recv().unwrap();
        assert!(request.contains("authorization"), "{request}");
        printed.push(request);
    }

    for text in &printed {
        for secret in [TOKEN, PASSWORD, "dXNlcjpwd2QtOTNmZQ==", BODY, &key_line] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
