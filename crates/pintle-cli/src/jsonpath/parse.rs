//! From text to a template.
//!
//! Invariant: what kubectl reads is read, and as kubectl reads it; that leaves much to be found out
//! when a template is used.

use pintle_codec::Value;

use super::Error;
use super::syntax::{Condition, End, Filter, Part, Slice, Step};

/// Reads a whole template.
pub(super) fn template(text: &str) -> Result<Vec<Part>, Error> {
    let mut blocks = vec![Block::default()];
    let mut rest = text;
    loop {
        let brace = rest.find('{').unwrap_or(rest.len());
        let (literal, from_brace) = rest.split_at(brace);
        if !literal.is_empty() {
            add(&mut blocks, Part::Expression(vec![text_step(literal)]));
        }
        if from_brace.is_empty() {
            break;
        }
        let mut scanner = Scanner::new(&from_brace[1..]);
        let action = scanner.action()?;
        rest = scanner.rest();
        match action.keyword {
            Some(Keyword::Range) => blocks.push(Block {
                of: action.steps,
                body: Vec::new(),
            }),
            Some(Keyword::End) => close(&mut blocks)?,
            None => add(&mut blocks, Part::Expression(action.steps)),
        }
    }
    // A range without an end is one that ends with the template; as with kubectl, what follows it
    // is looked for once more outside.
    while blocks.len() > 1 {
        let body = blocks.last().map(|block| block.body.clone());
        close(&mut blocks)?;
        body.into_iter()
            .flatten()
            .for_each(|part| add(&mut blocks, part));
    }
    Ok(blocks.pop().unwrap_or_default().body)
}

/// A range whose end has not come; the outermost is the template.
#[derive(Default)]
struct Block {
    of: Vec<Step>,
    body: Vec<Part>,
}

/// What stands in a pair of braces.
#[derive(Default)]
struct Action {
    keyword: Option<Keyword>,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, PartialEq)]
enum Keyword {
    Range,
    End,
}

fn add(blocks: &mut [Block], part: Part) {
    let block = blocks.last_mut().expect("the template is never closed");
    block.body.push(part);
}

fn close(blocks: &mut Vec<Block>) -> Result<(), Error> {
    match blocks.pop() {
        Some(block) if !blocks.is_empty() => {
            add(blocks, Part::Range(block.of, block.body));
            Ok(())
        }
        _ => Err(Error::new("not in range, nothing to end")),
    }
}

