//! [`Scan`], which finds the end of an item in bytes that are still arriving.

use crate::json::MAX_DEPTH;
use crate::{Error, ErrorKind};

/// How deep in an item a scan is that stopped where the bytes did.
///
/// Items are counted; whether what is in them fits together is for whoever reads them.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    length: usize,
    open: Vec<Open>,
    /// Nothing more belongs to the item.
    complete: bool,
}

/// An item that others belong to.
#[derive(Debug)]
enum Open {
    /// So many items are still to come.
    Counted(u64),
    /// Items come until a break.
    Uncounted,
    /// Strings of this type come until a break.
    Chunks(u8),
}

/// The first bytes of an item: its type, and the number that belongs to it.
#[derive(Debug)]
pub(crate) struct RawHead {
    pub(crate) major: u8,
    /// `None`: what belongs to the item comes until a break, or this is the break.
    pub(crate) argument: Option<u64>,
    pub(crate) length: usize,
}

type Result<T> = std::result::Result<T, Error>;

impl Scan {
    /// Goes on through `bytes`, which begin where the item does: those seen before, and more.
    /// Returns where the item ends if it does.
    pub(crate) fn end(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        while !self.complete {
            let Some(rest) = bytes.get(self.length..) else {
                return Ok(None);
            };
            let offset = self.length;
            let shifted = |error: Error| error.shifted_by(offset);
            let Some(head) = RawHead::of(rest).map_err(shifted)? else {
                return Ok(None);
            };
            self.head(&head).map_err(shifted)?;
        }
        let arrived = self.length <= bytes.len();
        Ok(arrived.then_some(self.length))
    }

    /// How many bytes belong to the item so far, those of a string included that have not arrived.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    fn head(&mut self, head: &RawHead) -> Result<()> {
        let malformed = |detail| Err(Error::new(ErrorKind::Syntax, 0, detail));
        let is_break = head.major == OTHER && head.argument.is_none();
        if let Some(Open::Chunks(major)) = self.open.last() {
            let is_chunk = head.major == *major && head.argument.is_some();
            if !is_chunk && !is_break {
                return malformed("a chunk that is no string of known length");
            }
        }
        self.length = self.length.saturating_add(head.length);
        let opened = match (head.major, head.argument) {
            (BYTES | TEXT, Some(length)) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                self.length = self.length.saturating_add(length);
                None
            }
            (BYTES | TEXT, None) => Some(Open::Chunks(head.major)),
            (ARRAY | MAP, Some(0)) => None,
            (ARRAY, Some(elements)) => Some(Open::Counted(elements)),
            (MAP, Some(pairs)) => Some(Open::Counted(pairs.saturating_mul(2))),
            (ARRAY | MAP, None) => Some(Open::Uncounted),
            // What a tag marks follows.
            (TAG, Some(_)) => return Ok(()),
            (OTHER, None) => match self.open.pop() {
                Some(Open::Uncounted | Open::Chunks(_)) => None,
                _ => return malformed("a break where nothing is to be ended"),
            },
            (_, Some(_)) => None,
            (_, None) => return malformed("malformed head of an item"),
        };
        match opened {
            Some(_) if self.open.len() == MAX_DEPTH => {
                let detail = "values nested deeper than 512 levels";
                return Err(Error::new(ErrorKind::TooDeep, 0, detail));
            }
            Some(open) => self.open.push(open),
            None => self.complete_one(),
        }
        Ok(())
    }

    /// Notes that an item is complete, and with it perhaps those that it belongs to.
    fn complete_one(&mut self) {
        while let Some(open) = self.open.last_mut() {
            match open {
                Open::Counted(rest) if *rest > 1 => {
                    *rest -= 1;
                    return;
                }
                Open::Counted(_) => drop(self.open.pop()),
                Open::Uncounted | Open::Chunks(_) => return,
            }
        }
        self.complete = true;
    }
}

impl RawHead {
    /// The head of the item that `bytes` begin with, if all of it is there.
    pub(crate) fn of(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(initial) = bytes.first() else {
            return Ok(None);
        };
        let (major, info) = (initial >> 5, initial & 0x1f);
        let width = match info {
            0..24 | INDEFINITE => 0,
            24..28 => 1 << (info - 24),
            _ => {
                return Err(Error::new(
                    ErrorKind::Syntax,
                    0,
                    "malformed head of an item",
                ));
            }
        };
        let Some(argument) = bytes.get(1..=width) else {
            return Ok(None);
        };
        let number = |number, byte: &u8| number << 8 | u64::from(*byte);
        let argument = match info {
            0..24 => Some(u64::from(info)),
            INDEFINITE => None,
            _ => Some(argument.iter().fold(0, number)),
        };
        Ok(Some(Self {
            major,
            argument,
            length: 1 + width,
        }))
    }
}

/// The types of items, in the upper three bits of the first byte.
const BYTES: u8 = 2;
const TEXT: u8 = 3;
pub(crate) const ARRAY: u8 = 4;
pub(crate) const MAP: u8 = 5;
pub(crate) const TAG: u8 = 6;
const OTHER: u8 = 7;

/// What the lower five bits say when no number follows.
const INDEFINITE: u8 = 31;

/// The end of what is not counted.
pub(crate) const BREAK: u8 = 0xff;
