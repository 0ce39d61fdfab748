//! By frames: every state with its reason and time-to-live, as the lab was built and as Nmap's own frames find them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::process::Command;

use muster_model::{PortState, Reason};
use muster_testkit::lab::{Lab, LabPlan, Loss, Side, segment_addresses};

use crate::common::{Findings, attribute, finish, has, json_lines, of_type, xml_findings, xml_hosts};
use crate::support::{assert_same, by_frames, by_frames_ok, finish_all, lab};

/// What frames show of an endpoint: a reset is seen as such, and an error as it was sent.
fn expected(truth: impl Iterator<Item = (IpAddr, u16, PortState, Reason)>) -> Findings {
    let word = |reason| match reason {
        Reason::ConnRefused => Reason::Reset,
        Reason::HostUnreach => Reason::AdminProhibited,
        other => other,
    };
    truth
        .map(|(at, port, state, why)| ((at, port), (state.to_string(), word(why).name().to_owned())))
        .collect()
}

/// What Nmap says of the same, as root.
#[track_caller]
fn nmap(lab: &Lab, line: &str) -> String {
    finish(by_nmap(lab, line)).ok().stdout
}

fn by_nmap(lab: &Lab, line: &str) -> Command {
    let mut command = lab.command(Side::Near, "nmap");
    command.args(["--privileged", "-n", "--no-stylesheet"]).args(line.split_whitespace());
    command
}

/// What both programs say to each line, all at the same time since they mostly wait.
#[track_caller]
fn by_both(lab: &Lab, lines: &[String]) -> Vec<[String; 2]> {
    let commands = lines.iter().flat_map(|line| [by_frames(lab, &format!("-n {line}")), by_nmap(lab, line)]);
    let mut said = finish_all(commands.collect()).into_iter().map(|ran| ran.ok().stdout);
    std::iter::from_fn(|| Some([said.next()?, said.next()?])).collect()
}

