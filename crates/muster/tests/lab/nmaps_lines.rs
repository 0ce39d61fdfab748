//! The lines of both programs for one network that has every state: byte for byte, but for what each says of itself, for
//! times, and for the names of services, of which Nmap has a table of its own.

use std::fs;

use muster_testkit::lab::{Lab, LabPlan, Side};
use tempfile::TempDir;

use crate::common::{finish, has, xml_findings, xml_hosts};
use crate::support::{by_frames, lab};

const NETWORK: &str = "10.77.3.0/27";
/// A part of it: Nmap takes its time over silent ports.
const PART: &str = "10.77.3.0/29";

/// Ports whose names are the same in both programs.
const NAMED: [u16; 4] = [22, 80, 443, 2967];

#[test]
#[ignore = "needs root and the lab"]
fn connections_are_written_as_nmap_writes_them() {
    compare("-sT --unprivileged -T4");
}

#[test]
#[ignore = "needs root and the lab"]
fn frames_are_written_as_nmap_writes_them() {
    compare("-sS -T4");
}

/// One port and several, then so many that most are only counted; with every option that changes the lines.
fn compare(way: &str) {
    let ports = NAMED.into_iter().chain([2968, 2969]).collect();
    let Some(lab) = lab(LabPlan { ports, ..LabPlan::of(NETWORK).unwrap() }) else { return };
    if !has("nmap") {
        return;
    }
    let named = "-p 22,80,443,2967";
    for line in [
        format!("-p 2967 {NETWORK}"),
        format!("-p 22 {NETWORK}"),
        format!("{named} {NETWORK}"),
        format!("{named} -v {NETWORK}"),
        format!("{named} -vv {NETWORK}"),
        format!("{named} --open {NETWORK}"),
        format!("{named} --reason {NETWORK}"),
        format!("{named} --open --reason -v {NETWORK}"),
        format!("-p 22,2940-2990 {PART}"),
        format!("-p 22,2940-2990 --open --reason {PART}"),
    ] {
        Judged::by(&lab, &format!("{way} -Pn {line}")).assert_same(&line);
    }
}

/// Who is down is written where somebody wants to know, and only where the host was looked for. Nmap writes those of a group of
/// hosts before the others, which is how it goes about its work; here hosts stand in the order in which they were typed.
#[test]
#[ignore = "needs root and the lab"]
fn hosts_that_are_down_are_written_as_nmap_writes_them() {
    let Some(lab) = lab(LabPlan::of(PART).unwrap()) else { return };
    if !has("nmap") {
        return;
    }
    for way in
        ["-sT --unprivileged -PS2967", "-sS -PS2967 --disable-arp-ping", "-sn -PS2967 --disable-arp-ping"]
    {
        let ports = if way.starts_with("-sn") { "" } else { "-p 2967" };
        for words in ["-v", "-vv", "-v --reason", "-v --open", ""] {
            let line = format!("{way} -T4 {ports} {words} {PART}");
            let judged = Judged::by(&lab, &line);
            assert!(words != "-v" || judged.ours[1].contains("Status: Down"), "{line}: {}", judged.ours[1]);
            judged.in_any_order().assert_same(&line);
        }
    }
}

/// Normal, grepable and XML output of both programs.
struct Judged {
    ours: [String; 3],
    nmaps: [String; 3],
}

impl Judged {
    fn by(lab: &Lab, line: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let base = |name: &str| folder.path().join(name).display().to_string();
        let (ours, nmaps) = (base("ours"), base("nmaps"));
        finish(by_frames(lab, &format!("{line} -n -oA {ours}"))).ok();
        let mut command = lab.command(Side::Near, "nmap");
        command.args(line.split_whitespace()).args(["-n", "-oA", &nmaps]);
        finish(command).ok();
        let read = |base: &str| {
            ["nmap", "gnmap", "xml"].map(|ending| fs::read_to_string(format!("{base}.{ending}")).unwrap())
        };
        Self { ours: read(&ours), nmaps: read(&nmaps) }
    }

    fn in_any_order(self) -> Self {
        let sorted = |text: String| {
            let mut lines: Vec<&str> = text.lines().collect();
            lines.sort_unstable();
            lines.join("\n")
        };
        let of = |[normal, grepable, xml]: [String; 3]| [sorted(normal), sorted(grepable), xml];
        Self { ours: of(self.ours), nmaps: of(self.nmaps) }
    }

    fn assert_same(&self, line: &str) {
        for form in [0, 1] {
            let (ours, nmaps) = (compared(&self.ours[form]), compared(&self.nmaps[form]));
            assert!(!ours.is_empty(), "{line}");
            let length = ours.len().max(nmaps.len());
            let different = (0..length).find(|&at| ours.get(at) != nmaps.get(at));
            assert_eq!(different.map(|at| (ours.get(at), nmaps.get(at))), None, "{line}: (ours, nmap's)");
        }
        let (ours, nmaps) = (&self.ours[2], &self.nmaps[2]);
        assert_eq!(xml_findings(ours), xml_findings(nmaps), "{line}");
        assert_eq!(xml_hosts(ours), xml_hosts(nmaps), "{line}");
    }
}

/// The lines about hosts, with a mask over latencies, over moments, and over the names of ports that are not [`NAMED`].
fn compared(text: &str) -> Vec<String> {
    let about_itself = ["#", "Read data files", "Starting", "Some closed ports"];
    let is_about_hosts = |line: &&str| !about_itself.iter().any(|start| line.starts_with(start));
    text.lines().filter(is_about_hosts).map(|line| words(&moments(line))).collect()
}

/// Nmap measures how long errors from the way took, too.
fn moments(line: &str) -> String {
    if line.starts_with("Scanned at ") {
        return "Scanned at".to_owned();
    }
    match line.split_once(" (") {
        Some((start, rest)) if rest.ends_with("s latency).") => format!("{start}."),
        _ => line.to_owned(),
    }
}

/// `2968/open/tcp//name///` and `2968/tcp open name` lose the name.
fn words(line: &str) -> String {
    let Some((head, items)) = line.split_once("Ports: ") else { return cells(line) };
    let items: Vec<String> = items.split(", ").map(item).collect();
    format!("{head}Ports: {}", items.join(", "))
}

fn item(item: &str) -> String {
    let mut fields: Vec<&str> = item.split('/').collect();
    if fields.len() > 4 && !is_named(fields[0]) {
        fields[4] = "name";
    }
    fields.join("/")
}

/// Without the names the widths of their column differ too.
fn cells(line: &str) -> String {
    let mut cells: Vec<&str> = line.split_whitespace().collect();
    match cells.first().and_then(|cell| cell.strip_suffix("/tcp")) {
        Some(port) if cells.len() > 2 && !is_named(port) => cells[2] = "name",
        _ => return line.to_owned(),
    }
    cells.join(" ")
}

fn is_named(port: &str) -> bool {
    port.parse().is_ok_and(|port: u16| NAMED.contains(&port))
}
