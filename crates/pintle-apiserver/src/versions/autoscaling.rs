//! `autoscaling/v1`: the load of the processor is a field, all else is JSON in annotations.
//!
//! That JSON is what kube-apiserver writes, byte for byte, so that what one server wrote the other can
//! read: metrics and conditions with the names of this version, behaviours with those of a struct of
//! Go that has no names for JSON.

use pintle_codec::{Object, Value, json};

use super::Conversion;

pub(super) static V1: Conversion = Conversion {
    to_stored: Some(to_stored),
    from_stored: Some(from_stored),
    ..Conversion::SAME
};

/// What is stored needs no annotations, and has none of them whatever a client says.
pub(super) static V2: Conversion = Conversion {
    to_stored: Some(|autoscaler| drop(take_annotations(autoscaler))),
    ..Conversion::SAME
};

fn to_stored(autoscaler: &mut Object) {
    let annotations = take_annotations(autoscaler);
    let parsed = |name| json::parse(annotations.get(name)?.as_str()?.as_bytes()).ok();
    let listed = |name| match parsed(name)? {
        Value::Array(elements) => Some(elements),
        _ => None,
    };

    let mut spec = object(autoscaler.remove("spec"));
    let others = listed(METRICS).unwrap_or_default();
    let others = others
        .into_iter()
        .map(|metric| metric_to_stored(metric, &SPEC));
    let own = spec.remove("targetCPUUtilizationPercentage");
    let own = own.filter(|percentage| !percentage.is_null());
    let mut metrics: Vec<_> = others.chain(own.map(|own| cpu(own, &SPEC))).collect();
    if metrics.is_empty() {
        // What controllers once took for granted.
        metrics.push(cpu(DEFAULT_UTILIZATION.into(), &SPEC));
    }
    spec.insert("metrics", metrics.into());
    let behavior = parsed(BEHAVIOR).map(|behavior| behavior_to_stored(&behavior));
    if let Some(behavior) = behavior.filter(|behavior| !behavior.is_empty()) {
        spec.insert("behavior", behavior.into());
    }
    autoscaler.insert("spec", spec.into());

    let mut status = object(autoscaler.remove("status"));
    let own = status.remove("currentCPUUtilizationPercentage");
    let own = own.filter(|percentage| !percentage.is_null());
    let metrics: Vec<_> = match listed(CURRENT_METRICS) {
        // They say more than the field.
        Some(metrics) => {
            let metrics = metrics.into_iter();
            metrics
                .map(|metric| metric_to_stored(metric, &STATUS))
                .collect()
        }
        None => own.into_iter().map(|own| cpu(own, &STATUS)).collect(),
    };
    status.insert("currentMetrics", metrics.into());
    status.insert("conditions", listed(CONDITIONS).unwrap_or_default().into());
    autoscaler.insert("status", status.into());
}

fn from_stored(autoscaler: &mut Object) {
    let mut annotations = Vec::new();

    let mut spec = object(autoscaler.remove("spec"));
    let metrics = elements(spec.remove("metrics"));
    let mut others = Vec::new();
    for metric in metrics {
        match utilization(&metric, &SPEC) {
            // The first one is the field; more of them are lost.
            Some(percentage) if !spec.contains_key("targetCPUUtilizationPercentage") => {
                let percentage = percentage.clone();
                spec.insert("targetCPUUtilizationPercentage", percentage);
            }
            Some(_) => {}
            None => others.push(metric_from_stored(metric, &SPEC)),
        }
    }
    if !others.is_empty() {
        annotations.push((METRICS, others.into()));
    }
    let behavior = spec.remove("behavior");
    autoscaler.insert("spec", spec.into());

    let mut status = object(autoscaler.remove("status"));
    let mut metrics = Vec::new();
    for metric in elements(status.remove("currentMetrics")) {
        if let Some(percentage) = utilization(&metric, &STATUS) {
            status.insert("currentCPUUtilizationPercentage", percentage.clone());
        }
        metrics.push(metric_from_stored(metric, &STATUS));
    }
    if !metrics.is_empty() {
        annotations.push((CURRENT_METRICS, metrics.into()));
    }
    if let Some(Value::Object(behavior)) = behavior {
        annotations.push((BEHAVIOR, behavior_from_stored(&behavior)));
    }
    let conditions = elements(status.remove("conditions"));
    if !conditions.is_empty() {
        annotations.push((CONDITIONS, conditions.into()));
    }
    autoscaler.insert("status", status.into());

    if !annotations.is_empty() {
        let mut metadata = object(autoscaler.remove("metadata"));
        let mut all = object(metadata.remove("annotations"));
        for (name, value) in annotations {
            let mut text = Vec::new();
            json::write(&value, &mut text);
            all.insert(name, String::from_utf8_lossy(&text).into_owned().into());
        }
        metadata.insert("annotations", all.into());
        autoscaler.insert("metadata", metadata.into());
    }
}

