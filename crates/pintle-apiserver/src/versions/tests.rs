//! Conversions, held to pairs of answers that kube-apiserver 1.36.3 gave for one object in two versions.

use std::sync::Arc;

use pintle_codec::json;
use pintle_env::{ManualClock, SeededRandom};

use crate::{
    HistoryLimits,
    generated::resources::RESOURCES,
    registry::{Registry, RuntimeConfig, Served},
    schema::{OnWire, Shape, Struct, Tree, Wire, decode},
};

fn served(api_version: &str, resource: &str) -> Served {
    let mut config = RuntimeConfig::default();
    config.set("api/all", true);
    let (clock, random) = (Arc::new(ManualClock::new()), Arc::new(SeededRandom::new(1)));
    let registry = Registry::serving(&config, HistoryLimits::default(), clock, random);
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    registry.find(group, version, resource).unwrap()
}

fn tree(json: &str, schema: &'static Struct) -> Tree {
    let decoded = decode(json.as_bytes(), schema).unwrap();
    assert_eq!(decoded.excess, [""; 0]);
    Tree::new(decoded.object, schema)
}

fn text(tree: Tree) -> String {
    let mut text = Vec::new();
    json::write(&tree.into_object().into(), &mut text);
    String::from_utf8(text).unwrap()
}

#[track_caller]
fn shows(served: Served, stored: &str, shown: &str) {
    let stored = tree(stored, served.stored.schema);
    assert_eq!(text(served.view().as_shown(stored)), shown);
}

#[track_caller]
fn stores(served: Served, sent: &str, stored: &str) {
    let sent = tree(sent, served.facts.schema);
    assert_eq!(text(served.as_stored(sent)), stored);
}

#[test]
fn events_have_two_names_for_their_fields() {
    let served = served("events.k8s.io/v1", "events");
    let core = r#"{"kind":"Event","apiVersion":"v1","metadata":{"name":"e1"},"involvedObject":{"kind":"Pod","namespace":"default","name":"p"},"reason":"Because","message":"n","source":{},"firstTimestamp":null,"lastTimestamp":null,"type":"Normal","eventTime":"2026-01-01T00:00:00.123456Z","action":"act","reportingComponent":"a.b/c","reportingInstance":"i"}"#;
    let newer = r#"{"kind":"Event","apiVersion":"events.k8s.io/v1","metadata":{"name":"e1"},"eventTime":"2026-01-01T00:00:00.123456Z","reportingController":"a.b/c","reportingInstance":"i","action":"act","reason":"Because","regarding":{"kind":"Pod","namespace":"default","name":"p"},"note":"n","type":"Normal","deprecatedSource":{},"deprecatedFirstTimestamp":null,"deprecatedLastTimestamp":null}"#;
    shows(served, core, newer);
    stores(served, newer, core);
}

