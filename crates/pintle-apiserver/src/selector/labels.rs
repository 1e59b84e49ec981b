//! Label selectors: `app=web,tier in (front, back),!canary,replicas>2`.

use std::fmt;

use crate::validation::{FieldError, names};

/// Requirements on labels, all of which must be met. Without any, everything matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LabelSelector {
    requirements: Vec<Requirement>,
}

/// Why a text is no label selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParseLabelsError(String);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

impl LabelSelector {
    /// Reads a selector; an empty text selects everything.
    pub(crate) fn parse(text: &str) -> Result<Self, ParseLabelsError> {
        let mut parser = Parser {
            tokens: tokens(text),
            at: 0,
        };
        match parser.selector() {
            Ok(requirements) => Ok(Self { requirements }),
            Err(message) => Err(ParseLabelsError(message)),
        }
    }

    /// Whether it selects everything.
    pub(crate) fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether labels, of which `label` knows the values, are selected.
    pub(crate) fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        let met = |requirement: &Requirement| requirement.test.passes(label(&requirement.key));
        self.requirements.iter().all(met)
    }
}

impl fmt::Display for ParseLabelsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseLabelsError {}

impl Test {
    fn passes(&self, value: Option<&str>) -> bool {
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        let among =
            |values: &[String]| value.is_some_and(|value| values.iter().any(|v| v == value));
        match self {
            Self::Exists => value.is_some(),
            Self::Missing => value.is_none(),
            Self::In(values) => among(values),
            Self::NotIn(values) => !among(values),
            Self::Above(bound) => number().is_some_and(|number| number > *bound),
            Self::Below(bound) => number().is_some_and(|number| number < *bound),
        }
    }
}

/// A piece of a selector. The words `in` and `notin` are names too, where a name is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Name(&'a str),
    Symbol(&'a str),
    /// A run of symbols that is no operator.
    Unknown(&'a str),
    End,
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(text) | Self::Symbol(text) => f.write_str(text),
            Self::Unknown(text) => write!(f, "error expected: keyword found '{text}'"),
            Self::End => Ok(()),
        }
    }
}

/// Cuts a selector into tokens; the last one is [`Token::End`].
fn tokens(text: &str) -> Vec<Token<'_>> {
    const SYMBOLS: [char; 7] = ['=', '!', '(', ')', ',', '>', '<'];
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    // What follows a zero byte is not looked at, as in the real server.
    let mut rest = text.split('\0').next().unwrap_or_default();
    let mut tokens = Vec::new();
    loop {
        rest = rest.trim_start_matches(SPACE);
        let Some(first) = rest.chars().next() else {
            tokens.push(Token::End);
            return tokens;
        };
        let (token, length) = if SYMBOLS.contains(&first) {
            let run = rest.find(|c| !SYMBOLS.contains(&c)).unwrap_or(rest.len());
            symbol(&rest[..run])
        } else {
            let end = |c: char| SYMBOLS.contains(&c) || SPACE.contains(&c);
            let length = rest.find(end).unwrap_or(rest.len());
            (Token::Name(&rest[..length]), length)
        };
        tokens.push(token);
        rest = &rest[length..];
    }
}