#[test]
#[ignore = "needs root and the lab"]
fn a_network_is_found_as_it_is_and_as_nmap_finds_it() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    let ours = by_frames_ok(&lab, "-n -Pn -p 2967 -oX - 10.77.3.0/24").stdout;
    assert_same(&xml_findings(&ours), &expected(lab.truth()));
    assert!(
        ours.contains("<scaninfo type=\"syn\" protocol=\"tcp\" numservices=\"1\" services=\"2967\"/>"),
        "{ours}"
    );
    if has("nmap") {
        let theirs = nmap(&lab, "-sS -Pn -T4 -p 2967 -oX - 10.77.3.0/24");
        assert_same(&xml_findings(&ours), &xml_findings(&theirs));
        assert_eq!(states(&ours), states(&theirs), "time-to-live and sender");
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn over_ipv6_too_and_on_several_ports() {
    let plan = LabPlan { ports: vec![443, 2967], ..LabPlan::of("fd77::100/120").unwrap() };
    let Some(lab) = lab(plan) else { return };
    let ours = by_frames_ok(&lab, "-6 -n -Pn -p 443,2967 -oX - fd77::100/120").stdout;
    assert_same(&xml_findings(&ours), &expected(lab.truth()));
    if has("nmap") {
        let theirs = nmap(&lab, "-6 -sS -Pn -T4 -p 443,2967 -oX - fd77::100/120");
        assert_same(&xml_findings(&ours), &xml_findings(&theirs));
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn the_lines_are_nmaps() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/28").unwrap()) else { return };
    if !has("nmap") {
        return;
    }
    let lines = ["-oG -", "-oN - --reason", "-oN - -v", "-oG - -v"]
        .map(|format| format!("-sS -Pn -p 2967 {format} 10.77.3.0/28 10.78.0.10-16"));
    for (line, [ours, nmaps]) in lines.iter().zip(by_both(&lab, &lines)) {
        assert_eq!(hosts(&ours), hosts(&nmaps), "{line}");
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn who_is_on_the_link_is_found_by_his_hardware_address() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let lines = ["-sn", "-sn -PE", "-Pn -sS -p 2967"].map(|line| format!("{line} -v -oX - 10.78.0.10-16"));
    let nmaps = has("nmap").then(|| finish_all(lines.iter().map(|line| by_nmap(&lab, line)).collect()));
    for (place, line) in lines.iter().enumerate() {
        let ours = by_frames_ok(&lab, &format!("-n {line}")).stdout;
        let up: Vec<bool> = xml_hosts(&ours).values().map(|(state, _)| state == "up").collect();
        assert_eq!(up, [true, true, true, true, false, false, false], "{line}");
        if let Some(nmaps) = &nmaps {
            assert_eq!(nmaps[place].code, 0, "{}", nmaps[place].stderr);
            assert_eq!(xml_hosts(&ours), xml_hosts(&nmaps[place].stdout), "{line}");
            assert_eq!(hardware(&ours), hardware(&nmaps[place].stdout), "{line}");
        }
    }
    let v6: Vec<String> = (10..=14).map(|host| segment_addresses(host)[1].to_string()).collect();
    let ours = by_frames_ok(&lab, &format!("-6 -n -sn -v -oX - {}", v6.join(" "))).stdout;
    let found: Vec<_> = xml_hosts(&ours).into_values().collect();
    let says = |state: &str, reason: &str| (state.to_owned(), reason.to_owned());
    assert_eq!(found[..4], std::array::from_fn::<_, 4, _>(|_| says("up", "nd-response")));
    assert_eq!(found[4], says("down", "no-response"));
}

#[test]
#[ignore = "needs root and the lab"]
fn hosts_on_the_link_may_be_taken_for_living() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let line = "-n -Pn -p 2967 -oX - 10.78.0.10-16";
    let down = by_frames_ok(&lab, line).stdout;
    assert_eq!(xml_findings(&down).len(), 4, "nobody has the other addresses");
    let up = by_frames_ok(&lab, &format!("--disable-arp-ping {line}")).stdout;
    let found = xml_findings(&up);
    assert_eq!(found.len(), 7);
    assert!(xml_hosts(&up).values().all(|(state, reason)| state == "up" && reason == "user-set"), "{up}");
    assert_eq!(found[&(segment_addresses(14)[0], 2967)].0, "filtered");
}

#[test]
#[ignore = "needs root and the lab"]
fn discovery_is_nmaps() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/28").unwrap()) else { return };
    if !has("nmap") {
        return;
    }
    let lines =
        ["-sn -PS2967", "-sn -PA2967", "-sn -PS80,2967"].map(|line| format!("{line} -v -oX - 10.77.3.0/28"));
    for (line, [ours, nmaps]) in lines.iter().zip(by_both(&lab, &lines)) {
        let ours = xml_hosts(&ours);
        assert_eq!(ours, xml_hosts(&nmaps), "{line}");
        assert!(ours.values().any(|(state, _)| state == "up"), "{line}: {ours:?}");
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn udp_that_says_nothing_may_be_open() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let line = "-sS -sU -Pn -p T:2967,U:53,123 -oX - 10.77.3.0/30";
    let ours = by_frames_ok(&lab, &format!("-n {line}")).stdout;
    let found = xml_findings(&ours);
    assert_eq!(found.len(), 12);
    assert_eq!(found[&([10, 77, 3, 1].into(), 53)], ("open|filtered".to_owned(), "no-response".to_owned()));
    if has("nmap") {
        assert_same(&found, &xml_findings(&nmap(&lab, &format!("-T4 --max-retries 1 {line}"))));
    }
    let mute = by_frames_ok(&lab, "-n -Pn -sU -p 53,54321 -oJ - 10.77.3.1");
    assert!(
        mute.stderr.contains("warning: UDP port 54321 not asked, since no request is known for it\n"),
        "{}",
        mute.stderr
    );
    let all = by_frames_ok(&lab, "-n -Pn -sU -p 53,54321 --udp-empty -oJ - 10.77.3.1");
    assert_eq!(json_lines(&all.stdout)[0]["endpoints"], 2);
}

/// The usual port, and one that shares its line with ports of TCP: neither has a request of its own.
#[test]
#[ignore = "needs root and the lab"]
fn hosts_are_looked_for_by_empty_datagrams() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let asked = [("-PU", 40_125), ("-PU7777", 7_777), ("-PS81 -PU7777", 7_777)];
    let looked =
        asked.map(|(words, _)| by_frames(&lab, &format!("-n -sn {words} --packet-trace -oX - 10.77.3.0/30")));
    for ((words, port), ran) in asked.into_iter().zip(finish_all(looked.into())) {
        let ran = ran.ok();
        let sent =
            ran.stderr.lines().filter(|line| line.contains("SENT") && line.contains(&port.to_string()));
        assert!(sent.count() >= 4, "{words}: {}", ran.stderr);
        assert!(!ran.stderr.contains("not asked, or given up"), "{words}: {}", ran.stderr);
    }
    let ports = by_frames_ok(&lab, "-n -PU -sS -sU -p T:2967,U:54321 -oJ - 10.77.3.1");
    assert!(
        ports.stderr.contains("UDP port 54321 not asked"),
        "the ports are not sent any: {}",
        ports.stderr
    );
}

#[test]
#[ignore = "needs root and the lab"]
fn nothing_is_sent_from_where_no_answer_comes_back() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    for words in ["-e lo", "-S fd77::1", "-S 127.0.0.1"] {
        let ran = finish(by_frames(&lab, &format!("-n -Pn -p 2967 --packet-trace {words} 10.77.3.0/30")));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{words}: {}", ran.stderr);
        assert!(ran.stderr.contains(&format!("error: {words}: ")), "{words}: {}", ran.stderr);
        assert!(ran.stderr.contains("\nhint: ") && !ran.stderr.contains("SENT"), "{words}: {}", ran.stderr);
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn decoys_are_told_and_can_be_left_out() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/28").unwrap()) else { return };
    let line = "-n -Pn -p 2967 --packet-trace -oJ - 10.77.3.0/28";
    let asked = by_frames_ok(&lab, line).stderr;
    assert!(asked.contains(" asked at TCP 7239, where nothing listens: 0 seem open"), "{asked}");
    assert!(asked.lines().any(|line| line.contains("SENT") && line.contains("7239")), "{asked}");
    let silent = by_frames_ok(&lab, &format!("--no-decoys {line}")).stderr;
    assert!(!silent.contains("7239"), "{silent}");
}

#[test]
#[ignore = "needs root and the lab"]
fn loss_is_made_up_for() {
    let plan = LabPlan { loss: Loss { to_far: 5, to_near: 5 }, ..LabPlan::of("10.77.3.0/24").unwrap() };
    let Some(lab) = lab(plan) else { return };
    let ran = by_frames_ok(&lab, "-n -Pn -p 2967 -oX - 10.77.3.0/24");
    let truth = expected(lab.truth());
    let found = xml_findings(&ran.stdout);
    let missed = truth.iter().filter(|(at, says)| found.get(at) != Some(says)).count();
    assert!(missed <= 2, "{missed} of {} wrong", truth.len());
    assert!(ran.stderr.contains("missed responders, 99 % sure: at most "), "{}", ran.stderr);
}

#[test]
#[ignore = "needs root and the lab"]
fn a_silent_network_takes_no_longer_than_it_must() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    let ran = by_frames_ok(&lab, "-n -Pn -p 9 -oJ - 10.77.3.0/24");
    let lines = json_lines(&ran.stdout);
    let end = &of_type(&lines, "summary")[0];
    assert_eq!((&end["silent"], &end["probes"]), (&256.into(), &512.into()));
    let took = end["elapsed_s"].as_f64().unwrap();
    assert!((2.0..2.5).contains(&took), "two rounds, and no answer within a second of each: {took}");
}