#[test]
fn autoscalers_keep_in_annotations_what_the_first_version_has_no_fields_for() {
    let served = served("autoscaling/v1", "horizontalpodautoscalers");
    let v2 = r#"{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v2","metadata":{"name":"h2"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"minReplicas":1,"maxReplicas":5,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":55}}},{"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"100Mi"}}},{"type":"Pods","pods":{"metric":{"name":"p","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"AverageValue","averageValue":"1500m"}}},{"type":"Object","object":{"describedObject":{"kind":"Service","name":"s"},"target":{"type":"Value","value":"10"},"metric":{"name":"o"}}},{"type":"Object","object":{"describedObject":{"kind":"Service","name":"s"},"target":{"type":"AverageValue","averageValue":"3"},"metric":{"name":"o2"}}},{"type":"External","external":{"metric":{"name":"e"},"target":{"type":"AverageValue","averageValue":"2"}}},{"type":"ContainerResource","containerResource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":70},"container":"c"}}],"behavior":{"scaleUp":{"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]},"scaleDown":{"stabilizationWindowSeconds":60,"selectPolicy":"Max","policies":[{"type":"Pods","value":4,"periodSeconds":15}]}}},"status":{"observedGeneration":3,"lastScaleTime":"2026-01-01T00:00:00Z","currentReplicas":1,"desiredReplicas":2,"currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageValue":"12m","averageUtilization":40}}},{"type":"Object","object":{"metric":{"name":"o"},"current":{"value":"9"},"describedObject":{"kind":"Service","name":"s"}}},{"type":"External","external":{"metric":{"name":"e"},"current":{"averageValue":"2"}}},{"type":"Pods","pods":{"metric":{"name":"p"},"current":{"averageValue":"7"}}}],"conditions":[{"type":"AbleToScale","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"R","message":"m"}]}}"#;
    let v1 = r#"{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v1","metadata":{"name":"h2","annotations":{"autoscaling.alpha.kubernetes.io/behavior":"{\"ScaleUp\":{\"StabilizationWindowSeconds\":0,\"SelectPolicy\":\"Max\",\"Policies\":[{\"Type\":\"Pods\",\"Value\":4,\"PeriodSeconds\":15},{\"Type\":\"Percent\",\"Value\":100,\"PeriodSeconds\":15}],\"Tolerance\":null},\"ScaleDown\":{\"StabilizationWindowSeconds\":60,\"SelectPolicy\":\"Max\",\"Policies\":[{\"Type\":\"Pods\",\"Value\":4,\"PeriodSeconds\":15}],\"Tolerance\":null}}","autoscaling.alpha.kubernetes.io/conditions":"[{\"type\":\"AbleToScale\",\"status\":\"True\",\"lastTransitionTime\":\"2026-01-01T00:00:00Z\",\"reason\":\"R\",\"message\":\"m\"}]","autoscaling.alpha.kubernetes.io/current-metrics":"[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"currentAverageUtilization\":40,\"currentAverageValue\":\"12m\"}},{\"type\":\"Object\",\"object\":{\"target\":{\"kind\":\"Service\",\"name\":\"s\"},\"metricName\":\"o\",\"currentValue\":\"9\"}},{\"type\":\"External\",\"external\":{\"metricName\":\"e\",\"currentValue\":\"0\",\"currentAverageValue\":\"2\"}},{\"type\":\"Pods\",\"pods\":{\"metricName\":\"p\",\"currentAverageValue\":\"7\"}}]","autoscaling.alpha.kubernetes.io/metrics":"[{\"type\":\"Resource\",\"resource\":{\"name\":\"memory\",\"targetAverageValue\":\"100Mi\"}},{\"type\":\"Pods\",\"pods\":{\"metricName\":\"p\",\"targetAverageValue\":\"1500m\",\"selector\":{\"matchLabels\":{\"a\":\"b\"}}}},{\"type\":\"Object\",\"object\":{\"target\":{\"kind\":\"Service\",\"name\":\"s\"},\"metricName\":\"o\",\"targetValue\":\"10\"}},{\"type\":\"Object\",\"object\":{\"target\":{\"kind\":\"Service\",\"name\":\"s\"},\"metricName\":\"o2\",\"targetValue\":\"0\",\"averageValue\":\"3\"}},{\"type\":\"External\",\"external\":{\"metricName\":\"e\",\"targetAverageValue\":\"2\"}},{\"type\":\"ContainerResource\",\"containerResource\":{\"name\":\"cpu\",\"targetAverageUtilization\":70,\"container\":\"c\"}}]"}},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"minReplicas":1,"maxReplicas":5,"targetCPUUtilizationPercentage":55},"status":{"observedGeneration":3,"lastScaleTime":"2026-01-01T00:00:00Z","currentReplicas":1,"desiredReplicas":2,"currentCPUUtilizationPercentage":40}}"#;
    shows(served, v2, v1);
}

#[test]
fn autoscalers_of_the_first_version_are_stored_as_of_the_second() {
    let served = served("autoscaling/v1", "horizontalpodautoscalers");
    stores(
        served,
        r#"{"metadata":{"name":"h3","annotations":{"k":"v","autoscaling.alpha.kubernetes.io/metrics":"[{\"type\":\"Object\",\"object\":{\"target\":{\"kind\":\"Service\",\"name\":\"s\",\"apiVersion\":\"v1\"},\"metricName\":\"o2\",\"targetValue\":\"0\",\"averageValue\":\"3\"}},{\"type\":\"Resource\",\"resource\":{\"name\":\"memory\",\"targetAverageUtilization\":40}},{\"type\":\"External\",\"external\":{\"metricName\":\"e\",\"targetValue\":\"5\",\"metricSelector\":{\"matchLabels\":{\"a\":\"b\"}}}}]","autoscaling.alpha.kubernetes.io/behavior":"{\"ScaleDown\":{\"StabilizationWindowSeconds\":7,\"SelectPolicy\":\"Min\",\"Policies\":[{\"Type\":\"Pods\",\"Value\":4,\"PeriodSeconds\":15}]}}"}},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"minReplicas":1,"maxReplicas":5,"targetCPUUtilizationPercentage":33}}"#,
        // Without what is defaulted later: minReplicas, and how to scale up.
        r#"{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v2","metadata":{"name":"h3","annotations":{"k":"v"}},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"minReplicas":1,"maxReplicas":5,"metrics":[{"type":"Object","object":{"describedObject":{"kind":"Service","name":"s","apiVersion":"v1"},"target":{"type":"AverageValue","averageValue":"3"},"metric":{"name":"o2"}}},{"type":"Resource","resource":{"name":"memory","target":{"type":"Utilization","averageUtilization":40}}},{"type":"External","external":{"metric":{"name":"e","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"Value","value":"5"}}},{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":33}}}],"behavior":{"scaleDown":{"stabilizationWindowSeconds":7,"selectPolicy":"Min","policies":[{"type":"Pods","value":4,"periodSeconds":15}]}}},"status":{"desiredReplicas":0,"currentMetrics":null}}"#,
    );
    stores(
        served,
        r#"{"metadata":{"name":"h1"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"minReplicas":1,"maxReplicas":5}}"#,
        r#"{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v2","metadata":{"name":"h1"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"minReplicas":1,"maxReplicas":5,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]},"status":{"desiredReplicas":0,"currentMetrics":null}}"#,
    );
}

