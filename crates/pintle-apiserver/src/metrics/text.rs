//! The text format of Prometheus.

use std::fmt::{Display, Write as _};

/// The media type of the format.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Metrics as text.
#[derive(Debug, Default)]
pub(super) struct Text {
    out: String,
    family: &'static str,
}

impl Text {
    /// Begins a family of samples.
    pub(super) fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.family = name;
        _ = writeln!(self.out, "# HELP {name} {help}");
        _ = writeln!(self.out, "# TYPE {name} {kind}");
    }

    /// A sample of the family, whose name may have an end of its own.
    pub(super) fn sample(&mut self, end: &str, labels: &[(&str, &str)], value: impl Display) {
        let family = self.family;
        _ = write!(self.out, "{family}{end}");
        for (at, (name, value)) in labels.iter().enumerate() {
            let before = if at == 0 { '{' } else { ',' };
            _ = write!(self.out, "{before}{name}=\"{}\"", escaped(value));
        }
        let after = if labels.is_empty() { "" } else { "}" };
        _ = writeln!(self.out, "{after} {value}");
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.out
    }
}

fn escaped(value: &str) -> String {
    let value = value.replace('\\', "\\\\");
    value.replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_labels_or_none() {
        let mut text = Text::default();
        text.family("a_total", "counter", "What is counted.");
        text.sample("", &[], 1);
        text.sample("_sum", &[("x", "a\"b\\c\n"), ("y", "")], 0.5);
        let expected = concat!(
            "# HELP a_total What is counted.\n# TYPE a_total counter\n",
            "a_total 1\na_total_sum{x=\"a\\\"b\\\\c\\n\",y=\"\"} 0.5\n"
        );
        assert_eq!(text.finish(), expected);
    }
}
