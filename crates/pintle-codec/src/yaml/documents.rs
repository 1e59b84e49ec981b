//! [`Documents`], a stream of documents read one by one.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use super::node::Content;
use super::resolve::{Meaning, meaning, spell_key, through_json};
use super::{Error, Key, Node, Place};
use crate::json::MAX_DEPTH;
use crate::{Str, Value};

type Result<T> = std::result::Result<T, Error>;

/// Reads a document that stands alone; a text without one is null. Of equal keys of a mapping, the
/// last one counts.
///
/// ```
/// use pintle_codec::{Value, yaml};
///
/// let value = yaml::parse("mode: 0644\nready: yes\n")?;
/// assert_eq!(value.get("mode"), Some(&Value::Int(420)));
/// assert_eq!(value.get("ready"), Some(&Value::Bool(true)));
/// # Ok::<(), yaml::Error>(())
/// ```
///
/// # Errors
/// When the text is not YAML, has more than one document, or something in it has no form in JSON.
pub fn parse(text: &str) -> Result<Value> {
    let document = Documents::new(text).only()?;
    Ok(document.map_or(Value::Null, |document| document.to_value()))
}

/// The documents of a text, read one by one.
///
/// Values are what they are to Kubernetes' tools, which read YAML by the rules of version 1.1. A
/// document may repeat a part of itself by an alias; what that adds up to is bounded.
///
/// ```
/// use pintle_codec::yaml::Documents;
///
/// for document in Documents::new("kind: Pod\n---\nkind: Service\n") {
///     let document = document?;
///     println!("{} begins at {}", document.kind(), document.place());
/// }
/// # Ok::<(), pintle_codec::yaml::Error>(())
/// ```
pub struct Documents<'a> {
    parser: Parser<'a, StrInput<'a>>,
    refuses_duplicates: bool,
    failed: bool,
}

impl<'a> Documents<'a> {
    /// The documents of `text`.
    pub fn new(text: &'a str) -> Self {
        let options = granit_parser::options! {
            emit_comments: false,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        // Some editors begin a file with a mark of its encoding.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self {
            parser: Parser::new_from_str_with_options(text, options),
            refuses_duplicates: false,
            failed: false,
        }
    }

    /// Makes it an error that a mapping has a key twice. The default is that the last one counts.
    /// A key that is also merged in does not come twice.
    #[must_use]
    pub fn refuse_duplicates(mut self) -> Self {
        self.refuses_duplicates = true;
        self
    }

    /// The document, if there is one; it has to stand alone.
    ///
    /// # Errors
    /// When the text is not YAML, has more than one document, or something in it has no form in
    /// JSON.
    pub fn only(mut self) -> Result<Option<Node>> {
        let document = self.next().transpose()?;
        match self.next().transpose()? {
            None => Ok(document),
            Some(second) => {
                let detail = "expected one document, found more";
                Err(Error::new(second.place(), detail))
            }
        }
    }

    fn read(&mut self) -> Result<Option<Node>> {
        let mut events = Vec::new();
        let mut anchors = BTreeMap::new();
        let mut begun = false;
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let place = Place::new(error.marker().line(), error.marker().col() + 1);
                Error::new(place, error.info())
            })?;
            match event {
                Event::DocumentStart(..) => begun = true,
                Event::DocumentEnd => {
                    let mut builder = Builder {
                        events: &events,
                        at: 0,
                        anchors: &anchors,
                        open: Vec::new(),
                        refuses_duplicates: self.refuses_duplicates,
                        depth: 0,
                        nodes: 0,
                        repeated: 0,
                    };
                    return builder.node().map(Some);
                }
                event if begun => {
                    if let Some(anchor) = event.anchor_id().filter(|anchor| *anchor > 0) {
                        anchors.insert(anchor, events.len());
                    }
                    events.push((event, place(&span)));
                }
                _ => {}
            }
        }
        Ok(None)
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Node>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let read = self.read().transpose();
        // What follows an error cannot be told apart.
        self.failed = matches!(read, Some(Err(_)));
        read
    }
}

impl std::fmt::Debug for Documents<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Documents").finish_non_exhaustive()
    }
}

/// Builds the tree of a document from its events. An alias is a second walk through the events of
/// what it stands for.
struct Builder<'e, 'a> {
    events: &'e [(Event<'a>, Place)],
    at: usize,
    /// Where the node begins that an anchor names.
    anchors: &'e BTreeMap<usize, usize>,
    /// The aliases that are being walked through.
    open: Vec<usize>,
    refuses_duplicates: bool,
    depth: usize,
    /// The nodes so far, and those of them that aliases repeat.
    nodes: usize,
    repeated: usize,
}

/// What becomes of a pair: whether it was merged in.
type Pair = (Key, Node, bool);