#[test]
fn annotations_that_stand_for_fields_are_not_stored() {
    let served = served("autoscaling/v2", "horizontalpodautoscalers");
    stores(
        served,
        r#"{"metadata":{"annotations":{"autoscaling.alpha.kubernetes.io/metrics":"zzz"}},"spec":{"scaleTargetRef":{"kind":"D","name":"d"},"maxReplicas":1}}"#,
        r#"{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v2","metadata":{},"spec":{"scaleTargetRef":{"kind":"D","name":"d"},"maxReplicas":1},"status":{"desiredReplicas":0,"currentMetrics":null}}"#,
    );
}

#[test]
fn the_first_version_of_claims_has_requests_one_level_higher() {
    let served = served("resource.k8s.io/v1beta1", "resourceclaims");
    let older = r#"{"kind":"ResourceClaim","apiVersion":"resource.k8s.io/v1beta1","metadata":{"name":"c1"},"spec":{"devices":{"requests":[{"name":"a","deviceClassName":"x","allocationMode":"ExactCount","count":2,"tolerations":[{"key":"k","operator":"Exists"}]},{"name":"b","deviceClassName":"","firstAvailable":[{"name":"s","deviceClassName":"y","allocationMode":"All"}]}]}},"status":{}}"#;
    let newer = r#"{"kind":"ResourceClaim","apiVersion":"resource.k8s.io/v1","metadata":{"name":"c1"},"spec":{"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"x","allocationMode":"ExactCount","count":2,"tolerations":[{"key":"k","operator":"Exists"}]}},{"name":"b","firstAvailable":[{"name":"s","deviceClassName":"y","allocationMode":"All"}]}]}},"status":{}}"#;
    shows(served, newer, older);
    stores(served, older, newer);
}

#[test]
fn the_first_version_of_slices_has_devices_one_level_deeper() {
    let served = served("resource.k8s.io/v1beta1", "resourceslices");
    let older = r#"{"kind":"ResourceSlice","apiVersion":"resource.k8s.io/v1beta1","metadata":{"name":"s1"},"spec":{"driver":"d.example","pool":{"name":"p","generation":1,"resourceSliceCount":1},"nodeName":"n","devices":[{"name":"dev","basic":{"attributes":{"a":{"string":"x"}},"capacity":{"m":{"value":"1Gi"}}}}]}}"#;
    let newer = r#"{"kind":"ResourceSlice","apiVersion":"resource.k8s.io/v1","metadata":{"name":"s1"},"spec":{"driver":"d.example","pool":{"name":"p","generation":1,"resourceSliceCount":1},"nodeName":"n","devices":[{"name":"dev","attributes":{"a":{"string":"x"}},"capacity":{"m":{"value":"1Gi"}}}]}}"#;
    shows(served, newer, older);
    stores(served, older, newer);
    shows(
        served,
        r#"{"metadata":{},"spec":{"driver":"d","pool":{"name":"p","generation":1,"resourceSliceCount":1},"allNodes":true,"devices":[{"name":"dev"}]}}"#,
        r#"{"kind":"ResourceSlice","apiVersion":"resource.k8s.io/v1beta1","metadata":{},"spec":{"driver":"d","pool":{"name":"p","generation":1,"resourceSliceCount":1},"allNodes":true,"devices":[{"name":"dev","basic":{}}]}}"#,
    );
}

/// Where nothing is converted, what is stored is read by the tables of the version that is asked for.
#[test]
fn versions_that_are_not_converted_have_the_same_bytes() {
    for resource in RESOURCES
        .iter()
        .filter(|facts| facts.verbs.contains(&"watch"))
    {
        let served = served(resource.api_version, resource.resource);
        if served.conversion.from_stored.is_none() {
            same(served.facts.schema, served.stored.schema, &mut Vec::new());
        }
    }
}

fn same(one: &'static Struct, other: &'static Struct, seen: &mut Vec<*const Struct>) {
    if std::ptr::eq(one, other) || seen.contains(&std::ptr::from_ref(one)) {
        return;
    }
    seen.push(one);
    let names = |of: &Struct| of.fields.iter().map(|field| field.json).collect::<Vec<_>>();
    assert_eq!(names(one), names(other), "{}", one.name);
    assert_eq!(numbers(one.wire), numbers(other.wire), "{}", one.name);
    for (one, other) in one.fields.iter().zip(other.fields) {
        let rules =
            |of: &crate::schema::Field| (of.cardinality, of.pointer, of.omit_empty, of.omit_zero);
        assert_eq!(rules(one), rules(other), "{}", one.json);
        match (one.shape, other.shape) {
            (Shape::Struct(one), Shape::Struct(other)) => same(one, other, seen),
            (one, other) => {
                assert_eq!(std::mem::discriminant(&one), std::mem::discriminant(&other));
            }
        }
    }
}

fn numbers(wire: &[Wire]) -> Vec<(u32, u8)> {
    let numbers = wire.iter().flat_map(|wire| match wire.what {
        OnWire::Field(place) => vec![(wire.number, place)],
        OnWire::Embedded(inner) => numbers(inner),
    });
    numbers.collect()
}
