//! JSON text into CBOR and back, for raw data inside objects.
//!
//! The two sort the keys of maps in different orders. A map is written as it comes, and its pairs
//! are then put in order where they stand; deep inside, where moving the same bytes once a level
//! would add up, it becomes a tree first.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::reader::{Head, Reader, Rest, Spelling, duplicate_key};
use super::{Writer, tree};
use crate::Error;
use crate::decoder::text_of;
use crate::json::{self, Number, Token};

type Result<T> = std::result::Result<T, Error>;

/// Appends the item that comes next as JSON, the keys of objects in alphabetical order.
pub(super) fn to_json(reader: &mut Reader<'_>, out: &mut Vec<u8>) -> Result<()> {
    let mut pairs = Pairs::default();
    into_json(reader, Spelling::default(), out, &mut pairs)
}

/// Appends the JSON value that comes next as CBOR, the keys of maps in the order that CBOR has; of
/// equal keys, the last one counts.
pub(super) fn from_json(reader: &mut json::Reader<'_>, out: &mut Vec<u8>) -> Result<()> {
    let mut pairs = Pairs::default();
    into_cbor(reader, out, &mut pairs)
}

fn into_json<'a>(
    reader: &mut Reader<'a>,
    outer: Spelling,
    out: &mut Vec<u8>,
    pairs: &mut Pairs<Cow<'a, str>>,
) -> Result<()> {
    let before = reader.clone();
    let tags = reader.tags(outer)?;
    let start = reader.offset();
    let head = reader.head()?;
    let mut writer = json::Writer::new(out);
    match head {
        Head::Positive(_) | Head::Negative(_) if !tags.time => writer.integer(head.whole(start)?),
        Head::Bool(truth) => writer.boolean(truth),
        Head::Null => writer.null(),
        Head::Bytes(length) => {
            let bytes = tags.spelling.spell(reader.bytes_after(length)?);
            writer.string(&text_of(bytes));
        }
        Head::Text(length) if !tags.time => writer.string(&text_of(reader.text_after(length)?)),
        Head::Array(mut rest) if pairs.depth < SHALLOW => {
            reader.enter()?;
            pairs.depth += 1;
            out.push(b'[');
            let mut first = true;
            while reader.more(&mut rest)? {
                if !std::mem::take(&mut first) {
                    out.push(b',');
                }
                into_json(reader, tags.spelling, out, pairs)?;
            }
            out.push(b']');
            pairs.depth -= 1;
        }
        Head::Map(rest) if pairs.depth < SHALLOW => {
            object_into_json(reader, rest, tags.spelling, out, pairs)?;
        }
        _ => {
            *reader = before;
            let mut value = tree::read(reader, outer)?;
            value.sort();
            json::write(&value, out);
        }
    }
    Ok(())
}

fn object_into_json<'a>(
    reader: &mut Reader<'a>,
    mut rest: Rest,
    spelling: Spelling,
    out: &mut Vec<u8>,
    pairs: &mut Pairs<Cow<'a, str>>,
) -> Result<()> {
    reader.enter()?;
    out.push(b'{');
    let first = pairs.begin();
    while reader.more(&mut rest)? {
        let offset = reader.offset();
        let key = text_of(reader.map_key(spelling)?);
        let start = out.len();
        json::Writer::new(out).string(&key);
        out.push(b':');
        into_json(reader, spelling, out, pairs)?;
        out.push(b',');
        pairs.add(key, offset, start, out.len());
    }
    let (count, twice) = pairs.order(first, out, |_, one, other| one.key.cmp(&other.key));
    if let Some(pair) = twice {
        return Err(duplicate_key(pair.offset, pair.key.as_bytes()));
    }
    pairs.end(first);
    // Every pair ends in a comma.
    if count > 0 {
        out.pop();
    }
    out.push(b'}');
    Ok(())
}

