//! Secrets: text is written into them, and comes out as data.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pintle_codec::Value;

use super::{Kind, Occasion, Part, SelectableField};
use crate::schema::Tree;

pub(super) const KIND: Kind = Kind {
    fields: &[SelectableField::of("type")],
    on_create: |secret, _| {
        encode_text(secret);
        if secret.text(&["type"]).is_empty() {
            secret.set(&["type"], "Opaque".into());
        }
    },
    on_update,
    ..Kind::PLAIN
};

fn on_update(new: &mut Tree, old: &Tree, _: Part, _: &Occasion<'_>) {
    encode_text(new);
    if new.text(&["type"]).is_empty() {
        new.copy_from(old, &["type"]);
    }
}

/// Moves what was written as text to where the data is, in place of what is there.
fn encode_text(secret: &mut Tree) {
    let Some(Value::Object(text)) = secret.remove(&["stringData"]) else {
        return;
    };
    let data = secret.get("data").and_then(Value::as_object);
    let mut data = data.cloned().unwrap_or_default();
    for (key, value) in text.iter() {
        let encoded = STANDARD.encode(value.as_str().unwrap_or_default());
        data.insert(key, encoded.into());
    }
    data.sort();
    secret.set(&["data"], Value::Object(data));
}
