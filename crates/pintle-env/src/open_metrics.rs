//! Metrics as the text that Prometheus scrapes: a [`Recorder`] that adds up and prints.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Metric, MetricKind, Recorder};

/// Adds metrics up and prints them in the OpenMetrics text format. Clones share their numbers.
///
/// ```
/// use std::sync::Arc;
/// use pintle_env::{Metric, MetricKind, Metrics, OpenMetrics};
///
/// static REQUESTS: Metric = Metric {
///     name: "requests_total",
///     help: "Requests by method.",
///     kind: MetricKind::Counter,
///     labels: &["method"],
/// };
///
/// let exporter = OpenMetrics::new();
/// let metrics = Metrics::to(Arc::new(exporter.clone()));
/// metrics.count(&REQUESTS, &["GET"]);
/// assert_eq!(
///     exporter.to_string(),
///     "# HELP requests Requests by method.\n# TYPE requests counter\n\
///      requests_total{method=\"GET\"} 1\n# EOF\n"
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct OpenMetrics(Arc<Mutex<BTreeMap<&'static str, Family>>>);

/// All series of a metric, in the order of the values of their labels.
#[derive(Debug)]
struct Family {
    metric: &'static Metric,
    series: Vec<(Box<[String]>, Series)>,
}

#[derive(Debug, Default)]
struct Series {
    /// The sum of a counter, level or histogram, the last value of a gauge.
    value: f64,
    /// How many values were of each size, the last of them larger than every bound.
    sizes: Vec<u64>,
}

impl OpenMetrics {
    /// An exporter that was told nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The media type of what it prints, for the answer to a scrape.
    pub const CONTENT_TYPE: &'static str =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Family>> {
        // Numbers are whole at any time, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for OpenMetrics {
    fn record(&self, metric: &'static Metric, labels: &[&str], value: f64) {
        let mut families = self.lock();
        let family = families.entry(metric.name).or_insert_with(|| Family {
            metric,
            series: Vec::new(),
        });
        let series = family.series(labels);
        match metric.kind {
            MetricKind::Counter | MetricKind::Level => series.value += value,
            MetricKind::Gauge => series.value = value,
            MetricKind::Histogram(bounds) => {
                series.value += value;
                series.sizes.resize(bounds.len() + 1, 0);
                series.sizes[bounds.partition_point(|bound| *bound < value)] += 1;
            }
        }
    }
}

impl fmt::Display for OpenMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (&name, family) in self.lock().iter() {
            family.print(name, f)?;
        }
        f.write_str("# EOF\n")
    }
}

impl Family {
    /// The series of these labels; nothing is copied of them but for a new one.
    fn series(&mut self, labels: &[&str]) -> &mut Series {
        let compare = |(known, _): &(Box<[String]>, Series)| {
            let known = known.iter().map(String::as_str);
            known.cmp(labels.iter().copied())
        };
        let at = self.series.binary_search_by(compare).unwrap_or_else(|at| {
            let labels = labels.iter().map(|&label| label.to_owned()).collect();
            self.series.insert(at, (labels, Series::default()));
            at
        });
        &mut self.series[at].1
    }

    fn print(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (base, kind) = match self.metric.kind {
            MetricKind::Counter => (name.strip_suffix("_total").unwrap_or(name), "counter"),
            MetricKind::Gauge | MetricKind::Level => (name, "gauge"),
            MetricKind::Histogram(_) => (name, "histogram"),
        };
        writeln!(f, "# HELP {base} {}", escaped(self.metric.help))?;
        writeln!(f, "# TYPE {base} {kind}")?;
        for (labels, series) in &self.series {
            let labels = self.metric.labels.iter().zip(labels);
            let labels: Vec<String> = labels
                .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
                .collect();
            let MetricKind::Histogram(bounds) = self.metric.kind else {
                let suffix = if kind == "counter" { "_total" } else { "" };
                writeln!(f, "{base}{suffix}{} {}", braced(&labels), series.value)?;
                continue;
            };
            let mut below = 0;
            let bounds = bounds.iter().map(|bound| format!("{bound:?}"));
            for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(&series.sizes) {
                below += count;
                let mut labels = labels.clone();
                labels.push(format!("le=\"{bound}\""));
                writeln!(f, "{base}_bucket{} {below}", braced(&labels))?;
            }
            writeln!(f, "{base}_count{} {below}", braced(&labels))?;
            writeln!(f, "{base}_sum{} {}", braced(&labels), series.value)?;
        }
        Ok(())
    }
}

fn braced(labels: &[String]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    format!("{{{}}}", labels.join(","))
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        // A string takes whatever is written to it.
        let _ = match char {
            '\\' => out.write_str("\\\\"),
            '"' => out.write_str("\\\""),
            '\n' => out.write_str("\\n"),
            char => out.write_char(char),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    static SECONDS: Metric = Metric {
        name: "wait_seconds",
        help: "Waits.",
        kind: MetricKind::Histogram(&[0.5, 1.0]),
        labels: &["verb"],
    };
    static OPEN: Metric = Metric {
        name: "open",
        help: "What is open.",
        kind: MetricKind::Gauge,
        labels: &[],
    };

    #[test]
    fn histograms_count_what_is_at_most_a_bound() {
        let exporter = OpenMetrics::new();
        for value in [0.25, 0.5, 0.75, 4.0] {
            exporter.record(&SECONDS, &["GET"], value);
        }
        assert_eq!(
            exporter.to_string(),
            "# HELP wait_seconds Waits.\n# TYPE wait_seconds histogram\n\
             wait_seconds_bucket{verb=\"GET\",le=\"0.5\"} 2\n\
             wait_seconds_bucket{verb=\"GET\",le=\"1.0\"} 3\n\
             wait_seconds_bucket{verb=\"GET\",le=\"+Inf\"} 4\n\
             wait_seconds_count{verb=\"GET\"} 4\n\
             wait_seconds_sum{verb=\"GET\"} 5.5\n# EOF\n"
        );
    }

    #[test]
    fn gauges_keep_the_last_value() {
        let exporter = OpenMetrics::new();
        exporter.record(&OPEN, &[], 3.0);
        exporter.record(&OPEN, &[], 2.0);
        assert!(exporter.to_string().contains("\nopen 2\n"), "{exporter}");
    }

    #[test]
    fn levels_rise_and_fall() {
        static LEVEL: Metric = Metric {
            name: "level",
            help: "What is there.",
            kind: MetricKind::Level,
            labels: &[],
        };
        let exporter = OpenMetrics::new();
        for value in [1.0, 1.0, -1.0, 1.0] {
            exporter.record(&LEVEL, &[], value);
        }
        assert_eq!(
            exporter.to_string(),
            "# HELP level What is there.\n# TYPE level gauge\nlevel 2\n# EOF\n"
        );
    }

    #[test]
    fn labels_are_escaped() {
        let exporter = OpenMetrics::new();
        exporter.record(&SECONDS, &["a\"b\\c\nd"], 0.0);
        let text = exporter.to_string();
        assert!(text.contains(r#"{verb="a\"b\\c\nd"}"#), "{text}");
    }
}
