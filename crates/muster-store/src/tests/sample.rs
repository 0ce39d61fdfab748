//! A run that has something of everything.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::date;
use muster_model::{
    AddressRange, Asset, Assurance, ComputerRole, Conversation, Device, DeviceClass, DeviceSign, Endpoint,
    Excerpt, Exchange, Fact, Finding, FindingCode, Host, HostName, IcmpError, Identity, Instant, Judgement,
    NameSource, Observation, PortState, Protection, Protocol, Reason, Request, Run, RunHeader, RunOutcome,
    Said, Service, Severity, SignKind, Speech, Statement, SweepRecord, System, SystemFamily, Told, Trait,
    Verdict,
};

/// The run.
pub(super) fn run() -> Run {
    Run {
        header: header(),
        end: "2026-11-24T08:02:00.5Z".parse().unwrap(),
        outcome: RunOutcome::Complete,
        sweeps: vec![sweep()],
        silent: vec![range("10.1.0.3", "10.1.0.255"), range("2001:db8::", "2001:db8::ffff")],
        phantom: vec![range("10.1.9.0", "10.1.9.255")],
        not_tried: vec!["UDP: this release asks TCP only".to_owned()],
        hosts: vec![agent(), impostor(), printer()],
    }
}

/// A host at this address of this name, with nothing else to it.
pub(super) fn host(address: &str, name: &str) -> Host {
    let asset = Asset {
        address: address.parse().unwrap(),
        names: vec![HostName { name: Excerpt::of(name), source: NameSource::Reverse }],
        zone: None,
        ports: Vec::new(),
        services: Vec::new(),
        hardware: None,
        system: None,
        device: None,
        is_phantom: false,
    };
    Host { asset, judgement: judgement(Verdict::Unknown) }
}

/// The run's header.
pub(super) fn header() -> RunHeader {
    RunHeader {
        start: "2026-11-24T08:00:00Z".parse().unwrap(),
        arguments: "muster audit 10.1.0.0/16".to_owned(),
        operator: "ops@audit".to_owned(),
        version: "0.1.0".to_owned(),
        policy: Some("[scope]\nallow = [\"10.1.0.0/16\"]\n".to_owned()),
        targets: "10.1.0.0/16".to_owned(),
        addresses: 65_536,
        seed: u64::MAX - 1,
        network: Some("frames: this process may send them\neth0: AF_PACKET".to_owned()),
    }
}

fn sweep() -> SweepRecord {
    SweepRecord {
        stage: "agents".to_owned(),
        zones: vec!["office".to_owned(), "depot".to_owned()],
        ports: "2967,8081".to_owned(),
        endpoints: 131_072,
        answered: 3,
        open: 2,
        errors: 1,
        withheld: 0,
        not_tried: 0,
        silent: 131_068,
        probes: 262_144,
        rounds: 2,
        controls: (10, 1),
        conflicts: 5,
        blocked_since: Some(Duration::from_secs(90)),
        missed_if_losses_alike: Some(4),
        missed_if_no_host_loses_half: None,
        elapsed: Duration::from_millis(120_250),
        is_complete: true,
    }
}

fn range(first: &str, last: &str) -> AddressRange {
    AddressRange { first: first.parse().unwrap(), last: last.parse().unwrap() }
}

fn agent() -> Host {
    let mut host = host("10.1.0.1", "pc1.corp.example");
    host.asset.zone = Some(Excerpt::of("office"));
    host.asset.ports = vec![observation("10.1.0.1", 8081, PortState::Open, Reason::SynAck)];
    host.asset.services = vec![Service {
        endpoint: Endpoint::tcp(host.asset.address, 8081),
        identity: Some(Identity::Genuine {
            product: "trellix-agent".parse().unwrap(),
            fingerprint: Excerpt::of("agent-log"),
        }),
        speech: Some(Speech::Http),
        asked: vec![Request::HttpGet],
        told: vec![
            Told::HostName(Excerpt::of("PC1")),
            Told::Server(Excerpt::of_bytes(b"evil\x1b[2J\xff")),
            Told::SignatureDate(date(2026, 11, 20)),
        ],
        end: Conversation::Satisfied,
        exchanges: vec![
            Exchange {
                sent: Said::of(b"GET / HTTP/1.1\r\n\r\n", 18),
                heard: Said::of(b"HTTP/1.1 200 OK\r\n\x1b[2J\xff", 2310),
                is_in_tls: true,
            },
            Exchange { sent: Said::secret(43), heard: Said::default(), is_in_tls: false },
        ],
    }];
    host.judgement = judgement(Verdict::Protected(Assurance::Verified));
    host.judgement.protection = vec![Protection {
        product: "trellix-agent".parse().unwrap(),
        present: fact(true),
        running: fact(true),
        enforcing: None,
        fresh: fact(false),
        reporting: None,
    }];
    host
}

