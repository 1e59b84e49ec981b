//! Who makes a request, and whether they may.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use pintle_codec::{Value, json};

use super::*;
use crate::{
    Attributes, Decision,
    authn::{Bound, Named, TokenSpec},
    authz::Authorizer,
    store::Key,
};

impl Server {
    /// The code and the body that a client without a certificate gets.
    async fn stranger(&self, headers: &[(&str, &str)], uri: &str) -> (u16, String) {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::<Bytes>::default()).unwrap();
        let (head, body) = self.api.respond(None, request).await.into_parts();
        let body = body.collect().await.unwrap();
        let text = String::from_utf8(body.to_bytes().to_vec()).unwrap();
        (head.status.as_u16(), text)
    }

    async fn with_token(&self, token: &str) -> u16 {
        let bearer = format!("Bearer {token}");
        let (code, _) = self.stranger(&[("Authorization", &bearer)], PODS).await;
        code
    }

    fn uid(&self, resource: &str, path: (&str, &str)) -> String {
        let served = self.registry.find("", "v1", resource).unwrap();
        let key = Key::new(path.0, path.1);
        let object = self
            .registry
            .store()
            .read(|store| store.get(served.id, &key));
        object.unwrap().attributes.uid().to_string()
    }

    async fn account(&self, name: &str) -> String {
        let uri = "/api/v1/namespaces/default/serviceaccounts";
        let body = format!(r#"{{"metadata":{{"name":"{name}"}}}}"#);
        assert_eq!(self.call("POST", uri, &body).await.code, 201);
        self.uid("serviceaccounts", ("default", name))
    }

    fn issue(&self, uid: &str, bound: Bound<'_>) -> String {
        let accounts = self.api.authenticator.accounts();
        let account = Named { name: "robot", uid };
        let spec = TokenSpec {
            namespace: "default",
            account,
            bound,
            audiences: accounts.audiences(),
            seconds: 600,
            warn_after: None,
        };
        let issued = accounts.issue(&spec, "id-1", self.registry.timestamp());
        issued.unwrap().token
    }

    fn review(&self, token: &str) -> Result<User, String> {
        let authenticator = &self.api.authenticator;
        let audiences = authenticator.accounts().audiences();
        let reviewed = authenticator.review(token, audiences)?;
        Ok(reviewed.user)
    }
}

const UNAUTHORIZED: &str = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}
"#;

#[tokio::test]
async fn nobody_is_told_nothing() {
    let server = Server::new();
    let refused = (401, UNAUTHORIZED.to_owned());
    for uri in [PODS, "/version", "/healthz", "/api", "/nonsense"] {
        assert_eq!(server.stranger(&[], uri).await, refused, "{uri}");
        for value in ["Bearer wrong", "Bearer", "Basic amFuZTp4", "jane's token"] {
            let headers = [("Authorization", value)];
            assert_eq!(
                server.stranger(&headers, uri).await,
                refused,
                "{uri} {value}"
            );
        }
    }
}

#[tokio::test]
async fn a_token_that_the_server_was_given_is_its_users() {
    let server = Server::new();
    assert_eq!(server.with_token("jane's").await, 401);
    // A token has no spaces in a header, where it is one word.
    let browser = "base64url.bearer.authorization.k8s.io.amFuZSdzIHRva2Vu, v5.channel.k8s.io";
    let headers = [("Sec-WebSocket-Protocol", browser)];
    assert_eq!(server.stranger(&headers, PODS).await.0, 200);
    let jane = User::new("jane").group(User::AUTHENTICATED);
    assert_eq!(server.review("jane's token"), Ok(jane));
    assert_eq!(server.review("x"), Err("invalid bearer token".to_owned()));
}