/// Takes out the annotations that stand for fields.
fn take_annotations(autoscaler: &mut Object) -> Object {
    let mut taken = Object::new();
    let metadata = autoscaler
        .get_mut("metadata")
        .and_then(Value::as_object_mut);
    let all = metadata.and_then(|metadata| metadata.get_mut("annotations")?.as_object_mut());
    if let Some(all) = all {
        for name in [
            METRICS,
            CURRENT_METRICS,
            CONDITIONS,
            BEHAVIOR,
            SCALE_UP,
            SCALE_DOWN,
        ] {
            if let Some(text) = all.remove(name) {
                taken.insert(name, text);
            }
        }
    }
    taken
}

/// What metrics are about: what is wanted, or what is.
struct Side {
    /// The field that holds the amounts as they are stored.
    amounts: &'static str,
    /// The amounts as this version names them.
    value: &'static str,
    average_value: &'static str,
    average_utilization: &'static str,
    /// Whether the sort of amount is said, and an amount that is not given left out.
    is_wanted: bool,
}

const SPEC: Side = Side {
    amounts: "target",
    value: "targetValue",
    average_value: "targetAverageValue",
    average_utilization: "targetAverageUtilization",
    is_wanted: true,
};

const STATUS: Side = Side {
    amounts: "current",
    value: "currentValue",
    average_value: "currentAverageValue",
    average_utilization: "currentAverageUtilization",
    is_wanted: false,
};

/// The metric that is a field of this version.
fn cpu(percentage: Value, side: &Side) -> Value {
    let type_ = side.is_wanted.then(|| "Utilization".into());
    let amounts = present([("type", type_), ("averageUtilization", Some(percentage))]);
    let resource = Object::from([("name", "cpu".into()), (side.amounts, amounts)]);
    Object::from([("type", "Resource".into()), ("resource", resource.into())]).into()
}

/// The percentage of a metric of that sort.
fn utilization<'m>(metric: &'m Value, side: &Side) -> Option<&'m Value> {
    let is = |value: Option<&Value>, text| value.and_then(Value::as_str) == Some(text);
    let resource = metric.get("resource")?;
    let is_cpu = is(metric.get("type"), "Resource") && is(resource.get("name"), "cpu");
    let percentage = resource.at(&[side.amounts, "averageUtilization"])?;
    (is_cpu && !percentage.is_null()).then_some(percentage)
}

/// A metric as annotations have it, its fields in the order of Go's structs.
fn metric_from_stored(metric: Value, side: &Side) -> Value {
    let mut metric = object(Some(metric));
    let mut kept = Object::from([("type", metric.remove("type").unwrap_or_default())]);
    for sort in SORTS {
        let Some(source) = metric.remove(sort) else {
            continue;
        };
        let mut source = object(Some(source));
        let mut amounts = object(source.remove(side.amounts));
        let (value, average) = (amounts.remove("value"), amounts.remove("averageValue"));
        let utilization = amounts.remove("averageUtilization");
        let mut identifier = object(source.remove("metric"));
        let (name, selector) = (identifier.remove("name"), identifier.remove("selector"));
        // What is no pointer in Go is always there.
        let always = |amount: Option<Value>| Some(amount.unwrap_or_else(|| "0".into()));
        let if_wanted = |amount| {
            if side.is_wanted {
                amount
            } else {
                always(amount)
            }
        };
        let source = match sort {
            "object" => present([
                ("target", source.remove("describedObject")),
                ("metricName", name),
                (side.value, always(value)),
                ("selector", selector),
                ("averageValue", average),
            ]),
            "pods" => present([
                ("metricName", name),
                (side.average_value, always(average)),
                ("selector", selector),
            ]),
            "external" => present([
                ("metricName", name),
                ("metricSelector", selector),
                (side.value, if_wanted(value)),
                (side.average_value, average),
            ]),
            _ => present([
                ("name", source.remove("name")),
                (side.average_utilization, utilization),
                (side.average_value, if_wanted(average)),
                ("container", source.remove("container")),
            ]),
        };
        kept.insert(sort, source);
    }
    kept.into()
}

