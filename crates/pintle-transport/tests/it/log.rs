//! Everything that is logged, spans included.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// Takes down what this thread logs while it lives, a line each: level, name and fields.
pub(crate) struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Log {
    pub(crate) fn begin() -> Self {
        let lines = Arc::default();
        let capture = Capture {
            lines: Arc::clone(&lines),
            ids: Mutex::new(0),
        };
        Self {
            lines,
            _guard: tracing::subscriber::set_default(capture),
        }
    }

    /// What was logged until now.
    pub(crate) fn text(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    /// How many lines of this level have this in them.
    pub(crate) fn count(&self, level: Level, part: &str) -> usize {
        let lines = self.lines.lock().unwrap();
        let level = format!("{level} ");
        let lines = lines.iter();
        lines
            .filter(|line| line.starts_with(&level) && line.contains(part))
            .count()
    }
}

struct Capture {
    lines: Arc<Mutex<Vec<String>>>,
    ids: Mutex<u64>,
}

impl Capture {
    fn line(&self, head: String, record: impl FnOnce(&mut dyn Visit)) {
        let mut fields = Fields(head);
        record(&mut fields);
        self.lines.lock().unwrap().push(fields.0);
    }
}

impl Subscriber for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("pintle")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let metadata = span.metadata();
        let head = format!("{} span {}", metadata.level(), metadata.name());
        self.line(head, |fields| span.record(fields));
        let mut ids = self.ids.lock().unwrap();
        *ids += 1;
        Id::from_u64(*ids)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.line("DEBUG record".to_owned(), |fields| values.record(fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let head = format!("{} event", event.metadata().level());
        self.line(head, |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}
