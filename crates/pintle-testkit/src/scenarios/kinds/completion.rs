//! What a server says itself of new and changed objects.

use super::fixtures::CSR;
use crate::Cluster;

pub(in crate::scenarios) async fn secrets_keep_text_as_data(cluster: &Cluster) {
    let path = format!("/api/v1/namespaces/{}/secrets", cluster.namespace().await);
    let body =
        r#"{"metadata":{"name":"s"},"data":{"a":"Yg==","c":"ZA=="},"stringData":{"a":"text"}}"#;
    let created = cluster.ask(&format!("POST {path}"), body).await.done();
    assert_eq!(created.json(&["data"]), r#"{"a":"dGV4dA==","c":"ZA=="}"#);
    assert_eq!(created.text(&["type"]), "Opaque");
    assert_eq!(created.json(&["stringData"]), "");
    let patch = r#"{"stringData":{"e":"f"},"type":null}"#;
    let patched = cluster
        .ask(&format!("PATCH:merge {path}/s"), patch)
        .await
        .done();
    assert_eq!(
        patched.json(&["data"]),
        r#"{"a":"dGV4dA==","c":"ZA==","e":"Zg=="}"#
    );
    assert_eq!(patched.text(&["type"]), "Opaque");
}

pub(in crate::scenarios) async fn jobs_select_their_own_pods(cluster: &Cluster) {
    let path = format!(
        "/apis/batch/v1/namespaces/{}/jobs",
        cluster.namespace().await
    );
    let body = |more: &str| {
        format!(
            r#"{{"metadata":{{"name":"j"}},"spec":{{{more}"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}}}"#
        )
    };
    let created = cluster.ask(&format!("POST {path}"), &body("")).await.done();
    let uid = created.text(&["metadata", "uid"]);
    assert_eq!(
        created.json(&["spec", "template", "metadata", "labels"]),
        format!(
            r#"{{"a":"b","batch.kubernetes.io/controller-uid":"{uid}","batch.kubernetes.io/job-name":"j","controller-uid":"{uid}","job-name":"j"}}"#
        )
    );
    assert_eq!(
        created.json(&["spec", "selector"]),
        format!(r#"{{"matchLabels":{{"batch.kubernetes.io/controller-uid":"{uid}"}}}}"#)
    );
    cluster
        .ask(&format!("DELETE {path}/j?propagationPolicy=Background"), "")
        .await
        .done();
    let manual = body(r#""manualSelector":true,"selector":{"matchLabels":{"a":"b"}},"#);
    let created = cluster
        .ask(&format!("POST {path}?dryRun=All"), &manual)
        .await
        .done();
    assert_eq!(
        created.json(&["spec", "selector"]),
        r#"{"matchLabels":{"a":"b"}}"#
    );
}

pub(in crate::scenarios) async fn requests_for_certificates_say_who_made_them(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    let body = format!(
        r#"{{"metadata":{{"name":"{namespace}"}},"spec":{{"request":"{CSR}","signerName":"example.org/s","usages":["digital signature"],"username":"somebody else","uid":"u","groups":["g"],"extra":{{"e":["x"]}}}}}}"#
    );
    let created = cluster.ask(&format!("POST {path}"), &body).await.done();
    let whoami = cluster
        .ask(
            "POST /apis/authentication.k8s.io/v1/selfsubjectreviews",
            "{}",
        )
        .await;
    if whoami.code == 201 {
        assert_eq!(
            created.text(&["spec", "username"]),
            whoami.text(&["status", "userInfo", "username"])
        );
        assert_eq!(
            created.json(&["spec", "groups"]),
            whoami.json(&["status", "userInfo", "groups"])
        );
    }
    assert_ne!(created.text(&["spec", "username"]), "somebody else");
    assert!(
        created
            .json(&["spec", "groups"])
            .contains("system:authenticated")
    );

    let object = format!("{path}/{namespace}");
    // An approval has a part of its own, and both say when.
    let approve = r#"{"status":{"conditions":[{"type":"Approved","status":"True","reason":"r"}],"certificate":"YQ=="},"metadata":{"labels":{"a":"b"}}}"#;
    let approved = cluster
        .ask(&format!("PATCH:merge {object}/approval"), approve)
        .await
        .done();
    let condition = &approved.at(&["status", "conditions"]).as_array().unwrap()[0];
    let at = |field: &str| {
        condition
            .get(field)
            .and_then(pintle_codec::Value::as_str)
            .unwrap_or_default()
    };
    assert_eq!((at("type"), at("reason")), ("Approved", "r"));
    assert!(
        at("lastUpdateTime").ends_with('Z') && at("lastUpdateTime") == at("lastTransitionTime")
    );
    assert_eq!(approved.json(&["status", "certificate"]), "");
    assert_eq!(approved.json(&["metadata", "labels"]), r#"{"a":"b"}"#);
    // What is asked for does not change.
    let changed = cluster
        .ask(
            &format!("PATCH:merge {object}"),
            r#"{"spec":{"signerName":"example.org/t"}}"#,
        )
        .await;
    assert_eq!(
        changed.done().text(&["spec", "signerName"]),
        "example.org/s"
    );
    cluster.ask(&format!("DELETE {object}"), "").await.done();
}

pub(in crate::scenarios) async fn volumes_and_claims_start_pending(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let claims = format!("/api/v1/namespaces/{namespace}/persistentvolumeclaims");
    let claim = |more: &str| {
        format!(
            r#"{{"metadata":{{"name":"c"}},"spec":{{"accessModes":["ReadWriteOnce"],{more}"resources":{{"requests":{{"storage":"1Gi"}}}}}}}}"#
        )
    };
    let created = cluster
        .ask(&format!("POST {claims}?dryRun=All"), &claim(""))
        .await
        .done();
    assert_eq!(created.json(&["status"]), r#"{"phase":"Pending"}"#);
    for (source, old, new) in [
        (
            r#""dataSource":{"kind":"PersistentVolumeClaim","name":"o"},"#,
            r#"{"kind":"PersistentVolumeClaim","name":"o"}"#,
            r#"{"kind":"PersistentVolumeClaim","name":"o"}"#,
        ),
        (
            r#""dataSource":{"apiGroup":"x.y","kind":"Z","name":"o"},"#,
            "",
            "",
        ),
        (
            r#""dataSourceRef":{"apiGroup":"x.y","kind":"Z","name":"o"},"#,
            r#"{"apiGroup":"x.y","kind":"Z","name":"o"}"#,
            r#"{"apiGroup":"x.y","kind":"Z","name":"o"}"#,
        ),
    ] {
        let created = cluster
            .ask(&format!("POST {claims}?dryRun=All"), &claim(source))
            .await
            .done();
        // The old form says null where there is no group.
        let old_found = created
            .json(&["spec", "dataSource"])
            .replace(r#""apiGroup":null,"#, "");
        let new_found = created
            .json(&["spec", "dataSourceRef"])
            .replace(r#""apiGroup":null,"#, "");
        assert_eq!(
            (old_found.as_str(), new_found.as_str()),
            (old, new),
            "{source}"
        );
    }

    let volume = format!("/api/v1/persistentvolumes/{namespace}");
    let body = format!(
        r#"{{"metadata":{{"name":"{namespace}"}},"spec":{{"accessModes":["ReadWriteOnce"],"capacity":{{"storage":"1Gi"}},"hostPath":{{"path":"/tmp"}}}}}}"#
    );
    let created = cluster
        .ask("POST /api/v1/persistentvolumes", &body)
        .await
        .done();
    assert_eq!(created.text(&["status", "phase"]), "Pending");
    assert!(
        created
            .text(&["status", "lastPhaseTransitionTime"])
            .ends_with('Z')
    );
    let old =
        r#"{"status":{"phase":"Available","lastPhaseTransitionTime":"2020-01-01T00:00:00Z"}}"#;
    let set = cluster
        .ask(&format!("PATCH:merge {volume}/status"), old)
        .await
        .done();
    assert_eq!(
        set.text(&["status", "lastPhaseTransitionTime"]),
        "2020-01-01T00:00:00Z"
    );
    let bound = cluster
        .ask(
            &format!("PATCH:merge {volume}/status"),
            r#"{"status":{"phase":"Bound"}}"#,
        )
        .await
        .done();
    assert_ne!(
        bound.text(&["status", "lastPhaseTransitionTime"]),
        "2020-01-01T00:00:00Z"
    );
    cluster
        .ask(
            &format!("PATCH:merge {volume}"),
            r#"{"metadata":{"finalizers":null}}"#,
        )
        .await;
    cluster.ask(&format!("DELETE {volume}"), "").await.done();
}

pub(in crate::scenarios) async fn some_objects_are_made_to_say_less_or_more(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let core = |resource: &str| format!("/api/v1/namespaces/{namespace}/{resource}");
    let account = r#"{"metadata":{"name":"a"},"secrets":[{"name":"s","namespace":"x","uid":"u"}]}"#;
    let created = cluster
        .ask(&format!("POST {}", core("serviceaccounts")), account)
        .await
        .done();
    assert_eq!(created.json(&["secrets"]), r#"[{"name":"s"}]"#);
    let nameless = r#"{"spec":{"limits":[{"type":"Pod"}]}}"#;
    let created = cluster
        .ask(&format!("POST {}", core("limitranges")), nameless)
        .await
        .done();
    assert_eq!(created.text(&["metadata", "name"]).len(), 36);
    // What it says does not depend on anything else is said for it.
    let pod = r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}]}]}}"#;
    let created = cluster
        .ask(&format!("POST {}", core("pods")), pod)
        .await
        .done();
    assert!(
        created
            .json(&["spec"])
            .contains(r#""ports":[{"containerPort":80,"protocol":"TCP"}]"#)
    );
    let long = "x".repeat(53);
    let cron_job = format!(
        r#"{{"metadata":{{"name":"{long}"}},"spec":{{"schedule":"* * * * *","jobTemplate":{{"spec":{{"template":{{"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}}}}}}}"#
    );
    let answer = cluster
        .ask(
            &format!("POST /apis/batch/v1/namespaces/{namespace}/cronjobs"),
            &cron_job,
        )
        .await;
    assert_eq!(
        answer.line(),
        format!(
            "422 Invalid: CronJob.batch \"{long}\" is invalid: metadata.name: Invalid value: \"{long}\": must be no more than 52 characters"
        )
    );
}

pub(in crate::scenarios) async fn the_servers_own_api_services_are_available(cluster: &Cluster) {
    for name in [
        "v1.",
        "v1.apps",
        "v2.autoscaling",
        "v1.rbac.authorization.k8s.io",
    ] {
        let service = cluster
            .ask(
                &format!("GET /apis/apiregistration.k8s.io/v1/apiservices/{name}"),
                "",
            )
            .await
            .done();
        let (version, group) = name.split_once('.').unwrap();
        assert_eq!(
            (
                service.text(&["spec", "version"]),
                service.text(&["spec", "group"])
            ),
            (version, group)
        );
        let conditions = service.json(&["status", "conditions"]);
        assert!(
            conditions.contains(
                r#""reason":"Local","message":"Local APIServices are always available","#
            ) || conditions
                .contains(r#""reason":"Local","message":"Local APIServices are always available""#),
            "{conditions}"
        );
        assert_eq!(
            service.text(&[
                "metadata",
                "labels",
                "kube-aggregator.kubernetes.io/automanaged"
            ]),
            "onstart"
        );
    }
}