#[tokio::test]
async fn a_service_accounts_token_is_its_own_until_it_expires() {
    let server = Server::new();
    let uid = server.account("robot").await;
    let token = server.issue(&uid, Bound::Nothing);
    assert_eq!(server.with_token(&token).await, 200);
    let robot = User::new("system:serviceaccount:default:robot")
        .uid(&uid)
        .group("system:serviceaccounts")
        .group("system:serviceaccounts:default")
        .group(User::AUTHENTICATED)
        .extra("authentication.kubernetes.io/credential-id", "JTI=id-1");
    assert_eq!(server.review(&token), Ok(robot));
    assert_eq!(server.with_token(&token[..token.len() - 4]).await, 401);
    server.clock.advance(600 * SECOND + 60 * SECOND);
    assert_eq!(server.with_token(&token).await, 200, "clocks may differ");
    server.clock.advance(SECOND);
    assert_eq!(server.with_token(&token).await, 401);
    assert_eq!(
        server.review(&token).unwrap_err(),
        "[invalid bearer token, service account token has expired]"
    );
}

#[tokio::test]
async fn a_token_ends_with_its_account() {
    let server = Server::new();
    let uid = server.account("robot").await;
    let token = server.issue(&uid, Bound::Nothing);
    let uri = "/api/v1/namespaces/default/serviceaccounts/robot";
    assert_eq!(server.call("DELETE", uri, "").await.code, 200);
    assert_eq!(
        server.review(&token).unwrap_err(),
        "[invalid bearer token, serviceaccounts \"robot\" not found]"
    );
    let other = server.account("robot").await;
    let mismatch = format!(
        "[invalid bearer token, service account UID ({other}) does not match claim ({uid})]"
    );
    assert_eq!(server.review(&token).unwrap_err(), mismatch);
    assert_eq!(server.with_token(&token).await, 401);
}

#[tokio::test]
async fn a_token_ends_with_what_it_is_bound_to() {
    let server = Server::new();
    let account = server.account("robot").await;
    let invalidated = "[invalid bearer token, service account token has been invalidated]";
    server.create("c").await;
    let secrets = "/api/v1/namespaces/default/secrets";
    let body = r#"{"metadata":{"name":"s"}}"#;
    assert_eq!(server.call("POST", secrets, body).await.code, 201);
    let uid = server.uid("secrets", ("default", "s"));
    let secret = Named {
        name: "s",
        uid: &uid,
    };
    let token = server.issue(&account, Bound::Secret(secret));
    assert!(server.review(&token).is_ok());
    let wrong = Named {
        name: "s",
        uid: "x",
    };
    let other = server.issue(&account, Bound::Secret(wrong));
    let mismatch = format!(
        "[invalid bearer token, secret UID ({uid}) does not match service account secret ref \
         claim (x)]"
    );
    assert_eq!(server.review(&other).unwrap_err(), mismatch);
    let uri = format!("{secrets}/s");
    assert_eq!(server.call("DELETE", &uri, "").await.code, 200);
    assert_eq!(server.review(&token).unwrap_err(), invalidated);

    let nodes = "/api/v1/nodes";
    let body = r#"{"metadata":{"name":"n"}}"#;
    assert_eq!(server.call("POST", nodes, body).await.code, 201);
    let uid = server.uid("nodes", ("", "n"));
    let node = Named {
        name: "n",
        uid: &uid,
    };
    let pod = Named {
        name: "none",
        uid: "x",
    };
    let of_node = server.issue(&account, Bound::Node(node));
    let user = server.review(&of_node).unwrap();
    assert_eq!(user.extra["authentication.kubernetes.io/node-name"], ["n"]);
    assert_eq!(user.extra["authentication.kubernetes.io/node-uid"], [&*uid]);
    let of_pod = server.issue(&account, Bound::Pod(pod, Some(node)));
    assert_eq!(server.review(&of_pod).unwrap_err(), invalidated);
    let uri = format!("{nodes}/n");
    assert_eq!(server.call("DELETE", &uri, "").await.code, 200);
    assert_eq!(server.review(&of_node).unwrap_err(), invalidated);
}

#[tokio::test]
async fn another_servers_tokens_are_nobodys() {
    let server = Server::new();
    let uid = server.account("robot").await;
    let token = Server::new().issue(&uid, Bound::Nothing);
    assert_eq!(server.with_token(&token).await, 401);
}

