//! The public JSON contract: one object a line, told apart by `type`.
//!
//! `run` comes first, then `port` lines as they become known (a later line for the same port replaces the earlier one),
//! `host-timeout` and `round` lines in between, at the end `silent` ranges and one `summary`. A stream without a
//! `summary` was cut off. After it may come `hardware` addresses, `phantom` networks with the `port` lines that they
//! void, with `-sV` a `service` line for each open TCP port, in the order in which they were done with, and last the `name`s of
//! hosts.
//!
//! The lines of an audit are in [`audit`], those of a comparison in [`diff`], those of the catalogue in [`catalog`].

pub mod audit;
pub mod catalog;
pub mod diff;
mod service;

use std::io::{self, Write};
use std::net::IpAddr;

use jiff::Timestamp;
use muster_catalog::makers;
use muster_engine::{LossTally, RoundSummary, Summary};
use muster_model::{Endpoint, Observation, PortState};
use serde::Serialize;

pub use service::Service;

/// One line of the stream.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Line<'a> {
    /// What was asked for.
    Run(Run<'a>),
    /// The state of a port.
    Port(Port),
    /// What an open port said it is (`-sV`).
    Service(Box<Service>),
    /// A host was given up after `--host-timeout`; its further ports were not asked.
    HostTimeout {
        /// The host.
        address: IpAddr,
    },
    /// A round is over.
    Round(Round),
    /// Addresses from which nothing came: filtered, or nobody there.
    Silent(Silent),
    /// The hardware address of a host on the same link.
    Hardware(Hardware),
    /// A network where somebody answers who is not the host.
    Phantom(PhantomNetwork),
    /// A name of a host.
    Name(Name<'a>),
    /// The sweep in numbers.
    Summary(Box<End>),
}

impl Line<'_> {
    /// Writes the line with its line end, in one call.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut text = serde_json::to_vec(self)?;
        text.push(b'\n');
        out.write_all(&text)
    }
}

/// What was asked for.
#[derive(Debug, Serialize)]
pub struct Run<'a> {
    /// This contract's version.
    pub schema: u32,
    /// The program's version.
    pub muster: &'a str,
    /// The command line.
    pub arguments: &'a str,
    /// When it began (RFC 3339).
    pub start: Timestamp,
    /// `neighbors`, `discovery` or `ports`: which of the sweeps of a run the following lines belong to.
    pub stage: &'a str,
    /// `connect` or `raw`: by connections or by frames.
    pub network: &'a str,
    /// Why by these.
    pub network_why: &'a str,
    /// Endpoints to be asked.
    pub endpoints: u64,
    /// The seed of the order; `--seed` repeats it.
    pub seed: u64,
}

/// The version of the contract in [`Run::schema`].
pub const SCHEMA: u32 = 1;

/// The state of a port.
#[derive(Debug, Serialize)]
pub struct Port {
    /// The host.
    pub address: IpAddr,
    /// The port; 0 where a host was asked and no port.
    pub port: u16,
    /// `tcp` or `udp`; where a host was asked and no port, `icmp` or `neighbor` (ARP and Neighbour Discovery).
    pub protocol: &'static str,
    /// `open`, `closed`, `filtered` or `open|filtered`; of a host that was asked, `open` if it is there.
    pub state: &'static str,
    /// Nmap's word for why, or `phantom`: it seemed open, but the answer was not the host's.
    pub reason: &'static str,
    /// The ICMP error behind the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmp: Option<Icmp>,
    /// The IP time-to-live of the reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u8>,
    /// The window, the largest segment and the options in their order of the TCP segment: `64240 1460 MSTNW`. Of a
    /// connection, whose segments are not seen: the options that were agreed on with the peer's window scale, and behind
    /// the stroke those that were declined: `- - SW8/T`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// From probe to reply, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_us: Option<u64>,
    /// The round whose probe was answered.
    pub round: u8,
    /// When (RFC 3339).
    pub at: Timestamp,
}

