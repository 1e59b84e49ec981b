//! Layers and services of the caller's.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::{Request, Response};
use http_body_util::Full;
use pintle_config::{Config, Impersonation};
use pintle_transport::{Body, ErrorKind, Transport};
use tower::service_fn;
use tower::util::{MapErrLayer, MapRequestLayer, MapResponseLayer};

// claims: rest.config.custom-service
#[tokio::test]
async fn service_receives_requests_and_its_body_comes_back() {
    let transport = Transport::from_service(service_fn(async |request: Request<Body>| {
        let uri = request.uri().to_string();
        Ok::<_, std::io::Error>(Response::new(Full::new(Bytes::from(uri))))
    }));

    let mut response = transport.send(get("/api?x=1")).await.unwrap();

    let body = response.body_mut().read_all(1024).await.unwrap();
    assert_eq!(body, "http://localhost/api?x=1");
}

// claims: rest.transport.layers, rest.config.custom-service
#[tokio::test]
async fn layers_see_requests_as_they_leave_first_added_outermost() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let noting = |name: &'static str| {
        let log = Arc::clone(&log);
        MapRequestLayer::new(move |request: Request<Body>| {
            let headers = request.headers();
            assert_eq!(request.uri().host(), Some("127.0.0.1"));
            assert_eq!(headers[USER_AGENT], "layered/1");
            assert_eq!(headers[AUTHORIZATION], "Bearer sesame");
            assert_eq!(headers["impersonate-user"], "jane");
            assert_eq!(headers["accept-encoding"], "gzip");
            log.lock().unwrap().push(name);
            request
        })
    };
    let config = Config::new("http://127.0.0.1:1")
        .unwrap()
        .bearer_token("sesame")
        .user_agent("layered/1")
        .impersonate(Impersonation::of("jane"));
    let transport = Transport::builder(&config)
        .layer(noting("outer"))
        .layer(noting("inner"))
        .service(service_fn(async |_: Request<Body>| {
            Ok::<_, std::io::Error>(Response::new(Body::empty()))
        }))
        .build()
        .unwrap();

    transport.send(get("/")).await.unwrap();

    assert_eq!(*log.lock().unwrap(), ["outer", "inner"]);
}

#[tokio::test]
async fn layer_may_change_the_body() {
    let upper = MapResponseLayer::new(|response: Response<Body>| {
        response.map(|_| Full::new(Bytes::from("REPLACED")))
    });
    let transport = Transport::builder(&Config::new("http://127.0.0.1:1").unwrap())
        .layer(upper)
        .service(service_fn(async |_: Request<Body>| {
            Ok::<_, std::io::Error>(Response::new(Body::from("original")))
        }))
        .build()
        .unwrap();

    let mut response = transport.send(get("/")).await.unwrap();

    assert_eq!(response.body_mut().read_all(100).await.unwrap(), "REPLACED");
}

#[tokio::test]
async fn error_of_a_foreign_service_is_the_source() {
    let transport = Transport::from_service(service_fn(async |_: Request<Body>| {
        Err::<Response<Body>, _>(std::io::Error::other("out of paper"))
    }));

    let error = transport.send(get("/")).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Foreign);
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "out of paper");
}

#[tokio::test]
async fn error_of_ours_passes_through_layers_unchanged() {
    let transport = Transport::builder(&Config::new("http://127.0.0.1:1").unwrap())
        .layer(MapErrLayer::new(
            |error: pintle_transport::Error| -> Box<dyn std::error::Error + Send + Sync> {
                error.into()
            },
        ))
        .build()
        .unwrap();

    let error = transport.send(get("/")).await.unwrap_err();

    assert!(error.is_refused(), "{error:?}");
}

fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}
