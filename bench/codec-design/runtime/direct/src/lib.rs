//! Alternative B: one generated function a struct a format. These are the traits it implements,
//! and their implementations for everything that is not a struct.

use design_repr::{
    IntOrString, JsonReader, JsonWriter, List, Malformed, Map, ProtobufReader, Quantity, RawJson,
    Read, Str, Time, Wire,
};

/// What can be a field, an item, or an entry's value.
pub trait Value: Default {
    /// Reads anything but `null`.
    fn read_json(&mut self, reader: &mut JsonReader<'_>) -> Read<()>;
    fn write_json(&self, writer: &mut JsonWriter);
    fn read_protobuf(
        &mut self,
        wire: Wire,
        reader: &mut ProtobufReader<'_>,
    ) -> Result<(), Malformed>;

    /// What Go's `omitempty` leaves out. It never leaves out a struct.
    fn is_empty(&self) -> bool {
        false
    }
}

/// A struct.
pub trait Message: Value {
    fn merge_protobuf(&mut self, reader: ProtobufReader<'_>) -> Result<(), Malformed>;
}

pub fn from_json<M: Message>(bytes: &[u8]) -> Option<Box<M>> {
    let mut message = Box::<M>::default();
    let mut reader = JsonReader::new(bytes).ok()?;
    message.read_json(&mut reader).ok()?;
    reader.end().ok()?;
    Some(message)
}

pub fn to_json<M: Message>(message: &M) -> Vec<u8> {
    let mut writer = JsonWriter::with_capacity(4096);
    message.write_json(&mut writer);
    writer.into_bytes()
}

pub fn from_protobuf<M: Message>(bytes: &[u8]) -> Option<Box<M>> {
    let mut message = Box::<M>::default();
    message.merge_protobuf(ProtobufReader::new(bytes)).ok()?;
    Some(message)
}

macro_rules! leaf {
    ($type:ty, $read:expr, $write:expr, $protobuf:expr, $empty:expr) => {
        impl Value for $type {
            #[inline]
            fn read_json(&mut self, reader: &mut JsonReader<'_>) -> Read<()> {
                *self = $read(reader)?;
                Ok(())
            }

            #[inline]
            fn write_json(&self, writer: &mut JsonWriter) {
                $write(writer, self);
            }

            #[inline]
            fn read_protobuf(
                &mut self,
                _: Wire,
                reader: &mut ProtobufReader<'_>,
            ) -> Result<(), Malformed> {
                *self = $protobuf(reader)?;
                Ok(())
            }

            #[inline]
            fn is_empty(&self) -> bool {
                $empty(self)
            }
        }
    };
}

leaf!(
    Str,
    JsonReader::string,
    |w: &mut JsonWriter, v: &Str| w.string(v),
    ProtobufReader::string,
    |v: &Str| v.is_empty()
);
leaf!(
    bool,
    JsonReader::bool,
    |w: &mut JsonWriter, v: &bool| w.bool(*v),
    |r: &mut ProtobufReader<'_>| r.varint().map(|v| v != 0),
    |v: &bool| !*v
);
leaf!(
    i32,
    JsonReader::int32,
    |w: &mut JsonWriter, v: &i32| w.int32(*v),
    |r: &mut ProtobufReader<'_>| r.varint().map(|v| v as i32),
    |v: &i32| *v == 0
);
leaf!(
    i64,
    JsonReader::int64,
    |w: &mut JsonWriter, v: &i64| w.int64(*v),
    |r: &mut ProtobufReader<'_>| r.varint().map(|v| v as i64),
    |v: &i64| *v == 0
);
leaf!(
    Time,
    JsonReader::time,
    |w: &mut JsonWriter, v: &Time| w.time(*v),
    ProtobufReader::time,
    |_: &Time| false
);
leaf!(
    Quantity,
    JsonReader::quantity,
    JsonWriter::quantity,
    ProtobufReader::quantity,
    |_: &Quantity| false
);
leaf!(
    IntOrString,
    JsonReader::int_or_string,
    JsonWriter::int_or_string,
    ProtobufReader::int_or_string,
    |_: &IntOrString| false
);
leaf!(
    RawJson,
    JsonReader::raw,
    JsonWriter::raw,
    ProtobufReader::raw,
    |_: &RawJson| false
);

impl<T: Value> Value for Option<T> {
    #[inline]
    fn read_json(&mut self, reader: &mut JsonReader<'_>) -> Read<()> {
        self.get_or_insert_default().read_json(reader)
    }

