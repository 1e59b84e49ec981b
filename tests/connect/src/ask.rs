//! What cases ask a server.

use http::{Request, Response, StatusCode};
use pintle_config::Config;
use pintle_transport::{Body, Transport};
use serde_json::Value;

/// A transport of this configuration.
pub(crate) fn transport(config: &Config) -> Transport {
    Transport::new(config).unwrap()
}

/// The answer to a GET.
pub(crate) async fn get(transport: &Transport, path: &str) -> Response<Body> {
    let request = Request::get(path).body(Body::empty()).unwrap();
    transport.send(request).await.unwrap()
}

/// The name that the server knows the client by.
pub(crate) async fn who_am_i(transport: &Transport) -> String {
    let review = self_subject_review(transport).await;
    review["status"]["userInfo"]["username"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A SelfSubjectReview: all that the server knows of who asks.
pub(crate) async fn self_subject_review(transport: &Transport) -> Value {
    let request = Request::post("/apis/authentication.k8s.io/v1/selfsubjectreviews")
        .header("content-type", "application/json")
        .body(Body::from(
            r#"{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"#,
        ))
        .unwrap();
    let response = transport.send(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    json(response).await
}

/// The body of an answer.
pub(crate) async fn json(mut response: Response<Body>) -> Value {
    let body = response.body_mut().read_all(1 << 20).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}
