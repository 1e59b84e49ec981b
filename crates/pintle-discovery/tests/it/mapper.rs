//! Names and what they stand for.

use pintle_discovery::{
    Candidates, DeferredRestMapper, Discovered, Discovery as _, MemoryCache, PartialResource,
    RestMapper,
};
use pintle_meta::GroupVersion;

use crate::{Server, V2, aggregated, legacy};

async fn mapper() -> RestMapper {
    RestMapper::new(&aggregated().discovery().all().await.unwrap())
}

fn partial(text: &str) -> PartialResource {
    text.parse().unwrap()
}

// claims: mapper.kinds, mapper.preference
#[tokio::test]
async fn a_kind_has_a_resource_in_the_preferred_version() {
    let mapper = mapper().await;
    let pod = mapper.mapping("", "Pod", &[]).unwrap();
    assert_eq!(pod.resource, GroupVersion::core("v1").with_resource("pods"));
    assert!(pod.namespaced);
    assert!(!mapper.mapping("", "Node", &["v1"]).unwrap().namespaced);
    let version = |versions: &[&str]| {
        mapper
            .mapping("example.com", "Widget", versions)
            .unwrap()
            .kind
            .version
    };
    assert_eq!(version(&[]), "v2");
    assert_eq!(version(&["v1"]), "v1");
    assert_eq!(version(&["v9", "v1", "v2"]), "v1");
    // The preferred version does not have it.
    assert_eq!(
        mapper
            .mapping("example.com", "Gadget", &[])
            .unwrap()
            .kind
            .version,
        "v1"
    );
    let all = mapper.mappings("example.com", "Widget", &[]);
    assert_eq!(all.len(), 2);
    for (group, kind, versions) in [
        ("", "Widget", &[][..]),
        ("example.com", "Widget", &["v9"]),
        ("apps", "Nothing", &[]),
    ] {
        assert!(
            mapper
                .mapping(group, kind, versions)
                .unwrap_err()
                .is_no_match(),
            "{kind}"
        );
    }
}

// claims: mapper.names, mapper.preference, mapper.group-prefix
#[tokio::test]
async fn a_resource_is_found_by_plural_singular_and_group() {
    let mapper = mapper().await;
    let found = |text: &str| mapper.resource_for(&partial(text)).unwrap().to_string();
    for text in [
        "deployments",
        "deployment",
        "Deployments",
        "deployments.apps",
        "deployment.app",
    ] {
        assert_eq!(found(text), "apps/v1, Resource=deployments", "{text}");
    }
    // The first group that the server names, and its preferred version.
    assert_eq!(found("widgets"), "example.com/v2, Resource=widgets");
    assert_eq!(
        found("widgets.other"),
        "other.example.com/v1, Resource=widgets"
    );
    let versioned = partial("widgets.example.com").version("v1");
    assert_eq!(mapper.resource_for(&versioned).unwrap().version, "v1");
    assert_eq!(
        mapper.kind_for(&versioned).unwrap().to_string(),
        "example.com/v1, Kind=Widget"
    );
    assert_eq!(mapper.resources_for(&partial("widgets")).len(), 3);
    assert_eq!(mapper.kinds_for(&partial("widgets.example.com")).len(), 2);
    let beginning = partial("widgets.example").version("v1");
    assert!(mapper.resource_for(&beginning).unwrap_err().is_no_match());
    for text in ["things", "pods/eviction", "deployments.core", ""] {
        let error = mapper.resource_for(&partial(text)).unwrap_err();
        assert!(error.is_no_match(), "{text}");
    }
    assert_eq!(mapper.singular("widgets").unwrap(), "widget");
    assert_eq!(mapper.singular("wi").unwrap(), "widget");
    assert!(mapper.singular("things").unwrap_err().is_no_match());
}

