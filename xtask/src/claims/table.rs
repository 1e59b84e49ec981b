//! Reading the tables of clauses.
//!
//! A clause is a list item that begins with its id in backquotes and a colon. What is indented below it belongs to it:
//! a line that begins with `differs:` or `later:` begins the reason why no test is needed.

use std::fs;
use std::path::Path;

use crate::error::{Context, Error, Result};

/// The clauses of one file.
pub(super) struct Table {
    /// The file's path below the checkout.
    pub(super) name: String,
    pub(super) clauses: Vec<Clause>,
}

/// Something that is claimed to hold.
#[derive(Debug, PartialEq)]
pub(super) struct Clause {
    pub(super) id: String,
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) state: State,
}

#[derive(Debug, PartialEq)]
pub(super) enum State {
    /// A test must prove it.
    Holds,
    /// It does not hold here, on purpose, for this reason; a test may prove what holds instead.
    Differs(String),
    /// It is to be built, for this reason not yet.
    Later(String),
}

/// Reads every table of a directory, in the order of their names. A README is none.
pub(super) fn read_all(directory: &Path, root: &Path) -> Result<Vec<Table>> {
    let within = || format!("read {}", directory.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).context(within)? {
        let path = entry.context(within)?.path();
        if path.extension().is_some_and(|extension| extension == "md")
            && path.file_stem().is_none_or(|stem| stem != "README")
        {
            paths.push(path);
        }
    }
    paths.sort();
    let mut tables = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
        let name = path.strip_prefix(root).unwrap_or(&path);
        tables.push(parse(&name.display().to_string(), &text)?);
    }
    Ok(tables)
}

pub(super) fn parse(name: &str, text: &str) -> Result<Table> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut inside = false;
    for (n, line) in text.lines().enumerate() {
        let wrong = |what: &str| Error::new(format!("{name}:{}: {what}", n + 1));
        if let Some(item) = line.strip_prefix("- `") {
            let (id, text) = item
                .split_once("`: ")
                .ok_or_else(|| wrong("a clause begins with its id in backquotes and a colon"))?;
            if !is_id(id) {
                return Err(wrong(
                    "an id is made of words of lower-case letters, digits and hyphens, joined by dots",
                ));
            }
            clauses.push(Clause {
                id: id.to_owned(),
                line: n + 1,
                text: text.to_owned(),
                state: State::Holds,
            });
            inside = true;
        } else if let (true, Some(more), Some(clause)) =
            (inside, line.strip_prefix("  "), clauses.last_mut())
        {
            let more = more.trim();
            match (more.split_once(": "), &mut clause.state) {
                (Some(("differs", reason)), State::Holds) => {
                    clause.state = State::Differs(reason.to_owned());
                }
                (Some(("later", reason)), State::Holds) => {
                    clause.state = State::Later(reason.to_owned());
                }
                (_, State::Holds) => append(&mut clause.text, more),
                (_, State::Differs(reason) | State::Later(reason)) => append(reason, more),
            }
        } else if line.starts_with(['-', '*']) {
            return Err(wrong("a list item that is no clause"));
        } else {
            inside = false;
        }
    }
    Ok(Table {
        name: name.to_owned(),
        clauses,
    })
}

pub(super) fn is_id(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        })
}

fn append(text: &mut String, more: &str) {
    text.push(' ');
    text.push_str(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_have_ids_texts_and_reasons() {
        let text = "# Title\n\nWords.\n\n- `a.b`: one,\n  and more.\n- `a.c-2`: two.\n  differs: it is better\n  so.\n\nMore words.\n";
        let clauses = parse("t", text).unwrap().clauses;
        assert_eq!(
            clauses,
            [
                Clause {
                    id: "a.b".into(),
                    line: 5,
                    text: "one, and more.".into(),
                    state: State::Holds,
                },
                Clause {
                    id: "a.c-2".into(),
                    line: 7,
                    text: "two.".into(),
                    state: State::Differs("it is better so.".into()),
                },
            ]
        );
    }

    #[test]
    fn what_looks_like_a_clause_and_is_none_is_refused() {
        for text in [
            "- a.b: one",
            "- `a.b` one",
            "- `ab`: one",
            "- `a..b`: one",
            "- `A.b`: one",
        ] {
            assert!(parse("t", text).is_err(), "{text}");
        }
    }
}