/// The first operator of a run of symbols: every symbol is one, and `==` and `!=` are too.
fn symbol(run: &str) -> (Token<'_>, usize) {
    let length = match run.as_bytes() {
        [b'=' | b'!', b'=', ..] => 2,
        _ => 1,
    };
    match &run[..length] {
        known @ ("=" | "==" | "!=" | "!" | "(" | ")" | "," | ">" | "<") => {
            (Token::Symbol(known), length)
        }
        unknown => (Token::Unknown(unknown), length),
    }
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Parser<'a> {
    fn selector(&mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::Name(_) | Token::Symbol("!") => {}
                Token::End => return Ok(requirements),
                found => {
                    return Err(format!(
                        "found '{found}', expected: !, identifier, or 'end of string'"
                    ));
                }
            }
            let requirement = self.requirement();
            let failed = |why| format!("unable to parse requirement: {why}");
            requirements.push(requirement.map_err(failed)?);
            match self.next() {
                Token::End => return Ok(requirements),
                Token::Symbol(",") => match self.peek() {
                    Token::Name(_) | Token::Symbol("!") => {}
                    found => {
                        return Err(format!("found '{found}', expected: identifier after ','"));
                    }
                },
                found => return Err(format!("found '{found}', expected: ',' or 'end of string'")),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let (mut token, mut negated) = (self.next(), false);
        if token == Token::Symbol("!") {
            (token, negated) = (self.next(), true);
        }
        let Token::Name(key) = token else {
            return Err(format!("found '{token}', expected: identifier"));
        };
        let wrong = names::label_key(key);
        if !wrong.is_empty() {
            return Err(FieldError::invalid("<nil>", key, &wrong.join("; ")).to_string());
        }
        let test = match self.peek() {
            _ if negated => Test::Missing,
            Token::End | Token::Symbol(",") => Test::Exists,
            _ => self.test(key)?,
        };
        Ok(Requirement {
            key: key.to_owned(),
            test,
        })
    }

    fn test(&mut self, key: &str) -> Result<Test, String> {
        let operator = match self.next() {
            Token::Name(word @ ("in" | "notin"))
            | Token::Symbol(word @ ("=" | "==" | "!=" | ">" | "<")) => word,
            found => {
                return Err(format!(
                    "found '{found}', expected: in, notin, =, ==, !=, gt, lt"
                ));
            }
        };
        let values = match operator {
            "in" | "notin" => self.values()?,
            _ => vec![self.value()?],
        };
        let bound = match operator {
            ">" | "<" => Some(bound(values[0])?),
            _ => None,
        };
        for (at, value) in values.iter().enumerate() {
            let wrong = names::label_value(value);
            if !wrong.is_empty() {
                let field = format!("values[{at}][{key}]");
                return Err(FieldError::invalid(field, value, &wrong.join("; ")).to_string());
            }
        }
        let values = values.into_iter().map(str::to_owned).collect();
        Ok(match (operator, bound) {
            (">", Some(bound)) => Test::Above(bound),
            ("<", Some(bound)) => Test::Below(bound),
            ("notin" | "!=", _) => Test::NotIn(values),
            _ => Test::In(values),
        })
    }

    /// The value of an exact match; none is the empty value.
    fn value(&mut self) -> Result<&'a str, String> {
        match self.peek() {
            Token::End | Token::Symbol(",") => Ok(""),
            _ => match self.next() {
                Token::Name(value) => Ok(value),
                found => Err(format!("found '{found}', expected: identifier")),
            },
        }
    }

    /// The values of a set, in order and each once; where a name is missing stands the empty value.
    fn values(&mut self) -> Result<Vec<&'a str>, String> {
        let open = self.next();
        if open != Token::Symbol("(") {
            return Err(format!("found '{open}' expected: '('"));
        }
        let mut values = Vec::new();
        let mut name_may_follow = true;
        loop {
            match self.next() {
                Token::Name(value) if name_may_follow => {
                    values.push(value);
                    name_may_follow = false;
                }
                Token::Symbol(",") => {
                    if name_may_follow {
                        values.push("");
                    }
                    name_may_follow = true;
                }
                Token::Symbol(")") => {
                    if name_may_follow {
                        values.push("");
                    }
                    values.sort_unstable();
                    values.dedup();
                    return Ok(values);
                }
                found if !name_may_follow => {
                    return Err(format!("found '{found}', expected: ',' or ')'"));
                }
                found if values.is_empty() => {
                    return Err(format!("found '{found}', expected: ',', ')' or identifier"));
                }
                found => return Err(format!("found '{found}', expected: ',', or identifier")),
            }
        }
    }

    fn peek(&self) -> Token<'a> {
        self.tokens.get(self.at).copied().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.peek();
        self.at += 1;
        token
    }
}

fn bound(value: &str) -> Result<i64, String> {
    value.parse().map_err(|_| {
        let detail = "for 'Gt', 'Lt' operators, the value must be an integer";
        FieldError::invalid("values[0]", value, detail).to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(selector: &str, labels: &[(&str, &str)]) -> bool {
        let label = |key: &str| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
        LabelSelector::parse(selector).unwrap().matches(label)
    }

    #[test]
    fn requirements_are_all_met_or_nothing_is_selected() {
        let web = [("app", "web"), ("tier", "front"), ("n", "3")];
        for selector in [
            "",
            "app",
            "app=web",
            "app==web,tier = front",
            "app in (api,web)",
            "app notin (api)",
            "missing notin (api)",
            "missing!=x",
            "!missing",
            "n>2,n<4",
            "app != api",
            " app\tin ( web ) ",
        ] {
            assert!(selects(selector, &web), "{selector}");
        }
        for selector in [
            "app=api",
            "app=",
            "missing",
            "missing=",
            "missing in (x)",
            "!app",
            "app notin (web)",
            "n>3",
            "app>1",
            "missing<9",
            "app=web,tier=back",
        ] {
            assert!(!selects(selector, &web), "{selector}");
        }
    }

    #[test]
    fn the_empty_value_and_the_words_of_the_grammar_can_be_selected() {
        assert!(selects("a=", &[("a", "")]));
        assert!(selects("a in ()", &[("a", "")]));
        assert!(selects("a in (,b)", &[("a", "")]));
        assert!(selects("a in (b,)", &[("a", "")]));
        assert!(!selects("a in (b)", &[("a", "")]));
        assert!(selects("in in (in,notin)", &[("in", "notin")]));
        assert!(selects("notin", &[("notin", "")]));
    }

    // Every expectation is what kube-apiserver 1.36.3 answered.
    #[test]
    fn malformed_selectors_are_explained() {
        let refused = |selector| LabelSelector::parse(selector).unwrap_err().to_string();
        for (selector, message) in [
            (
                "a===b",
                "unable to parse requirement: found '=', expected: identifier",
            ),
            (
                "a in b",
                "unable to parse requirement: found 'b' expected: '('",
            ),
            (
                "a in (b",
                "unable to parse requirement: found '', expected: ',' or ')'",
            ),
            (
                "a b",
                "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
            ),
            ("a=b=c", "found '=', expected: ',' or 'end of string'"),
            (
                ",a",
                "found ',', expected: !, identifier, or 'end of string'",
            ),
            ("a,,b", "found ',', expected: identifier after ','"),
            (
                "a>x",
                "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
            ),
            (
                "a=%",
                "unable to parse requirement: values[0][a]: Invalid value: \"%\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
            ),
            (
                "-x=b",
                "unable to parse requirement: <nil>: Invalid value: \"-x\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
            ),
        ] {
            assert_eq!(refused(selector), message, "{selector}");
        }
        for selector in [
            "!",
            "a in (",
            "a in (b c)",
            "(",
            "a!",
            "a=)",
            "!a=b",
            "a in (=)",
        ] {
            refused(selector);
        }
    }
}
