//! Who somebody is, and what somebody may do: what is asked and answered, and never stored.

use std::time::Duration;

use crate::Cluster;
use crate::ask::Answer;

const AUTHENTICATION: &str = "/apis/authentication.k8s.io/v1";
const AUTHORIZATION: &str = "/apis/authorization.k8s.io/v1";

async fn review(cluster: &Cluster, path: &str, body: &str) -> Answer {
    cluster.ask(&format!("POST {path}"), body).await
}

// claims: wire.subresources.reviews, wire.auth.masters
pub(super) async fn access_is_reviewed_by_who_decides_it(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let masters = r#""user":"jane","groups":["system:masters"]"#;
    let resource = r#""resourceAttributes":{"namespace":"NS","verb":"delete","group":"apps","resource":"deployments","subresource":"scale","name":"w"}"#
        .replace("NS", &namespace);
    let path = r#""nonResourceAttributes":{"path":"/healthz","verb":"get"}"#;
    let all = format!("{AUTHORIZATION}/subjectaccessreviews");
    let own = format!("{AUTHORIZATION}/selfsubjectaccessreviews");
    let local = format!("{AUTHORIZATION}/namespaces/{namespace}/localsubjectaccessreviews");
    for (collection, kind, spec) in [
        (&all, "SubjectAccessReview", format!("{masters},{resource}")),
        (&all, "SubjectAccessReview", format!("{masters},{path}")),
        (&own, "SelfSubjectAccessReview", resource.clone()),
        (&own, "SelfSubjectAccessReview", path.to_owned()),
        (
            &local,
            "LocalSubjectAccessReview",
            format!("{masters},{resource}"),
        ),
    ] {
        let metadata = match kind {
            "LocalSubjectAccessReview" => format!(r#""metadata":{{"namespace":"{namespace}"}},"#),
            _ => String::new(),
        };
        let body = format!(r#"{{{metadata}"spec":{{{spec}}}}}"#);
        let answer = review(cluster, collection, &body).await;
        assert_eq!(answer.code, 201, "{kind}: {answer:?}");
        assert_eq!(answer.text(&["kind"]), kind);
        assert_eq!(answer.json(&["status", "allowed"]), "true", "{kind}");
        assert_eq!(answer.json(&["status", "denied"]), "", "{kind}");
        // What was asked is repeated.
        assert!(!answer.json(&["spec"]).is_empty(), "{kind}");
    }
    for (collection, code) in [(&all, 405), (&own, 405), (&local, 405)] {
        for request in ["GET", "DELETE"] {
            let answer = cluster.ask(&format!("{request} {collection}"), "").await;
            assert_eq!(answer.code, code, "{request} {collection}");
        }
        let named = cluster.ask(&format!("GET {collection}/x"), "").await;
        assert!(matches!(named.code, 404 | 405), "{collection}: {named:?}");
    }
}

pub(super) async fn a_review_that_asks_nothing_is_refused(cluster: &Cluster) {
    let all = format!("{AUTHORIZATION}/subjectaccessreviews");
    let own = format!("{AUTHORIZATION}/selfsubjectaccessreviews");
    let invalid = |why: &str| format!(r#"422 Invalid: .authorization.k8s.io "" is invalid: {why}"#);
    for (collection, body, answer) in [
        (
            &own,
            "{}",
            invalid(
                "spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
            ),
        ),
        (
            &own,
            r#"{"spec":{"resourceAttributes":{"verb":"get"},"nonResourceAttributes":{"path":"/x","verb":"get"}}}"#,
            invalid(
                r#"spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":"get"}: cannot be specified in combination with resourceAttributes"#,
            ),
        ),
        (
            &all,
            r#"{"spec":{"resourceAttributes":{"verb":"get"}}}"#,
            invalid(
                r#"spec.user: Invalid value: "": at least one of user or group must be specified"#,
            ),
        ),
        (
            &all,
            r#"{"spec":{"user":"u","resourceAttributes":{"verb":"get","labelSelector":{}}}}"#,
            invalid(
                "spec.resourceAttributes.labelSelector.requirements: Required value: when spec.resourceAttributes.labelSelector is specified, requirements or rawSelector is required",
            ),
        ),
    ] {
        let refused = review(cluster, collection, body).await;
        assert_eq!(refused.line(), answer, "{body}");
    }
    let named = r#"{"metadata":{"name":"n"},"spec":{"resourceAttributes":{"verb":"get"}}}"#;
    let named = review(cluster, &own, named).await;
    assert_eq!(named.code, 422);
    let message = named.text(&["message"]);
    assert!(
        message.contains("metadata: Invalid value: ") && message.ends_with(": must be empty"),
        "{message}"
    );
    let unreadable =
        r#"{"spec":{"resourceAttributes":{"verb":"get","labelSelector":{"rawSelector":"a in"}}}}"#;
    let unreadable = review(cluster, &own, unreadable).await;
    assert_eq!(unreadable.code, 201);
    assert_eq!(
        unreadable.text(&["status", "evaluationError"]),
        "spec.resourceAttributes.labelSelector ignored due to parse error"
    );
    let namespace = cluster.namespace().await;
    let local = format!("{AUTHORIZATION}/namespaces/{namespace}/localsubjectaccessreviews");
    let elsewhere =
        r#"{"spec":{"user":"u","resourceAttributes":{"namespace":"other","verb":"get"}}}"#;
    let elsewhere = review(cluster, &local, elsewhere).await;
    assert_eq!(
        elsewhere.line(),
        invalid(
            r#"spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace"#
        )
    );
}

pub(super) async fn who_asks_is_told_who_that_is(cluster: &Cluster) {
    let path = format!("{AUTHENTICATION}/selfsubjectreviews");
    let myself = review(cluster, &path, "{}").await;
    assert_eq!(myself.code, 201, "{myself:?}");
    assert_eq!(myself.text(&["kind"]), "SelfSubjectReview");
    assert_ne!(myself.text(&["metadata", "creationTimestamp"]), "");
    assert_ne!(myself.text(&["status", "userInfo", "username"]), "");
    let groups = myself.json(&["status", "userInfo", "groups"]);
    assert_eq!(groups, r#"["system:masters","system:authenticated"]"#);
    let extra = myself.json(&["status", "userInfo", "extra"]);
    let start = r#"{"authentication.kubernetes.io/credential-id":["X509SHA256="#;
    assert!(extra.starts_with(start), "{extra}");
    let read = cluster.ask(&format!("GET {path}"), "").await;
    assert_eq!(read.code, 405);
}

pub(super) async fn what_who_asks_may_do_is_listed(cluster: &Cluster) {
    let path = format!("{AUTHORIZATION}/selfsubjectrulesreviews");
    let nowhere = review(cluster, &path, "{}").await;
    assert_eq!(nowhere.line(), "400 BadRequest: no namespace on request");
    let rules = review(cluster, &path, r#"{"spec":{"namespace":"default"}}"#).await;
    assert_eq!(rules.code, 201, "{rules:?}");
    assert_eq!(rules.json(&["spec"]), "{}");
    assert_eq!(rules.json(&["status", "incomplete"]), "false");
    let resources = rules.json(&["status", "resourceRules"]);
    let all = r#"{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"#;
    assert!(resources.contains(all), "{resources}");
    let paths = rules.json(&["status", "nonResourceRules"]);
    let all = r#"{"verbs":["*"],"nonResourceURLs":["*"]}"#;
    assert!(paths.contains(all), "{paths}");
}

pub(super) async fn tokens_are_issued_and_reviewed(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let accounts = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
    let account = cluster
        .ask(
            &format!("POST {accounts}"),
            r#"{"metadata":{"name":"robot"}}"#,
        )
        .await
        .done();
    let uid = account.text(&["metadata", "uid"]);
    let path = format!("{accounts}/robot/token");
    let issued = review(cluster, &path, "{}").await;
    assert_eq!(issued.code, 201, "{issued:?}");
    assert_eq!(issued.text(&["kind"]), "TokenRequest");
    assert_eq!(issued.text(&["apiVersion"]), "authentication.k8s.io/v1");
    assert_eq!(issued.text(&["metadata", "name"]), "robot");
    assert_eq!(issued.text(&["metadata", "namespace"]), namespace);
    assert_eq!(issued.text(&["metadata", "uid"]), uid);
    assert_ne!(issued.text(&["metadata", "creationTimestamp"]), "");
    assert_eq!(issued.json(&["spec", "expirationSeconds"]), "3600");
    assert_eq!(issued.json(&["spec", "boundObjectRef"]), "null");
    assert_ne!(issued.text(&["status", "expirationTimestamp"]), "");
    let own = issued
        .at(&["spec", "audiences"])
        .as_array()
        .unwrap()
        .to_vec();
    assert_eq!(own.len(), 1);
    let token = issued.text(&["status", "token"]);
    assert_eq!(token.split('.').count(), 3);

    let reviews = format!("{AUTHENTICATION}/tokenreviews");
    let body = |token: &str, more: &str| format!(r#"{{"spec":{{"token":"{token}"{more}}}}}"#);
    let known = review(cluster, &reviews, &body(token, "")).await;
    assert_eq!(known.code, 201, "{known:?}");
    assert_eq!(known.json(&["status", "authenticated"]), "true");
    let user = |field| ["status", "user", field];
    let name = format!("system:serviceaccount:{namespace}:robot");
    assert_eq!(known.text(&user("username")), name);
    assert_eq!(known.text(&user("uid")), uid);
    assert_eq!(
        known.json(&user("groups")),
        format!(
            r#"["system:serviceaccounts","system:serviceaccounts:{namespace}","system:authenticated"]"#
        )
    );
    let extra = known.json(&user("extra"));
    let start = r#"{"authentication.kubernetes.io/credential-id":["JTI="#;
    assert!(extra.starts_with(start), "{extra}");
    let audiences = known.at(&["status", "audiences"]).as_array().unwrap();
    assert_eq!(audiences, own);
    assert_eq!(known.text(&["spec", "token"]), token);

    let elsewhere = review(
        cluster,
        &reviews,
        &body(token, r#","audiences":["elsewhere"]"#),
    )
    .await;
    assert_eq!(elsewhere.json(&["status", "authenticated"]), "");
    let why = elsewhere.text(&["status", "error"]);
    assert!(why.contains("token audiences"), "{why}");
    assert_eq!(elsewhere.json(&["status", "user"]), "{}");
    let nobody = review(cluster, &reviews, &body("nonsense", "")).await;
    assert_eq!(nobody.text(&["status", "error"]), "invalid bearer token");
    let none = review(cluster, &reviews, "{}").await;
    assert_eq!(
        none.line(),
        "400 BadRequest: token is required for TokenReview in authentication"
    );

    let meant = review(
        cluster,
        &path,
        r#"{"spec":{"audiences":["a","b"],"expirationSeconds":600}}"#,
    )
    .await;
    assert_eq!(meant.json(&["spec", "audiences"]), r#"["a","b"]"#);
    let token = meant.text(&["status", "token"]).to_owned();
    let known = review(
        cluster,
        &reviews,
        &body(&token, r#","audiences":["b","c"]"#),
    )
    .await;
    assert_eq!(known.json(&["status", "audiences"]), r#"["b"]"#);
    let unknown = review(cluster, &reviews, &body(&token, "")).await;
    assert_eq!(unknown.json(&["status", "authenticated"]), "");

    // With the account its tokens are gone.
    let deleted = cluster.ask(&format!("DELETE {accounts}/robot"), "").await;
    assert_eq!(deleted.code, 200);
    let gone = review(cluster, &reviews, &body(&token, r#","audiences":["b"]"#)).await;
    assert_eq!(gone.json(&["status", "authenticated"]), "");
}

// claims: wire.subresources.token
pub(super) async fn a_token_is_asked_for_with_care(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let accounts = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
    let account = cluster
        .ask(
            &format!("POST {accounts}"),
            r#"{"metadata":{"name":"robot"}}"#,
        )
        .await
        .done();
    let uid = account.text(&["metadata", "uid"]);
    let path = format!("{accounts}/robot/token");
    for (body, answer) in [
        (
            r#"{"spec":{"expirationSeconds":599}}"#,
            r#"422 Invalid: TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes"#.to_owned(),
        ),
        (
            r#"{"spec":{"expirationSeconds":4294967297}}"#,
            r#"422 Invalid: TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds"#.to_owned(),
        ),
        (
            r#"{"metadata":{"name":"other"}}"#,
            r#"422 Invalid: TokenRequest.authentication.k8s.io "robot" is invalid: metadata.name: Invalid value: "other": must match the service account name if specified"#.to_owned(),
        ),
        (
            r#"{"metadata":{"namespace":"other"}}"#,
            "400 BadRequest: the namespace of the provided object does not match the namespace sent on the request".to_owned(),
        ),
        (
            r#"{"metadata":{"uid":"7"}}"#,
            format!(r#"409 Conflict: Operation cannot be fulfilled on TokenRequest.authentication.k8s.io "robot": the UID in the token request (7) does not match the UID of the service account ({uid})"#),
        ),
        (
            r#"{"spec":{"boundObjectRef":{"kind":"ConfigMap","apiVersion":"v1","name":"c"}}}"#,
            "400 BadRequest: cannot bind token to object of type /v1, Kind=ConfigMap".to_owned(),
        ),
        (
            r#"{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}}"#,
            r#"404 NotFound: pods "p" not found"#.to_owned(),
        ),
        (
            r#"{"spec":{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"s"}}}"#,
            r#"404 NotFound: secrets "s" not found"#.to_owned(),
        ),
        (
            r#"{"kind":"Scale","apiVersion":"autoscaling/v1"}"#,
            r#"400 BadRequest: Scale in version "v1" cannot be handled as a TokenRequest: converting (v1.Scale) to (authentication.TokenRequest): unknown conversion"#.to_owned(),
        ),
    ] {
        let refused = review(cluster, &path, body).await;
        assert_eq!(refused.line(), answer, "{body}");
    }
    let nobody = review(cluster, &format!("{accounts}/nobody/token"), "{}").await;
    assert_eq!(
        nobody.line(),
        r#"404 NotFound: serviceaccounts "nobody" not found"#
    );
    assert_eq!(cluster.ask(&format!("GET {path}"), "").await.code, 405);
}

pub(super) async fn a_token_ends_with_what_it_is_bound_to(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let root = format!("/api/v1/namespaces/{namespace}");
    let post = async |what: &str, body: &str| {
        cluster
            .ask(&format!("POST {root}/{what}"), body)
            .await
            .done()
    };
    post("serviceaccounts", r#"{"metadata":{"name":"robot"}}"#).await;
    post("serviceaccounts", r#"{"metadata":{"name":"other"}}"#).await;
    let secret = post("secrets", r#"{"metadata":{"name":"s"}}"#).await;
    let pod = post("pods", r#"{"metadata":{"name":"p"},"spec":{"serviceAccountName":"robot","automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}"#).await;
    let path = format!("{root}/serviceaccounts/robot/token");
    let other =
        r#"{"spec":{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"s","uid":"7"}}}"#;
    assert_eq!(
        review(cluster, &path, other).await.line(),
        r#"409 Conflict: Operation cannot be fulfilled on Secret "s": the UID in the bound object reference (7) does not match the UID in record. The object might have been deleted and then recreated"#
    );
    let to_pod = r#"{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}}"#;
    let foreign = review(
        cluster,
        &format!("{root}/serviceaccounts/other/token"),
        to_pod,
    )
    .await;
    assert_eq!(
        foreign.line(),
        r#"400 BadRequest: cannot bind token for serviceaccount "other" to pod running with different serviceaccount name."#
    );
    let reviews = format!("{AUTHENTICATION}/tokenreviews");
    for (object, kind, resource, uid) in [
        ("s", "Secret", "secrets", secret.text(&["metadata", "uid"])),
        ("p", "Pod", "pods", pod.text(&["metadata", "uid"])),
    ] {
        let body = format!(
            r#"{{"spec":{{"boundObjectRef":{{"kind":"{kind}","apiVersion":"v1","name":"{object}","uid":"{uid}"}}}}}}"#
        );
        let issued = review(cluster, &path, &body).await.done();
        assert_eq!(issued.text(&["spec", "boundObjectRef", "uid"]), uid);
        let body = format!(
            r#"{{"spec":{{"token":"{}"}}}}"#,
            issued.text(&["status", "token"])
        );
        let known = review(cluster, &reviews, &body).await;
        assert_eq!(known.json(&["status", "authenticated"]), "true", "{kind}");
        if kind == "Pod" {
            let extra = known.json(&["status", "user", "extra"]);
            let named = format!(r#""authentication.kubernetes.io/pod-uid":["{uid}"]"#);
            assert!(extra.contains(&named), "{extra}");
        }
        let deleted = cluster
            .ask(&format!("DELETE {root}/{resource}/{object}"), "")
            .await;
        assert_eq!(deleted.code, 200, "{kind}");
        // To the same question a server may have the same answer for a while, and it may hear late of what
        // is gone.
        let own = issued.at(&["spec", "audiences"]).as_array().unwrap()[0].as_str();
        let mut attempt = 0;
        loop {
            let audiences = format!(r#","audiences":["{}","{attempt}"]}}}}"#, own.unwrap());
            let gone = review(cluster, &reviews, &body.replace("}}", &audiences)).await;
            assert_eq!(gone.code, 201, "{kind}: {gone:?}");
            if gone.json(&["status", "authenticated"]).is_empty() {
                break;
            }
            attempt += 1;
            assert!(attempt < 100, "{kind}: the token is still known");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
