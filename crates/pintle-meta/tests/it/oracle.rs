//! The recorded answers of Go: files of JSON lines, written by `cargo xtask oracle`.

use pintle_codec::{Value, json};

/// One case: what was asked, and what Go answered.
pub(crate) struct Row(Vec<Value>);

/// Runs `compare` on each case of a family, of which there must be at least `floor`, and fails with
/// the cases on which it found a difference.
pub(crate) fn each(
    family: &str,
    floor: usize,
    mut compare: impl FnMut(&Row) -> Result<(), String>,
) {
    let (mut cases, mut differences) = (0, Vec::new());
    for line in family.lines() {
        let row = match json::parse(line.as_bytes()) {
            Ok(Value::Array(row)) => Row(row),
            other => panic!("{line} is no case: {other:?}"),
        };
        cases += 1;
        if let Err(difference) = compare(&row) {
            differences.push(format!("{line}\n    {difference}"));
        }
    }
    let failed = differences.len();
    differences.truncate(20);
    assert!(
        failed == 0,
        "{failed} of {cases} differ:\n{}",
        differences.join("\n")
    );
    assert!(cases >= floor, "{cases} cases, and there were {floor}");
}

/// That `ours` is what Go answered.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    ours: T,
    go: T,
) -> Result<(), String> {
    if ours == go {
        Ok(())
    } else {
        Err(format!("{what}: {ours:?}, and Go has {go:?}"))
    }
}

impl Row {
    /// What was asked and answered within a case.
    pub(crate) fn of(value: &Value) -> Self {
        Self(value.as_array().expect("a case is a list").to_vec())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn text(&self, at: usize) -> &str {
        self.0[at]
            .as_str()
            .unwrap_or_else(|| panic!("no text at {at}"))
    }

    pub(crate) fn int(&self, at: usize) -> i64 {
        self.0[at]
            .as_int()
            .unwrap_or_else(|| panic!("no number at {at}"))
    }

    pub(crate) fn bool(&self, at: usize) -> bool {
        self.0[at]
            .as_bool()
            .unwrap_or_else(|| panic!("no truth at {at}"))
    }

    /// The bytes that are recorded in hexadecimal digits.
    pub(crate) fn bytes(&self, at: usize) -> Vec<u8> {
        let pair = |pair: &[u8]| {
            let text = std::str::from_utf8(pair).expect("digits");
            u8::from_str_radix(text, 16).expect("hexadecimal digits")
        };
        self.text(at).as_bytes().chunks(2).map(pair).collect()
    }

    /// The value, unless it is missing or null.
    pub(crate) fn get(&self, at: usize) -> Option<&Value> {
        self.0.get(at).filter(|value| !value.is_null())
    }
}
