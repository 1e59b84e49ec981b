//! `resource.k8s.io/v1beta1`: devices have their properties one level deeper, requests one level higher.

use pintle_codec::{Object, Value};

use super::Conversion;

pub(super) static CLAIM: Conversion = Conversion {
    to_stored: Some(|claim| each(claim, &["spec", "devices", "requests"], lower)),
    from_stored: Some(|claim| each(claim, &["spec", "devices", "requests"], lift)),
    ..Conversion::SAME
};

pub(super) static TEMPLATE: Conversion = Conversion {
    to_stored: Some(|template| each(template, &["spec", "spec", "devices", "requests"], lower)),
    from_stored: Some(|template| each(template, &["spec", "spec", "devices", "requests"], lift)),
    ..Conversion::SAME
};

pub(super) static SLICE: Conversion = Conversion {
    to_stored: Some(|slice| each(slice, &["spec", "devices"], unpack)),
    from_stored: Some(|slice| each(slice, &["spec", "devices"], pack)),
    ..Conversion::SAME
};

/// Changes the objects of the list at a path.
fn each(object: &mut Object, path: &[&str], change: fn(&mut Object)) {
    let Some((list, parents)) = path.split_last() else {
        return;
    };
    let mut object = object;
    for parent in parents {
        match object.get_mut(parent).and_then(Value::as_object_mut) {
            Some(inner) => object = inner,
            None => return,
        }
    }
    if let Some(Value::Array(elements)) = object.get_mut(list) {
        elements
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(change);
    }
}

/// What a request says of devices goes into `exactly`, if it says anything.
fn lower(request: &mut Object) {
    let mut exactly = Object::new();
    for field in EXACT {
        match request.remove(field) {
            None => {}
            Some(Value::String(text)) if text.is_empty() => {}
            Some(value) => drop(exactly.insert(field, value)),
        }
    }
    if !exactly.is_empty() {
        request.insert("exactly", exactly.into());
    }
}

fn lift(request: &mut Object) {
    let Some(Value::Object(exactly)) = request.remove("exactly") else {
        return;
    };
    for (field, value) in exactly.into_entries() {
        request.insert(field, value);
    }
}

/// The properties of a device are its own, and not those of its `basic` part.
fn unpack(device: &mut Object) {
    let Some(Value::Object(basic)) = device.remove("basic") else {
        return;
    };
    for (field, value) in basic.into_entries() {
        device.insert(field, value);
    }
}

fn pack(device: &mut Object) {
    let entries = std::mem::take(device).into_entries();
    let (own, basic): (Vec<_>, _) = entries.into_iter().partition(|(key, _)| *key == "name");
    *device = Object::from_entries(own);
    device.insert("basic", Object::from_entries(basic).into());
}

/// The fields of a request that are those of `exactly`.
const EXACT: [&str; 7] = [
    "deviceClassName",
    "selectors",
    "allocationMode",
    "count",
    "adminAccess",
    "tolerations",
    "capacity",
];
