//! The commands of a document, and what it says they print.

/// A command in a block of a terminal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where it stands.
    pub(super) line: usize,
    pub(super) command: String,
    /// What it prints, as far as the document says; `…` stands for anything.
    pub(super) prints: Vec<String>,
}

impl Entry {
    /// Whether the command goes on until somebody ends it.
    pub(super) fn goes_on(&self) -> bool {
        const ENDLESS: [&str; 4] = ["pintle up", "pintle serve", "pintle watch", "curl -N"];
        let is_endless = ENDLESS.iter().any(|start| self.command.starts_with(start));
        is_endless || self.command.contains(" -- up")
    }
}

/// Where the commands of a block are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On any cluster: the block is marked `console`.
    Anywhere,
    /// On the cluster of `pintle up --nodes N --demo`, which the block's document starts first: a mere API
    /// server has no nodes that run pods. It is marked `console demo`.
    Demo,
}

/// The commands of the blocks that are typed at a place, in order. A line that begins with `$` is a
/// command, with the lines behind it that it continues on; others are what it prints. A block without a
/// command is what the last command before it that goes on prints next.
pub(super) fn entries(markdown: &str, place: Place) -> Vec<Entry> {
    let fence = match place {
        Place::Anywhere => "```console",
        Place::Demo => "```console demo",
    };
    let mut entries: Vec<Entry> = Vec::new();
    let mut lines = markdown.lines().enumerate();
    while let Some((_, line)) = lines.next() {
        if line != fence {
            continue;
        }
        let mut is_first = true;
        while let Some((index, line)) = lines.next().filter(|(_, line)| *line != "```") {
            if let Some(command) = line.strip_prefix("$ ") {
                let mut command = command.to_owned();
                while command.ends_with('\\')
                    && let Some((_, more)) = lines.next()
                {
                    command = format!("{command}\n{more}");
                }
                entries.push(Entry {
                    line: index + 1,
                    command,
                    prints: Vec::new(),
                });
            } else {
                let mut said = entries.iter_mut().rev();
                let speaker = match is_first {
                    true => said.find(|entry| entry.goes_on()),
                    false => said.next(),
                };
                if let Some(speaker) = speaker {
                    speaker.prints.push(line.to_owned());
                    // What follows is of the same command.
                    is_first = is_first && speaker.goes_on();
                    continue;
                }
            }
            is_first = false;
        }
    }
    entries
}

/// Whether lines were printed that are as they should be, in this order; between them there may be others
/// where the command goes on, and none where it has ended.
pub(super) fn is_as_said(expected: &[String], printed: &str, goes_on: bool) -> bool {
    let mut printed = printed.lines().map(alike).filter(|line| !line.is_empty());
    let mut expected = expected
        .iter()
        .map(|line| alike(line))
        .filter(|line| !line.is_empty());
    match goes_on {
        true => expected.all(|wanted| printed.any(|found| matches(&wanted, &found))),
        false => loop {
            match (expected.next(), printed.next()) {
                (None, None) => return true,
                (Some(wanted), Some(found)) if matches(&wanted, &found) => {}
                _ => return false,
            }
        },
    }
}

/// A line with one space between words, and ages alike.
fn alike(line: &str) -> String {
    let is_age = |word: &str| {
        let digits = word.strip_suffix(['s', 'm', 'h', 'd']);
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        digits.is_some_and(|digits| !digits.is_empty() && is_number(digits))
    };
    let words = line.split_whitespace();
    let words = words.map(|word| if is_age(word) { "AGE" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a line is as a pattern says, in which `…` stands for anything.
fn matches(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in between {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "\
# Title

```console
$ pintle watch pods
```

```rust
let x = \"$ not a command\";
```

```console
$ pintle apply \\
    -f x
pod/x created
$ true
```

It prints

```console
ADDED x 4s

DELETED x 5m
```

```console demo
$ pintle logs x
```
";

    fn found(place: Place) -> Vec<(usize, String, String)> {
        let entries = entries(DOCUMENT, place).into_iter();
        entries
            .map(|entry| (entry.line, entry.command, entry.prints.join("|")))
            .collect()
    }

    #[test]
    fn commands_are_found_with_what_they_print() {
        let entry = |line, command: &str, prints: &str| (line, command.into(), prints.into());
        assert_eq!(found(Place::Demo), [entry(27, "pintle logs x", "")]);
        assert_eq!(
            found(Place::Anywhere),
            [
                entry(4, "pintle watch pods", "ADDED x 4s||DELETED x 5m"),
                entry(12, "pintle apply \\\n    -f x", "pod/x created"),
                entry(15, "true", ""),
            ]
        );
    }

    #[test]
    fn what_is_printed_is_compared() {
        let says = |expected: &str, printed: &str, goes_on| {
            let expected: Vec<String> = expected.lines().map(str::to_owned).collect();
            is_as_said(&expected, printed, goes_on)
        };
        assert!(says("a   4s\nb", "a 12m\nb\n", false));
        assert!(!says("a", "a\nb", false));
        assert!(!says("a\nb", "a", false));
        assert!(!says("a b", "a c", false));
        assert!(says("a\nb", "x\na\n\ny\nb\nz", true));
        assert!(!says("b\na", "a\nb", true));
        assert!(says("{…,\"b\":…}", "{\"a\":1,\"b\":2}", false));
        assert!(!says("{…,\"b\":…}", "{\"a\":1}", false));
        assert!(!says("a…b", "ab c", false));
        assert!(says("…", "anything", false));
    }
}
