//! What a list shows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pintle_api::core::v1::{ConfigMap, Service};
use pintle_meta::v1::{DeleteOptions, ListOptions};
use pintle_transport::RequestOptions;

use crate::Cluster;
use crate::cluster::{config_map, create, mine, names};

pub(super) async fn labels_select(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    for (name, app) in [("a", "web"), ("b", "web"), ("c", "db")] {
        create(&config_maps, &config_map(name, app)).await;
    }
    let mut without = config_map("d", "x");
    without.metadata.labels.remove("app");
    create(&config_maps, &without).await;
    for (selector, expected) in [
        ("app=web", &["a", "b"][..]),
        ("app==db", &["c"]),
        ("app!=web", &["c", "d"]),
        ("app in (web, db)", &["a", "b", "c"]),
        ("app notin (web)", &["c", "d"]),
        ("app", &["a", "b", "c"]),
        ("!app", &["d"]),
        ("app=web,app!=db", &["a", "b"]),
        ("app=", &[]),
        ("suite", &["a", "b", "c", "d"]),
    ] {
        assert_eq!(
            names(
                &config_maps,
                &ListOptions::new().labels(format!("suite=pintle,{selector}"))
            )
            .await,
            expected,
            "{selector}"
        );
    }
}

// claims: wire.fields.everywhere
pub(super) async fn names_select(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    for name in ["a", "b"] {
        create(&config_maps, &config_map(name, "x")).await;
    }
    let namespace = config_maps.get("a").await.unwrap().metadata.namespace;
    let select = async |selector: &str| names(&config_maps, &mine().fields(selector)).await;
    assert_eq!(select("metadata.name=a").await, ["a"]);
    assert_eq!(select("metadata.name!=a").await, ["b"]);
    assert_eq!(select("metadata.name=c").await, [""; 0]);
    assert_eq!(
        select(&format!("metadata.namespace={namespace}")).await,
        ["a", "b"]
    );
    assert_eq!(select("metadata.namespace=elsewhere").await, [""; 0]);
    let everywhere = cluster.client().api::<pintle_api::core::v1::ConfigMap>();
    let list = everywhere
        .list(&mine().fields(format!("metadata.namespace={namespace}")))
        .await;
    assert_eq!(list.unwrap().items.len(), 2);
}

// claims: wire.list.pages
pub(super) async fn pages_are_of_one_version(cluster: &Cluster) {
    // How many remain is told without selectors only, and nobody else makes services here.
    let services = cluster.client().api().namespace(cluster.namespace().await);
    let service = |name: &str| {
        let mut service = Service::default();
        service.metadata.name = name.into();
        service.spec.cluster_ip = "None".into();
        service
    };
    for name in ["a", "b", "c", "d", "e"] {
        create(&services, &service(name)).await;
    }
    let first = services.list(&ListOptions::new().limit(2)).await.unwrap();
    assert_eq!(first.metadata.remaining_item_count, Some(3));
    // What happens between the pages is in none of them.
    create(&services, &service("ba")).await;
    create(&services, &service("cc")).await;
    services.delete("d", &DeleteOptions::new()).await.unwrap();
    let mut pages = vec![first];
    while !pages[pages.len() - 1].metadata.continue_.is_empty() {
        let token = pages[pages.len() - 1].metadata.continue_.clone();
        let next = ListOptions::new().limit(2).continue_from(token);
        pages.push(services.list(&next).await.unwrap());
    }
    let names: Vec<&str> = pages
        .iter()
        .flatten()
        .map(|object| object.metadata.name.as_str())
        .collect();
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
    assert_eq!(pages.len(), 3);
    for page in &pages {
        assert_eq!(
            page.metadata.resource_version,
            pages[0].metadata.resource_version
        );
    }
    assert_eq!(pages[2].metadata.remaining_item_count, None);
}

// claims: wire.list.consistent
pub(super) async fn a_list_has_the_version_it_shows(cluster: &Cluster) {
    let config_maps = cluster.config_maps().await;
    let object = create(&config_maps, &config_map("a", "x")).await;
    let version = |text: &str| text.parse::<u64>().expect("a number");
    let list = config_maps.list(&mine()).await.unwrap();
    let created = version(&object.metadata.resource_version);
    assert!(version(&list.metadata.resource_version) >= created);
    assert_eq!(version(&list.items[0].metadata.resource_version), created);
    // A list that asks for no older a version shows the object.
    let options = mine().resource_version(object.metadata.resource_version.clone());
    assert_eq!(names(&config_maps, &options).await, ["a"]);
    // One that asks for exactly the version shows neither what came later nor what went later.
    create(&config_maps, &config_map("b", "x")).await;
    let mut exact = options;
    exact.resource_version_match = pintle_meta::v1::ResourceVersionMatch::EXACT;
    let list = config_maps.list(&exact).await.unwrap();
    assert_eq!(list.items.len(), 1);
    assert_eq!(version(&list.metadata.resource_version), created);
}

