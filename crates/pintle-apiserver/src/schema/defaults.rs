//! The values that fields have if nothing is said, as far as the schema knows them: those that do not depend
//! on anything else.

use pintle_codec::{Object, Value, json};

use super::{Cardinality, Field, Places, Shape, Struct, Tree};

impl Tree {
    /// Says what the object leaves out.
    pub(crate) fn apply_defaults(&mut self) {
        let schema = self.schema();
        complete(self.object_mut(), schema);
    }
}

fn complete(object: &mut Object, schema: &'static Struct) {
    // Mostly nothing has a default.
    if schema.unset.defaulted != 0 {
        let values = schema.values(object);
        let places = Places::new(schema.unset.defaulted);
        let left_out = places.filter(|place| says_nothing(values[*place], &schema.fields[*place]));
        for place in left_out.collect::<Vec<_>>() {
            set(object, schema, &schema.fields[place]);
        }
    }
    let mut places = schema.places();
    for (name, value) in object.iter_mut() {
        if let Some(place) = places.find(name) {
            complete_below(value, &schema.fields[place]);
        }
    }
}

fn complete_below(value: &mut Value, field: &Field) {
    let Shape::Struct(below) = field.shape else {
        return;
    };
    match (field.cardinality, value) {
        (Cardinality::One, Value::Object(object)) => complete(object, below),
        (Cardinality::List, Value::Array(elements)) => {
            let objects = elements.iter_mut().filter_map(Value::as_object_mut);
            objects.for_each(|object| complete(object, below));
        }
        (Cardinality::Map, Value::Object(map)) => {
            let objects = map
                .iter_mut()
                .filter_map(|(_, value)| value.as_object_mut());
            objects.for_each(|object| complete(object, below));
        }
        _ => {}
    }
}

/// Whether Go would see the zero value of a field, which a pointer has only where there is none.
fn says_nothing(value: Option<&Value>, field: &Field) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => !field.pointer && text.is_empty(),
        Some(Value::Int(number)) => !field.pointer && *number == 0,
        Some(_) => false,
    }
}

fn set(object: &mut Object, schema: &'static Struct, field: &Field) {
    let Ok(default) = json::parse(field.rules.default.as_bytes()) else {
        return;
    };
    // The zero value of a field that is no pointer is not written.
    if says_nothing(Some(&default), field) {
        return;
    }
    let mut tree = Tree::new(std::mem::take(object), schema);
    tree.set(&[field.json], default);
    *object = tree.into_object();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{generated::core_v1, schema::decode};

    fn completed(json: &str, schema: &'static Struct) -> String {
        let mut tree = Tree::new(decode(json.as_bytes(), schema).unwrap().object, schema);
        tree.apply_defaults();
        let mut text = Vec::new();
        json::write(&tree.into_object().into(), &mut text);
        String::from_utf8(text).unwrap()
    }

    // Every expectation is what kube-apiserver 1.36.3 makes of it, as far as these defaults go.
    #[test]
    fn what_is_left_out_is_said() {
        assert_eq!(
            completed(
                r#"{"spec":{"containers":[{"name":"c","ports":[{"containerPort":1},{"containerPort":2,"protocol":"UDP"}]}]}}"#,
                &core_v1::POD
            ),
            r#"{"metadata":{},"spec":{"containers":[{"name":"c","ports":[{"containerPort":1,"protocol":"TCP"},{"containerPort":2,"protocol":"UDP"}],"resources":{}}]},"status":{}}"#
        );
        assert_eq!(
            completed(r#"{"spec":{}}"#, &core_v1::REPLICATION_CONTROLLER),
            r#"{"metadata":{},"spec":{"replicas":1},"status":{"replicas":0}}"#
        );
    }
}
