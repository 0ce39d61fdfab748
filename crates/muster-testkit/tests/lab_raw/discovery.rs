//! Who is there: which questions and answers of hosts count, by the reasons that Nmap gives.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::process::Output;
use std::sync::Arc;

use muster_testkit::lab::{Behaviour, Lab, LabPlan, Side, Truth};

use crate::support::{has_nmap, lab, program};

/// The reason for every host that is up.
type Living = BTreeMap<IpAddr, String>;

#[test]
#[ignore = "needs root and the lab"]
fn requests_for_the_time_and_the_mask_find_those_who_answer() {
    let Some(lab) = lab(plan()) else { return };
    let (times, masks) = (up(lab.plan().time_behaviours()), up(lab.plan().mask_behaviours()));
    assert!(times.len() > 10 && masks.len() > 5 && times != masks, "{times:?} {masks:?}");
    for (option, truth, reason) in [("-PP", &times, "timestamp-reply"), ("-PM", &masks, "addressmask-reply")]
    {
        let truth: Living = truth.iter().map(|at| (*at, reason.to_owned())).collect();
        both_find(&lab, &format!("-sn {option} 10.77.3.0/26"), &truth);
    }
    // Whose answer comes first is the reason: that need not be the same one twice.
    let either: BTreeSet<IpAddr> = times.into_iter().chain(masks).collect();
    for found in each(&lab, "-sn -PP -PM 10.77.3.0/26") {
        assert_eq!(found.into_keys().collect::<BTreeSet<_>>(), either);
    }
}

/// The kernel's own settings against pings leave requests for the time alone.
#[test]
#[ignore = "needs root and the lab"]
fn hosts_that_tell_only_the_time_are_found_as_usual() {
    let truth = Truth::all(Behaviour::Silent);
    let plan =
        LabPlan { truth, echo: Truth::all(Behaviour::Open), times: Truth::all(Behaviour::Open), ..plan() };
    let Some(lab) = lab(LabPlan { segment: Vec::new(), ..plan }) else { return };
    let mut sysctl = lab.command(Side::Far, "sh");
    sysctl.args(["-c", "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all"]);
    assert!(sysctl.status().unwrap().success());
    let truth = lab.plan().time_behaviours().map(|(at, _)| (at, "timestamp-reply".to_owned())).collect();
    both_find(&lab, "-sn 10.77.3.0/26", &truth);
    // ICMPv6 has no such request: a sweep of both families asks each for what it has.
    let both = living(&muster(&lab, "-sn 10.77.3.0/26 fd77::100/122"));
    let v6 = (0x100..0x140).map(|last| format!("fd77::{last:x}").parse().unwrap());
    let mut expected: Living = truth;
    expected.extend(v6.map(|at: IpAddr| (at, "echo-reply".to_owned())));
    assert_eq!(both, expected);
}

#[test]
#[ignore = "needs root and the lab"]
fn resets_are_no_sign_of_life_to_whoever_says_so() {
    let Some(lab) = lab(plan()) else { return };
    for (family, network) in [("", "10.77.3.0/26"), ("-6 ", "fd77::100/122")] {
        let of = |does: Behaviour| {
            let all = lab
                .plan()
                .behaviours()
                .filter(move |(at, _, is)| *is == does && at.is_ipv4() == family.is_empty());
            all.map(|(at, ..)| at)
        };
        let accepting: Living = of(Behaviour::Open).map(|at| (at, "syn-ack".to_owned())).collect();
        let mut answering = accepting.clone();
        answering.extend(of(Behaviour::Closed).map(|at| (at, "reset".to_owned())));
        assert!(accepting.len() > 5 && answering.len() > accepting.len());
        let line = |options: &str| format!("{family}-sn {options} {network}");
        both_find(&lab, &line("-PS2967"), &answering);
        both_find(&lab, &line("-PS2967 --discovery-ignore-rst"), &accepting);
        both_find(&lab, &line("-PA2967 --discovery-ignore-rst"), &Living::new());
        // Whoever resets is asked on.
        let echoing = up(lab.plan().echo_behaviours().filter(|(at, _)| at.is_ipv4() == family.is_empty()));
        let either: BTreeSet<IpAddr> = accepting.into_keys().chain(echoing).collect();
        for found in each(&lab, &line("-PS2967 -PE --discovery-ignore-rst")) {
            assert_eq!(found.into_keys().collect::<BTreeSet<_>>(), either, "{family}");
        }
    }
}

/// Small networks: hosts that are silent take Nmap's time.
fn plan() -> LabPlan {
    let of_shares = |open: u64, salt: u64| {
        Truth::Function(Arc::new(move |address: IpAddr, _| {
            let last = match address {
                IpAddr::V4(v4) => u64::from(v4.to_bits()),
                IpAddr::V6(v6) => v6.to_bits() as u64,
            };
            match (last.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt) >> 32) % 100 {
                draw if draw < open => Behaviour::Open,
                draw if draw < open + 5 => Behaviour::Rejected,
                _ => Behaviour::Silent,
            }
        }))
    };
    LabPlan {
        networks: ["10.77.3.0/26", "fd77::100/122"].map(|text| text.parse().unwrap()).to_vec(),
        segment: Vec::new(),
        echo: of_shares(50, 1 << 60),
        times: of_shares(40, 2 << 60),
        masks: of_shares(30, 3 << 60),
        ..LabPlan::default()
    }
}

fn up(behaviours: impl Iterator<Item = (IpAddr, Behaviour)>) -> Vec<IpAddr> {
    behaviours.filter(|(_, does)| *does == Behaviour::Open).map(|(at, _)| at).collect()
}

#[track_caller]
fn both_find(lab: &Lab, line: &str, truth: &Living) {
    for found in each(lab, line) {
        assert_eq!(found, *truth, "{line}");
    }
}

/// What muster finds, and Nmap where there is one.
#[track_caller]
fn each(lab: &Lab, line: &str) -> Vec<Living> {
    let ours = living(&muster(lab, line));
    let theirs = has_nmap().then(|| living(&run(lab, "nmap", line)));
    [Some(ours), theirs].into_iter().flatten().collect()
}

fn muster(lab: &Lab, line: &str) -> Output {
    run(lab, &program().to_string_lossy(), &format!("scan {line}"))
}

#[track_caller]
fn run(lab: &Lab, program: &str, line: &str) -> Output {
    let words = line.split_whitespace().chain(["-n", "-oX", "-", "--no-stylesheet"]);
    let output = lab.run(program, &words.collect::<Vec<_>>()).unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The hosts that XML tells to be up, with its reasons.
#[track_caller]
fn living(output: &Output) -> Living {
    let text = String::from_utf8_lossy(&output.stdout);
    let value = |host: &str, name: &str| {
        let (_, rest) = host.split_once(&format!("{name}=\"")).expect("an attribute");
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let hosts = text.split("<status ").skip(1).filter(|host| value(host, "state") == "up");
    hosts.map(|host| (value(host, "addr").parse().unwrap(), value(host, "reason"))).collect()
}