// claims: wire.list.future
pub(super) async fn a_version_from_the_future_times_out(cluster: &Cluster) {
    // It says when to try again, which would take its time.
    let once = RequestOptions::new().max_retries(0);
    let client = cluster.client().clone().request_options(once);
    let config_maps = client
        .api::<ConfigMap>()
        .namespace(cluster.namespace().await);
    let list = config_maps.list(&mine()).await.unwrap();
    let now = list.metadata.resource_version.parse::<u64>().unwrap();
    let future = (now + 1_000_000).to_string();
    let error = config_maps
        .list(&mine().resource_version(future))
        .await
        .unwrap_err();
    let status = error.as_status().expect("a Status");
    assert_eq!(
        (status.code, status.reason.as_str()),
        (504, "Timeout"),
        "{error}"
    );
    let causes = &status.details.as_ref().expect("details").causes;
    assert_eq!(causes[0].reason, "ResourceVersionTooLarge");
}

// claims: wire.list.match-without-version, wire.list.match-with-continue, wire.list.exact-zero, wire.list.initial-events
pub(super) async fn options_of_lists_that_contradict_each_other_are_invalid(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let invalid = |field: &str, why: &str| {
        format!(r#"422 Invalid: ListOptions.meta.k8s.io "" is invalid: {field}: Forbidden: {why}"#)
    };
    let matched = |why: &str| invalid("resourceVersionMatch", why);
    for (query, answer) in [
        (
            "resourceVersionMatch=Exact",
            matched("resourceVersionMatch is forbidden unless resourceVersion is provided"),
        ),
        (
            "resourceVersionMatch=NotOlderThan&resourceVersion=1&continue=x",
            matched("resourceVersionMatch is forbidden when continue is provided"),
        ),
        (
            "resourceVersionMatch=Exact&resourceVersion=0",
            matched(r#"resourceVersionMatch "exact" is forbidden for resourceVersion "0""#),
        ),
        (
            "sendInitialEvents=true",
            invalid(
                "sendInitialEvents",
                "sendInitialEvents is forbidden for list",
            ),
        ),
    ] {
        let request = format!("GET /api/v1/namespaces/{namespace}/configmaps?{query}");
        assert_eq!(cluster.ask(&request, "").await.line(), answer, "{query}");
    }
}

// claims: wire.list.any, wire.list.limit-exact, wire.list.remaining
pub(super) async fn a_version_means_what_its_list_makes_of_it(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/services");
    let create = async |name: &str| {
        let body = format!(
            r#"{{"metadata":{{"name":"{name}","labels":{{"app":"x"}}}},"spec":{{"clusterIP":"None"}}}}"#
        );
        cluster.ask(&format!("POST {path}"), &body).await.done()
    };
    let first = create("a").await;
    for name in ["b", "c"] {
        create(name).await;
    }
    let list = async |query: &str| cluster.ask(&format!("GET {path}?{query}"), "").await.done();
    let count = |list: &crate::ask::Answer| list.at(&["items"]).as_array().map(<[_]>::len);
    // That of any version may be an older one, but not before long.
    let mut any = list("resourceVersion=0").await;
    for _ in 0..100 {
        if count(&any) == Some(3) {
            break;
        }
        any = list("resourceVersion=0").await;
    }
    assert_eq!(count(&any), Some(3));
    let exact = list(&format!("resourceVersion={}&limit=5", first.revision())).await;
    assert_eq!(
        (count(&exact), exact.revision()),
        (Some(1), first.revision())
    );
    let later = list(&format!("resourceVersion={}", first.revision())).await;
    assert_eq!(count(&later), Some(3));
    let page = list("limit=1").await;
    assert_eq!(page.json(&["metadata", "remainingItemCount"]), "2");
    for selector in ["labelSelector=app=x", "fieldSelector=metadata.name!=z"] {
        let page = list(&format!("limit=1&{selector}")).await;
        assert_eq!(
            page.json(&["metadata", "remainingItemCount"]),
            "",
            "{selector}"
        );
        assert_ne!(page.text(&["metadata", "continue"]), "", "{selector}");
    }
}

// claims: wire.list.token
pub(super) async fn a_token_says_where_to_go_on(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let mut last = String::new();
    for name in ["x-a", "x-b", "x-c"] {
        let body = format!(r#"{{"metadata":{{"name":"{name}","labels":{{"suite":"pintle"}}}}}}"#);
        let created = cluster.ask(&format!("POST {path}"), &body).await.done();
        created.revision().clone_into(&mut last);
    }
    let token = |revision: &str, start: &str| {
        let token = format!(r#"{{"v":"meta.k8s.io/v1","rv":{revision},"start":"{start}\u0000"}}"#);
        URL_SAFE_NO_PAD.encode(token)
    };
    let list = async |token: &str| {
        let request = format!("GET {path}?labelSelector=suite=pintle&limit=1&continue={token}");
        cluster.ask(&request, "").await
    };
    let first = cluster
        .ask(
            &format!("GET {path}?labelSelector=suite=pintle&limit=1"),
            "",
        )
        .await
        .done();
    let read = URL_SAFE_NO_PAD
        .decode(first.text(&["metadata", "continue"]))
        .unwrap();
    let read = pintle_codec::json::parse(&read).unwrap();
    let text = |field| read.get(field).and_then(|text| text.as_str());
    assert_eq!(text("v"), Some("meta.k8s.io/v1"));
    let start = text("start").map(|start| start.trim_start_matches('/'));
    assert_eq!(start, Some("x-a\0"));
    let revision = read
        .get("rv")
        .and_then(pintle_codec::Value::as_int)
        .unwrap();
    assert_eq!(revision.to_string(), first.revision());
    let name = |list: &crate::ask::Answer| {
        let items = list.at(&["items"]).as_array().unwrap_or_default();
        let name = items
            .first()
            .and_then(|item| item.at(&["metadata", "name"]));
        name.and_then(|name| name.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let second = list(&token(&last, "x-a")).await.done();
    assert_eq!(name(&second), "x-b");
    // Of whatever version there is: what is told whose version is forgotten.
    let rest = list(&token("-1", "x-b")).await.done();
    assert_eq!(name(&rest), "x-c");
    for token in ["nonsense", "e30"] {
        let refused = list(token).await;
        assert!(
            refused.line().starts_with("400 BadRequest: "),
            "{}",
            refused.line()
        );
    }
}

// claims: wire.list.expired-token
pub(super) async fn a_token_of_a_forgotten_version_leads_on(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let path = format!("/api/v1/namespaces/{namespace}/services");
    for name in ["a", "b", "c"] {
        let body = format!(r#"{{"metadata":{{"name":"{name}"}},"spec":{{"clusterIP":"None"}}}}"#);
        cluster.ask(&format!("POST {path}"), &body).await.done();
    }
    // The first version of all is one that no server knows any more.
    let token = |revision: i64, start: &str| {
        let token = format!(r#"{{"v":"meta.k8s.io/v1","rv":{revision},"start":"{start}\u0000"}}"#);
        URL_SAFE_NO_PAD.encode(token)
    };
    let list = async |token: &str| {
        let request = format!("GET {path}?limit=1&continue={token}");
        cluster.ask(&request, "").await
    };
    let gone = list(&token(1, "a")).await;
    assert_eq!((gone.code, gone.text(&["reason"])), (410, "Expired"));
    let message = gone.text(&["message"]);
    assert!(
        message.starts_with("The provided continue parameter is too old to display"),
        "{message}"
    );
    let other = gone.text(&["metadata", "continue"]);
    assert_eq!(
        URL_SAFE_NO_PAD.decode(other).unwrap(),
        URL_SAFE_NO_PAD.decode(token(-1, "a")).unwrap()
    );
    let rest = list(other).await.done();
    let items = rest.at(&["items"]).as_array().unwrap();
    let name = items[0].at(&["metadata", "name"]).unwrap();
    assert_eq!((items.len(), name.as_str()), (1, Some("b")));
    // And so to the end, as of the version that the rest is of.
    let last = list(rest.text(&["metadata", "continue"])).await.done();
    assert_eq!(last.revision(), rest.revision());
    assert_eq!(last.text(&["metadata", "continue"]), "");
}
