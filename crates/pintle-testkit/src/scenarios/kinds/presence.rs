//! What objects have to say, and what they may say.

use pintle_codec::Value;

use super::trials::{TRIALS, Trial};
use super::{json, set};
use crate::Cluster;
use crate::ask::Answer;

pub(in crate::scenarios) async fn required_fields_are_asked_for(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let mut wrong = Vec::new();
    for trial in TRIALS {
        let (path, body) = prepare(trial, &namespace);
        let good = cluster.ask(&path, &json(&body)).await;
        assert_eq!(good.line(), "201", "{path}");
        for (without, faults) in trial.without {
            let mut body = body.clone();
            change(&mut body, without, None);
            let answer = cluster.ask(&path, &json(&body)).await;
            if found(&answer) != *faults {
                wrong.push(format!(
                    "{} without {without}: {:?}",
                    trial.path,
                    found(&answer)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(in crate::scenarios) async fn enumerated_values_are_checked(cluster: &Cluster) {
    let namespace = cluster.namespace().await;
    let mut wrong = Vec::new();
    for trial in TRIALS {
        let (path, body) = prepare(trial, &namespace);
        for (at, fault) in trial.bogus {
            let mut body = body.clone();
            change(&mut body, at, Some("Bogus".into()));
            let answer = cluster.ask(&path, &json(&body)).await;
            if found(&answer) != [*fault] {
                wrong.push(format!(
                    "{} with bogus {at}: {:?}",
                    trial.path,
                    found(&answer)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The request and the object of a trial.
fn prepare(trial: &Trial, namespace: &str) -> (String, Value) {
    let path = trial.path.replace("NAMESPACE", namespace);
    let body = trial.body.replace("NAMESPACE", namespace);
    let mut body = pintle_codec::json::parse(body.as_bytes()).unwrap();
    if body.at(&["metadata", "name"]).is_none() {
        let metadata = pintle_codec::Object::from([("name", Value::from(namespace))]);
        set(&mut body, &["metadata"], metadata.into());
    }
    (format!("POST {path}?dryRun=All"), body)
}

/// Each fault once, as `field: what is wrong`.
fn found(answer: &Answer) -> Vec<String> {
    let causes = answer
        .at(&["details", "causes"])
        .as_array()
        .unwrap_or_default();
    let mut found = Vec::new();
    for cause in causes {
        let text = |field| cause.get(field).and_then(Value::as_str).unwrap_or_default();
        let fault = format!("{}: {}", text("field"), text("message"));
        if !found.contains(&fault) {
            found.push(fault);
        }
    }
    found
}

/// Sets or removes what is at a path of fields and indices.
fn change(value: &mut Value, path: &str, new: Option<Value>) {
    let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
    let mut at = value;
    for step in parents.split('.').filter(|step| !step.is_empty()) {
        at = match at {
            Value::Object(object) => object.get_mut(step).unwrap(),
            Value::Array(elements) => &mut elements[step.parse::<usize>().unwrap()],
            other => panic!("{path}: {other:?}"),
        };
    }
    match (at, new) {
        (Value::Object(object), Some(new)) => drop(object.insert(last, new)),
        (Value::Object(object), None) => drop(object.remove(last)),
        (Value::Array(elements), Some(new)) => elements[last.parse::<usize>().unwrap()] = new,
        (other, _) => panic!("{path}: {other:?}"),
    }
}
