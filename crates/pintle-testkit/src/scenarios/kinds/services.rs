//! What services are given.

use crate::Cluster;
use crate::ask::Answer;

pub(in crate::scenarios) async fn services_are_given_addresses_and_ports(cluster: &Cluster) {
    let path = format!("/api/v1/namespaces/{}/services", cluster.namespace().await);
    let create = async |name: &str, spec: &str| {
        let body = format!(r#"{{"metadata":{{"name":"{name}"}},"spec":{spec}}}"#);
        cluster.ask(&format!("POST {path}"), &body).await
    };
    let change = async |name: &str, spec: &str| {
        let body = format!(r#"{{"spec":{spec}}}"#);
        cluster
            .ask(&format!("PATCH:merge {path}/{name}"), &body)
            .await
    };

    let plain = create("plain", r#"{"ports":[{"port":80}]}"#).await.done();
    let address = plain.text(&["spec", "clusterIP"]).to_owned();
    assert!(address.starts_with("10.0."), "{address}");
    assert_eq!(
        plain.json(&["spec"]),
        format!(
            r#"{{"ports":[{{"protocol":"TCP","port":80,"targetPort":80}}],"clusterIP":"{address}","clusterIPs":["{address}"],"type":"ClusterIP","sessionAffinity":"None","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster"}}"#
        )
    );
    let same = create(
        "same",
        &format!(r#"{{"clusterIP":"{address}","ports":[{{"port":80}}]}}"#),
    )
    .await;
    assert_eq!(
        same.line(),
        format!(
            "422 Invalid: Service \"same\" is invalid: spec.clusterIPs: Invalid value: [\"{address}\"]: failed to allocate IP {address}: provided IP is already allocated"
        )
    );
    let outside = create(
        "outside",
        r#"{"clusterIP":"1.2.3.4","ports":[{"port":80}]}"#,
    )
    .await;
    assert_eq!(
        outside.line(),
        "422 Invalid: Service \"outside\" is invalid: spec.clusterIPs: Invalid value: [\"1.2.3.4\"]: failed to allocate IP 1.2.3.4: the provided network does not match the current range"
    );

    for (name, spec, completed) in [
        (
            "open",
            r#"{"clusterIP":"None","ports":[{"port":80}]}"#,
            r#"{"ports":[{"protocol":"TCP","port":80,"targetPort":80}],"clusterIP":"None","clusterIPs":["None"],"type":"ClusterIP","sessionAffinity":"None","ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"RequireDualStack","internalTrafficPolicy":"Cluster"}"#,
        ),
        (
            "headless",
            r#"{"clusterIP":"None","selector":{"a":"b"}}"#,
            r#"{"selector":{"a":"b"},"clusterIP":"None","clusterIPs":["None"],"type":"ClusterIP","sessionAffinity":"None","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster"}"#,
        ),
        (
            "external",
            r#"{"type":"ExternalName","externalName":"x.y"}"#,
            r#"{"type":"ExternalName","sessionAffinity":"None","externalName":"x.y"}"#,
        ),
    ] {
        assert_eq!(
            create(name, spec).await.done().json(&["spec"]),
            completed,
            "{name}"
        );
    }

    // Ports of nodes.
    let node_port = |answer: &Answer, at: usize| {
        let ports = answer.at(&["spec", "ports"]).as_array().unwrap_or_default();
        ports[at]
            .get("nodePort")
            .and_then(pintle_codec::Value::as_int)
            .unwrap_or_default()
    };
    let outer = create("outer", r#"{"type":"NodePort","ports":[{"port":80,"name":"a"},{"port":81,"name":"b","targetPort":"web"}]}"#).await.done();
    let (first, second) = (node_port(&outer, 0), node_port(&outer, 1));
    assert!(
        (30_000..=32_767).contains(&first) && first != second,
        "{first} {second}"
    );
    assert_eq!(outer.text(&["spec", "externalTrafficPolicy"]), "Cluster");
    for (port, why) in [
        (first, "provided port is already allocated"),
        (
            99,
            "provided port is not in the valid range. The range of valid ports is 30000-32767",
        ),
    ] {
        let spec = format!(r#"{{"type":"NodePort","ports":[{{"port":80,"nodePort":{port}}}]}}"#);
        let line = format!(
            "422 Invalid: Service \"again\" is invalid: spec.ports[0].nodePort: Invalid value: {port}: {why}"
        );
        assert_eq!(create("again", &spec).await.line(), line);
    }
    let balanced = create("balanced", r#"{"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}],"sessionAffinity":"ClientIP"}"#).await.done();
    assert_eq!(
        balanced.json(&["spec", "allocateLoadBalancerNodePorts"]),
        "true"
    );
    assert_eq!(
        balanced.json(&["spec", "sessionAffinityConfig"]),
        r#"{"clientIP":{"timeoutSeconds":10800}}"#
    );
    assert!(
        balanced
            .at(&["spec", "healthCheckNodePort"])
            .as_int()
            .is_some_and(|port| port >= 30_000)
    );

    // What a service was given stays its own, whoever leaves it out.
    let put = r#"{"metadata":{"name":"outer"},"spec":{"type":"NodePort","ports":[{"port":80,"name":"a"},{"port":82,"name":"b"}]}}"#;
    let replaced = cluster.ask(&format!("PUT {path}/outer"), put).await.done();
    assert_eq!(
        (node_port(&replaced, 0), node_port(&replaced, 1)),
        (first, second)
    );
    assert_eq!(
        replaced.text(&["spec", "clusterIP"]),
        outer.text(&["spec", "clusterIP"])
    );
    for spec in [
        r#"{"clusterIP":""}"#,
        r#"{"clusterIP":null,"clusterIPs":null}"#,
    ] {
        assert_eq!(
            change("plain", spec)
                .await
                .done()
                .text(&["spec", "clusterIP"]),
            address
        );
    }
    let moved = change("plain", r#"{"clusterIP":"10.0.0.250"}"#).await;
    assert_eq!(
        moved.line(),
        "422 Invalid: Service \"plain\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.0.0.250\"]: may not change once set"
    );

    // From type to type.
    let port = node_port(&change("plain", r#"{"type":"NodePort"}"#).await.done(), 0);
    assert!(port >= 30_000, "{port}");
    let back = change("plain", r#"{"type":"ClusterIP"}"#).await.done();
    assert_eq!(
        (node_port(&back, 0), back.text(&["spec", "clusterIP"])),
        (0, &*address)
    );
    let named = change("plain", r#"{"type":"ExternalName","externalName":"a.b"}"#)
        .await
        .done();
    assert_eq!(
        named.json(&["spec"]),
        r#"{"ports":[{"protocol":"TCP","port":80,"targetPort":80}],"type":"ExternalName","sessionAffinity":"None","externalName":"a.b"}"#
    );
    // What it gave back others may have.
    let heir = create(
        "heir",
        &format!(r#"{{"clusterIP":"{address}","ports":[{{"port":80}}]}}"#),
    )
    .await
    .done();
    assert_eq!(heir.text(&["spec", "clusterIP"]), address);
    let dry = cluster
        .ask(&format!("DELETE {path}/heir?dryRun=All"), "")
        .await
        .done();
    assert_eq!(dry.text(&["kind"]), "Service");
    cluster.ask(&format!("DELETE {path}/heir"), "").await.done();
    create(
        "heir-of-heir",
        &format!(r#"{{"clusterIP":"{address}","ports":[{{"port":80}}]}}"#),
    )
    .await
    .done();

    for (spec, why) in [
        ("{}", "spec.ports: Required value"),
        (
            r#"{"ports":[{"port":80,"nodePort":30099}]}"#,
            "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
        ),
    ] {
        assert_eq!(
            create("wrong", spec).await.line(),
            format!("422 Invalid: Service \"wrong\" is invalid: {why}")
        );
    }
}
