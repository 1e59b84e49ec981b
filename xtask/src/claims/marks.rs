//! Finding the marks: comments that name the clauses which a test proves.
//!
//! `// claims: a.b, a.c` stands above a test function or between its attributes. In the scenarios and the gate, where
//! every function is part of a proof, it stands above any function.

use std::fs;
use std::path::{Path, PathBuf};

use super::table::is_id;
use crate::error::{Context, Result};

/// That a test proves a clause.
pub(crate) struct Mark {
    pub(crate) id: String,
    pub(crate) file: PathBuf,
    pub(super) line: usize,
    /// The function that the mark stands above; empty if there is none.
    pub(crate) function: String,
    /// Why the mark counts for nothing, if it does.
    pub(super) problem: Option<String>,
}

impl Mark {
    /// Where it is, for people.
    pub(super) fn place(&self, root: &Path) -> String {
        let file = self.file.strip_prefix(root).unwrap_or(&self.file);
        format!("{}:{} {}", file.display(), self.line, self.function)
            .trim_end()
            .to_owned()
    }
}

/// The marks of every source file of the checkout.
pub(super) fn find_all(root: &Path) -> Result<Vec<Mark>> {
    let mut marks = Vec::new();
    for directory in SOURCES {
        find_below(&root.join(directory), root, &mut marks)?;
    }
    Ok(marks)
}

fn find_below(directory: &Path, root: &Path, marks: &mut Vec<Mark>) -> Result<()> {
    let within = || format!("read {}", directory.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).context(within)? {
        paths.push(entry.context(within)?.path());
    }
    paths.sort();
    for path in paths {
        let is = |name: &str| path.extension().is_some_and(|extension| extension == name);
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                find_below(&path, root, marks)?;
            }
        } else if is("rs") || is("go") {
            let text = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
            // Most files have none.
            if text.contains(MARK) {
                let below = path.strip_prefix(root).unwrap_or(&path);
                let any_function = PROOFS.iter().any(|proofs| below.starts_with(proofs));
                find_in(&path, &text, any_function, marks);
            }
        }
    }
    Ok(())
}

fn find_in(file: &Path, text: &str, any_function: bool, marks: &mut Vec<Mark>) {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for (n, line) in lines.iter().enumerate() {
        let Some(ids) = line.strip_prefix(MARK) else {
            continue;
        };
        let function = function_below(&lines[n + 1..]);
        let problem = match function {
            None => Some("the mark stands above no function"),
            Some(_) if !any_function && !is_test(&lines, n) => {
                Some("the mark stands above a function that is no test")
            }
            Some(_) => None,
        };
        for id in ids.split(',').map(str::trim) {
            let problem = match problem {
                None if !is_id(id) => Some(format!("{id:?} is no id of a clause")),
                problem => problem.map(str::to_owned),
            };
            marks.push(Mark {
                id: id.to_owned(),
                file: file.to_owned(),
                line: n + 1,
                function: function.unwrap_or_default().to_owned(),
                problem,
            });
        }
    }
}

/// The function that begins below, with nothing before it but attributes and comments.
fn function_below<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let first = lines.iter().find(|line| !is_preamble(line))?;
    let (before, after) = match first.split_once("fn ") {
        Some(parts) => parts,
        None => first.split_once("func ")?,
    };
    let declares = before
        .split_whitespace()
        // `pub(in a::b)` is two.
        .all(|word| {
            matches!(word, "async" | "const") || word.starts_with("pub") || word.ends_with(')')
        });
    let name = after
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()?;
    (declares && !name.is_empty()).then_some(name)
}

/// Whether the function around whose preamble the mark stands is a test.
fn is_test(lines: &[&str], mark: usize) -> bool {
    let above = lines[..mark]
        .iter()
        .rev()
        .take_while(|line| is_preamble(line));
    let below = lines[mark + 1..].iter();
    let below = below.take_while(|line| is_preamble(line));
    let is_attribute =
        |line: &&&str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    let declaration = lines[mark + 1..].iter().find(|line| !is_preamble(line));
    let in_go = declaration.is_some_and(|line| line.starts_with("func Test"));
    in_go || above.chain(below).any(|line| is_attribute(&line))
}

fn is_preamble(line: &str) -> bool {
    line.starts_with("//") || line.starts_with("#[")
}

const MARK: &str = "// claims: ";

/// Where marks are looked for.
const SOURCES: [&str; 4] = ["crates", "tests", "tools", "xtask/src/ci"];

/// Where every function is part of a proof.
const PROOFS: [&str; 3] = ["crates/pintle-testkit", "tests", "xtask/src/ci"];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, any_function: bool) -> Vec<(String, String, Option<String>)> {
        let mut marks = Vec::new();
        find_in(Path::new("a.rs"), text, any_function, &mut marks);
        marks
            .into_iter()
            .map(|mark| (mark.id, mark.function, mark.problem))
            .collect()
    }

    #[test]
    fn marks_belong_to_the_function_below() {
        for text in [
            "// claims: a.b, a.c\n#[test]\nfn works() {",
            "    #[tokio::test(start_paused = true)]\n    // claims: a.b, a.c\n    async fn works() {",
            "/// Words.\n#[test]\n// claims: a.b, a.c\n// And why.\nfn works() {",
        ] {
            let expected = ["a.b", "a.c"].map(|id| (id.to_owned(), "works".to_owned(), None));
            assert_eq!(found(text, false), expected, "{text}");
        }
        let go = found("// claims: a.b\nfunc TestIt(t *testing.T) {", false);
        assert_eq!(go, [("a.b".to_owned(), "TestIt".to_owned(), None)]);
    }

    #[test]
    fn functions_that_are_no_tests_count_among_the_scenarios_only() {
        let text = "// claims: a.b\npub(in crate::a) async fn works(cluster: &Cluster) {";
        assert_eq!(found(text, true)[0].2, None);
        assert!(found(text, false)[0].2.is_some());
    }

    #[test]
    fn marks_that_mean_nothing_are_problems() {
        for text in [
            "// claims: a.b\nlet x = 1;",
            "// claims: a.b\n",
            "// claims: a.b\n\n#[test]\nfn works() {",
            "// claims: nonsense\n#[test]\nfn works() {",
        ] {
            assert!(found(text, false)[0].2.is_some(), "{text}");
        }
    }
}
