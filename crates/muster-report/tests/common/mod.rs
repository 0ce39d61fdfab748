//! Runs to be reported: a small office with every verdict, a large network, nothing at all, and hostile texts.

#![allow(dead_code, reason = "each user needs some of them")]

mod hosts;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use jiff::Timestamp;
use muster_model::{
    AddressRange, Assurance, Excerpt, Host, Run, RunHeader, RunId, RunOutcome, RunSummary, SweepRecord,
    Verdict,
};
use muster_report::{AuditReport, StoreWords};

pub(crate) use hosts::statement;

/// When every run began.
pub(crate) fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// The report of a stored run.
pub(crate) fn report(run: &Run) -> AuditReport<'_> {
    AuditReport {
        run,
        id: Some(RunId(12)),
        store: StoreWords::Usual,
        made: start() + Duration::from_secs(60),
        catalog: muster_catalog::Catalog::builtin(),
    }
}

/// An office of some 80 hosts, every verdict among them.
pub(crate) fn office() -> Run {
    let network = Ipv4Addr::new(10, 44, 0, 0);
    let mut hosts = hosts::office(network);
    hosts.sort_by_key(|host| host.asset.address);
    let phantom = [range("10.44.1.0", "10.44.1.255")];
    let silent = silence(&hosts, network, 256);
    Run {
        header: header("muster audit --policy muster.toml 10.44.0.0/23", "10.44.0.0/23", 512),
        end: start() + Duration::from_millis(9_420),
        outcome: RunOutcome::Complete,
        sweeps: vec![
            SweepRecord {
                zones: vec!["clients".to_owned(), "servers".to_owned()],
                conflicts: 1,
                blocked_since: Some(Duration::from_millis(4_200)),
                errors: 12,
                withheld: 30,
                silent: 1_092,
                ..sweep("agents", "2967,8081,54321", 1_536, 402)
            },
            sweep("signs", "22,80,445,515,9100", 410, 400),
        ],
        silent,
        phantom: phantom.to_vec(),
        not_tried: vec![
            "UDP: this version sweeps TCP alone".to_owned(),
            "consoles, directory and DHCP lists: none was given".to_owned(),
        ],
        hosts,
    }
}

/// A network of 256 times `networks` hosts, all of them alive.
pub(crate) fn large(networks: u16) -> Run {
    let hosts = (0..u32::from(networks) * 256)
        .map(|number| Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 45, 0, 0)) + number))
        .map(hosts::of_a_large_network)
        .collect::<Vec<_>>();
    let addresses = hosts.len() as u64;
    Run {
        header: header("muster audit 10.45.0.0/16", "10.45.0.0/16", addresses),
        end: start() + Duration::from_secs(131),
        outcome: RunOutcome::Complete,
        sweeps: vec![sweep("agents", "2967,8081,54321", addresses * 3, addresses * 3)],
        silent: Vec::new(),
        phantom: Vec::new(),
        not_tried: Vec::new(),
        hosts,
    }
}

/// A large network in which no two hosts have the same reasons and all need attention.
pub(crate) fn all_different(networks: u16) -> Run {
    let mut run = large(networks);
    for (number, host) in run.hosts.iter_mut().enumerate() {
        let text = format!("the agent's signatures are of build {number}, older than the policy allows");
        host.judgement.verdict = Verdict::Degraded;
        host.judgement.reasons.insert(0, statement("stale", &text));
    }
    run
}

/// A network from which nothing came.
pub(crate) fn empty() -> Run {
    Run {
        header: RunHeader { policy: None, ..header("muster audit 10.46.0.0/24", "10.46.0.0/24", 256) },
        end: start() + Duration::from_millis(4_100),
        outcome: RunOutcome::Complete,
        sweeps: vec![SweepRecord {
            missed_if_losses_alike: None,
            missed_if_no_host_loses_half: None,
            controls: (0, 0),
            ..sweep("agents", "2967", 256, 0)
        }],
        silent: vec![range("10.46.0.0", "10.46.0.255")],
        phantom: Vec::new(),
        not_tried: Vec::new(),
        hosts: Vec::new(),
    }
}

/// The office, stopped half way.
pub(crate) fn partial() -> Run {
    let mut run = office();
    run.outcome = RunOutcome::Partial("interrupted by the user".to_owned());
    run.sweeps.truncate(1);
    run.sweeps[0].is_complete = false;
    run.sweeps[0].not_tried = 700;
    run.hosts.truncate(12);
    run.silent.clear();
    run.not_tried.push("700 endpoints when the sweep was stopped".to_owned());
    run
}

/// The office without a policy.
pub(crate) fn without_policy() -> Run {
    let mut run = office();
    run.header.policy = None;
    run.hosts.retain(|host| !matches!(host.judgement.verdict, Verdict::Unprotected | Verdict::Exempt));
    run
}