// claims: mapper.short-names
#[tokio::test]
async fn the_first_of_several_short_names_counts() {
    let mapper = mapper().await;
    let expanded = |text: &str| {
        let it = mapper.expand(&partial(text));
        let others: Vec<_> = it.others.iter().map(ToString::to_string).collect();
        (it.resource.to_string(), others.join(" "))
    };
    let pair = |name: &str, others: &str| (name.to_owned(), others.to_owned());
    assert_eq!(expanded("deploy"), pair("deployments.apps", ""));
    assert_eq!(
        expanded("wi"),
        pair("widgets.example.com", "widgets.other.example.com")
    );
    assert_eq!(
        expanded("wi.other.example.com"),
        pair("widgets.other.example.com", "")
    );
    assert_eq!(expanded("wi.other"), pair("widgets.other.example.com", ""));
    assert_eq!(expanded("po"), pair("pods", "widgets.example.com"));
    // A whole name is not short, and other names are left as they are.
    assert_eq!(expanded("pod"), pair("pod", ""));
    assert_eq!(expanded("things"), pair("things", ""));
}

// claims: mapper.short-names
#[tokio::test]
async fn a_resource_of_just_that_name_comes_before_short_names() {
    let server = aggregated();
    server.serve("/apis", V2, r#"{"items":[
        {"metadata":{"name":"a"},"versions":[{"version":"v1","freshness":"Current","resources":[
            {"resource":"services","responseKind":{"kind":"Service"},"scope":"Namespaced","singularResource":"service","shortNames":["sv"]}]}]},
        {"metadata":{"name":"b"},"versions":[{"version":"v1","freshness":"Current","resources":[
            {"resource":"sv","responseKind":{"kind":"Sv"},"scope":"Namespaced","singularResource":"sv"}]}]}]}"#);
    let mapper = RestMapper::new(&server.discovery().all().await.unwrap());
    assert_eq!(
        mapper.lookup("sv").unwrap().resource.to_string(),
        "b/v1, Resource=sv"
    );
    assert_eq!(
        mapper.lookup("sv.a").unwrap().resource.to_string(),
        "a/v1, Resource=services"
    );
}

// claims: mapper.categories
#[tokio::test]
async fn a_category_is_the_resources_that_say_to_be_of_it() {
    let mapper = mapper().await;
    let all = mapper.category("all").unwrap();
    let all: Vec<_> = all.iter().map(ToString::to_string).collect();
    assert_eq!(all, ["pods", "deployments.apps"]);
    assert!(mapper.category("none").is_none());
}

// claims: mapper.lookup
#[tokio::test]
async fn what_a_person_types_is_understood_as_kubectl_does() {
    let mapper = mapper().await;
    for (text, resource) in [
        ("po", "v1, Resource=pods"),
        ("pod", "v1, Resource=pods"),
        ("PODS", "v1, Resource=pods"),
        ("Pod", "v1, Resource=pods"),
        ("deploy", "apps/v1, Resource=deployments"),
        ("deployments.v1.apps", "apps/v1, Resource=deployments"),
        ("deployment.apps", "apps/v1, Resource=deployments"),
        ("Deployment.apps", "apps/v1, Resource=deployments"),
        ("Widget.v1.example.com", "example.com/v1, Resource=widgets"),
        ("widgets.v1.example.com", "example.com/v1, Resource=widgets"),
        ("widgets.example.com", "example.com/v2, Resource=widgets"),
        (
            "widgets.v1.other.example.com",
            "other.example.com/v1, Resource=widgets",
        ),
    ] {
        assert_eq!(
            mapper.lookup(text).unwrap().resource.to_string(),
            resource,
            "{text}"
        );
    }
    let error = mapper.lookup("nothing.v1.example.com").unwrap_err();
    assert!(error.is_no_match());
    let error = mapper.lookup("nothing").unwrap_err();
    assert_eq!(error.to_string(), "the server has no resource \"nothing\"");
}