impl<'e, 'a> Builder<'e, 'a> {
    fn node(&mut self) -> Result<Node> {
        self.count()?;
        let (event, place) = self.next();
        match event {
            Event::Scalar(text, style, _, tag) => {
                let plain = *style == ScalarStyle::Plain;
                let value = scalar(text, plain, tag.as_deref(), place)?.into_value(place)?;
                Ok(Node::new(place, Content::Scalar(value, Str::from(&**text))))
            }
            Event::SequenceStart(..) => {
                self.enter(place)?;
                let mut elements = Vec::new();
                while !self.ends(&Event::SequenceEnd) {
                    elements.push(self.node()?);
                }
                Ok(Node::new(place, Content::List(elements)))
            }
            Event::MappingStart(..) => {
                self.enter(place)?;
                let pairs = self.mapping()?;
                Ok(Node::new(place, Content::Mapping(pairs)))
            }
            Event::Alias(anchor) => {
                let anchor = *anchor;
                self.alias(anchor, place, Self::node)
            }
            _ => unreachable!("a node begins with no other event"),
        }
    }

    /// Reads pairs to the end of the mapping.
    fn mapping(&mut self) -> Result<Vec<(Key, Node)>> {
        let mut pairs: Vec<Pair> = Vec::new();
        let mut merges = false;
        while !self.ends(&Event::MappingEnd) {
            if self.is_merge() {
                self.next();
                merges = true;
                self.merge(&mut pairs)?;
                continue;
            }
            let key = self.key()?;
            pairs.push((key, self.node()?, false));
        }
        if self.refuses_duplicates {
            let mut seen = BTreeSet::new();
            for (key, _, _) in pairs.iter().filter(|(_, _, merged)| !merged) {
                if !seen.insert(key.as_str()) {
                    let detail = format!("the key {:?} comes twice", key.as_str());
                    return Err(Error::new(key.place(), detail));
                }
            }
        }
        if merges {
            pairs = without_overridden(pairs);
        }
        let pairs = pairs.into_iter().map(|(key, value, _)| (key, value));
        Ok(pairs.collect())
    }

    fn is_merge(&self) -> bool {
        match self.peek().0 {
            Event::Scalar(text, style, _, tag) if text == "<<" => match tag {
                None => *style == ScalarStyle::Plain,
                Some(tag) => is_core(tag, "merge"),
            },
            _ => false,
        }
    }

    /// Takes in the pairs of the mapping that comes next, or of each in a list, the first one's
    /// last.
    fn merge(&mut self, pairs: &mut Vec<Pair>) -> Result<()> {
        let (event, place) = self.peek();
        match event {
            Event::SequenceStart(..) => {
                self.next();
                self.enter(place)?;
                let mut merged = Vec::new();
                while !self.ends(&Event::SequenceEnd) {
                    let mut one = Vec::new();
                    self.merge_one(&mut one)?;
                    merged.push(one);
                }
                pairs.extend(merged.into_iter().rev().flatten());
                Ok(())
            }
            _ => self.merge_one(pairs),
        }
    }

    fn merge_one(&mut self, pairs: &mut Vec<Pair>) -> Result<()> {
        let (_, place) = self.peek();
        let node = self.node()?;
        let Content::Mapping(merged) = node.into_content() else {
            let detail = "what is merged is neither a mapping nor a list of mappings";
            return Err(Error::new(place, detail));
        };
        pairs.extend(merged.into_iter().map(|(key, value)| (key, value, true)));
        Ok(())
    }

    /// A key as text, as JSON has it.
    fn key(&mut self) -> Result<Key> {
        self.count()?;
        let (event, place) = self.next();
        let refused = |what: &str| {
            let detail = format!("the key of a mapping is {what}");
            Err(Error::new(place, detail))
        };
        let text = match event {
            Event::Scalar(text, style, _, tag) => {
                let plain = *style == ScalarStyle::Plain;
                match scalar(text, plain, tag.as_deref(), place)? {
                    Scalar::Text(text) => text,
                    Scalar::Meant(Meaning::Bool(truth)) => truth.to_string().into(),
                    Scalar::Meant(Meaning::Int(number)) => number.to_string().into(),
                    Scalar::Meant(Meaning::Float(number)) => spell_key(number).into(),
                    Scalar::Meant(Meaning::Unsigned(_)) => {
                        return refused("a number beyond 64 bits");
                    }
                    Scalar::Meant(Meaning::Null) => return refused("null"),
                    Scalar::Meant(_) => Str::from(&**text),
                }
            }
            Event::Alias(anchor) => {
                let anchor = *anchor;
                return self.alias(anchor, place, Self::key);
            }
            Event::SequenceStart(..) => return refused("a list"),
            _ => return refused("a mapping"),
        };
        Ok(Key::new(text, place))
    }

    /// Reads by `read` what an anchor names.
    fn alias<T>(
        &mut self,
        anchor: usize,
        place: Place,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let Some(start) = self.anchors.get(&anchor) else {
            return Err(Error::new(place, "an alias of nothing"));
        };
        if self.open.contains(&anchor) {
            return Err(Error::new(
                place,
                "what an alias stands for contains the alias",
            ));
        }
        let behind = std::mem::replace(&mut self.at, *start);
        self.open.push(anchor);
        let read = read(self)?;
        self.open.pop();
        self.at = behind;
        Ok(read)
    }

