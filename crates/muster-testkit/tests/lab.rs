//! The namespace lab against independent witnesses: Nmap, the C library's resolver, and the machine it must leave clean.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use muster_model::{PortState, Reason};
use muster_testkit::lab::{Behaviour, Lab, LabPlan, Loss, Resolver, Side, Truth, Welcome, segment_addresses};

/// State and reason of every endpoint, in Nmap's words.
type Findings = BTreeMap<(IpAddr, u16), (String, String)>;

/// On a veth pair the answer comes back before `connect` has let go of its socket. Linux then drops an ICMPv6 error
/// unless the socket asked for `IPV6_RECVERR`, which Nmap does not; the SYN it repeats after a second brings it again.
const PAST_A_REPEAT: [&str; 6] = ["--min-rtt-timeout", "2s", "--max-rtt-timeout", "2s", "--max-retries", "2"];

/// A lab, or a visible line that there is none.
fn lab(plan: LabPlan) -> Option<Lab> {
    if let Err(reason) = Lab::available() {
        say(&format!("skipped: lab {reason}"));
        return None;
    }
    let before = Instant::now();
    let lab = Lab::start(plan).unwrap();
    say(&format!("lab with {} endpoints up in {:?}", lab.truth().count(), before.elapsed()));
    Some(lab)
}

/// Past the harness, which would keep a line of a test that passes to itself.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn stdout(lab: &Lab, program: &str, arguments: &[&str]) -> String {
    let output = lab.run(program, arguments).unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        say(&format!("skipped: lab test needs {program}"));
    }
    found
}

/// Runs Nmap's connect scan in the lab and gives state and reason of every endpoint it prints.
fn nmap(lab: &Lab, arguments: &[&str]) -> Findings {
    let always = ["--unprivileged", "-sT", "-n", "-Pn", "-oX", "-", "--no-stylesheet"];
    let xml = stdout(lab, "nmap", &[&always, arguments].concat());
    let mut found = BTreeMap::new();
    for host in xml.split("<host ").skip(1) {
        let address: IpAddr = attribute(host, "addr").parse().unwrap();
        for port in host.split("<port ").skip(1) {
            let key = (address, attribute(port, "portid").parse().unwrap());
            found.insert(key, (attribute(port, "state"), attribute(port, "reason")));
        }
    }
    found
}

fn attribute(xml: &str, name: &str) -> String {
    let (_, rest) =
        xml.split_once(&format!(" {name}=\"")).or_else(|| xml.split_once(&format!("{name}=\""))).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// Everything on this machine that belongs to a lab of this name.
fn traces(name: &str) -> Vec<String> {
    let list = Command::new("ip").args(["netns", "list"]).output().unwrap();
    let mut traces: Vec<String> = String::from_utf8_lossy(&list.stdout).lines().map(str::to_owned).collect();
    traces.retain(|line| line.starts_with(name));
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path().join("cmdline"));
    let commands = processes.filter_map(|path| fs::read_to_string(path).ok());
    traces.extend(commands.filter(|line| line.contains(name)));
    let etc = Path::new("/etc/netns").join(name);
    traces.extend(etc.exists().then(|| etc.display().to_string()));
    traces
}

fn expected(truth: impl Iterator<Item = (IpAddr, u16, PortState, Reason)>) -> Findings {
    truth.map(|(at, port, state, why)| ((at, port), (state.to_string(), why.name().to_owned()))).collect()
}

/// Fails with the first few differences, not with 65,536 lines.
fn assert_same(found: &Findings, truth: &Findings) {
    let missing = truth.iter().filter(|(at, says)| found.get(at) != Some(says));
    let wrong: Vec<_> = missing.map(|(at, says)| (at, found.get(at), says)).collect();
    let first = &wrong[..wrong.len().min(10)];
    assert!(wrong.is_empty(), "{} wrong, (at, found, truth): {first:?}", wrong.len());
    assert_eq!(found.len(), truth.len(), "more found than there is");
}

#[test]
fn nmap_finds_exactly_the_truth_of_a_small_network() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    if has("nmap") {
        assert_same(&nmap(&lab, &["-p", "2967", "10.77.3.0/24"]), &expected(lab.truth()));
    }
}