// claims: mapper.ambiguous
#[tokio::test]
async fn what_nothing_decides_is_ambiguous_and_says_between_what() {
    let server = aggregated();
    // The singular of one is the plural of another, in one group version.
    server.serve("/apis", V2, r#"{"items":[{"metadata":{"name":"a"},"versions":[{"version":"v1","freshness":"Current","resources":[
        {"resource":"sheep","responseKind":{"kind":"Herd"},"scope":"Namespaced","singularResource":"herd"},
        {"resource":"flocks","responseKind":{"kind":"Flock"},"scope":"Namespaced","singularResource":"sheep"}]}]}]}"#);
    let mapper = RestMapper::new(&server.discovery().all().await.unwrap());
    let error = mapper.resource_for(&partial("sheep")).unwrap_err();
    assert!(error.is_ambiguous() && !error.is_no_match());
    let of = |resource: &'static str| GroupVersion::new("a", "v1").with_resource(resource);
    let expected = Candidates::Resources(vec![of("sheep"), of("flocks")]);
    assert_eq!(error.candidates(), Some(&expected));
    assert_eq!(
        error.to_string(),
        "sheep may be any of a/v1, Resource=sheep; a/v1, Resource=flocks"
    );
    let error = mapper.kind_for(&partial("sheep")).unwrap_err();
    assert!(matches!(error.candidates(), Some(Candidates::Kinds(kinds)) if kinds.len() == 2));
    assert!(mapper.lookup("sheep").unwrap_err().is_ambiguous());
    assert!(mapper.resource_for(&partial("flocks")).is_ok());
}

#[tokio::test]
async fn nothing_is_found_where_nothing_is_served() {
    let mapper = RestMapper::new(&Discovered::default());
    assert!(mapper.lookup("pods").unwrap_err().is_no_match());
    let old = RestMapper::new(&legacy().discovery().all().await.unwrap());
    // Servers of old say no singular.
    assert_eq!(old.lookup("oldset").unwrap().resource.resource, "oldsets");
}

// claims: mapper.deferred
#[tokio::test]
async fn a_miss_refreshes_a_cache_once_that_is_not_fresh() {
    use pintle_discovery::DiskCache;
    use std::time::Duration;

    let directory = tempfile::TempDir::new().unwrap();
    let server = aggregated();
    let disk = |server: &Server| {
        DiskCache::builder(directory.path(), Duration::from_secs(600)).over(server.discovery())
    };
    disk(&server).all().await.unwrap();
    server.asked();
    let deferred = DeferredRestMapper::new(disk(&server));
    assert_eq!(server.asked(), [""; 0]);
    assert_eq!(
        deferred.lookup("po").await.unwrap().resource.resource,
        "pods"
    );
    assert_eq!(
        server.asked(),
        [""; 0],
        "the files of another process are good enough"
    );
    let news = r#"{"items":[{"metadata":{"name":"new"},"versions":[{"version":"v1","freshness":"Current","resources":[
        {"resource":"things","responseKind":{"kind":"Thing"},"scope":"Namespaced","singularResource":"thing"}]}]}]}"#;
    server.serve("/apis", V2, news);
    assert_eq!(
        deferred.lookup("things").await.unwrap().resource.group,
        "new"
    );
    assert_eq!(server.asked(), ["/api", "/apis"]);
    assert!(deferred.lookup("nothing").await.unwrap_err().is_no_match());
    assert_eq!(server.asked(), [""; 0], "there is nothing newer to ask for");
    assert_eq!(
        deferred
            .mapping("new", "Thing", &[])
            .await
            .unwrap()
            .resource
            .resource,
        "things"
    );
    assert_eq!(
        deferred.kind_for(&partial("thing")).await.unwrap().kind,
        "Thing"
    );
}

// claims: mapper.deferred
#[tokio::test]
async fn a_mapper_is_made_once_and_anew_after_a_reset() {
    let server = aggregated();
    let deferred = DeferredRestMapper::new(MemoryCache::new(server.discovery()));
    let all = tokio::join!(
        deferred.lookup("po"),
        deferred.lookup("deploy"),
        deferred.lookup("x")
    );
    assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_err());
    assert_eq!(server.asked(), ["/api", "/apis"]);
    deferred.reset();
    deferred.resource_for(&partial("po")).await.unwrap();
    assert_eq!(server.asked(), ["/api", "/apis"]);
    server.fail("/api", 500);
    deferred.reset();
    let error = deferred.lookup("po").await.unwrap_err();
    assert!(!error.is_no_match() && error.as_client().is_some());
}