/// A metric as it is stored, of one of an annotation.
fn metric_to_stored(metric: Value, side: &Side) -> Value {
    let mut metric = object(Some(metric));
    let mut stored = Object::from([("type", metric.remove("type").unwrap_or_default())]);
    for sort in SORTS {
        let Some(source) = metric.remove(sort) else {
            continue;
        };
        let mut source = object(Some(source));
        let average = match sort {
            "object" => "averageValue",
            _ => side.average_value,
        };
        let (mut value, average) = (source.remove(side.value), source.remove(average));
        let utilization = source.remove(side.average_utilization);
        if sort == "object" && side.is_wanted && average.is_some() {
            // There it cannot be left out.
            value = value.filter(|value| value.as_str() != Some("0"));
        }
        let type_ = match sort {
            "object" if average.is_none() => "Value",
            "external" if value.is_some() => "Value",
            "resource" | "containerResource" if utilization.is_some() => "Utilization",
            _ => "AverageValue",
        };
        let amounts = present([
            ("type", side.is_wanted.then(|| type_.into())),
            ("value", value),
            ("averageValue", average),
            ("averageUtilization", utilization),
        ]);
        let selector = source
            .remove("selector")
            .or_else(|| source.remove("metricSelector"));
        let identifier = present([
            ("name", source.remove("metricName")),
            ("selector", selector),
        ]);
        let source = match sort {
            "object" => present([
                ("describedObject", source.remove("target")),
                (side.amounts, Some(amounts)),
                ("metric", Some(identifier)),
            ]),
            "pods" | "external" => {
                present([("metric", Some(identifier)), (side.amounts, Some(amounts))])
            }
            _ => present([
                ("name", source.remove("name")),
                ("container", source.remove("container")),
                (side.amounts, Some(amounts)),
            ]),
        };
        stored.insert(sort, source);
    }
    stored.into()
}

/// A behaviour as the annotation has it: all fields, by their names in Go.
fn behavior_from_stored(behavior: &Object) -> Value {
    let field = |of: &Object, name: &str| of.get(name).cloned().unwrap_or_default();
    let rules = |direction: &str| {
        let Some(rules) = behavior.get(direction).and_then(Value::as_object) else {
            return Value::Null;
        };
        let policies = match rules.get("policies").and_then(Value::as_array) {
            None | Some([]) => Value::Null,
            Some(policies) => {
                let policy = |policy: &Value| {
                    let of = |name| policy.get(name).cloned();
                    present([
                        ("Type", of("type")),
                        ("Value", of("value")),
                        ("PeriodSeconds", of("periodSeconds")),
                    ])
                };
                policies.iter().map(policy).collect::<Vec<_>>().into()
            }
        };
        Object::from([
            (
                "StabilizationWindowSeconds",
                field(rules, "stabilizationWindowSeconds"),
            ),
            ("SelectPolicy", field(rules, "selectPolicy")),
            ("Policies", policies),
            ("Tolerance", field(rules, "tolerance")),
        ])
        .into()
    };
    Object::from([
        ("ScaleUp", rules("scaleUp")),
        ("ScaleDown", rules("scaleDown")),
    ])
    .into()
}

fn behavior_to_stored(behavior: &Value) -> Object {
    let some = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    let rules = |direction: &str| {
        let rules = some(behavior.get(direction))?;
        let policies = rules.get("Policies").and_then(Value::as_array);
        let policies = policies.unwrap_or_default().iter().map(|policy| {
            present([
                ("type", some(policy.get("Type"))),
                ("value", some(policy.get("Value"))),
                ("periodSeconds", some(policy.get("PeriodSeconds"))),
            ])
        });
        let policies: Vec<_> = policies.collect();
        Some(present([
            (
                "stabilizationWindowSeconds",
                some(rules.get("StabilizationWindowSeconds")),
            ),
            ("selectPolicy", some(rules.get("SelectPolicy"))),
            ("policies", (!policies.is_empty()).then(|| policies.into())),
            ("tolerance", some(rules.get("Tolerance"))),
        ]))
    };
    object(Some(present([
        ("scaleUp", rules("ScaleUp")),
        ("scaleDown", rules("ScaleDown")),
    ])))
}

/// An object of those fields that there are.
fn present<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let fields = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    fields.collect::<Object>().into()
}

fn object(value: Option<Value>) -> Object {
    match value {
        Some(Value::Object(object)) => object,
        _ => Object::new(),
    }
}

fn elements(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(elements)) => elements,
        _ => Vec::new(),
    }
}

/// The sorts of metrics, in the order of their fields.
const SORTS: [&str; 5] = [
    "object",
    "pods",
    "resource",
    "containerResource",
    "external",
];

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";
const SCALE_UP: &str = "autoscaling.alpha.kubernetes.io/scale-up-tolerance";
const SCALE_DOWN: &str = "autoscaling.alpha.kubernetes.io/scale-down-tolerance";

const DEFAULT_UTILIZATION: i64 = 80;