#[tokio::test]
async fn a_token_for_others_is_not_for_the_server() {
    let server = Server::new();
    let uid = server.account("robot").await;
    let accounts = server.api.authenticator.accounts();
    let vault = ["vault".to_owned()];
    let spec = TokenSpec {
        namespace: "default",
        account: Named {
            name: "robot",
            uid: &uid,
        },
        bound: Bound::Nothing,
        audiences: &vault,
        seconds: 600,
        warn_after: None,
    };
    let issued = accounts.issue(&spec, "id", server.registry.timestamp());
    let token = issued.unwrap().token;
    assert_eq!(server.with_token(&token).await, 401);
    assert_eq!(
        server.review(&token).unwrap_err(),
        "[invalid bearer token, token audiences [\"vault\"] is invalid for the target audiences \
         [\"https://kubernetes.default.svc.cluster.local\"]]"
    );
    let asked = ["other".to_owned(), "vault".to_owned()];
    let reviewed = server.api.authenticator.review(&token, &asked).unwrap();
    assert_eq!(reviewed.audiences, ["vault"]);
}

#[tokio::test]
async fn the_issuer_of_tokens_is_published() {
    let server = Server::new();
    let answered = server.get("/.well-known/openid-configuration").await;
    assert_eq!(answered.headers["cache-control"], "public, max-age=3600");
    assert_eq!(answered.headers["content-type"], "application/json");
    assert_eq!(
        answered.text,
        r#"{"issuer":"https://kubernetes.default.svc.cluster.local","jwks_uri":"https://127.0.0.1:6443/openid/v1/jwks","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["ES256"]}"#
    );
    let answered = server.get("/openid/v1/jwks").await;
    assert_eq!(answered.headers["content-type"], "application/jwk-set+json");
    let keys = json::parse(answered.text.as_bytes()).unwrap();
    let key = &keys.get("keys").and_then(Value::as_array).unwrap()[0];
    let fields: Vec<_> = key
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(fields, ["use", "kty", "kid", "crv", "alg", "x", "y"]);
}

#[tokio::test]
async fn what_is_denied_is_forbidden() {
    struct Deny;
    impl Authorizer for Deny {
        fn authorize(&self, user: &User, _: &Attributes<'_>) -> Decision {
            match user.name.as_str() {
                "jane" => Decision::Deny(String::new()),
                _ => Decision::Allow,
            }
        }
    }
    let server = Server::authorized_by(Deny);
    let headers = [("Impersonate-User", "jane")];
    for (uri, message) in [
        (
            PODS,
            r#"pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default""#,
        ),
        (
            "/api/v1/namespaces/default/pods/x/log",
            r#"pods "x" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "default""#,
        ),
        (
            "/api/v1/namespaces/default",
            r#"namespaces "default" is forbidden: User "jane" cannot get resource "namespaces" in API group "" in the namespace "default""#,
        ),
        (
            "/apis/apps/v1/deployments",
            r#"deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps" at the cluster scope"#,
        ),
        (
            "/version/foo",
            r#"forbidden: User "jane" cannot get path "/version/foo""#,
        ),
    ] {
        let answered = server.get_with(uri, &headers).await;
        assert_eq!(
            answered.failure(),
            (403, "Forbidden".to_owned(), message.to_owned())
        );
    }
    assert_eq!(server.get(PODS).await.code, 200);
    let answered = server.get_with(PODS, &[("Impersonate-Group", "a")]).await;
    assert_eq!(answered.code, 400);
}

/// Rules are a list even if there are none: so kube-apiserver 1.36.3 answers somebody who has no rules.
#[tokio::test]
async fn rules_that_nobody_lists_are_an_empty_list() {
    struct Silent;
    impl Authorizer for Silent {
        fn authorize(&self, _: &User, _: &Attributes<'_>) -> Decision {
            Decision::Allow
        }
    }
    let server = Server::authorized_by(Silent);
    let uri = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let body = r#"{"spec":{"namespace":"default"}}"#;
    let answered = server.call("POST", uri, body).await;
    let expected = r#""status":{"resourceRules":[],"nonResourceRules":[],"incomplete":true}"#;
    assert!(answered.text.contains(expected), "{}", answered.text);
}
