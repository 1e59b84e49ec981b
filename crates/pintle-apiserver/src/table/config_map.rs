//! The columns of config maps.

use pintle_codec::Value;

use super::{AGE, Column, NAME, NEVER, Table, age::age};
use crate::schema::Tree;

pub(super) static CONFIG_MAP: Table = Table {
    columns: &[
        NAME,
        Column::text("Data", "The number of keys, those of binary data included."),
        AGE,
    ],
    cells: |config_map, now| {
        let keys = keys(config_map, "data") + keys(config_map, "binaryData");
        vec![
            config_map.metadata_text("name").into(),
            Value::Int(keys),
            age(config_map, now).into(),
        ]
    },
    completed: NEVER,
};

fn keys(config_map: &Tree, field: &str) -> i64 {
    let entries = config_map.get(field).and_then(Value::as_object);
    entries.map_or(0, |entries| entries.len() as i64)
}