/// An ICMP or ICMPv6 error.
#[derive(Debug, Serialize)]
pub struct Icmp {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: u8,
    /// Its code.
    pub code: u8,
    /// Who sent it.
    pub from: IpAddr,
}

impl Port {
    /// The line for `seen`, in a run that began at `start`.
    pub fn new(seen: &Observation, start: Timestamp) -> Self {
        Self {
            address: seen.endpoint.address,
            port: seen.endpoint.port,
            protocol: seen.endpoint.protocol.name(),
            state: seen.state.name(),
            reason: seen.reason.name(),
            icmp: seen.icmp.map(|icmp| Icmp { kind: icmp.kind, code: icmp.code, from: icmp.from }),
            ttl: seen.ttl,
            stack: seen.stack.map(|stack| stack.to_string()),
            rtt_us: seen.rtt.map(|rtt| rtt.as_micros() as u64),
            round: seen.round,
            at: start.checked_add(seen.at.since_start()).unwrap_or(Timestamp::MAX),
        }
    }

    /// The line that replaces that of `seen`, which a phantom feigned: nothing is known of the host's own port.
    pub fn feigned(seen: &Observation, start: Timestamp) -> Self {
        Self { state: PortState::Filtered.name(), reason: PHANTOM, ..Self::new(seen, start) }
    }
}

/// Our own word among Nmap's.
const PHANTOM: &str = "phantom";

/// A round in numbers.
#[derive(Debug, Serialize)]
pub struct Round {
    /// From 1.
    pub number: u8,
    /// Probes sent, controls among them.
    pub sent: u64,
    /// Ports that answered in this round first.
    pub found: u64,
    /// Known responders probed again.
    pub controls: Controls,
}

impl From<&RoundSummary> for Round {
    fn from(round: &RoundSummary) -> Self {
        Self { number: round.number, sent: round.sent, found: round.found, controls: round.controls.into() }
    }
}

/// Known responders probed again, and how many of them stayed silent.
#[derive(Debug, Serialize)]
pub struct Controls {
    /// Probed again.
    pub sent: u64,
    /// Without an answer.
    pub silent: u64,
}

impl From<LossTally> for Controls {
    fn from(tally: LossTally) -> Self {
        Self { sent: tally.sent, silent: tally.silent }
    }
}

/// Consecutive addresses from which nothing came.
#[derive(Debug, Serialize)]
pub struct Silent {
    /// The first address.
    pub first: IpAddr,
    /// The last address.
    pub last: IpAddr,
    /// The port.
    pub port: u16,
    /// `tcp` or `udp`.
    pub protocol: &'static str,
}

impl Silent {
    /// The range of a single endpoint.
    pub fn new(endpoint: &Endpoint) -> Self {
        let Endpoint { address, protocol, port } = *endpoint;
        Self { first: address, last: address, port, protocol: protocol.name() }
    }

    /// Whether `next` begins right behind this range.
    pub fn is_before(&self, next: &Self) -> bool {
        match (self.last, next.first) {
            (IpAddr::V4(last), IpAddr::V4(first)) => u32::from(last).checked_add(1) == Some(first.into()),
            (IpAddr::V6(last), IpAddr::V6(first)) => u128::from(last).checked_add(1) == Some(first.into()),
            _ => false,
        }
    }
}

/// The hardware address of a host on the same link, as ARP or Neighbour Discovery taught it.
#[derive(Debug, Serialize)]
pub struct Hardware {
    /// The host.
    pub address: IpAddr,
    /// `02:00:00:00:00:0a`.
    pub hardware: String,
    /// Who made the card, as IEEE lists it; `null` if nobody is listed, or the address is not one that IEEE gave out.
    pub maker: Option<String>,
}

impl Hardware {
    /// The line for a host.
    pub fn new(address: IpAddr, hardware: [u8; 6]) -> Self {
        let maker = makers::maker(hardware).map(makers::Maker::name);
        Self { address, hardware: hardware.map(|byte| format!("{byte:02x}")).join(":"), maker }
    }
}

