//! What this process, or this thread, has used.

use std::fs;

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds of CPU that the process has used.
pub fn cpu_ns() -> u64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    used.tv_sec as u64 * 1_000_000_000 + used.tv_nsec as u64
}

/// The bytes of the machine's memory that the process holds.
pub fn resident() -> u64 {
    field("/proc/self/status", "VmRSS:") * 1024
}

/// The most that it held since [`reset_peak_resident`].
pub fn peak_resident() -> u64 {
    field("/proc/self/status", "VmHWM:") * 1024
}

/// Begins a new peak at what the process holds now.
pub fn reset_peak_resident() {
    fs::write("/proc/self/clear_refs", "5").expect("a process may reset its own peak");
}

/// How often the calling thread has given up its processor to wait for something.
pub fn voluntary_switches() -> u64 {
    field("/proc/thread-self/status", "voluntary_ctxt_switches:")
}

fn field(path: &str, name: &str) -> u64 {
    let text = fs::read_to_string(path).expect("Linux tells about processes");
    let mut lines = text.lines();
    let value = lines.find_map(|line| {
        line.strip_prefix(name)?
            .split_whitespace()
            .next()?
            .parse()
            .ok()
    });
    value.expect("the kernel knows it")
}
