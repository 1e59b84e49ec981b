//! [`Value`] and [`Message`] into YAML, as Go's YAML writes it.

use super::order;
use super::resolve::spell_float;
use super::style::{Style, is_break, is_printable, style};
use crate::float::Digits;
use crate::{Message, TypeMeta, Value, json};

/// A value as a document, with a line end: what `kubectl -o yaml` prints. The keys of mappings are
/// sorted.
///
/// ```
/// use pintle_codec::{json, yaml};
///
/// let value = json::parse(br#"{"b":["yes",1.5],"a":{}}"#)?;
/// assert_eq!(yaml::write(&value), "a: {}\nb:\n- \"yes\"\n- 1.5\n");
/// # Ok::<(), pintle_codec::Error>(())
/// ```
pub fn write(value: &Value) -> String {
    let mut writer = Writer {
        out: String::new(),
        column: 0,
        indent: NONE,
        after_space: true,
        after_indent: true,
    };
    writer.node(value, false);
    writer.begin_line();
    writer.out
}

/// An object as a document, with its `kind` and `apiVersion`.
pub fn encode_object(message: &dyn Message, type_meta: &TypeMeta) -> String {
    let mut document = Vec::new();
    json::encode_object(message, type_meta, &mut document);
    write(&json::parse(&document).expect("a message is written as JSON"))
}

/// Writes the way the library does that YAML writers descend from: a value is written without
/// knowing what comes before, which the state tells.
struct Writer {
    out: String,
    /// The characters in this line.
    column: usize,
    indent: isize,
    /// The last character was space, or is not needed to be followed by some.
    after_space: bool,
    /// There is nothing but indentation and dashes in this line.
    after_indent: bool,
}

impl Writer {
    /// Writes a value, which belongs to a mapping or to a list.
    fn node(&mut self, value: &Value, in_mapping: bool) {
        match value {
            Value::Null => self.plain("null", true),
            Value::Bool(truth) => self.plain(if *truth { "true" } else { "false" }, true),
            Value::Int(number) => self.plain(&number.to_string(), true),
            Value::Float(number) => self.plain(&float(*number), true),
            Value::String(text) => self.string(text, false),
            Value::Array(elements) if elements.is_empty() => self.empty('[', ']'),
            Value::Object(object) if object.is_empty() => self.empty('{', '}'),
            Value::Array(elements) => {
                // The dashes of a list stand under the key that it belongs to.
                let outer = self.deepen(in_mapping && !self.after_indent);
                for element in elements {
                    self.begin_line();
                    self.indicator("-", true);
                    self.node(element, false);
                }
                self.indent = outer;
            }
            Value::Object(object) => {
                let outer = self.deepen(false);
                for (key, value) in order::sort(object.iter().collect(), |(key, _)| key) {
                    self.begin_line();
                    if is_simple(key) {
                        self.string(key, true);
                        self.put(':');
                    } else {
                        self.indicator("?", true);
                        self.string(key, false);
                        self.begin_line();
                        self.indicator(":", true);
                    }
                    self.node(value, true);
                }
                self.indent = outer;
            }
        }
    }

    /// Writes a list or a mapping without elements.
    fn empty(&mut self, opening: char, closing: char) {
        self.separate();
        self.put(opening);
        self.put(closing);
        self.after_space = false;
        self.after_indent = false;
    }

    fn string(&mut self, text: &str, is_key: bool) {
        // Lines that go on stand further in.
        let outer = self.indent;
        self.indent = if outer == NONE { STEP } else { outer + STEP };
        match style(text, is_key) {
            Style::Plain => self.plain(text, !is_key),
            Style::SingleQuoted => self.single_quoted(text, !is_key),
            Style::DoubleQuoted => self.double_quoted(text, !is_key),
            Style::Literal => self.literal(text),
        }
        self.indent = outer;
    }

    fn plain(&mut self, text: &str, folds: bool) {
        self.separate();
        self.fold(text, folds, 0..text.len(), |writer, character, _| {
            writer.put(character);
        });
        self.after_space = false;
        self.after_indent = false;
    }

    fn single_quoted(&mut self, text: &str, folds: bool) {
        self.indicator("'", false);
        let within = 1..text.len().saturating_sub(1);
        self.fold(text, folds, within, |writer, character, _| {
            if character == '\'' {
                writer.put('\'');
            }
            writer.put(character);
        });
        self.put('\'');
        self.after_space = false;
        self.after_indent = false;
    }

