//! Reading protobuf by description.

use design_repr::{IntOrString, Malformed, ProtobufReader, Quantity, RawJson, Str, Time, Wire};

use crate::{Entries, Failed, Items, Message, Read, Source, Table};

pub fn from_protobuf(bytes: &[u8], message: &mut dyn Message) -> Result<(), Malformed> {
    let mut reader = ProtobufReader::new(bytes);
    if reader.is_empty() {
        return Ok(());
    }
    let mut fields = Fields {
        wire: reader.wire()?,
        reader,
        fault: Malformed::EndsEarly,
    };
    let table = message.table();
    fields
        .merge(message, table, table.by_number)
        .map_err(|Failed| fields.fault)
}

/// The fields of one message. As a source, it is at the value of the field `wire`.
struct Fields<'a> {
    reader: ProtobufReader<'a>,
    wire: Wire,
    fault: Malformed,
}

impl<'a> Fields<'a> {
    /// Reads the fields that `by_number` tells of: the message's own, or one group's. The first
    /// one's number has been read.
    fn merge(
        &mut self,
        message: &mut dyn Message,
        table: &'static Table,
        by_number: &'static [u8],
    ) -> Read<()> {
        loop {
            let at = usize::from(
                by_number
                    .get(self.wire.number())
                    .copied()
                    .unwrap_or(Table::UNKNOWN),
            );
            match table.fields.get(at) {
                Some(field) if field.wire == self.wire.kind() => message.fill(at, self)?,
                Some(_) => self.skip()?,
                None => match table.groups.get(at.wrapping_sub(usize::from(Table::GROUP))) {
                    Some(group) if self.wire.kind() == 2 => {
                        self.nested(message, table, group.by_number)?
                    }
                    _ => self.skip()?,
                },
            }
            if self.reader.is_empty() {
                return Ok(());
            }
            self.wire = self.take(ProtobufReader::wire)?;
        }
    }

    fn nested(
        &mut self,
        message: &mut dyn Message,
        table: &'static Table,
        by_number: &'static [u8],
    ) -> Read<()> {
        let inner = self.take(ProtobufReader::message)?;
        if inner.is_empty() {
            return Ok(());
        }
        let (outer, wire) = (std::mem::replace(&mut self.reader, inner), self.wire);
        self.wire = self.take(ProtobufReader::wire)?;
        self.merge(message, table, by_number)?;
        self.reader = outer;
        self.wire = wire;
        Ok(())
    }

    #[inline]
    fn take<T>(
        &mut self,
        read: impl FnOnce(&mut ProtobufReader<'a>) -> Result<T, Malformed>,
    ) -> Read<T> {
        read(&mut self.reader).map_err(|fault| {
            self.fault = fault;
            Failed
        })
    }

    fn skip(&mut self) -> Read<()> {
        let wire = self.wire;
        self.take(|reader| reader.skip(wire))
    }

    fn run_length(&mut self) -> Read<usize> {
        let wire = self.wire;
        self.take(|reader| reader.run_length(wire))
    }
}

impl Source for Fields<'_> {
    fn str(&mut self, value: &mut Str) -> Read<()> {
        *value = self.take(ProtobufReader::string)?;
        Ok(())
    }

    fn bool(&mut self, value: &mut bool) -> Read<()> {
        *value = self.take(ProtobufReader::varint)? != 0;
        Ok(())
    }

    fn int32(&mut self, value: &mut i32) -> Read<()> {
        *value = self.take(ProtobufReader::varint)? as i32;
        Ok(())
    }

    fn int64(&mut self, value: &mut i64) -> Read<()> {
        *value = self.take(ProtobufReader::varint)? as i64;
        Ok(())
    }

    fn time(&mut self, value: &mut Time) -> Read<()> {
        *value = self.take(ProtobufReader::time)?;
        Ok(())
    }

    fn quantity(&mut self, value: &mut Quantity) -> Read<()> {
        *value = self.take(ProtobufReader::quantity)?;
        Ok(())
    }

    fn int_or_string(&mut self, value: &mut IntOrString) -> Read<()> {
        *value = self.take(ProtobufReader::int_or_string)?;
        Ok(())
    }

    fn raw(&mut self, value: &mut RawJson) -> Read<()> {
        *value = self.take(ProtobufReader::raw)?;
        Ok(())
    }

    fn message(&mut self, message: &mut dyn Message) -> Read<()> {
        let table = message.table();
        self.nested(message, table, table.by_number)
    }

    fn items(&mut self, items: &mut dyn Items) -> Read<()> {
        if items.len() == 0 {
            items.reserve_exact(self.run_length()?);
        }
        items.grow(Some(self))
    }

    /// One entry: a message of key and value, which may come in either order.
    fn entries(&mut self, entries: &mut dyn Entries) -> Read<()> {
        if entries.len() == 0 {
            entries.reserve_exact(self.run_length()?);
        }
        let mut entry = self.take(ProtobufReader::message)?;
        let mut key = Str::default();
        let mut value = None;
        while !entry.is_empty() {
            let mut field = Fields {
                wire: self.wire,
                reader: entry,
                fault: self.fault,
            };
            let read = field.entry_field(&mut key, &mut value);
            entry = field.reader;
            self.fault = field.fault;
            read?;
        }
        match value {
            Some((wire, reader)) => {
                let mut value = Fields {
                    wire,
                    reader,
                    fault: self.fault,
                };
                let read = entries.entry(key, Some(&mut value));
                self.fault = value.fault;
                read
            }
            None => entries.entry(key, None),
        }
    }
}

impl<'a> Fields<'a> {
    fn entry_field(
        &mut self,
        key: &mut Str,
        value: &mut Option<(Wire, ProtobufReader<'a>)>,
    ) -> Read<()> {
        self.wire = self.take(ProtobufReader::wire)?;
        match self.wire.number() {
            1 => self.str(key),
            2 => {
                *value = Some((self.wire, self.reader));
                self.skip()
            }
            _ => self.skip(),
        }
    }
}
