//! The lab's kinds of hosts and ways against Nmap: stacks, middleboxes, UDP and echo, the relay, the sink, the witness.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::IpAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use muster_model::PortState;
use muster_testkit::lab::{Asked, Behaviour, Lab, LabPlan, Relay, Running, Sink, Truth, Welcome, named};

/// A lab, or nothing after a visible line that there is none.
fn lab(plan: LabPlan) -> Option<Lab> {
    if let Err(reason) = Lab::available() {
        say(&format!("skipped: lab {reason}"));
        return None;
    }
    Some(Lab::start(plan).unwrap())
}

/// Past the harness, which would keep a line of a test that passes to itself.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn has_nmap() -> bool {
    let found = Command::new("nmap").arg("--version").output().is_ok();
    if !found {
        say("skipped: lab test needs nmap");
    }
    found
}

fn nmap(lab: &Lab, line: &str) -> String {
    let words: Vec<&str> = ["-n"].into_iter().chain(line.split_whitespace()).collect();
    let output = lab.run("nmap", &words).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// State and reason of every endpoint, in Nmap's words.
type Findings = BTreeMap<(IpAddr, u16), (String, String)>;

fn findings(xml: &str) -> Findings {
    let mut found = Findings::new();
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
    let (_, rest) = xml.split_once(&format!("{name}=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// What a raw sweep of the networks must find.
fn expected(lab: &Lab, asked: Asked, wanted: impl Fn(&IpAddr) -> bool) -> Findings {
    let truth = lab.raw_truth(asked).filter(|(address, ..)| wanted(address));
    truth.map(|(at, port, state, why)| ((at, port), (state.to_string(), why.name().to_owned()))).collect()
}

#[track_caller]
fn assert_same(found: &Findings, truth: &Findings) {
    let wrong: Vec<_> = truth
        .iter()
        .filter(|(at, says)| found.get(at) != Some(says))
        .map(|(at, says)| (at, found.get(at), says))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} wrong, (at, found, truth): {:?}",
        wrong.len(),
        &wrong[..wrong.len().min(10)]
    );
    assert_eq!(found.len(), truth.len(), "more found than there is");
}

#[test]
fn a_raw_scan_finds_the_truth_in_its_own_words() {
    let Some(lab) = lab(named("services").unwrap()) else { return };
    if has_nmap() {
        let v4 = nmap(&lab, "-sS -Pn -T5 --min-rate 2000 -p 2967 -oX - 10.77.3.0/24");
        assert_same(&findings(&v4), &expected(&lab, Asked::Syn, IpAddr::is_ipv4));
        let v6 = nmap(&lab, "-6 -sS -Pn -T5 --min-rate 2000 -p 2967 -oX - fd77::100/120");
        assert_same(&findings(&v6), &expected(&lab, Asked::Syn, IpAddr::is_ipv6));
    }
}

#[test]
fn datagrams_are_answered_refused_and_dropped() {
    let Some(lab) = lab(named("services").unwrap()) else { return };
    if has_nmap() {
        let network = |address: &IpAddr| address.is_ipv4() && !address.to_string().starts_with("10.78");
        let v4 = nmap(&lab, "-sU -Pn -T5 --min-rate 2000 -p 53,123,161 -oX - 10.77.3.0/24");
        assert_same(&findings(&v4), &expected(&lab, Asked::Udp, network));
        let network = |address: &IpAddr| address.is_ipv6() && !address.to_string().starts_with("fd78");
        let v6 = nmap(&lab, "-6 -sU -Pn -T5 --min-rate 2000 -p 53,123,161 -oX - fd77::100/120");
        assert_same(&findings(&v6), &expected(&lab, Asked::Udp, network));
    }
}

#[test]
fn echo_requests_are_answered_by_those_who_do() {
    let Some(lab) = lab(named("services").unwrap()) else { return };
    if has_nmap() {
        for (line, is_v4) in
            [("-sn -PE -T5 -oG - 10.77.3.0/24", true), ("-6 -sn -PE -T5 -oG - fd77::100/120", false)]
        {
            let text = nmap(&lab, line);
            let up: Vec<IpAddr> = text
                .lines()
                .filter(|line| line.ends_with("Status: Up"))
                .map(|line| line.split(' ').nth(1).unwrap().parse().unwrap())
                .collect();
            let mut truth: Vec<IpAddr> = lab
                .plan()
                .echo_behaviours()
                .filter(|(at, does)| *does == Behaviour::Open && at.is_ipv4() == is_v4)
                .filter(|(at, _)| lab.plan().networks.iter().any(|network| network.contains(*at)))
                .map(|(at, _)| at)
                .collect();
            let mut up = up;
            up.sort();
            truth.sort();
            assert!(truth.len() > 80, "{}", truth.len());
            assert_eq!(up, truth);
        }
    }
}

/// Nmap's own SYN has no option but the largest segment; what it prints of the answer shows TTL and window.
#[test]
fn stacks_look_as_they_are_said_to() {
    let Some(lab) = lab(named("stacks").unwrap()) else { return };
    let open = |network: &str| {
        let mut truth = lab.raw_truth(Asked::Syn).filter(|(.., state, _)| *state == PortState::Open);
        truth.find(|(at, ..)| at.to_string().starts_with(network)).unwrap().0
    };
    if has_nmap() {
        for (network, ttl, window) in
            [("10.77.1.", 128, 65_535), ("10.77.2.", 255, 8_192), ("10.77.3.", 64, 64_240)]
        {
            let trace = nmap(&lab, &format!("-sS -Pn -p 2967 --packet-trace {}", open(network)));
            let answer = trace.lines().find(|line| line.contains("RCVD") && line.contains(" SA ")).unwrap();
            let wanted = [format!("ttl={ttl} "), format!("win={window} ")];
            assert!(wanted.iter().all(|word| answer.contains(word)), "{answer}");
        }
    }
}

/// The kernel's own connection offers every option; how it sends then shows what the other side knows: with time
/// stamps its segments are twelve bytes shorter.
#[test]
fn stacks_know_the_options_that_they_are_said_to() {
    let Some(lab) = lab(LabPlan { welcome: Welcome::Hold, ..named("stacks").unwrap() }) else { return };
    for (network, [has_stamps, has_scale]) in
        [("10.77.1.", [false, true]), ("10.77.2.", [false, false]), ("10.77.3.", [true, true])]
    {
        let mut truth = lab.raw_truth(Asked::Syn).filter(|(.., state, _)| *state == PortState::Open);
        let at = truth.find(|(at, ..)| at.to_string().starts_with(network)).unwrap().0;
        let script = format!("exec 3<>/dev/tcp/{at}/2967; ss -tinH dst {at}");
        let output = lab.run("bash", &["-c", &script]).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let segment = if has_stamps { " mss:1448 " } else { " mss:1460 " };
        assert!(text.contains(segment) && text.contains("wscale:") == has_scale, "{at}: {text}");
    }
}

#[test]
fn middleboxes_answer_for_everybody() {
    let Some(lab) = lab(named("phantoms").unwrap()) else { return };
    if has_nmap() {
        for (network, state, reason) in
            [("10.77.8.0/24", "open", "syn-ack"), ("10.77.9.0/24", "closed", "reset")]
        {
            let found =
                findings(&nmap(&lab, &format!("-sS -Pn -T5 --min-rate 2000 -p 2967,54321 -oX - {network}")));
            assert_eq!(found.len(), 512);
            assert!(found.values().all(|says| *says == (state.to_owned(), reason.to_owned())), "{network}");
        }
        let real = findings(&nmap(&lab, "-sS -Pn -T5 --min-rate 2000 -p 2967 -oX - 10.77.3.0/24"));
        assert_same(&real, &expected(&lab, Asked::Syn, |_| true));
    }
}

#[test]
fn a_relay_takes_its_time_and_loses_nothing() {
    let delay = Duration::from_millis(30);
    let relay = Relay { delay, jitter: delay, late: 5, twice: 10, seed: 7 };
    for (network, family) in [("10.77.3.0/24", ""), ("fd77::100/120", "-6")] {
        let plan = LabPlan { relay: Some(relay), ..LabPlan::of(network).unwrap() };
        let Some(lab) = lab(plan) else { return };
        if has_nmap() {
            // Longer than a packet that is late on both ways: an answer that came behind Nmap's patience would be none.
            let line = format!("{family} -sS -Pn -T4 --min-rtt-timeout 1s -p 2967 -oX - {network}");
            assert_same(&findings(&nmap(&lab, &line)), &expected(&lab, Asked::Syn, |_| true));
        }
        let closed = lab.raw_truth(Asked::Syn).find(|(.., state, _)| *state == PortState::Closed).unwrap().0;
        let before = Instant::now();
        let _ = lab.run("bash", &["-c", &format!("exec 3<>/dev/tcp/{closed}/2967")]).unwrap();
        assert!(before.elapsed() >= 2 * delay, "{:?}", before.elapsed());
    }
}

#[test]
fn a_sink_swallows_and_counts() {
    if let Err(reason) = Lab::available() {
        say(&format!("skipped: lab {reason}"));
        return;
    }
    assert!(Sink::start("8.8.8.0/24").is_err());
    let sink = Sink::start("10.128.0.0/9").unwrap();
    let before = sink.frames().unwrap();
    let mut send = sink.command("bash");
    send.args(["-c", "for i in $(seq 1 100); do echo x > /dev/udp/10.200.0.$i/9; done"]).stdin(Stdio::null());
    assert!(Running::start(send).unwrap().wait(Duration::from_secs(20)).unwrap().success());
    let arrived = sink.frames().unwrap() - before;
    // Besides: ARP, and what IPv6 says when an interface comes up.
    assert!((100..=120).contains(&arrived), "{arrived}");
}

#[test]
fn a_witness_tells_probes_that_came_too_soon() {
    let plan = LabPlan { truth: Truth::all(Behaviour::Silent), ..LabPlan::of("10.77.3.0/30").unwrap() };
    let Some(lab) = lab(plan) else { return };
    let witness = lab.witness().unwrap();
    assert!(witness.arrivals().unwrap().is_empty());
    if has_nmap() {
        nmap(
            &lab,
            "-sS -Pn -p 2967 --max-retries 2 --min-rtt-timeout 300ms --max-rtt-timeout 300ms 10.77.3.1",
        );
        nmap(&lab, "-sS -Pn -p 80,81,82,2967 --max-retries 0 10.77.3.2");
        let arrivals = witness.arrivals().unwrap();
        let of = |last: u8| {
            let arrivals = arrivals[&[10, 77, 3, last].into()];
            (arrivals.all, arrivals.soon)
        };
        // Nmap asks an address that stays silent a second or a third time.
        assert!(matches!(of(1), (2 | 3, 0)), "{:?}", of(1));
        assert_eq!((of(2), arrivals.len()), ((4, 3), 2));
        witness.clear().unwrap();
        assert!(witness.arrivals().unwrap().is_empty());
    }
}
