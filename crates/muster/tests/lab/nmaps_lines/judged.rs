//! What both programs wrote about one network, and the comparison line by line.

use std::fs;
use std::process::Command;

use muster_testkit::lab::{Lab, Side};
use tempfile::TempDir;

use crate::common::{xml_findings, xml_hosts};
use crate::support::{by_frames, finish_all};

/// Ports whose names are the same in both programs, of TCP and of UDP.
pub(super) const NAMED: [u16; 7] = [22, 53, 80, 123, 161, 443, 2967];

/// Options with targets for both programs, and those that only ours needs for the same.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) both: String,
    pub(super) ours: &'static str,
}

/// Normal, grepable and XML output of both programs.
pub(super) struct Judged {
    line: String,
    pub(super) ours: [String; 3],
    nmaps: [String; 3],
}

/// Has each line run by both programs, several at a time since they mostly wait.
pub(super) fn judged(lab: &Lab, lines: &[Line]) -> Vec<Judged> {
    lines.chunks(AT_A_TIME).flat_map(|lines| at_once(lab, lines)).collect()
}

/// The same, to be compared as it stands.
pub(super) fn assert_all_same(lab: &Lab, lines: &[Line]) {
    judged(lab, lines).iter().for_each(Judged::assert_same);
}

const AT_A_TIME: usize = 24;

fn at_once(lab: &Lab, lines: &[Line]) -> Vec<Judged> {
    let folder = TempDir::new().unwrap();
    let base =
        |program: &str, place: usize| folder.path().join(format!("{program}{place}")).display().to_string();
    let commands = lines.iter().enumerate().flat_map(|(place, line)| {
        let ours = format!("{} {} -n -oA {}", line.both, line.ours, base("ours", place));
        [by_frames(lab, &ours), nmap(lab, &line.both, &base("nmaps", place))]
    });
    finish_all(commands.collect()).into_iter().for_each(|ran| drop(ran.ok()));
    let read = |base: String| {
        ["nmap", "gnmap", "xml"].map(|ending| fs::read_to_string(format!("{base}.{ending}")).unwrap())
    };
    let judged = |(place, line): (usize, &Line)| Judged {
        line: line.both.clone(),
        ours: read(base("ours", place)),
        nmaps: read(base("nmaps", place)),
    };
    lines.iter().enumerate().map(judged).collect()
}

fn nmap(lab: &Lab, line: &str, base: &str) -> Command {
    let mut command = lab.command(Side::Near, "nmap");
    command.args(line.split_whitespace()).args(["-n", "-oA", base]);
    command
}

impl Judged {
    /// With the lines of each form sorted, where the order of the hosts is not the same.
    pub(super) fn in_any_order(self) -> Self {
        let sorted = |text: String| {
            let mut lines: Vec<&str> = text.lines().collect();
            lines.sort_unstable();
            lines.join("\n")
        };
        let of =
            |[normal, grepable, xml]: [String; 3]| [sorted(normal), sorted(grepable), sorted_hosts(&xml)];
        Self { ours: of(self.ours), nmaps: of(self.nmaps), ..self }
    }

    pub(super) fn assert_same(&self) {
        let line = &self.line;
        for (form, compared) in [of_text, of_text, of_xml].into_iter().enumerate() {
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

/// The hosts by address, between what stands before and after them.
fn sorted_hosts(xml: &str) -> String {
    let text = without_hints(xml);
    let first = text.find("<host").unwrap_or(text.len());
    let (head, rest) = text.split_at(first);
    let (hosts, tail) = rest.rsplit_once("</host>\n").unwrap_or(("", rest));
    let mut hosts: Vec<&str> = hosts.split("</host>\n").collect();
    hosts.sort_by_key(|host| host.split_once("addr=").map(|(_, address)| address));
    format!("{head}{}</host>\n{tail}", hosts.join("</host>\n"))
}

/// Without what Nmap tells of hosts before it has asked their ports.
fn without_hints(xml: &str) -> String {
    let mut text = xml.to_owned();
    while let (Some(start), Some(end)) = (text.find("<hosthint>"), text.find(END_OF_HINT)) {
        text.replace_range(start..end + END_OF_HINT.len(), "");
    }
    text
}

const END_OF_HINT: &str = "</hosthint>\n";

/// The lines about hosts, with a mask over latencies, over moments, and over the names of ports that are not [`NAMED`].
fn of_text(text: &str) -> Vec<String> {
    let about_itself = ["#", "Read data files", "Starting", "Some closed ports", "Warning: "];
    let is_about_hosts = |line: &&str| !about_itself.iter().any(|start| line.starts_with(start));
    text.lines().filter(is_about_hosts).map(|line| words(&moments(line))).collect()
}

/// What was asked and the hosts, with the same mask and without latencies.
fn of_xml(xml: &str) -> Vec<String> {
    let text = without_hints(xml);
    let (_, text) = text.split_once("<nmaprun ").expect("a run");
    let (text, _) = text.split_once("<runstats>").expect("its end");
    let is_compared = |line: &&str| !line.starts_with("<times ") && !line.starts_with("<task");
    text.lines().skip(1).filter(is_compared).map(element).collect()
}

fn element(line: &str) -> String {
    match line.split_once("<port ") {
        Some((start, port)) if !is_named(port.split('"').nth(3).unwrap_or_default()) => {
            let (port, _) =
                port.split_once("<service").unwrap_or(port.split_once("</port>").expect("its end"));
            format!("{start}<port {port}</port>")
        }
        _ if line.starts_with("<host starttime=") => {
            let (_, rest) = line.split_once("\"><").expect("a status");
            format!("<host ><{rest}")
        }
        _ => line.to_owned(),
    }
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
    let port = cells.first().and_then(|cell| cell.strip_suffix("/tcp").or(cell.strip_suffix("/udp")));
    match port {
        Some(port) if cells.len() > 2 && !is_named(port) => cells[2] = "name",
        _ => return line.to_owned(),
    }
    cells.join(" ")
}

fn is_named(port: &str) -> bool {
    port.parse().is_ok_and(|port: u16| NAMED.contains(&port))
}
