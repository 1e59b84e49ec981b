//! Writing JSON by description.

use design_repr::{IntOrString, JsonWriter, Quantity, RawJson, Time};

use crate::{Entries, Items, Message, Sink};

pub fn to_json(message: &dyn Message) -> Vec<u8> {
    let mut writer = JsonWriter::with_capacity(4096);
    writer.message(message);
    writer.into_bytes()
}

impl Sink for JsonWriter {
    fn absent(&mut self) {
        self.literal("null");
    }

    fn str(&mut self, value: &str) {
        self.string(value);
    }

    fn bool(&mut self, value: bool) {
        JsonWriter::bool(self, value);
    }

    fn int32(&mut self, value: i32) {
        JsonWriter::int32(self, value);
    }

    fn int64(&mut self, value: i64) {
        JsonWriter::int64(self, value);
    }

    fn time(&mut self, value: Time) {
        JsonWriter::time(self, value);
    }

    fn quantity(&mut self, value: &Quantity) {
        JsonWriter::quantity(self, value);
    }

    fn int_or_string(&mut self, value: &IntOrString) {
        JsonWriter::int_or_string(self, value);
    }

    fn raw(&mut self, value: &RawJson) {
        JsonWriter::raw(self, value);
    }

    fn message(&mut self, message: &dyn Message) {
        let table = message.table();
        self.byte(b'{');
        self.literal(table.type_meta);
        let mut left = message.present();
        while left != 0 {
            let field = left.trailing_zeros() as usize;
            left &= left - 1;
            self.key(table.fields[field].key);
            message.emit(field, self);
        }
        self.byte(b'}');
    }

    fn items(&mut self, items: &dyn Items) {
        self.byte(b'[');
        for at in 0..items.len() {
            if at > 0 {
                self.byte(b',');
            }
            items.emit(at, self);
        }
        self.byte(b']');
    }

    fn entries(&mut self, entries: &dyn Entries) {
        if entries.len() == 0 {
            return self.literal("null");
        }
        self.byte(b'{');
        for at in 0..entries.len() {
            if at > 0 {
                self.byte(b',');
            }
            self.string(entries.key(at));
            self.byte(b':');
            entries.emit(at, self);
        }
        self.byte(b'}');
    }
}
