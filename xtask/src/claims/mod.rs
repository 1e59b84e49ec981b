//! `cargo xtask claims`: which clauses of the tables in `claims/` are proved, and by which tests.
//!
//! A table is a Markdown file that says in our words what others rely on, one clause a line, each with an id. A test
//! names the ids that it proves in a comment above it. A clause without a test must say why it has none.

mod marks;
mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

pub(crate) use self::marks::Mark;
use self::table::{Clause, State, Table};
use crate::defects;
use crate::error::{Error, Result};
use crate::workspace;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Print every clause with the tests that prove it, not only those without one
    #[arg(long)]
    list: bool,
    /// Only the clauses whose id starts with this
    #[arg(default_value = "")]
    prefix: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let root = workspace::root();
    let tables = table::read_all(&root.join("claims"), &root)?;
    let marks = marks::find_all(&root)?;
    let report = Report::new(&tables, &marks, &root, &arguments.prefix);
    print!("{}", report.text(arguments.list));
    if report.failed() > 0 {
        return Err(Error::new(format!(
            "{} clauses or marks are wrong; see claims/README.md",
            report.failed()
        )));
    }
    defects::check_patches(&root)?;
    Ok(ExitCode::SUCCESS)
}

/// Where tests name clauses.
pub(crate) fn marks(root: &Path) -> Result<Vec<Mark>> {
    marks::find_all(root)
}

/// What was found, table by table.
struct Report<'a> {
    tables: Vec<(&'a Table, Vec<Line<'a>>)>,
    /// Marks that prove nothing: of an unknown id, or not at a test.
    wrong: Vec<String>,
}

/// A clause and where it is proved.
struct Line<'a> {
    clause: &'a Clause,
    proofs: Vec<String>,
    problem: Option<String>,
}

impl<'a> Report<'a> {
    fn new(tables: &'a [Table], marks: &[Mark], root: &Path, prefix: &str) -> Self {
        let mut wrong = Vec::new();
        let mut proofs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for mark in marks {
            let place = mark.place(root);
            if let Some(problem) = &mark.problem {
                wrong.push(format!("{place}: {problem}"));
                continue;
            }
            let known = tables
                .iter()
                .flat_map(|table| &table.clauses)
                .any(|clause| clause.id == mark.id);
            if !known {
                wrong.push(format!("{place}: no table has a clause {}", mark.id));
            }
            proofs.entry(&mark.id).or_default().push(place);
        }
        let mut seen: BTreeMap<&str, &Clause> = BTreeMap::new();
        let mut reports = Vec::new();
        for table in tables {
            let mut lines = Vec::new();
            for clause in &table.clauses {
                let proofs = proofs.get(clause.id.as_str()).cloned().unwrap_or_default();
                let problem = match (&clause.state, proofs.is_empty()) {
                    _ if seen.insert(&clause.id, clause).is_some() => {
                        Some("the id is given twice".to_owned())
                    }
                    (State::Holds, true) => Some("no test names it, and it says no reason".into()),
                    (State::Later(_), false) => {
                        Some("it is to come later, and a test names it".into())
                    }
                    _ => None,
                };
                if clause.id.starts_with(prefix) {
                    lines.push(Line {
                        clause,
                        proofs,
                        problem,
                    });
                }
            }
            if !lines.is_empty() {
                reports.push((table, lines));
            }
        }
        Self {
            tables: reports,
            wrong,
        }
    }

    fn failed(&self) -> usize {
        let lines = self.tables.iter().flat_map(|(_, lines)| lines);
        self.wrong.len() + lines.filter(|line| line.problem.is_some()).count()
    }

    fn text(&self, list: bool) -> String {
        let mut text = String::new();
        let mut passed = 0;
        for (table, lines) in &self.tables {
            let (mut proved, mut differ, mut later) = (0, 0, 0);
            for line in lines {
                let clause = line.clause;
                if let Some(problem) = &line.problem {
                    text.push_str(&format!(
                        "FAILED {} ({}:{}): {problem}\n",
                        clause.id, table.name, clause.line
                    ));
                    continue;
                }
                let state = match &clause.state {
                    State::Holds => {
                        proved += 1;
                        "proved".to_owned()
                    }
                    State::Differs(reason) => {
                        differ += 1;
                        format!("differs: {reason}")
                    }
                    State::Later(reason) => {
                        later += 1;
                        format!("later: {reason}")
                    }
                };
                if list {
                    text.push_str(&format!("{}: {}\n    {state}\n", clause.id, clause.text));
                    for proof in &line.proofs {
                        text.push_str(&format!("    {proof}\n"));
                    }
                }
            }
            passed += proved + differ;
            text.push_str(&format!(
                "{}: {} clauses, of which {proved} are proved, {differ} differ for a reason and {later} come later\n",
                table.name,
                lines.len()
            ));
        }
        for wrong in &self.wrong {
            text.push_str(&format!("FAILED {wrong}\n"));
        }
        text.push_str(&format!("{passed} passed, {} failed\n", self.failed()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        table::parse("claims/a.md", text).unwrap()
    }

    fn mark(id: &str) -> Mark {
        Mark {
            id: id.to_owned(),
            file: "/checkout/a.rs".into(),
            line: 7,
            function: "it_works".to_owned(),
            problem: None,
        }
    }

    fn report(text: &str, marks: &[Mark]) -> String {
        let tables = [table(text)];
        Report::new(&tables, marks, Path::new("/checkout"), "").text(true)
    }

    #[test]
    fn clause_without_test_and_reason_fails() {
        let text = "- `a.b`: something.\n- `a.c`: else.\n  differs: because.\n- `a.d`: more.\n  later: soon.\n";
        assert_eq!(
            report(text, &[mark("a.b")]),
            "a.b: something.\n    proved\n    a.rs:7 it_works\na.c: else.\n    differs: because.\n\
             a.d: more.\n    later: soon.\n\
             claims/a.md: 3 clauses, of which 1 are proved, 1 differ for a reason and 1 come later\n\
             2 passed, 0 failed\n"
        );
        assert!(report(text, &[]).contains("FAILED a.b (claims/a.md:1): no test names it"));
    }

    #[test]
    fn mark_of_an_unknown_clause_fails() {
        let text = report("- `a.b`: something.\n", &[mark("a.b"), mark("a.x")]);
        assert!(
            text.contains("FAILED a.rs:7 it_works: no table has a clause a.x"),
            "{text}"
        );
        assert!(text.ends_with("1 passed, 1 failed\n"), "{text}");
    }

    #[test]
    fn what_comes_later_has_no_test_yet() {
        let text = report("- `a.b`: something.\n  later: soon.\n", &[mark("a.b")]);
        assert!(
            text.contains("it is to come later, and a test names it"),
            "{text}"
        );
    }

    #[test]
    fn id_is_given_once() {
        let text = report("- `a.b`: one.\n- `a.b`: two.\n", &[mark("a.b")]);
        assert!(
            text.contains("FAILED a.b (claims/a.md:2): the id is given twice"),
            "{text}"
        );
    }

    #[test]
    fn tables_of_the_checkout_are_readable() {
        let root = workspace::root();
        assert!(
            !table::read_all(&root.join("claims"), &root)
                .unwrap()
                .is_empty()
        );
    }
}
