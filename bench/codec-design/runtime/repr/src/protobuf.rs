//! Protobuf tokens from a buffer that is wholly there.

use crate::{IntOrString, Quantity, RawJson, Str, Time};

#[derive(Clone, Copy)]
pub struct ProtobufReader<'a> {
    rest: &'a [u8],
    depth: u8,
}

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Malformed {
    EndsEarly,
    VarintTooLong,
    WireType,
    Utf8,
    TooDeep,
}

/// A field's number and wire type.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Wire(u64);

impl Wire {
    /// The number times eight plus the wire type, as it is on the wire.
    #[inline]
    pub fn tag(self) -> u64 {
        self.0
    }

    #[inline]
    pub fn number(self) -> usize {
        (self.0 >> 3) as usize
    }

    #[inline]
    pub fn kind(self) -> u8 {
        (self.0 & 7) as u8
    }
}

type Read<T> = Result<T, Malformed>;

impl<'a> ProtobufReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        ProtobufReader {
            rest: bytes,
            depth: 0,
        }
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline]
    pub fn wire(&mut self) -> Read<Wire> {
        self.varint().map(Wire)
    }

    #[inline]
    pub fn varint(&mut self) -> Read<u64> {
        match *self.rest {
            [a, ref rest @ ..] if a < 0x80 => {
                self.rest = rest;
                Ok(u64::from(a))
            }
            [a, b, ref rest @ ..] if b < 0x80 => {
                self.rest = rest;
                Ok(u64::from(a & 0x7f) | u64::from(b) << 7)
            }
            _ => self.long_varint(),
        }
    }

    #[inline]
    pub fn bytes(&mut self) -> Read<&'a [u8]> {
        let length = self.varint()? as usize;
        match self.rest.split_at_checked(length) {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(bytes)
            }
            None => Err(Malformed::EndsEarly),
        }
    }

    #[inline]
    pub fn message(&mut self) -> Read<ProtobufReader<'a>> {
        let rest = self.bytes()?;
        if self.depth == MAX_DEPTH {
            return Err(Malformed::TooDeep);
        }
        Ok(ProtobufReader {
            rest,
            depth: self.depth + 1,
        })
    }

    #[inline]
    pub fn string(&mut self) -> Read<Str> {
        match std::str::from_utf8(self.bytes()?) {
            Ok(text) => Ok(Str::new(text)),
            Err(_) => Err(Malformed::Utf8),
        }
    }

    pub fn time(&mut self) -> Read<Time> {
        let mut message = self.message()?;
        if message.is_empty() {
            return Ok(Time::default());
        }
        let mut seconds = 0;
        while !message.is_empty() {
            let wire = message.wire()?;
            match wire.number() {
                1 => seconds = message.varint()? as i64,
                _ => message.skip(wire)?,
            }
        }
        Ok(Time::from_unix_seconds(seconds))
    }

    pub fn quantity(&mut self) -> Read<Quantity> {
        let mut message = self.message()?;
        let mut text = Str::default();
        while !message.is_empty() {
            let wire = message.wire()?;
            match wire.number() {
                1 => text = message.string()?,
                _ => message.skip(wire)?,
            }
        }
        Ok(Quantity(text))
    }

    pub fn int_or_string(&mut self) -> Read<IntOrString> {
        let mut message = self.message()?;
        let (mut is_string, mut int, mut text) = (false, 0, Str::default());
        while !message.is_empty() {
            let wire = message.wire()?;
            match wire.number() {
                1 => is_string = message.varint()? == 1,
                2 => int = message.varint()? as i32,
                3 => text = message.string()?,
                _ => message.skip(wire)?,
            }
        }
        Ok(if is_string {
            IntOrString::String(text)
        } else {
            IntOrString::Int(int)
        })
    }

    pub fn raw(&mut self) -> Read<RawJson> {
        let mut message = self.message()?;
        let mut raw = RawJson::default();
        while !message.is_empty() {
            let wire = message.wire()?;
            match wire.number() {
                1 => raw = RawJson::copy_of(message.bytes()?),
                _ => message.skip(wire)?,
            }
        }
        Ok(raw)
    }

    #[inline(never)]
    pub fn skip(&mut self, wire: Wire) -> Read<()> {
        let fixed = match wire.kind() {
            0 => return self.varint().map(drop),
            2 => return self.bytes().map(drop),
            1 => 8,
            5 => 4,
            _ => return Err(Malformed::WireType),
        };
        self.rest = self.rest.get(fixed..).ok_or(Malformed::EndsEarly)?;
        Ok(())
    }

    /// How many elements of a repeated field follow each other here. `wire` has been read, and
    /// nothing after it. A lie in the bytes cannot make this more than the bytes there are.
    pub fn run_length(&self, wire: Wire) -> Read<usize> {
        let mut ahead = *self;
        let mut elements = 0;
        loop {
            ahead.skip(wire)?;
            elements += 1;
            if ahead.is_empty() || ahead.wire()? != wire {
                return Ok(elements);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn long_varint(&mut self) -> Read<u64> {
        let mut value = 0;
        for (at, &byte) in self.rest.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7f) << (7 * at);
            if byte < 0x80 {
                self.rest = &self.rest[at + 1..];
                return Ok(value);
            }
        }
        Err(if self.rest.len() < 10 {
            Malformed::EndsEarly
        } else {
            Malformed::VarintTooLong
        })
    }
}

const MAX_DEPTH: u8 = 100;