/// The office with `text` wherever a foreign machine, a policy or a user can put one.
pub(crate) fn hostile(text: &str) -> Run {
    let mut run = office();
    run.hosts.truncate(30);
    for host in &mut run.hosts {
        hosts::poison(host, text);
    }
    text.clone_into(&mut run.header.arguments);
    text.clone_into(&mut run.header.operator);
    text.clone_into(&mut run.header.targets);
    text.clone_into(&mut run.header.version);
    run.header.policy = Some(text.to_owned());
    run.not_tried = vec![text.to_owned()];
    text.clone_into(&mut run.sweeps[0].stage);
    text.clone_into(&mut run.sweeps[0].ports);
    run.outcome = RunOutcome::Partial(text.to_owned());
    run
}

/// Some runs as a history has them.
pub(crate) fn history() -> Vec<RunSummary> {
    let run = |id, addresses, verdicts: [u64; 8]| RunSummary {
        id: RunId(id),
        start: start() + Duration::from_secs(id * 86_400),
        end: Some(start() + Duration::from_secs(id * 86_400 + 9)),
        outcome: RunOutcome::Complete,
        arguments: "muster audit 10.44.0.0/23".to_owned(),
        targets: "10.44.0.0/23".to_owned(),
        addresses,
        verdicts: Verdict::ALL.into_iter().zip(verdicts).collect(),
    };
    let stopped = RunOutcome::Partial("interrupted by the user".to_owned());
    vec![
        run(1, 512, [2, 9, 3, 21, 18, 7, 2, 11]),
        RunSummary { outcome: stopped.clone(), ..run(2, 65_536, [0, 1, 0, 12, 0, 0, 0, 0]) },
        RunSummary { outcome: stopped, end: None, ..run(3, 256, [0; 8]) },
        run(12_345, 16_777_216, [1_234, 65_536, 65_536, 65_536, 65_536, 65_536, 65_536, 65_536]),
    ]
}

/// A range of addresses.
pub(crate) fn range(first: &str, last: &str) -> AddressRange {
    AddressRange { first: first.parse().unwrap(), last: last.parse().unwrap() }
}

/// An excerpt.
pub(crate) fn excerpt(text: &str) -> Excerpt {
    Excerpt::of(text)
}

/// Hosts with a verdict.
pub(crate) fn with(run: &Run, verdict: Verdict) -> impl Iterator<Item = &Host> {
    run.hosts.iter().filter(move |host| host.judgement.verdict == verdict)
}

/// The verdict that most reports are proud of.
pub(crate) const VERIFIED: Verdict = Verdict::Protected(Assurance::Verified);

fn header(arguments: &str, targets: &str, addresses: u64) -> RunHeader {
    RunHeader {
        start: start(),
        arguments: arguments.to_owned(),
        operator: "auditor@station".to_owned(),
        version: "0.1.0".to_owned(),
        policy: Some(POLICY.to_owned()),
        targets: targets.to_owned(),
        addresses,
        seed: 7_654_321,
        network: Some("connections: -sT asks for them".to_owned()),
    }
}

fn sweep(stage: &str, ports: &str, endpoints: u64, answered: u64) -> SweepRecord {
    SweepRecord {
        stage: stage.to_owned(),
        zones: Vec::new(),
        ports: ports.to_owned(),
        endpoints,
        answered,
        open: answered / 4,
        errors: 0,
        withheld: 0,
        not_tried: 0,
        silent: endpoints - answered,
        probes: endpoints * 2 + 40,
        rounds: 2,
        controls: (40, 1),
        conflicts: 0,
        blocked_since: None,
        missed_if_losses_alike: Some(2),
        missed_if_no_host_loses_half: Some(11),
        elapsed: Duration::from_millis(4_700),
        is_complete: true,
    }
}

/// The addresses of a network at which none of `hosts` is.
fn silence(hosts: &[Host], network: Ipv4Addr, addresses: u32) -> Vec<AddressRange> {
    let mut ranges: Vec<AddressRange> = Vec::new();
    let mut last_silent = None;
    for number in u32::from(network)..u32::from(network) + addresses {
        let address = IpAddr::V4(Ipv4Addr::from(number));
        if hosts.iter().any(|host| host.asset.address == address) {
            continue;
        }
        match (last_silent, ranges.last_mut()) {
            (Some(last), Some(range)) if last + 1 == number => range.last = address,
            _ => ranges.push(AddressRange { first: address, last: address }),
        }
        last_silent = Some(number);
    }
    ranges
}

const POLICY: &str = r#"[[zone]]
name = "office"
ranges = ["10.44.0.0/24"]
products = ["symantec-savce-10"]
listener = "required"

[[exemption]]
host = "10.44.0.60"
reason = "measuring station, offline since 2024"
owner = "lab"
until = 2027-06-30
"#;
