//! The lines of both programs for one network that has every state: byte for byte, but for what each says of itself, for
//! times, and for the names of services, of which Nmap has a table of its own.

mod judged;

use muster_testkit::lab::{Lab, LabPlan, Side};

use crate::common::{finish, has};
use crate::support::lab;
use judged::{Line, NAMED, assert_all_same, judged};

const NETWORK: &str = "10.77.3.0/27";
/// A part of it: Nmap takes its time over silent ports.
const PART: &str = "10.77.3.0/29";
/// Ports of which the first ten are as mixed as the network, and the others silent but on the first two hosts.
const MANY: &str = "22,2940-2999,3000-3051";
/// One host answers for these with a refusal, and one with an error of a firewall.
const ALIKE: [&str; 2] = ["ip daddr 10.77.3.1", "ip daddr 10.77.3.2"];
/// The way loses nothing: to ask the silent once more is enough.
const BRISKLY: &str = "--max-retries 1";
const BRISKLY_ANYTHING: &str = "--max-retries 1 --udp-empty";

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
    let ports = NAMED.into_iter().filter(|port| ![53, 123, 161].contains(port)).chain([2968, 2969]).collect();
    let Some(lab) = lab(LabPlan { ports, ..LabPlan::of(NETWORK).unwrap() }) else { return };
    if !has("nmap") {
        return;
    }
    answer_alike(&lab, "tcp dport 3000-3051", "tcp reset");
    let named = "-p 22,80,443,2967";
    let few = ["", "-v", "-vv", "--open", "--reason", "--open --reason -v"];
    let lines = ["-p 2967", "-p 22"].into_iter().map(|ports| format!("{ports} {NETWORK}"));
    let lines = lines.chain(few.map(|words| format!("{named} {words} {NETWORK}")));
    let lines = lines.chain(crossed().map(|words| format!("-p {MANY} {words} {PART}")));
    let line = |line| Line { both: format!("{way} -Pn {line}"), ours: BRISKLY };
    assert_all_same(&lab, &lines.map(line).collect::<Vec<_>>());
}

/// Every way to ask for more or fewer lines together with every other.
fn crossed() -> impl Iterator<Item = String> {
    let reasons =
        ["", "-v", "-vv"].into_iter().flat_map(|v| ["", "--reason"].map(|word| format!("{v} {word}")));
    reasons.flat_map(|words| ["", "--open"].map(|word| format!("{words} {word}")))
}

/// The same for ports of UDP, of which those that say nothing may be open.
#[test]
#[ignore = "needs root and the lab"]
fn datagrams_are_written_as_nmap_writes_them() {
    let plan = LabPlan {
        udp_ports: vec![53, 123, 161],
        udp: LabPlan::default().truth,
        ..LabPlan::of("10.77.3.0/28").unwrap()
    };
    let Some(lab) = lab(plan) else { return };
    if !has("nmap") {
        return;
    }
    answer_alike(&lab, "udp dport 3000-3051", "icmpx port-unreachable");
    let one = ["", "-v", "--open", "--reason"].map(|words| format!("-p 53 {words} 10.77.3.0/28"));
    let several = crossed().map(|words| format!("-p 53,123,161 {words} 10.77.3.0/28"));
    let many = crossed().map(|words| format!("-p 53,123,161,3000-3051 {words} 10.77.3.0/30"));
    // Both kinds of ports in one run: their lines stand apart, and counted ones are told apart.
    let both = ["", "-v --reason", "--open"]
        .map(|words| format!("-sS -p T:2967,3000-3030,U:53,123,3000-3030 {words} 10.77.3.0/30"));
    let lines = one.into_iter().chain(several).chain(many).chain(both);
    let line = |line| Line { both: format!("-sU -T4 -Pn {line}"), ours: BRISKLY_ANYTHING };
    assert_all_same(&lab, &lines.map(line).collect::<Vec<_>>());
}

/// Two hosts that answer for whole ranges of ports, the second by a firewall.
fn answer_alike(lab: &Lab, ports: &str, refusal: &str) {
    for (host, answer) in ALIKE.into_iter().zip([refusal, "icmpx admin-prohibited"]) {
        let mut nft = lab.command(Side::Far, "nft");
        nft.args(["insert", "rule", "inet", "lab", "input"]);
        nft.args(host.split(' ')).args(ports.split(' ')).args(["reject", "with"]).args(answer.split(' '));
        finish(nft).ok();
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
    let ways =
        ["-sT --unprivileged -PS2967", "-sS -PS2967 --disable-arp-ping", "-sn -PS2967 --disable-arp-ping"];
    let lines = ways.into_iter().flat_map(|way| {
        let ports = if way.starts_with("-sn") { "" } else { "-p 2967" };
        ["-v", "-vv", "-v --reason", "-v --open", ""]
            .map(|words| Line { both: format!("{way} -T4 {ports} {words} {PART}"), ours: "" })
    });
    let lines: Vec<_> = lines.collect();
    for (line, judged) in lines.iter().zip(judged(&lab, &lines)) {
        let line = &line.both;
        let is_told = !line.contains("-v") || line.contains("--open");
        assert!(is_told || judged.ours[1].contains("Status: Down"), "{line}: {}", judged.ours[1]);
        judged.in_any_order().assert_same();
    }
}
