//! Cutting parts out of CBOR.

use super::edits::{Edits, Head};
use crate::cbor::{ARRAY, BREAK, Item, MAP, RawHead, Scan, TAG};
use crate::decoder::Rules;
use crate::json::MAX_DEPTH;
use crate::{Error, ErrorKind};

type Result<T> = std::result::Result<T, Error>;

/// See [`Prune::cut_cbor`](crate::Prune::cut_cbor).
pub(super) fn cut(object: &[u8], rules: Rules<'_>) -> Result<Option<Vec<u8>>> {
    let mut source = Source {
        bytes: object,
        at: 0,
        depth: 0,
        edits: Edits::default(),
    };
    source.value(rules)?;
    if source.at < object.len() {
        let detail = "unexpected data after the value";
        return Err(Error::new(ErrorKind::Syntax, source.at, detail));
    }
    Ok(source.edits.apply(object))
}

struct Source<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    edits: Edits,
}

impl<'a> Source<'a> {
    fn value(&mut self, rules: Rules<'_>) -> Result<()> {
        let mut head = self.head()?;
        while head.major == TAG {
            self.at += head.length;
            head = self.head()?;
        }
        if !rules.any() || !matches!(head.major, ARRAY | MAP) {
            return self.skip().map(drop);
        }
        if self.depth == MAX_DEPTH {
            let detail = "values nested deeper than 512 levels";
            return Err(Error::new(ErrorKind::TooDeep, self.at, detail));
        }
        self.depth += 1;
        match head.major {
            ARRAY => self.array(head, rules)?,
            _ => self.map(head, rules)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn array(&mut self, head: RawHead, rules: Rules<'_>) -> Result<()> {
        self.at += head.length;
        let mut rest = head.argument;
        while self.more(&mut rest)? {
            self.value(rules)?;
        }
        Ok(())
    }

    fn map(&mut self, head: RawHead, rules: Rules<'_>) -> Result<()> {
        let count = self.edits.reserve(self.at..self.at + head.length);
        self.at += head.length;
        let mut rest = head.argument;
        let mut removed = 0;
        while self.more(&mut rest)? {
            let start = self.at;
            // A key that is no string names no part.
            let key = Item::new(self.skip()?).text().unwrap_or_default();
            match rules.within(&key.unwrap_or_default()) {
                Some(rules) => self.value(rules)?,
                None => {
                    self.skip()?;
                    self.edits.remove(start..self.at);
                    removed += 1;
                }
            }
        }
        match head.argument {
            Some(pairs) if removed > 0 => self.edits.fill(&count, map_of(pairs - removed)),
            _ => self.edits.keep(&count),
        }
        Ok(())
    }

    /// Whether another of the items follows of which so many are still to come; passes over the
    /// break behind the last.
    fn more(&mut self, rest: &mut Option<u64>) -> Result<bool> {
        match rest {
            Some(0) => Ok(false),
            Some(rest) => {
                *rest -= 1;
                Ok(true)
            }
            None => {
                let is_break = *self.bytes.get(self.at).ok_or_else(|| self.cut_off())? == BREAK;
                self.at += usize::from(is_break);
                Ok(!is_break)
            }
        }
    }

    fn head(&self) -> Result<RawHead> {
        let head = RawHead::of(&self.bytes[self.at..]);
        let head = head.map_err(|error| error.shifted_by(self.at))?;
        head.ok_or_else(|| self.cut_off())
    }

    /// Passes over an item, and gives its bytes.
    fn skip(&mut self) -> Result<&'a [u8]> {
        let start = self.at;
        let end = Scan::default().end(&self.bytes[start..]);
        let end = end.map_err(|error| error.shifted_by(start))?;
        self.at += end.ok_or_else(|| self.cut_off())?;
        Ok(&self.bytes[start..self.at])
    }

    #[cold]
    fn cut_off(&self) -> Error {
        let detail = "the document ends in the middle of an item";
        Error::new(ErrorKind::UnexpectedEnd, self.bytes.len(), detail)
    }
}

/// The head of a map of so many pairs.
fn map_of(pairs: u64) -> Head {
    let mut head = Head::default();
    let (info, width) = match pairs {
        0..24 => (pairs as u8, 0),
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    head.push(MAP << 5 | info);
    for byte in &pairs.to_be_bytes()[8 - width..] {
        head.push(*byte);
    }
    head
}