    fn peek(&self) -> (&'e Event<'a>, Place) {
        let events: &'e [(Event<'a>, Place)] = self.events;
        let (event, place) = events.get(self.at).expect("what begins ends");
        (event, *place)
    }

    fn next(&mut self) -> (&'e Event<'a>, Place) {
        let next = self.peek();
        self.at += 1;
        next
    }

    /// Passes over the end of the list or mapping that was entered, if it comes next.
    fn ends(&mut self, end: &Event<'_>) -> bool {
        let ends = self.peek().0 == end;
        if ends {
            self.at += 1;
            self.depth -= 1;
        }
        ends
    }

    fn enter(&mut self, place: Place) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return Err(Error::new(place, "values nested deeper than 512 levels"));
        }
        self.depth += 1;
        Ok(())
    }

    /// Counts a node, and refuses a document that is mostly made of repetition.
    fn count(&mut self) -> Result<()> {
        self.nodes += 1;
        self.repeated += usize::from(!self.open.is_empty());
        let (nodes, repeated) = (self.nodes as f64, self.repeated as f64);
        let excessive =
            self.repeated > 100 && self.nodes > 1_000 && repeated / nodes > repeatable(self.nodes);
        if excessive {
            return Err(Error::new(self.peek().1, "aliases that repeat too much"));
        }
        Ok(())
    }
}

/// The share of a document that may be repetition, as Go's YAML allows: nearly all of a small one,
/// a tenth of a large one.
fn repeatable(nodes: usize) -> f64 {
    const SMALL: f64 = 400_000.0;
    const LARGE: f64 = 4_000_000.0;
    let size = (nodes as f64).clamp(SMALL, LARGE);
    0.99 - 0.89 * ((size - SMALL) / (LARGE - SMALL))
}

/// Of equal keys, keeps the last one, unless none of them was merged in.
fn without_overridden(pairs: Vec<Pair>) -> Vec<Pair> {
    let mut last: BTreeMap<Str, (usize, bool)> = BTreeMap::new();
    for (index, (key, _, merged)) in pairs.iter().enumerate() {
        let entry = last.entry(key.as_str().into()).or_insert((index, false));
        *entry = (index, entry.1 || *merged);
    }
    let stays = |(index, pair): &(usize, Pair)| match last.get(pair.0.as_str()) {
        Some((last, true)) => last == index,
        _ => true,
    };
    let kept = pairs.into_iter().enumerate().filter(stays);
    kept.map(|(_, pair)| pair).collect()
}

/// What a scalar is, its quotes and its tag considered.
enum Scalar {
    Text(Str),
    Meant(Meaning),
}

impl Scalar {
    fn into_value(self, place: Place) -> Result<Value> {
        Ok(match self {
            Self::Text(text) => Value::String(text),
            Self::Meant(Meaning::Bool(truth)) => Value::Bool(truth),
            Self::Meant(Meaning::Int(number)) => Value::Int(number),
            Self::Meant(Meaning::Unsigned(number)) => Value::Float(number as f64),
            Self::Meant(Meaning::Float(number)) => match through_json(number) {
                Some(value) => value,
                None => return Err(Error::new(place, "a number that is not finite")),
            },
            Self::Meant(_) => Value::Null,
        })
    }
}

fn scalar(text: &str, plain: bool, tag: Option<&Tag>, place: Place) -> Result<Scalar> {
    let as_text = || Ok(Scalar::Text(text.into()));
    let meant = meaning(text);
    let Some(tag) = tag else {
        return match meant {
            Meaning::Text | Meaning::Timestamp | Meaning::Merge => as_text(),
            _ if !plain => as_text(),
            meant => Ok(Scalar::Meant(meant)),
        };
    };
    let meant = match (meant, tag.suffix_in_namespace(CORE).as_deref()) {
        (_, Some("binary")) => return binary(text, place),
        (Meaning::Null, Some("null"))
        | (Meaning::Bool(_), Some("bool"))
        | (Meaning::Int(_) | Meaning::Unsigned(_), Some("int"))
        | (Meaning::Float(_), Some("float")) => meant,
        (Meaning::Int(number), Some("float")) => Meaning::Float(number as f64),
        (Meaning::Timestamp, Some("timestamp")) => return as_text(),
        (_, Some(kind @ ("null" | "bool" | "int" | "float" | "timestamp"))) => {
            return Err(Error::new(place, format!("a value that is no {kind}")));
        }
        _ => return as_text(),
    };
    Ok(Scalar::Meant(meant))
}

/// Binary data, which is text to Kubernetes.
fn binary(text: &str, place: Place) -> Result<Scalar> {
    let joined: String = text.split(['\n', '\r']).collect();
    match STANDARD.decode(joined) {
        Ok(bytes) => Ok(Scalar::Text(String::from_utf8_lossy(&bytes).into())),
        Err(_) => Err(Error::new(place, "malformed base64")),
    }
}

fn is_core(tag: &Tag, suffix: &str) -> bool {
    tag.suffix_in_namespace(CORE).as_deref() == Some(suffix)
}

fn place(span: &Span) -> Place {
    Place::new(span.start.line(), span.start.col() + 1)
}

/// What the tags begin with that YAML defines, written as `!!`.
const CORE: &str = "tag:yaml.org,2002:";