#[test]
fn nmap_finds_exactly_the_truth_over_ipv6_and_several_ports() {
    let plan = LabPlan { ports: vec![80, 443, 2967], ..LabPlan::of("fd77::100/120").unwrap() };
    let Some(lab) = lab(plan) else { return };
    if has("nmap") {
        let sweep = [&PAST_A_REPEAT[..], &["-6", "-p", "80,443,2967", "fd77::100/120"]].concat();
        assert_same(&nmap(&lab, &sweep), &expected(lab.truth()));
    }
}

#[test]
fn a_network_of_65536_comes_up_in_time_and_answers_a_fast_sweep_as_planned() {
    let before = Instant::now();
    let Some(lab) = lab(LabPlan::default()) else { return };
    assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());
    if has("nmap") {
        let before = Instant::now();
        let fast = ["-T4", "--min-rate", "100000", "-p", "2967", "10.77.0.0/16"];
        let found = nmap(&lab, &fast);
        say(&format!("nmap swept {} endpoints in {:?}", found.len(), before.elapsed()));
        let truth = expected(lab.truth().filter(|(address, ..)| address.is_ipv4()));
        assert_same(&found, &truth);
        assert_eq!(lab.overflows().unwrap(), 0);
        let mut tracked = lab.command(Side::Far, "cat");
        let tracked = tracked.arg("/proc/sys/net/netfilter/nf_conntrack_count").output().unwrap();
        // Without connection tracking in the kernel there is no such file.
        assert!(["", "0\n"].contains(&String::from_utf8_lossy(&tracked.stdout).as_ref()), "{tracked:?}");
    }
}

#[test]
fn nobody_answers_for_the_other_addresses_of_the_segment() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    if has("nmap") {
        // Three requests a second apart fail before the kernel says that there is no such host.
        let patient = ["--max-retries", "0", "--min-rtt-timeout", "6s", "--max-rtt-timeout", "6s"];
        let found = nmap(&lab, &[&patient[..], &["-p", "2967", "10.78.0.10-17"]].concat());
        let absent = (14..=17)
            .map(|host| (segment_addresses(host)[0], 2967, PortState::Filtered, Reason::HostUnreach));
        let present = lab.segment_truth().filter(|(address, ..)| address.is_ipv4());
        assert_same(&found, &expected(present.chain(absent)));
        let hosts = ["-6", "-p", "2967", "fd78::a", "fd78::b", "fd78::c", "fd78::d"];
        let v6 = nmap(&lab, &[&PAST_A_REPEAT[..], &hosts].concat());
        assert_same(&v6, &expected(lab.segment_truth().filter(|(address, ..)| address.is_ipv6())));
    }
}

#[test]
fn loss_takes_its_share_in_each_direction() {
    let all_closed = Truth::Function(Arc::new(|_, _| Behaviour::Closed));
    for loss in [Loss { to_far: 30, to_near: 0 }, Loss { to_far: 0, to_near: 30 }] {
        let plan = LabPlan { truth: all_closed.clone(), loss, ..LabPlan::of("10.77.0.0/22").unwrap() };
        let Some(lab) = lab(plan) else { return };
        if has("nmap") {
            let once = ["-T5", "--min-rate", "5000", "--max-retries", "0", "-p", "2967", "10.77.0.0/22"];
            let lost = nmap(&lab, &once).values().filter(|(state, _)| state == "filtered").count();
            // 1,024 × 30 % = 307, five standard deviations are 73.
            assert!(lost.abs_diff(307) < 74, "{lost} of 1024 lost by {loss:?}");
        }
    }
}

#[test]
fn the_kernels_limit_on_icmp_errors_can_stay() {
    let all_rejected = Truth::Function(Arc::new(|_, _| Behaviour::Rejected));
    let plan = LabPlan { truth: all_rejected, icmp_rate_limit: true, ..LabPlan::of("10.77.0.0/22").unwrap() };
    let Some(lab) = lab(plan) else { return };
    if has("nmap") {
        let once = ["-T5", "--min-rate", "5000", "--max-retries", "0", "-p", "2967", "10.77.0.0/22"];
        let silent = nmap(&lab, &once).values().filter(|(_, reason)| reason == "no-response").count();
        assert!(silent > 900, "{silent} of 1024 silent");
    }
}

