//! The size of a file does not matter: what is read is put aside on disk.

use std::fs;
use std::io::Write as _;
use std::process::{ChildStdin, Stdio};
use std::thread;
use std::time::Duration;

use muster_testkit::lab::Running;

use crate::common::{collect, skip};
use crate::support::Workplace;

/// A host of some 10 KB: what scripts say of it is passed over.
fn host(number: u32) -> String {
    let address = std::net::Ipv4Addr::from_bits(0x0a00_0000 + number);
    let port = |port: u32| {
        format!(
            "<port protocol=\"tcp\" portid=\"{}\"><state state=\"open\" reason=\"syn-ack\" reason_ttl=\"64\"/><service name=\"http\" \
             product=\"server {port}\" method=\"probed\" conf=\"10\"/><script id=\"x\" output=\"{}\"/></port>",
            8_000 + port,
            "said ".repeat(300)
        )
    };
    format!(
        "<host><status state=\"up\" reason=\"echo-reply\" reason_ttl=\"64\"/><address addr=\"{address}\" addrtype=\"ipv4\"/><ports>{}\
         </ports></host>\n",
        (0..6).map(port).collect::<String>()
    )
}

fn write(mut out: ChildStdin, hosts: u32) -> u64 {
    let mut written = 0;
    let mut put = |text: &str| {
        written += text.len() as u64;
        out.write_all(text.as_bytes()).unwrap();
    };
    put(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\" args=\"nmap 10.0.0.0/8\" start=\"1700000000\" version=\"7.93\" \
         xmloutputversion=\"1.05\">\n",
    );
    (0..hosts).for_each(|number| put(&host(number)));
    put("<runstats><finished time=\"1700000100\" elapsed=\"1\" exit=\"success\"/></runstats>\n</nmaprun>\n");
    written
}

/// Bytes of a file of so many hosts, and the most memory that importing it took, in KiB.
fn imported(hosts: u32) -> Option<(u64, u64)> {
    let place = Workplace::new();
    let mut command = place.muster("import -");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let (stdin, stdout) = (running.child().stdin.take().unwrap(), collect(running.child().stdout.take()));
    let writer = thread::spawn(move || write(stdin, hosts));
    let mut peak = None;
    while running.child().try_wait().unwrap().is_none() {
        peak = peak_kib(running.id()).or(peak);
        thread::park_timeout(Duration::from_millis(2));
    }
    let said = String::from_utf8(stdout.join().unwrap()).unwrap();
    assert!(said.contains(&format!("{hosts} hosts: ")), "{said}");
    Some((writer.join().unwrap(), peak?))
}

/// The peak so far of a process that runs.
fn peak_kib(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn importing_a_large_file_takes_no_more_memory_than_a_small_one() {
    let (Some((small, little)), Some((large, much))) = (imported(2_000), imported(20_000)) else {
        skip("this system does not tell a process's peak memory");
        return;
    };
    assert!(large > 9 * small && large > 150_000_000, "{small} and {large} bytes");
    assert!(much < little + MORE_KIB, "{little} KiB of {small} bytes, {much} KiB of {large}");
}

/// What the store's cache may still grow by; a file that was kept would be three times that.
const MORE_KIB: u64 = 64 * 1024;