/// A name of a host: foreign text, that is a host name plainly, or as it was typed.
#[derive(Debug, Serialize)]
pub struct Name<'a> {
    /// The host.
    pub address: IpAddr,
    /// The name.
    pub name: &'a str,
    /// Who gave it.
    pub source: NameSource,
}

/// Who gave a host its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameSource {
    /// Whoever typed the target.
    Given,
    /// A name server, asked for the name of the address.
    Reverse,
}

/// A network where somebody answers who is not the host.
#[derive(Debug, Serialize)]
pub struct PhantomNetwork {
    /// Which addresses.
    pub prefix: String,
    /// `beside-scanner`, `proxy`, `refuser` or `tarpit`.
    pub kind: &'static str,
    /// How many addresses of it answered alike.
    pub addresses: u64,
    /// Addresses of it that were asked at a port on which nothing listens.
    pub decoys_asked: u64,
    /// How many of them answered like the rest.
    pub decoys_answered: u64,
    /// Hosts that were looked for and of which nothing is known but such answers: neither up nor down.
    pub unproven_hosts: u64,
    /// All of it in a sentence.
    pub evidence: String,
}

/// The sweep in numbers.
#[derive(Debug, Serialize)]
pub struct End {
    /// `false` if the sweep was stopped before its end.
    pub complete: bool,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
    /// Endpoints to be asked.
    pub endpoints: u64,
    /// Endpoints that answered.
    pub answered: u64,
    /// Those among them that the journal knew and that were not asked again; 0 unless a sweep is taken up again.
    pub restored: u64,
    /// Endpoints known only by an ICMP error from the way or a failed neighbour look-up.
    pub errors: u64,
    /// Endpoints not asked, or given up.
    pub withheld: u64,
    /// Endpoints from which nothing came.
    pub silent: u64,
    /// Endpoints that were still to be asked when the sweep was stopped.
    pub not_tried: u64,
    /// Probes sent.
    pub probes: u64,
    /// Missed responders at most, at 99 % confidence, if losses are alike (bound A); null: not measurable, or the
    /// sweep was stopped.
    pub missed_if_losses_alike: Option<u64>,
    /// Missed responders at most, at 99 % confidence, if no host loses more than half and rounds are independent
    /// (bound B); null: not measurable, or the sweep was stopped.
    pub missed_if_no_host_loses_half: Option<u64>,
    /// What the two bounds do not speak of: `closed UDP ports`, where UDP was asked, since hosts limit their ICMP errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_leaves_out: Option<&'static str>,
    /// Controls over all rounds.
    pub controls: Controls,
    /// Known responders that answered differently when asked again.
    pub conflicts: u64,
    /// Since when known responders were silent, in seconds from the start, if they fell silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_since_s: Option<f64>,
}

