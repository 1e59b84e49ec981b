//! What is known of the process: what it is, since when it serves, and what memory it takes.

use pintle_env::Timestamp;

use super::text::Text;
use crate::version;

/// The metrics of the process. Memory is known on Linux only.
pub(super) fn write(started: Timestamp, out: &mut Text) {
    out.family(
        "kubernetes_build_info",
        "gauge",
        "What the server is: a 1 with everything as labels.",
    );
    let fields = version::fields();
    let labels = fields.iter().filter_map(|(name, value)| {
        let label = match *name {
            "buildDate" => "build_date",
            "gitCommit" => "git_commit",
            "gitTreeState" => "git_tree_state",
            "gitVersion" => "git_version",
            "goVersion" => "go_version",
            "compiler" | "major" | "minor" | "platform" => name,
            _ => return None,
        };
        Some((label, value.as_str()))
    });
    let mut labels: Vec<_> = labels.collect();
    labels.sort_unstable();
    out.sample("", &labels, 1);
    out.family(
        "process_start_time_seconds",
        "gauge",
        "When the server started, in seconds since 1970.",
    );
    out.sample("", &[], started.unix_seconds());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for (name, field, help) in [
        (
            "process_resident_memory_bytes",
            "VmRSS:",
            "Memory that the process has in use.",
        ),
        (
            "process_virtual_memory_bytes",
            "VmSize:",
            "Addresses that the process has in use.",
        ),
    ] {
        let mut lines = status.lines();
        let value = lines.find_map(|line| line.strip_prefix(field));
        let kilobytes = value.and_then(|value| value.trim().strip_suffix(" kB"));
        if let Some(kilobytes) = kilobytes.and_then(|text| text.parse::<u64>().ok()) {
            out.family(name, "gauge", help);
            out.sample("", &[], kilobytes * 1024);
        }
    }
}
