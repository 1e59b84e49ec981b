//! The `use` lines of generated files: written with every name that may be needed.

use std::collections::BTreeSet;

/// The source without the names in braces that it imports and does not use.
pub(super) fn without_unused(source: &str) -> String {
    let used = |line: &str| -> String {
        let Some((path, names)) = line
            .strip_suffix("};")
            .and_then(|line| line.split_once('{'))
        else {
            return line.to_owned();
        };
        let body = source
            .lines()
            .filter(|line| !line.starts_with("use ") && !line.trim_start().starts_with("//"));
        let words: BTreeSet<&str> = body
            .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
            .collect();
        let names: Vec<&str> = names
            .split(", ")
            .filter(|name| words.contains(name))
            .collect();
        if names.is_empty() {
            String::new()
        } else {
            format!("{path}{{{}}};", names.join(", "))
        }
    };
    let lines: Vec<String> = source
        .lines()
        .map(|line| {
            if line.starts_with("use ") {
                used(line)
            } else {
                line.to_owned()
            }
        })
        .collect();
    lines.join("\n") + "\n"
}
