//! A huge silent sweep takes little memory. A program of its own, since the peak is that of the whole process.

use std::fs;

use muster_testkit::simulation::run_scenario;

/// The ledger of a /12 takes 256 KiB; the rest is the program and what the allocator keeps.
const MOST_KIB: u64 = 16 * 1024;

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn a_silent_slash_12_takes_little_memory() {
    run_scenario(include_str!("scenarios/huge_and_silent.toml")).expect("a scenario");
    let Some(peak) = peak_kib() else {
        eprintln!("skipped: this system does not tell a process's peak memory");
        return;
    };
    assert!(peak < MOST_KIB, "{peak} KiB");
}

fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