#[test]
#[ignore = "needs root and the lab"]
fn the_rate_may_be_anything() {
    let Some(lab) = lab(LabPlan::of("10.77.0.0/20").unwrap()) else { return };
    for words in ["-T5 --min-rate 1000000", "-T5 --max-rate 5000000", "-T4"] {
        let ran = by_frames_ok(&lab, &format!("-n -Pn {words} -p 2967 -oX - 10.77.0.0/20"));
        assert_same(&xml_findings(&ran.stdout), &expected(lab.truth()));
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn a_plan_by_frames_names_the_ways_and_sends_nothing() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let sent = || {
        let mut cat = lab.command(Side::Near, "cat");
        cat.arg("/sys/class/net/lab0/statistics/tx_packets");
        finish(cat).ok().stdout
    };
    let before = sent();
    let plan =
        by_frames_ok(&lab, "--dry-run -Pn -p 2967 10.77.3.0/30 10.78.0.8/30 10.78.0.1 10.99.0.1").stdout;
    for line in [
        "network    frames: this process may send them\n",
        "           by lab0 from 10.78.0.1, router 10.78.0.2: 4 addresses\n",
        "           by lab0 from 10.78.0.1, on the same link: 4 addresses\n",
        "           by connections, this machine itself: 1 address\n",
        "           no way, no route: 1 address\n",
        "discovery  ARP and Neighbour Discovery on the same link, elsewhere none: every\n           address is swept\n",
        "bytes      740 a round, answers not counted\n",
    ] {
        assert!(plan.contains(line), "{line}{plan}");
    }
    assert_eq!(sent(), before);
    for (words, error) in [
        ("-e eth9", "no interface eth9: there are lo, lab0"),
        ("-S 10.77.3.1", "source address 10.77.3.1: not an address of this machine"),
    ] {
        let ran = finish(by_frames(&lab, &format!("-n -Pn -p 2967 {words} 10.77.3.1")));
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(error) && ran.stderr.contains("\nhint: "), "{}", ran.stderr);
    }
}