    #[inline]
    fn write_json(&self, writer: &mut JsonWriter) {
        match self {
            Some(value) => value.write_json(writer),
            None => writer.literal("null"),
        }
    }

    #[inline]
    fn read_protobuf(
        &mut self,
        wire: Wire,
        reader: &mut ProtobufReader<'_>,
    ) -> Result<(), Malformed> {
        self.get_or_insert_default().read_protobuf(wire, reader)
    }

    #[inline]
    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

impl<T: Value> Value for Box<T> {
    #[inline]
    fn read_json(&mut self, reader: &mut JsonReader<'_>) -> Read<()> {
        (**self).read_json(reader)
    }

    #[inline]
    fn write_json(&self, writer: &mut JsonWriter) {
        (**self).write_json(writer);
    }

    #[inline]
    fn read_protobuf(
        &mut self,
        wire: Wire,
        reader: &mut ProtobufReader<'_>,
    ) -> Result<(), Malformed> {
        (**self).read_protobuf(wire, reader)
    }
}

impl<T: Value> Value for List<T> {
    fn read_json(&mut self, reader: &mut JsonReader<'_>) -> Read<()> {
        let mut more = reader.begin_list()?;
        while more {
            let item = self.grow();
            if !reader.null()? {
                item.read_json(reader)?;
            }
            more = reader.next_item()?;
        }
        self.fit();
        Ok(())
    }

    fn write_json(&self, writer: &mut JsonWriter) {
        writer.byte(b'[');
        for (at, item) in self.iter().enumerate() {
            if at > 0 {
                writer.byte(b',');
            }
            item.write_json(writer);
        }
        writer.byte(b']');
    }

    fn read_protobuf(
        &mut self,
        wire: Wire,
        reader: &mut ProtobufReader<'_>,
    ) -> Result<(), Malformed> {
        if <[T]>::is_empty(self) {
            self.reserve_exact(reader.run_length(wire)?);
        }
        self.grow().read_protobuf(wire, reader)
    }

    #[inline]
    fn is_empty(&self) -> bool {
        <[T]>::is_empty(self)
    }
}

impl<V: Value> Value for Map<V> {
    fn read_json(&mut self, reader: &mut JsonReader<'_>) -> Read<()> {
        let mut more = reader.begin_object()?;
        while more {
            let key = Str::new(reader.key()?);
            let value = self.slot(key);
            if !reader.null()? {
                value.read_json(reader)?;
            }
            more = reader.next_member()?;
        }
        self.fit();
        Ok(())
    }

    fn write_json(&self, writer: &mut JsonWriter) {
        if self.is_empty() {
            return writer.literal("null");
        }
        writer.byte(b'{');
        for (at, (key, value)) in self.iter().enumerate() {
            if at > 0 {
                writer.byte(b',');
            }
            writer.string(key);
            writer.byte(b':');
            value.write_json(writer);
        }
        writer.byte(b'}');
    }

    fn read_protobuf(
        &mut self,
        wire: Wire,
        reader: &mut ProtobufReader<'_>,
    ) -> Result<(), Malformed> {
        if self.is_empty() {
            self.reserve_exact(reader.run_length(wire)?);
        }
        let mut entry = reader.message()?;
        let mut key = Str::default();
        let mut value = V::default();
        while !entry.is_empty() {
            let wire = entry.wire()?;
            match wire.number() {
                1 => key = entry.string()?,
                2 => value.read_protobuf(wire, &mut entry)?,
                _ => entry.skip(wire)?,
            }
        }
        *self.slot(key) = value;
        Ok(())
    }

    #[inline]
    fn is_empty(&self) -> bool {
        Map::is_empty(self)
    }
}
