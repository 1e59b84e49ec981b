//! Calling all methods of a resource's client, against a server that writes down what it gets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use pintle_client::{Api, Client, ClusterWide, ContentConfig, Holds, OneNamespace, Patch};
use pintle_clientset::Reviews;
use pintle_codec::{Decoder, Format};
use pintle_meta::v1::{
    CreateOptions, DeleteOptions, DeletionPropagation, GetOptions, ListOptions, PatchOptions,
    UpdateOptions,
};
use pintle_meta::{Kind, Resource};
use pintle_transport::{Body, Transport};

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sent {
    pub(crate) line: String,
    pub(crate) accept: String,
    pub(crate) content_type: String,
}

/// A server that finds nothing, and the requests by resource and client-go's name of the method.
pub(crate) struct Calls {
    client: Client,
    last: Arc<Mutex<Option<Sent>>>,
    made: Mutex<BTreeMap<(String, String), Sent>>,
}

impl Calls {
    pub(crate) fn new(json: bool) -> Self {
        let last = Arc::<Mutex<Option<Sent>>>::default();
        let log = last.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let header = |name: &str| {
                let value = request
                    .headers()
                    .get(name)
                    .map(|value| value.to_str().unwrap());
                value.unwrap_or_default().to_owned()
            };
            let path = request.uri().path_and_query().unwrap().as_str();
            *log.lock().unwrap() = Some(Sent {
                line: format!("{} {}", request.method(), sorted(path)),
                accept: header("accept"),
                content_type: header("content-type"),
            });
            let response = Response::builder()
                .status(404)
                .body(Full::new(Bytes::new()));
            async move { Ok::<_, pintle_transport::Error>(response.unwrap()) }
        });
        let client = Client::from_transport(Transport::from_service(service), "default");
        Self {
            client: if json {
                client.content(ContentConfig::json())
            } else {
                client
            },
            last,
            made: Mutex::default(),
        }
    }

    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// Takes down what the last request was, as a method's of a resource.
    pub(crate) fn note<T, E>(&self, resource: &str, method: &str, outcome: Result<T, E>) {
        assert!(
            outcome.is_err(),
            "{resource} {method}: there is nothing to find"
        );
        let sent = self.last.lock().unwrap().take();
        let sent = sent.unwrap_or_else(|| panic!("{resource} {method} sent nothing"));
        let key = (resource.to_owned(), method.to_owned());
        assert!(self.made.lock().unwrap().insert(key, sent).is_none());
    }

    pub(crate) fn take(&self) -> BTreeMap<(String, String), Sent> {
        std::mem::take(&mut self.made.lock().unwrap())
    }
}

/// A path whose parameters are in the order of their names, as Go sends them, and the terms of whose field
/// selector are in order, as the record has them.
fn sorted(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else {
        return path.to_owned();
    };
    let mut parameters: Vec<String> = query.split('&').map(str::to_owned).collect();
    for parameter in &mut parameters {
        if let Some(selector) = parameter.strip_prefix("fieldSelector=") {
            let mut terms: Vec<_> = selector.split("%2C").collect();
            terms.sort_unstable();
            *parameter = format!("fieldSelector={}", terms.join("%2C"));
        }
        // Both are a space.
        *parameter = parameter.replace("%20", "+");
    }
    parameters.sort();
    format!("{path}?{}", parameters.join("&"))
}

/// An object of a kind, with nothing but a name.
pub(crate) fn named<K: Kind>() -> K {
    let type_meta = K::type_meta();
    let document = format!(
        r#"{{"kind":"{}","apiVersion":"{}","metadata":{{"name":"name","namespace":"ns"}}}}"#,
        type_meta.kind, type_meta.api_version
    );
    K::decode(document.as_bytes(), Format::Json, &mut Decoder::new()).unwrap()
}

pub(crate) fn create_options() -> CreateOptions {
    CreateOptions {
        dry_run: ["All".into()].into(),
        field_manager: "us".into(),
        field_validation: "Strict".into(),
    }
}

pub(crate) fn update_options() -> UpdateOptions {
    UpdateOptions {
        dry_run: ["All".into()].into(),
        field_manager: "us".into(),
        field_validation: "Warn".into(),
    }
}

pub(crate) fn patch_options() -> PatchOptions {
    PatchOptions {
        dry_run: ["All".into()].into(),
        field_manager: "us".into(),
        force: Some(true),
        ..Default::default()
    }
}

pub(crate) fn get_options() -> GetOptions {
    GetOptions {
        resource_version: "0".into(),
    }
}

fn list_options() -> ListOptions {
    ListOptions {
        label_selector: "app in (web,db)".into(),
        field_selector: "metadata.name!=a&b".into(),
        resource_version: "12".into(),
        resource_version_match: "NotOlderThan".into(),
        allow_watch_bookmarks: true,
        limit: 5,
        continue_: "a+b/c=".into(),
        send_initial_events: Some(true),
        ..Default::default()
    }
}

pub(crate) async fn namespaced<K: Resource>(calls: &Calls, resource: &str, api: &Api<K>) {
    verbs::<K, OneNamespace>(calls, resource, api).await;
}

pub(crate) async fn cluster<K: Resource>(calls: &Calls, resource: &str, api: &Api<K, ClusterWide>) {
    verbs::<K, ClusterWide>(calls, resource, api).await;
}

pub(crate) async fn reviewed<K: Kind>(calls: &Calls, resource: &str, reviews: &Reviews<K>) {
    let outcome = reviews.create(&named(), &create_options()).await;
    calls.note(resource, "Create", outcome);
}

async fn verbs<K: Resource, P: Holds>(calls: &Calls, resource: &str, api: &Api<K, P>) {
    let object: K = named();
    let (create, update) = (create_options(), update_options());
    let (patching, list) = (patch_options(), list_options());
    let deletion = DeleteOptions::new()
        .dry_run()
        .grace_period_seconds(7)
        .propagation_policy(DeletionPropagation::FOREGROUND)
        .only_uid("u-1");
    let get = get_options();
    let patch = Patch::merge("{}");
    let note = |method: &str, failed: Result<(), pintle_client::Error>| {
        calls.note(resource, method, failed);
    };
    note("Create", api.create(&object, &create).await.map(drop));
    note("Update", api.update(&object, &update).await.map(drop));
    note(
        "UpdateStatus",
        api.update_status(&object, &update).await.map(drop),
    );
    note("Delete", api.delete("name", &deletion).await.map(drop));
    note(
        "DeleteCollection",
        api.delete_collection(&deletion, &list).await,
    );
    note("Get", api.get_with("name", &get).await.map(drop));
    note("List", api.list(&list).await.map(drop));
    note("Watch", api.watch(&list).await.map(drop));
    note(
        "Patch",
        api.patch("name", &patch, &patching).await.map(drop),
    );
    note("Apply", api.apply(&object, &patching).await.map(drop));
    note(
        "ApplyStatus",
        api.apply_status(&object, &patching).await.map(drop),
    );
}