/// Time-to-live and sender of every state.
fn states(xml: &str) -> BTreeMap<String, (String, Option<String>)> {
    let mut states = BTreeMap::new();
    for host in xml.split("<host ").skip(1) {
        let sender = host.contains("reason_ip=").then(|| attribute(host, "reason_ip"));
        let state = host.split("<state ").nth(1).unwrap_or_default();
        let ttl = attribute(&format!(" {state}"), "reason_ttl");
        states.insert(attribute(host, "addr"), (ttl, sender));
    }
    states
}

/// The hardware address of each host that an XML output gives one.
fn hardware(xml: &str) -> BTreeMap<String, String> {
    let xml = xml.replace("<host>", "<host >");
    let of_host = |host: &str| {
        let element = host.split("<address ").find(|element| element.contains("addrtype=\"mac\""))?;
        Some((attribute(host, "addr"), attribute(&format!(" {element}"), "addr")))
    };
    xml.split("<host ").skip(1).filter_map(of_host).collect()
}

/// What is said of each host, in the order of addresses, without latencies and without what the program says of itself.
fn hosts(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("Read data files")) {
        let line = match line.split_once(" (") {
            Some((front, back)) if back.ends_with("s latency).") => format!("{front}."),
            _ => line.to_owned(),
        };
        match blocks.last_mut() {
            Some(block) if !line.starts_with("Nmap scan report") && !line.starts_with("Host: ") => {
                block.push('\n');
                block.push_str(line.trim_end());
            }
            _ => blocks.push(line),
        }
    }
    blocks.iter_mut().for_each(|block| block.truncate(block.trim_end().len()));
    blocks.sort();
    blocks
}
