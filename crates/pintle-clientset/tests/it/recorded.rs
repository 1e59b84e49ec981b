//! What client-go sends: recorded by `tools/clientset`.

use std::collections::{BTreeMap, BTreeSet};

use pintle_clientset::Clientset;
use pintle_codec::{Value, json};

use crate::verbs::{Calls, Sent};
use crate::{calls, expansions};

const VERBS: &str = include_str!("oracle/verbs.jsonl");

/// By resource (`appsv1 deployments`) and method, what is sent by default and by a client that is to speak
/// JSON.
pub(crate) fn recorded() -> BTreeMap<(String, String), [Sent; 2]> {
    let mut recorded = BTreeMap::new();
    for line in VERBS.lines() {
        let call = json::parse(line.as_bytes()).unwrap();
        let text = |path: &[&str]| {
            let value = call.at(path).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let resource = format!("{} {}", text(&["group"]), text(&["resource"]));
        let sent = |format: &str| Sent {
            line: text(&["line"]),
            accept: text(&[format, "accept"]),
            content_type: text(&[format, "contentType"]),
        };
        let key = (resource.to_lowercase(), text(&["method"]));
        recorded.insert(key, [sent("default"), sent("json")]);
    }
    recorded
}

/// What of client-go's is not called by name here, and why.
fn is_otherwise(method: &str) -> bool {
    // One makes a client of the event's own namespace: `events(namespace).create(…)`.
    method.contains("WithEventNamespace")
}

// claims: clients.typed.resources, clients.typed.verbs, clients.typed.extras, rest.codec.builtin
#[tokio::test]
async fn every_method_of_every_resource_sends_what_client_go_sends() {
    let recorded = recorded();
    let resources: BTreeSet<_> = recorded.keys().map(|(resource, _)| resource).collect();
    assert_eq!(resources.len(), 153);
    for (at, format) in ["by default", "in JSON"].into_iter().enumerate() {
        let calls = Calls::new(at == 1);
        let clientset = Clientset::new(calls.client());
        calls::all(&clientset, &calls).await;
        expansions::all(&clientset, &calls).await;
        let made = calls.take();
        let mut problems = Vec::new();
        for ((resource, method), expected) in &recorded {
            let Some(sent) = made.get(&(resource.clone(), method.clone())) else {
                if !is_otherwise(method) {
                    problems.push(format!("{resource} {method} is never called"));
                }
                continue;
            };
            let expected = &expected[at];
            // What client-go has by hand it sends in JSON, and asks for anything; here it is as all else.
            let by_hand = at == 0 && expected.accept.ends_with("*/*");
            let json = by_hand && expected.content_type == "application/json";
            if sent.line != expected.line || (sent.content_type != expected.content_type && !json) {
                problems.push(format!("{resource} {method}: {sent:?} is not {expected:?}"));
            }
            let asked = expected.accept.trim_end_matches(", */*");
            if sent.accept != asked && !by_hand && method != "GetLogs" {
                problems.push(format!("{resource} {method} asks for {}", sent.accept));
            }
        }
        let count = problems.len();
        assert!(
            problems.is_empty(),
            "{format}: {count}\n{}",
            problems.join("\n")
        );
    }
}
