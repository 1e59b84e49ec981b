//! Reading JSON by description.

use design_repr::{IntOrString, JsonReader, Quantity, RawJson, Str, Time};

use crate::{Entries, Items, Message, Read, Source, Table};

pub fn from_json(bytes: &[u8], message: &mut dyn Message) -> Read<()> {
    let mut reader = JsonReader::new(bytes)?;
    reader.message(message)?;
    reader.end()
}

impl Source for JsonReader<'_> {
    fn str(&mut self, value: &mut Str) -> Read<()> {
        *value = self.string()?;
        Ok(())
    }

    fn bool(&mut self, value: &mut bool) -> Read<()> {
        *value = JsonReader::bool(self)?;
        Ok(())
    }

    fn int32(&mut self, value: &mut i32) -> Read<()> {
        *value = JsonReader::int32(self)?;
        Ok(())
    }

    fn int64(&mut self, value: &mut i64) -> Read<()> {
        *value = JsonReader::int64(self)?;
        Ok(())
    }

    fn time(&mut self, value: &mut Time) -> Read<()> {
        *value = JsonReader::time(self)?;
        Ok(())
    }

    fn quantity(&mut self, value: &mut Quantity) -> Read<()> {
        *value = JsonReader::quantity(self)?;
        Ok(())
    }

    fn int_or_string(&mut self, value: &mut IntOrString) -> Read<()> {
        *value = JsonReader::int_or_string(self)?;
        Ok(())
    }

    fn raw(&mut self, value: &mut RawJson) -> Read<()> {
        *value = JsonReader::raw(self)?;
        Ok(())
    }

    fn message(&mut self, message: &mut dyn Message) -> Read<()> {
        let table = message.table();
        let mut expected = 0;
        let mut more = self.begin_object()?;
        while more {
            let found = match find_written(self, table, expected) {
                Some(field) => Some(field),
                None => find_named(table, self.key()?),
            };
            if !self.null()? {
                match found {
                    Some(field) => {
                        expected = field + 1;
                        message.fill(field, self)?;
                    }
                    None => self.skip()?,
                }
            }
            more = self.next_member()?;
        }
        Ok(())
    }

    fn items(&mut self, items: &mut dyn Items) -> Read<()> {
        let mut more = self.begin_list()?;
        while more {
            if self.null()? {
                items.grow(None)?;
            } else {
                items.grow(Some(self))?;
            }
            more = self.next_item()?;
        }
        items.fit();
        Ok(())
    }

    fn entries(&mut self, entries: &mut dyn Entries) -> Read<()> {
        let mut more = self.begin_object()?;
        while more {
            let key = Str::new(self.key()?);
            if self.null()? {
                entries.entry(key, None)?;
            } else {
                entries.entry(key, Some(self))?;
            }
            more = self.next_member()?;
        }
        entries.fit();
        Ok(())
    }
}

/// Compares what is next in the input with `"name":` as every server writes it, and takes it. The
/// search begins after the last field found: servers write fields in Go's order.
#[inline]
fn find_written(reader: &mut JsonReader<'_>, table: &Table, expected: usize) -> Option<usize> {
    reader.peek();
    let rest = reader.rest();
    let word = u64::from_le_bytes(*rest.first_chunk()?);
    let (before, after) = table.fields.split_at_checked(expected)?;
    for (first, fields) in [(expected, after), (0, before)] {
        for (at, field) in fields.iter().enumerate() {
            if word & field.mask == field.head {
                let written = &field.key.as_bytes()[1..];
                if written.len() <= 8
                    || rest
                        .get(8..)
                        .is_some_and(|rest| rest.starts_with(&written[8..]))
                {
                    reader.advance(written.len());
                    return Some(first + at);
                }
            }
        }
    }
    None
}

/// A name with a space after it, or with an escape, or unknown.
#[cold]
fn find_named(table: &Table, name: &str) -> Option<usize> {
    table.fields.iter().position(|field| {
        field
            .key
            .strip_prefix(",\"")
            .and_then(|key| key.strip_suffix("\":"))
            == Some(name)
    })
}