    /// Writes text that has no line breaks, spread over several lines if it is long: a single space
    /// within the given bytes may become a line break.
    fn fold(
        &mut self,
        text: &str,
        folds: bool,
        within: std::ops::Range<usize>,
        mut write: impl FnMut(&mut Self, char, usize),
    ) {
        let mut after_space = false;
        for (at, character) in text.char_indices() {
            let is_space = character == ' ';
            let next_is_space = text.as_bytes().get(at + 1) == Some(&b' ');
            let breaks = is_space && folds && !after_space && !next_is_space;
            if breaks && self.column > WIDTH && within.contains(&at) {
                self.begin_line();
            } else {
                write(self, character, at);
            }
            if !is_space {
                self.after_indent = false;
            }
            after_space = is_space;
        }
    }

    fn double_quoted(&mut self, text: &str, folds: bool) {
        self.indicator("\"", false);
        // Go takes every character for a mark of the encoding if the first one is.
        let escapes_all = text.starts_with('\u{feff}');
        let within = 1..text.len().saturating_sub(1);
        let mut after_space = false;
        for (at, character) in text.char_indices() {
            let plain = is_printable(character) && !is_break(character);
            if !plain || escapes_all || matches!(character, '"' | '\\') {
                self.escape(character);
                after_space = false;
            } else if character == ' ' {
                if folds && !after_space && self.column > WIDTH && within.contains(&at) {
                    self.begin_line();
                    // Spaces at the start of a line would not count.
                    if text.as_bytes().get(at + 1) == Some(&b' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else {
                self.put(character);
                after_space = false;
            }
        }
        self.put('"');
        self.after_space = false;
        self.after_indent = false;
    }

    fn escape(&mut self, character: char) {
        let short = match character {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let code = u32::from(character);
                let escape = match code {
                    0..=0xff => format!("\\x{code:02X}"),
                    0x100..=0xffff => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                escape.chars().for_each(|character| self.put(character));
                return;
            }
        };
        self.put('\\');
        self.put(short);
    }

    /// Writes text line by line. What ends it is said first: `-` if it does not end in a line
    /// break, `+` if it ends in several.
    fn literal(&mut self, text: &str) {
        self.indicator("|", false);
        if text.starts_with([' ', '\n']) {
            self.put('2');
        }
        match text.strip_suffix('\n') {
            None => self.put('-'),
            Some("") => self.put('+'),
            Some(rest) if rest.ends_with('\n') => self.put('+'),
            Some(_) => {}
        }
        self.break_line();
        let mut begins = true;
        for character in text.chars() {
            if character == '\n' {
                self.break_line();
                begins = true;
                continue;
            }
            if begins {
                self.begin_line();
            }
            self.put(character);
            self.after_indent = false;
            begins = false;
        }
        // Where the text ended in a break, the next line has begun.
        self.after_indent = begins;
    }

    /// Goes to the indentation of a new line, unless that is where it is.
    fn begin_line(&mut self) {
        let indent = usize::try_from(self.indent).unwrap_or(0);
        let is_there = self.column < indent || self.column == indent && self.after_space;
        if !self.after_indent || !is_there {
            self.break_line();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.after_space = true;
        self.after_indent = true;
    }

    fn break_line(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.after_space = true;
        self.after_indent = true;
    }

    /// Writes what stands before a value.
    fn indicator(&mut self, text: &str, keeps_indent: bool) {
        self.separate();
        text.chars().for_each(|character| self.put(character));
        self.after_indent &= keeps_indent;
        self.after_space = false;
    }

    fn separate(&mut self) {
        if !self.after_space {
            self.put(' ');
        }
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
    }

    /// Steps into a list or a mapping, and returns the indentation to step back to.
    fn deepen(&mut self, stays: bool) -> isize {
        let outer = self.indent;
        if outer == NONE {
            self.indent = 0;
        } else if !stays {
            self.indent += STEP;
        }
        outer
    }
}

/// Whether a key may stand before its colon.
fn is_simple(key: &str) -> bool {
    key.len() <= LONGEST_KEY && !key.contains(is_break)
}

/// A number as it is read from JSON, where a whole one is whole whatever it was.
fn float(number: f64) -> String {
    if !number.is_finite() {
        return "null".to_owned();
    }
    let digits = Digits::of(number);
    if let -6..21 = digits.exponent() {
        let plain = digits.plain();
        if let Ok(whole) = plain.parse::<i64>() {
            return whole.to_string();
        }
        if plain.parse::<u64>().is_ok() {
            return plain;
        }
    }
    spell_float(number)
}

/// The indentation of what is in nothing.
const NONE: isize = -1;
const STEP: isize = 2;

/// Lines that may be broken are, behind this many characters.
const WIDTH: usize = 80;

/// In bytes.
const LONGEST_KEY: usize = 128;