fn into_cbor(
    reader: &mut json::Reader<'_>,
    out: &mut Vec<u8>,
    pairs: &mut Pairs<usize>,
) -> Result<()> {
    let mut writer = Writer::new(out);
    match reader.peek()? {
        Token::Null => {
            reader.null()?;
            writer.null();
        }
        Token::Bool => writer.boolean(reader.boolean()?),
        Token::Number => match reader.number()? {
            Number::Int(number) => writer.integer(number),
            Number::Float(number) => writer.float(number),
        },
        Token::String => writer.string(reader.string()?),
        Token::Object if pairs.depth < SHALLOW => object_into_cbor(reader, out, pairs)?,
        Token::Array if pairs.depth < SHALLOW => {
            reader.begin_array()?;
            pairs.depth += 1;
            let head = writer.begin_uncounted();
            let (mut first, mut count) = (true, 0);
            while reader.next_element(&mut first)? {
                into_cbor(reader, out, pairs)?;
                count += 1;
            }
            Writer::new(out).end_array(head, count);
            pairs.depth -= 1;
        }
        Token::Object | Token::Array => writer.value(&json::parse(reader.raw()?.as_bytes())?),
    }
    Ok(())
}

/// The key of a pair is where its key ends: its bytes are compared as they are written.
fn object_into_cbor(
    reader: &mut json::Reader<'_>,
    out: &mut Vec<u8>,
    pairs: &mut Pairs<usize>,
) -> Result<()> {
    reader.begin_object()?;
    let first = pairs.begin();
    let head = Writer::new(out).begin_uncounted();
    let mut is_first = true;
    loop {
        let offset = reader.offset();
        let start = out.len();
        let Some(key) = reader.next_key(&mut is_first)? else {
            break;
        };
        Writer::new(out).string(key);
        let key = out.len();
        into_cbor(reader, out, pairs)?;
        pairs.add(key, offset, start, out.len());
    }
    let (count, _) = pairs.order(first, out, |out, one, other| {
        out[one.start..one.key].cmp(&out[other.start..other.key])
    });
    pairs.end(first);
    Writer::new(out).end_map(head, count);
    Ok(())
}

/// The pairs of the maps that are being written, those of inner ones behind those of outer ones.
struct Pairs<K> {
    all: Vec<Pair<K>>,
    depth: usize,
    /// Pairs while they are moved.
    moved: Vec<u8>,
}

struct Pair<K> {
    key: K,
    /// Where it was read.
    offset: usize,
    /// Where it was written.
    start: usize,
    end: usize,
}

impl<K> Pairs<K> {
    /// Begins a map, and returns where its pairs will be.
    fn begin(&mut self) -> usize {
        self.depth += 1;
        self.all.len()
    }

    fn add(&mut self, key: K, offset: usize, start: usize, end: usize) {
        self.all.push(Pair {
            key,
            offset,
            start,
            end,
        });
    }

    /// Puts the pairs from `first` on in order where they stand in `out`, and says how many stay:
    /// of those with one key, the last. Also returns such a one.
    fn order(
        &mut self,
        first: usize,
        out: &mut Vec<u8>,
        compare: impl Fn(&[u8], &Pair<K>, &Pair<K>) -> Ordering,
    ) -> (usize, Option<&Pair<K>>) {
        let pairs = &mut self.all[first..];
        let mut kept = pairs.len();
        if pairs.is_sorted_by(|one, other| compare(out, one, other).is_lt()) {
            return (kept, None);
        }
        let start = pairs[0].start;
        // A stable sort leaves equal keys in the order in which they were read.
        pairs.sort_by(|one, other| compare(out, one, other));
        let mut twice = None;
        self.moved.clear();
        for (index, pair) in pairs.iter().enumerate() {
            match pairs.get(index + 1) {
                Some(next) if compare(out, pair, next).is_eq() => {
                    kept -= 1;
                    twice = Some(next);
                }
                _ => self.moved.extend_from_slice(&out[pair.start..pair.end]),
            }
        }
        out.truncate(start);
        out.extend_from_slice(&self.moved);
        (kept, twice)
    }

    /// Ends the map whose pairs begin at `first`.
    fn end(&mut self, first: usize) {
        self.all.truncate(first);
        self.depth -= 1;
    }
}

impl<K> Default for Pairs<K> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            depth: 0,
            moved: Vec::new(),
        }
    }
}

/// Down to this depth, maps are put in order where they stand. Raw data is hardly ever deeper, and
/// no byte is moved more often.
const SHALLOW: usize = 16;
