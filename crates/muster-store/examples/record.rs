//! How long it takes to record a run of many hosts, and to load it: `cargo run --release --example record [HOSTS]`.

use std::error::Error;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use jiff::{Timestamp, ToSpan};
use muster_model::{
    AddressRange, Asset, Assurance, Conversation, Endpoint, Excerpt, Fact, Finding, FindingCode, Host,
    HostName, Identity, Instant, Judgement, NameSource, Observation, PortState, Protection, Reason, Request,
    Run, RunHeader, RunOutcome, Service, Severity, Speech, Statement, Told, Trait, Verdict,
};
use muster_store::{HostQuery, Store};

fn main() -> Result<(), Box<dyn Error>> {
    let number = std::env::args().nth(1).map_or(Ok(65_536), |number| number.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("muster.db");
    let mut out = io::stdout().lock();
    for round in 1..=3 {
        let run = office(number, round)?;
        let mut store = Store::open(&path)?;
        let id = store.begin(&run.header)?;
        let clock = Clock::now();
        store.record(id, &run)?;
        let recorded = clock.elapsed();
        let clock = Clock::now();
        let loaded = store.load(id)?;
        let took = clock.elapsed();
        let clock = Clock::now();
        let one = store.host(id, &HostQuery::Name("PC40".to_owned()))?;
        let found = clock.elapsed();
        writeln!(out, "run {id}: {number} hosts recorded in {recorded:.2?}, loaded in {took:.2?},")?;
        writeln!(
            out,
            "  {} of a name found in {found:.0?}, the same: {}",
            one.len(),
            loaded.as_ref() == Some(&run)
        )?;
    }
    writeln!(out, "{} MiB in all", path.metadata()?.len() >> 20)?;
    Ok(())
}

/// An office in which every 33rd host has an agent's port open, and every second a name.
fn office(number: u32, round: i64) -> Result<Run, Box<dyn Error>> {
    let start = Timestamp::UNIX_EPOCH + (500_000 + round).hours();
    let hosts = (0..number).map(|index| host(index, start)).collect::<Result<_, _>>()?;
    let silent = AddressRange {
        first: Ipv4Addr::new(10, 9, 0, 0).into(),
        last: Ipv4Addr::new(10, 9, 255, 255).into(),
    };
    Ok(Run {
        header: RunHeader {
            start,
            arguments: "muster audit 10.8.0.0/15".to_owned(),
            operator: "ops@audit".to_owned(),
            version: "0.1.0".to_owned(),
            policy: None,
            targets: "10.8.0.0/15".to_owned(),
            addresses: 131_072,
            seed: 7,
            network: None,
        },
        end: start + 3.minutes(),
        outcome: RunOutcome::Complete,
        sweeps: Vec::new(),
        silent: vec![silent],
        phantom: Vec::new(),
        not_tried: Vec::new(),
        hosts,
    })
}

fn host(index: u32, now: Timestamp) -> Result<Host, Box<dyn Error>> {
    let address = IpAddr::from(Ipv4Addr::from_bits(0x0a08_0000 + index));
    let is_open = index.is_multiple_of(33);
    let ports =
        (0..3 + index % 4).map(|port| observation(address, index, PORTS[port as usize], is_open)).collect();
    let name =
        HostName { name: Excerpt::of(&format!("pc{index}.corp.example")), source: NameSource::Reverse };
    let asset = Asset {
        address,
        names: if index.is_multiple_of(2) { vec![name] } else { Vec::new() },
        zone: Some(Excerpt::of("office")),
        ports,
        services: if is_open { vec![service(address, index)?] } else { Vec::new() },
        hardware: None,
        system: None,
        device: None,
        is_phantom: false,
    };
    Ok(Host { asset, judgement: judgement(is_open, index, now)? })
}

fn observation(address: IpAddr, index: u32, port: u16, is_open: bool) -> Observation {
    let (state, reason) = match is_open {
        true => (PortState::Open, Reason::SynAck),
        false => (PortState::Closed, Reason::ConnRefused),
    };
    let nanoseconds = 180_000 + u64::from(index * 2_654_435) % 900_000;
    Observation {
        stack: None,
        endpoint: Endpoint::tcp(address, port),
        state,
        reason,
        icmp: None,
        ttl: None,
        rtt: Some(Duration::from_nanos(nanoseconds)),
        round: 1,
        at: Instant::from_nanos(u64::from(index) * 1_000_003 + nanoseconds),
    }
}

fn service(address: IpAddr, index: u32) -> Result<Service, Box<dyn Error>> {
    Ok(Service {
        endpoint: Endpoint::tcp(address, 8081),
        identity: Some(Identity::Consistent {
            products: vec!["trellix-agent".parse()?],
            by: Trait::Speaks(Speech::Http),
        }),
        speech: Some(Speech::Http),
        asked: vec![Request::HttpGet],
        told: vec![
            Told::Status(Excerpt::of("HTTP/1.1 200 OK")),
            Told::HostName(Excerpt::of(&format!("PC{index}"))),
            Told::Version(Excerpt::of("5.7.9.139")),
        ],
        end: Conversation::Satisfied,
        exchanges: Vec::new(),
    })
}

fn judgement(is_open: bool, index: u32, now: Timestamp) -> Result<Judgement, Box<dyn Error>> {
    let fact = |holds| Some(Fact { holds, source: Excerpt::of("TCP 8081, HTTP GET /"), at: now });
    let kind = index % 7;
    let missing = Finding {
        code: FindingCode::MissingAgent,
        severity: Severity::Medium,
        text: statement("missing-agent", "no agent where one is required"),
        remedy: statement("install-agent", "install the agent and restart its service"),
    };
    Ok(Judgement {
        verdict: if is_open { Verdict::Protected(Assurance::Likely) } else { Verdict::Unprotected },
        reasons: vec![
            statement(
                "closed-listener",
                &format!("TCP 8081 is closed; in zone {kind} an agent listens there"),
            ),
            statement("computer", "the host answers like a computer"),
        ],
        findings: if is_open { Vec::new() } else { vec![missing] },
        next_steps: vec![statement("look", "look at the host's services")],
        protection: vec![Protection {
            product: "trellix-agent".parse()?,
            present: fact(is_open),
            running: fact(is_open),
            enforcing: None,
            fresh: None,
            reporting: None,
        }],
    })
}

fn statement(code: &str, text: &str) -> Statement {
    Statement { code: Arc::from(code), text: Arc::from(text) }
}

const PORTS: [u16; 6] = [2967, 8081, 445, 3389, 135, 8194];