impl End {
    /// The line for `summary`.
    pub fn new(summary: &Summary, complete: bool, elapsed: std::time::Duration) -> Self {
        Self {
            complete,
            elapsed_s: elapsed.as_secs_f64(),
            endpoints: summary.endpoints,
            answered: summary.answered,
            restored: summary.restored,
            errors: summary.soft,
            withheld: summary.withheld,
            silent: summary.silent,
            not_tried: summary.not_tried,
            probes: summary.sent,
            missed_if_losses_alike: summary.bounds.alike.filter(|_| complete),
            missed_if_no_host_loses_half: summary.bounds.half.filter(|_| complete),
            missed_leaves_out: summary.asks_udp.then_some("closed UDP ports"),
            controls: summary.bounds.controls.tally.into(),
            conflicts: summary.conflicts,
            blocked_since_s: summary.blocked_since.map(|since| since.since_start().as_secs_f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use muster_model::{IcmpError, Instant, Reason};

    use super::*;

    fn text(line: &Line<'_>) -> String {
        let mut bytes = Vec::new();
        line.write(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn observation() -> Observation {
        Observation {
            stack: None,
            endpoint: Endpoint::tcp(IpAddr::from([10, 0, 0, 7]), 2967),
            state: PortState::Filtered,
            reason: Reason::HostUnreach,
            icmp: Some(IcmpError { kind: 3, code: 13, from: IpAddr::from([10, 0, 0, 254]) }),
            ttl: None,
            rtt: Some(Duration::from_micros(1_234)),
            round: 2,
            at: Instant::from_nanos(1_500_000_000),
        }
    }

    /// Of a sweep of one endpoint, which a journal knew.
    fn summary() -> Summary {
        use muster_engine::{AddressSet, PortSet, Seed, Sweep, SweepPlan};
        let target = AddressSet::of_addresses([observation().endpoint.address]).unwrap();
        let summary = Sweep::new(SweepPlan::new(target, PortSet::tcp(2967)), Seed(1)).unwrap().summary();
        Summary { answered: 1, restored: 1, ..summary }
    }

    /// A reader may rely on every name here.
    #[test]
    fn the_contract() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let run = Run {
            schema: SCHEMA,
            muster: "0.1.0",
            arguments: "muster scan \"a b\"",
            start,
            stage: "ports",
            network: "raw",
            network_why: "this process may send them",
            endpoints: 256,
            seed: 7,
        };
        let refused = observation();
        let open = Observation { icmp: None, state: PortState::Open, reason: Reason::SynAck, ..refused };
        let controls = LossTally { sent: 10, silent: 1 };
        let lines = [
            Line::Run(run),
            Line::Port(Port::new(&refused, start)),
            Line::Port(Port::new(&open, start)),
            Line::HostTimeout { address: refused.endpoint.address },
            Line::Round(Round::from(&RoundSummary { number: 2, sent: 30, found: 1, controls })),
            Line::Silent(Silent::new(&refused.endpoint)),
            Line::Hardware(Hardware::new(refused.endpoint.address, [2, 0, 0, 0, 0xab, 1])),
            Line::Hardware(Hardware::new(open.endpoint.address, [0, 0x40, 0x8c, 0, 0xab, 1])),
            Line::Phantom(PhantomNetwork {
                prefix: "10.0.0.0/24".to_owned(),
                kind: "proxy",
                addresses: 256,
                decoys_asked: 8,
                decoys_answered: 8,
                unproven_hosts: 0,
                evidence: "one device opens every connection to 10.0.0.0/24".to_owned(),
            }),
            Line::Port(Port::feigned(&open, start)),
            Line::Name(Name {
                address: open.endpoint.address,
                name: "pc7.example",
                source: NameSource::Given,
            }),
            Line::Name(Name {
                address: open.endpoint.address,
                name: "PC-7.example",
                source: NameSource::Reverse,
            }),
            Line::Summary(Box::new(End::new(&summary(), true, Duration::from_millis(1_250)))),
        ];
        insta::assert_snapshot!(lines.iter().map(text).collect::<String>());
    }

    /// What was not asked any more is no part of the bounds: they say nothing of the whole.
    #[test]
    fn a_sweep_that_was_stopped_states_no_bounds() {
        let mut summary = summary();
        (summary.bounds.alike, summary.bounds.half) = (Some(450), Some(7));
        for (complete, expected) in [(true, (Some(450), Some(7))), (false, (None, None))] {
            let end = End::new(&summary, complete, Duration::ZERO);
            assert_eq!((end.missed_if_losses_alike, end.missed_if_no_host_loses_half), expected);
        }
    }

    #[test]
    fn ranges_of_silence_join_neighbours_of_one_family() {
        let silent = |address: &str| Silent::new(&Endpoint::tcp(address.parse().unwrap(), 1));
        assert!(silent("10.0.0.255").is_before(&silent("10.0.1.0")));
        assert!(silent("fd00::ffff").is_before(&silent("fd00::1:0")));
        for (first, second) in [("10.0.0.1", "10.0.0.3"), ("10.0.0.2", "10.0.0.1"), ("255.255.255.255", "::")]
        {
            assert!(!silent(first).is_before(&silent(second)), "{first} {second}");
        }
    }
}