/// Reads an expression as if braces were around it.
fn expression(text: &str) -> Result<Vec<Step>, Error> {
    let closed = format!("{text}}}");
    Ok(Scanner::new(&closed).action()?.steps)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    fn skip(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Up to the closing brace, which is consumed.
    fn action(&mut self) -> Result<Action, Error> {
        let mut action = Action::default();
        loop {
            if self.skip("}") {
                return Ok(action);
            }
            if self.skip("[?(") {
                let filter = self.filter()?;
                action.steps.push(Step::Filter(Box::new(filter)));
                continue;
            }
            if self.skip("..") {
                if matches!(action.steps.last(), Some(Step::Recursive)) {
                    return Err(Error::new("invalid multiple recursive descent"));
                }
                action.steps.push(Step::Recursive);
                if self.peek().is_some_and(is_word) {
                    action.steps.push(self.field());
                }
                continue;
            }
            match self.peek() {
                None | Some('\n' | '\r') => return Err(Error::new("unclosed action")),
                // The current object, which is there anyway.
                Some(' ' | '@' | '$') => {
                    self.next();
                }
                Some('[') => {
                    self.next();
                    self.brackets(&mut action.steps)?;
                }
                Some(quote @ ('"' | '\'')) => {
                    self.next();
                    action.steps.push(self.quoted(quote)?);
                }
                Some('.') => {
                    self.next();
                    action.steps.push(self.field());
                }
                Some(char) if char == '+' || char == '-' || char.is_numeric() => {
                    action.steps.push(self.number()?);
                }
                Some(char) if is_word(char) => self.word(&mut action),
                Some(char) => {
                    return Err(Error::new(format!(
                        "unrecognized character in action: U+{:04X} '{char}'",
                        u32::from(char)
                    )));
                }
            }
        }
    }

    fn word(&mut self, action: &mut Action) {
        let word = self.until_terminator();
        match word.as_str() {
            "true" | "false" => action
                .steps
                .push(Step::Literal(Value::Bool(word == "true"))),
            "range" => action.keyword = Some(Keyword::Range),
            "end" => action.keyword = Some(Keyword::End),
            _ => action.steps.push(Step::Unknown(word)),
        }
    }

    /// The name after a dot. A backslash takes its meaning from the next character.
    fn field(&mut self) -> Step {
        match self.until_terminator().as_str() {
            "*" => Step::Wildcard,
            name => Step::Field(name.replace('\\', "")),
        }
    }

    fn until_terminator(&mut self) -> String {
        let start = self.at;
        while let Some(char) = self.peek() {
            if is_terminator(char) {
                break;
            }
            self.next();
            if char == '\\' {
                self.next();
            }
        }
        self.text[start..self.at].to_owned()
    }

    fn number(&mut self) -> Result<Step, Error> {
        let start = self.at;
        self.next();
        while self
            .peek()
            .is_some_and(|char| char == '.' || char.is_numeric())
        {
            self.next();
        }
        let text = &self.text[start..self.at];
        if let Ok(number) = text.parse::<i64>() {
            return Ok(Step::Literal(Value::Int(number)));
        }
        match text.parse::<f64>() {
            Ok(number) => Ok(Step::Literal(Value::Float(number))),
            Err(_) => Err(Error::new(format!("cannot parse number {text}"))),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Step, Error> {
        let start = self.at;
        let mut last = quote;
        loop {
            match self.next() {
                None | Some('\n') => return Err(Error::new("unterminated quoted string")),
                Some(char) if char == quote && last != '\\' => break,
                Some(char) => last = char,
            }
        }
        let text = &self.text[start..self.at - 1];
        Ok(text_step(&unescape(text, quote)?))
    }

    /// What stands in brackets, of which the first has been read.
    fn brackets(&mut self, steps: &mut Vec<Step>) -> Result<(), Error> {
        let start = self.at;
        loop {
            match self.next() {
                None | Some('\n') => return Err(Error::new("unterminated array")),
                Some(']') => break,
                Some(_) => {}
            }
        }
        let text = &self.text[start..self.at - 1];
        if text.contains(',') {
            let branches = text.split(',').map(|branch| {
                let branch = branch.trim_matches(' ');
                expression(&format!("[{branch}]"))
            });
            steps.push(Step::Union(branches.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let quoted = text
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''));
        match quoted.filter(|key| !key.contains('\'')) {
            Some(key) => steps.extend(expression(&format!(".{key}"))?),
            None => steps.push(Step::Slice(slice(text)?)),
        }
        Ok(())
    }

    /// What stands between `[?(` and `)]`.
    fn filter(&mut self) -> Result<Filter, Error> {
        let start = self.at;
        let mut open: Option<char> = None;
        let mut closed = false;
        let mut last = ' ';
        loop {
            let Some(char) = self.next().filter(|char| *char != '\n') else {
                return Err(Error::new("unterminated filter"));
            };
            match (char, open) {
                ('"' | '\'', None) => open = Some(char),
                ('"' | '\'', Some(quote)) if char == quote && last != '\\' => closed = true,
                (')', _) if open.is_some() == closed => break,
                _ => {}
            }
            last = char;
        }
        let text = &self.text[start..self.at - 1];
        if !self.skip("]") {
            return Err(Error::new("unclosed array expect ]"));
        }
        filter(text)
    }
}

fn filter(text: &str) -> Result<Filter, Error> {
    let is_operator = |char: char| "!<>=".contains(char);
    let whole = || {
        Ok(Filter {
            left: expression(text)?,
            condition: None,
        })
    };
    let Some(begin) = text.find(is_operator).filter(|begin| *begin > 0) else {
        return whole();
    };
    let (left, rest) = text.split_at(begin);
    let end = rest.find(|char| !is_operator(char)).unwrap_or(rest.len());
    let (operator, right) = rest.split_at(end);
    if right.is_empty() {
        return whole();
    }
    Ok(Filter {
        left: expression(left)?,
        condition: Some(Condition {
            operator: operator.to_owned(),
            right: expression(right)?,
        }),
    })
}

/// `1`, `-1:`, `0:4:2`, `*`
fn slice(text: &str) -> Result<Slice, Error> {
    let invalid = || Error::new(format!("invalid array index {text}"));
    let text_of = match text {
        "*" => ":",
        text => text,
    };
    let number = |part: &str| match part {
        "" => Ok(None),
        part => {
            let digits = part.strip_prefix('-').unwrap_or(part);
            match !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                true => part.parse().map(Some).map_err(|_| invalid()),
                false => Err(invalid()),
            }
        }
    };
    let mut parts = text_of.split(':');
    let start = number(parts.next().unwrap_or_default())?;
    let end = match parts.next() {
        None => End::One,
        Some(part) => number(part)?.map_or(End::Open, End::Before),
    };
    let step = number(parts.next().unwrap_or_default())?;
    match parts.next() {
        None => Ok(Slice { start, end, step }),
        Some(_) => Err(invalid()),
    }
}

fn text_step(text: &str) -> Step {
    Step::Literal(Value::String(text.into()))
}

/// Resolves Go's escapes.
fn unescape(text: &str, quote: char) -> Result<String, Error> {
    let invalid = || {
        Error::new(format!(
            "unquote string {quote}{text}{quote} error invalid syntax"
        ))
    };
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        let resolved = match chars.next() {
            Some('a') => '\x07',
            Some('b') => '\x08',
            Some('f') => '\x0c',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('v') => '\x0b',
            Some('\\') => '\\',
            Some(escaped) if escaped == quote => quote,
            Some('x') => hex(&mut chars, 2).ok_or_else(invalid)?,
            Some('u') => hex(&mut chars, 4).ok_or_else(invalid)?,
            Some('U') => hex(&mut chars, 8).ok_or_else(invalid)?,
            _ => return Err(invalid()),
        };
        out.push(resolved);
    }
    Ok(out)
}

/// The character whose number is the next so many digits.
fn hex(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let text = chars.as_str().get(..digits)?;
    *chars = chars.as_str()[digits..].chars();
    char::from_u32(u32::from_str_radix(text, 16).ok()?)
}

fn is_word(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}

fn is_terminator(char: char) -> bool {
    " \t\r\n.,[]$@{}".contains(char)
}
