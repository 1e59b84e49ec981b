//! The tables.

use std::fmt;

use super::{Check, KEPT, MAIN, Operation, PINTLE, Results, Subject, Time};
use crate::bench::peer::Format;
use crate::bench::table::Table;

pub(super) struct Report<'a>(pub(super) &'a Results);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n## codec\n")?;
        self.write_inputs(f)?;
        for input in MAIN {
            for (format, operation, title) in OPERATIONS {
                writeln!(f, "\n### {input}: {title}\n")?;
                let operations: &[Operation] = match operation {
                    Operation::Encode => &[Operation::Encode],
                    Operation::Decode | Operation::Walk => &[Operation::Decode, Operation::Walk],
                };
                write!(f, "{}", self.times(input, format, operations))?;
            }
            writeln!(f, "\n### {input}: memory\n")?;
            write!(f, "{}", self.memory(input))?;
        }
        writeln!(
            f,
            "\n### other objects: pintle's time as a share of a peer's\n"
        )?;
        write!(f, "{}", self.shares())?;
        writeln!(f, "\n### other objects: live KiB and allocations\n")?;
        write!(f, "{}", self.weights())?;
        writeln!(f, "\n### targets\n")?;
        write!(f, "{}", self.targets())
    }
}

impl Report<'_> {
    fn write_inputs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let results = self.0;
        for input in &results.inputs {
            if !MAIN.contains(&input.name.as_str()) {
                continue;
            }
            let size = |format| (input.size(format), input.gzip_ratio(format));
            let ((json, json_gzip), (protobuf, protobuf_gzip)) =
                (size(Format::Json), size(Format::Protobuf));
            writeln!(
                f,
                "{}: {} of {}, JSON {json:.0} bytes each (gzip of all 1:{json_gzip:.1}), protobuf {protobuf:.0} (1:{protobuf_gzip:.1})",
                input.name, input.objects, input.kind,
            )?;
        }
        let others = results.inputs.len() - MAIN.len();
        writeln!(f, "and {others} objects of other kinds")?;
        let mut subjects: Vec<&Subject> = Vec::new();
        for check in &results.checks {
            if !subjects.contains(&&check.subject) {
                subjects.push(&check.subject);
            }
        }
        for subject in subjects {
            let of = |check: &&Check| check.subject == *subject;
            let checks = || results.checks.iter().filter(of);
            let right = checks().filter(|check| !check.is_wrong());
            let objects: u64 = right.map(|check| check.objects).sum();
            let identical: u64 = checks().filter_map(|check| check.identical).sum();
            let wrong: Vec<&str> = checks()
                .filter(|check| check.is_wrong())
                .map(|check| check.input.as_str())
                .collect();
            write!(
                f,
                "checked: {} read, edited and wrote back {objects} objects, {identical} as Go does to the byte",
                name(subject),
            )?;
            if wrong.is_empty() {
                writeln!(f)?;
            } else {
                writeln!(f, "; WRONG: {}", wrong.join(", "))?;
            }
        }
        writeln!(
            f,
            "microseconds of the working thread an object, median (least–most) of the rounds; a ratio is taken within each round; load at the end {}",
            results.load
        )
    }

    fn times(&self, input: &str, format: Format, operations: &[Operation]) -> Table {
        let peers = [rust_peer(format), GO_PEER];
        let mut head = ["", "µs", "by the clock", "all CPU", "allocations"]
            .map(str::to_owned)
            .to_vec();
        head.extend(peers.map(|peer| format!("as a share of {peer}")));
        let mut table = Table::new(head);
        for time in &self.0.times {
            if time.input != input || time.format != format || !operations.contains(&time.operation)
            {
                continue;
            }
            let mut name = name(&time.subject);
            if time.operation == Operation::Walk {
                name += ", every field looked at";
            }
            let allocations = time
                .allocations
                .map_or(String::new(), |count| format!("{count:.0}"));
            let mut cells = vec![
                name,
                format!("{:.1}", time.thread),
                format!("{:.1}", time.wall.median()),
                format!("{:.1}", time.cpu.median()),
                allocations,
            ];
            cells.extend(peers.map(|peer| self.share(time, peer, operations[0])));
            table.row(cells);
        }
        table
    }

    /// A time of pintle's as a share of what a peer takes.
    fn share(&self, ours: &Time, peer: &str, operation: Operation) -> String {
        if ours.subject.peer != PINTLE {
            return String::new();
        }
        let peer = Subject::new(peer, "");
        let theirs = self.0.time(&peer, ours.format, operation, &ours.input);
        theirs.map_or(String::new(), |theirs| {
            ours.thread.over(&theirs.thread).to_string()
        })
    }

    fn memory(&self, input: &str) -> Table {
        let mut table = Table::new(vec![
            "",
            "live KiB, from JSON",
            "from protobuf",
            "without managedFields",
        ]);
        for subject in self.subjects() {
            let of = |format, pruned| {
                let bytes = self.0.bytes(subject, format, input, pruned);
                bytes.map_or(String::new(), kib)
            };
            let pruned = [Format::Protobuf, Format::Json]
                .map(|format| of(format, true))
                .into_iter()
                .find(|found| !found.is_empty());
            table.row([
                name(subject),
                of(Format::Json, false),
                of(Format::Protobuf, false),
                pruned.unwrap_or_default(),
            ]);
        }
        table
    }

    fn shares(&self) -> Table {
        let mut head = vec!["".to_owned()];
        let columns = OPERATIONS.map(|(format, operation, title)| {
            (format, operation, title, [rust_peer(format), GO_PEER])
        });
        for (_, _, title, peers) in &columns {
            head.extend(peers.map(|peer| format!("{title} / {peer}")));
        }
        let mut table = Table::new(head);
        let mut products = vec![(0.0, 0); 2 * columns.len()];
        for input in self.others() {
            let mut cells = vec![input.to_owned()];
            for (format, operation, _, peers) in &columns {
                for peer in peers {
                    let time = |peer| {
                        let subject = Subject::new(peer, "");
                        self.0.time(&subject, *format, *operation, input)
                    };
                    let share = match (time(PINTLE), time(*peer)) {
                        (Some(ours), Some(theirs)) => ours.thread.over(&theirs.thread).median(),
                        _ => f64::NAN,
                    };
                    let (sum, count) = &mut products[cells.len() - 1];
                    if share.is_nan() {
                        cells.push("–".to_owned());
                        continue;
                    }
                    *sum += share.ln();
                    *count += 1;
                    cells.push(format!("{share:.2}"));
                }
            }
            table.row(cells);
        }
        let means = products
            .iter()
            .map(|(sum, count)| format!("{:.2}", (sum / f64::from(*count)).exp()));
        table.row(std::iter::once("geometric mean".to_owned()).chain(means));
        table
    }

    fn weights(&self) -> Table {
        let mut head = vec!["".to_owned()];
        let subjects = self.subjects();
        head.extend(subjects.iter().map(|subject| name(subject)));
        let mut table = Table::new(head);
        for input in self.others() {
            let of = |subject: &&Subject| {
                let cell = |format| {
                    let bytes = self.0.bytes(subject, format, input, false)?;
                    let time = self.0.time(subject, format, Operation::Decode, input)?;
                    Some(format!("{}, {:.0}", kib(bytes), time.allocations?))
                };
                let found = cell(Format::Protobuf).or_else(|| cell(Format::Json));
                found.unwrap_or_default()
            };
            let cells = subjects.iter().map(of);
            table.row(std::iter::once(input.to_owned()).chain(cells));
        }
        table
    }

    fn targets(&self) -> Table {
        let mut table = Table::new(vec!["", "at most", "found", "by all CPU", ""]);
        for target in &self.0.targets {
            let found = match target.range {
                Some((min, max)) => format!("{:.2} ({min:.2}–{max:.2})", target.found),
                None => format!("{:.2}", target.found),
            };
            table.row([
                target.what.clone(),
                format!("{:.2}", target.limit),
                found,
                target
                    .by_cpu
                    .map_or(String::new(), |ratio| format!("{ratio:.2}")),
                target.to_string(),
            ]);
        }
        table
    }

    /// Everything that was weighed, in order.
    fn subjects(&self) -> Vec<&Subject> {
        let mut subjects: Vec<&Subject> = Vec::new();
        for memory in &self.0.memory {
            if !subjects.contains(&&memory.subject) {
                subjects.push(&memory.subject);
            }
        }
        subjects
    }

    fn others(&self) -> impl Iterator<Item = &str> {
        let names = self.0.inputs.iter().map(|input| input.name.as_str());
        names.filter(|name| !MAIN.contains(name))
    }
}

/// The peer in Rust that reads and writes a format.
fn rust_peer(format: Format) -> &'static str {
    match format {
        Format::Json => "kube-rs",
        Format::Protobuf => "k8s-pb",
    }
}

fn name(subject: &Subject) -> String {
    let Subject { peer, variant } = subject;
    match variant.as_str() {
        "" => peer.clone(),
        KEPT => format!("{peer}, decoder kept"),
        variant => format!("{peer}, {variant}"),
    }
}

fn kib(bytes: f64) -> String {
    format!("{:.2}", bytes / 1024.0)
}

const GO_PEER: &str = "client-go";

const OPERATIONS: [(Format, Operation, &str); 4] = [
    (Format::Json, Operation::Decode, "JSON decode"),
    (Format::Json, Operation::Encode, "JSON encode"),
    (Format::Protobuf, Operation::Decode, "protobuf decode"),
    (Format::Protobuf, Operation::Encode, "protobuf encode"),
];
