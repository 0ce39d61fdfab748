//! Observations, ordered by endpoint, as the hosts that the output formats want.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use muster_catalog::registry;
use muster_engine::{AddressSet, PortSet};
use muster_model::{Observation, PortState, Protocol, Reason};
use muster_nmap::output::{Host, Latency, Port};

/// What is known besides the port sweep's observations.
pub(crate) struct Roster<'a> {
    /// The hosts to list.
    pub(crate) targets: &'a AddressSet,
    /// The ports that were swept; none after a mere discovery.
    pub(crate) ports: &'a PortSet,
    /// What the port sweep saw, in order.
    pub(crate) seen: &'a [Observation],
    /// What showed that a host is there, where discovery was done; `None` takes every target for up.
    pub(crate) discovered: Option<&'a [Observation]>,
    pub(crate) timed_out: &'a HashSet<IpAddr>,
    pub(crate) given_names: &'a HashMap<IpAddr, String>,
    pub(crate) reverse_names: &'a HashMap<IpAddr, String>,
    /// Whether the sweep came to its end: only then is silence a state.
    pub(crate) complete: bool,
    /// When work began and ended.
    pub(crate) times: (Timestamp, Timestamp),
}

impl Roster<'_> {
    /// The hosts in the order of their addresses. Of a sweep that was cut short only those that were seen: what was
    /// not looked at is not reported.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = Host> {
        self.targets.iter().filter_map(|address| self.host(address))
    }

    fn host(&self, address: IpAddr) -> Option<Host> {
        let seen = of_host(self.seen, address);
        let life = self.discovered.map(|discovered| of_host(discovered, address));
        let first_sign = life.and_then(|life| life.iter().find(|seen| seen.is_sign_of_life()));
        let up = life.is_none() || first_sign.is_some();
        if !self.complete && seen.is_empty() && first_sign.is_none() {
            return None;
        }
        let reason = match (life, first_sign) {
            (None, _) => Reason::UserSet,
            (Some(_), Some(sign)) => sign.reason,
            (Some(_), None) => Reason::NoResponse,
        };
        Some(Host {
            address,
            up,
            reason,
            reason_ttl: 0,
            given_name: self.given_names.get(&address).cloned(),
            reverse_name: self.reverse_names.get(&address).cloned(),
            ports: if up { self.host_ports(seen) } else { Vec::new() },
            latency: latency(seen.iter().chain(life.unwrap_or_default())),
            timed_out: self.timed_out.contains(&address),
            start: self.times.0.as_second(),
            end: self.times.1.as_second(),
        })
    }

    /// Every port of a host: those that were seen, and the silent ones if the sweep is complete.
    fn host_ports(&self, seen: &[Observation]) -> Vec<Port> {
        let mut seen = seen.iter().peekable();
        let mut ports = Vec::new();
        for (protocol, number) in self.ports.iter() {
            let matching =
                seen.next_if(|seen| (seen.endpoint.protocol, seen.endpoint.port) == (protocol, number));
            match matching {
                Some(seen) => ports.push(observed(seen)),
                None if self.complete => ports.push(silent(protocol, number)),
                None => {}
            }
        }
        ports
    }
}

/// The part of `seen`, which is sorted, that belongs to `address`.
fn of_host(seen: &[Observation], address: IpAddr) -> &[Observation] {
    let begin = seen.partition_point(|seen| seen.endpoint.address < address);
    let length = seen[begin..].partition_point(|seen| seen.endpoint.address == address);
    &seen[begin..begin + length]
}

fn observed(seen: &Observation) -> Port {
    let endpoint = seen.endpoint;
    Port {
        number: endpoint.port,
        protocol: endpoint.protocol,
        state: seen.state,
        reason: seen.reason,
        reason_ttl: seen.ttl.unwrap_or(0),
        reason_from: seen.icmp.map(|icmp| icmp.from).filter(|from| *from != endpoint.address),
        service: service(endpoint.protocol, endpoint.port),
    }
}

fn silent(protocol: Protocol, number: u16) -> Port {
    Port {
        number,
        protocol,
        state: PortState::Filtered,
        reason: Reason::NoResponse,
        reason_ttl: 0,
        reason_from: None,
        service: service(protocol, number),
    }
}

fn service(protocol: Protocol, number: u16) -> Option<String> {
    registry::service_name(number, protocol).map(str::to_owned)
}

/// The mean of the host's round-trip times, with Nmap's least variation and time-out.
fn latency<'a>(seen: impl Iterator<Item = &'a Observation>) -> Option<Latency> {
    let times: Vec<Duration> =
        seen.filter(|seen| seen.is_sign_of_life()).filter_map(|seen| seen.rtt).collect();
    if times.is_empty() {
        return None;
    }
    let srtt = times.iter().sum::<Duration>() / times.len() as u32;
    let rttvar = srtt.max(Duration::from_millis(5));
    Some(Latency { srtt, rttvar, timeout: (srtt + rttvar * 4).max(Duration::from_millis(100)) })
}