fn impostor() -> Host {
    let mut host = host("10.1.0.2", "pc2");
    let mut refused = observation("10.1.0.2", 445, PortState::Filtered, Reason::AdminProhibited);
    refused.icmp = Some(IcmpError { kind: 3, code: 13, from: "10.1.0.254".parse().unwrap() });
    refused.endpoint.protocol = Protocol::Udp;
    host.asset.ports = vec![observation("10.1.0.2", 2967, PortState::Open, Reason::SynAck), refused];
    host.asset.services = vec![Service {
        endpoint: Endpoint::tcp(host.asset.address, 2967),
        identity: Some(Identity::Impostor {
            products: vec!["symantec-savce-10".parse().unwrap(), "symantec-sepm".parse().unwrap()],
            by: Trait::Speaks(Speech::Ftp),
        }),
        speech: Some(Speech::Ftp),
        asked: Vec::new(),
        told: vec![Told::Greeting(Excerpt::of("220 ready"))],
        end: Conversation::Closed,
        exchanges: Vec::new(),
    }];
    host.judgement = judgement(Verdict::Suspect);
    host.judgement.findings = vec![Finding {
        code: FindingCode::ImpostorListener,
        severity: Severity::Critical,
        text: statement("impostor", "TCP 2967 speaks FTP"),
        remedy: statement("isolate", "take the host off the network"),
    }];
    host
}

fn printer() -> Host {
    let mut host = host("2001:db8:1::7", "printer");
    let sign = |kind, endpoint| DeviceSign { kind, endpoint, seen: Excerpt::of("printer") };
    host.asset.device = Some(Device {
        class: DeviceClass::Printer,
        signs: vec![
            sign(SignKind::PortPattern, Some(Endpoint::tcp(host.asset.address, 9100))),
            sign(SignKind::Name, None),
        ],
    });
    host.asset.hardware = Some([0, 0x80, 0x77, 1, 2, 3]);
    host.asset.system = Some(System {
        family: SystemFamily::Other,
        role: Some(ComputerRole::Server),
        signs: vec![sign(SignKind::Stack, Some(Endpoint::tcp(host.asset.address, 9100)))],
    });
    host.asset.is_phantom = true;
    host.judgement = judgement(Verdict::OutOfScope);
    host
}

fn observation(address: &str, port: u16, state: PortState, reason: Reason) -> Observation {
    Observation {
        endpoint: Endpoint::tcp(address.parse().unwrap(), port),
        state,
        reason,
        icmp: None,
        ttl: Some(64),
        stack: "64240 1460 MSTNW".parse().ok(),
        rtt: Some(Duration::from_micros(350)),
        round: 1,
        at: Instant::from_nanos(1_500_000_000),
    }
}

fn judgement(verdict: Verdict) -> Judgement {
    Judgement {
        verdict,
        reasons: vec![statement("seen", "it was seen"), statement("again", "it was seen again")],
        findings: Vec::new(),
        next_steps: vec![statement("look", "look at it")],
        protection: Vec::new(),
    }
}

fn fact(holds: bool) -> Option<Fact> {
    let at = "2026-11-24T08:01:00.000000001Z".parse().unwrap();
    Some(Fact { holds, source: Excerpt::of("TCP 8081, HTTP GET /"), at })
}

fn statement(code: &str, text: &str) -> Statement {
    Statement { code: Arc::from(code), text: Arc::from(text) }
}