#[test]
fn open_ports_greet() {
    let plan =
        LabPlan { welcome: Welcome::Greet("220 ready".to_owned()), ..LabPlan::of("10.77.3.0/24").unwrap() };
    let Some(lab) = lab(plan) else { return };
    let (address, port, ..) = lab.truth().find(|(_, _, state, _)| *state == PortState::Open).unwrap();
    let script = format!("exec 3<>/dev/tcp/{address}/{port}; read -r -t 5 line <&3; echo \"$line\"");
    if has("bash") {
        assert_eq!(stdout(&lab, "bash", &["-c", &script]), "220 ready\r\n");
    }
}

#[test]
fn programs_in_the_lab_learn_names_from_its_resolver_alone() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    let names =
        [("pc1.office.test", "10.77.3.1"), ("pc1.office.test", "fd77::1"), ("pc2.office.test", "10.77.3.2")];
    let names = names.map(|(name, address)| (name, address.parse().unwrap()));
    assert!(!lab.run("getent", &["ahosts", "pc1.office.test"]).unwrap().status.success());
    let mut resolver = Resolver::start(&lab, names).unwrap();
    let found = stdout(&lab, "getent", &["ahosts", "pc1.office.test"]);
    assert!(found.contains("10.77.3.1 ") && found.contains("fd77::1 "), "{found}");
    assert!(stdout(&lab, "getent", &["hosts", "10.77.3.2"]).contains("pc2.office.test"));
    assert!(!lab.run("getent", &["hosts", "pc3.office.test"]).unwrap().status.success());
    let questions = resolver.questions();
    assert!(questions.contains(&"2.3.77.10.in-addr.arpa PTR".to_owned()), "{questions:?}");
    assert!(questions.contains(&"pc3.office.test AAAA".to_owned()), "{questions:?}");
}

#[test]
fn a_program_that_runs_too_long_is_ended() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let before = Instant::now();
    assert!(lab.run_within(Duration::from_millis(200), "sleep", &["60"]).is_err());
    assert!(before.elapsed() < Duration::from_secs(20));
    assert!(!traces(lab.near()).iter().any(|line| line.contains("sleep")));
}

#[test]
fn nothing_is_left_of_a_lab() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    let names = [lab.near().to_owned(), lab.far().to_owned()];
    let resolver = Resolver::start(&lab, []).unwrap();
    let sleeper = lab.spawn("sleep", &["60"]).unwrap();
    let serving = processes_in(lab.far());
    assert_eq!(serving.len(), 1, "the listener alone");
    assert!(!traces(&names[0]).is_empty());
    // Dropped first, so that it must end what it did not start by itself.
    drop(lab);
    for pid in serving.into_iter().chain([sleeper.id()]) {
        assert!(!is_alive(pid), "{pid} lives on");
    }
    for name in &names {
        assert_eq!(traces(name), Vec::<String>::new());
    }
    drop((resolver, sleeper));
}

fn processes_in(namespace: &str) -> Vec<u32> {
    let output = Command::new("ip").args(["netns", "pids", namespace]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

/// Whether the process still runs; one that was killed and not yet waited for does not.
fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

#[test]
fn labs_of_dead_processes_are_swept() {
    let Some(_lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    // No process can have this id: it is above the kernel's largest (PID_MAX_LIMIT, 2^22).
    let name = "mlab-4200000000-0-near";
    fs::create_dir_all(Path::new("/etc/netns").join(name)).unwrap();
    assert!(Command::new("ip").args(["netns", "add", name]).status().unwrap().success());
    Lab::sweep_stale().unwrap();
    assert_eq!(traces(name), Vec::<String>::new());
    assert!(!Path::new("/etc/netns").join(name).exists());
}

#[test]
fn there_is_no_way_out() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    for side in [Side::Near, Side::Far] {
        let links = lab.command(side, "ip").args(["-brief", "link"]).output().unwrap();
        assert_eq!(String::from_utf8(links.stdout).unwrap().lines().count(), 2);
        // 192.0.2.0/24 and 2001:db8::/32 are documentation prefixes; this only asks the routing table.
        for address in ["192.0.2.1", "2001:db8::1"] {
            let route = lab.command(side, "ip").args(["route", "get", address]).output().unwrap();
            assert!(!route.status.success(), "{side:?} has a route to {address}");
        }
    }
}
