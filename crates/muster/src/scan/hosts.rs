//! Observations, ordered by endpoint, as the hosts that the output formats want.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use muster_catalog::makers::{Maker, maker};
use muster_catalog::registry;
use muster_engine::{AddressSet, PortSet};
use muster_identify::Phantom;
use muster_model::{Endpoint, Observation, PortState, Protocol, Reason};
use muster_nmap::output::{Host, Latency, Port, Service};

use crate::sweep::TypedOrder;

use super::feigned::Feigned;

/// What is known besides the port sweep's observations.
pub(crate) struct Roster<'a> {
    /// The hosts to list.
    pub(crate) targets: &'a AddressSet,
    /// In which order.
    pub(crate) order: &'a TypedOrder,
    /// The ports that were swept; none after a mere discovery.
    pub(crate) ports: &'a PortSet,
    /// What the port sweep saw, in order.
    pub(crate) seen: &'a [Observation],
    /// What showed that a host is there. Hosts that nobody was asked about are taken for up.
    pub(crate) life: &'a [Life<'a>],
    /// What phantoms answered in the hosts' stead.
    pub(crate) feigned: &'a Feigned,
    pub(crate) timed_out: &'a HashSet<IpAddr>,
    pub(crate) given_names: &'a HashMap<IpAddr, String>,
    /// The hardware addresses of hosts on the same link.
    pub(crate) hardware: &'a dyn Fn(IpAddr) -> Option<[u8; 6]>,
    /// What open ports said they are (`-sV`).
    pub(crate) services: &'a HashMap<Endpoint, Service>,
    /// Whether frames were sent, and not connections made.
    pub(crate) by_frames: bool,
    /// The endpoints of this part of a sweep in parts; `None` if it is the whole.
    pub(crate) part: Option<&'a HashSet<Endpoint>>,
    /// Whether the sweep came to its end: only then is silence a state.
    pub(crate) complete: bool,
    /// When work began and ended.
    pub(crate) times: (Timestamp, Timestamp),
}

/// A search for living hosts.
pub(crate) struct Life<'a> {
    /// Who was asked.
    pub(crate) asked: &'a AddressSet,
    /// What was seen, in order.
    pub(crate) seen: &'a [Observation],
}

impl Roster<'_> {
    /// The hosts in the order in which they were typed, without the names that name servers know. Of a sweep that was cut short only those that were seen: what was
    /// not looked at is not reported.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = Host> {
        self.order.of(self.targets).filter_map(|address| self.host(address))
    }

    /// The addresses of hosts that are up, or taken for up, ascending.
    pub(crate) fn living(&self) -> Vec<IpAddr> {
        let is_up = |address: &IpAddr| {
            let (life, first_sign) = self.signs(*address);
            life.map_or(self.complete || !of_host(self.seen, *address).is_empty(), |_| first_sign.is_some())
        };
        self.targets.iter().filter(is_up).collect()
    }

    /// What was seen of a host where it was looked for, if it was; and the first sign of life of its own.
    fn signs(&self, address: IpAddr) -> (Option<&[Observation]>, Option<&Observation>) {
        let life = self.life.iter().find(|life| life.asked.contains(address));
        let life = life.map(|life| of_host(life.seen, address));
        let own = |seen: &&Observation| self.is_own_sign(seen);
        let first_sign = life.unwrap_or_default().iter().filter(own).min_by_key(|seen| seen.at);
        // Whoever seemed to be there by a phantom's answer may have shown itself at a port.
        let at_ports = || of_host(self.seen, address).iter().filter(own).min_by_key(|seen| seen.at);
        (life, first_sign.or_else(|| life.and_then(|_| at_ports())))
    }

    fn is_own_sign(&self, seen: &Observation) -> bool {
        seen.is_sign_of_life() && self.feigned.whose(seen).is_none()
    }

    fn host(&self, address: IpAddr) -> Option<Host> {
        let seen = of_host(self.seen, address);
        let (life, first_sign) = self.signs(address);
        let own = |seen: &&Observation| self.is_own_sign(seen);
        let up = life.is_none() || first_sign.is_some();
        let phantom = if up { None } else { self.feigned.whose_host(address) };
        if !self.complete && seen.is_empty() && first_sign.is_none() {
            return None;
        }
        let reason = match (life, first_sign) {
            (None, _) => Reason::UserSet,
            (Some(_), Some(sign)) => sign.reason,
            (Some(errors), None) => errors
                .iter()
                .find(|error| self.is_told(error))
                .map_or(Reason::NoResponse, |error| error.reason),
        };
        let hardware = if up { (self.hardware)(address) } else { None };
        Some(Host {
            address,
            up,
            phantom: phantom.map(Phantom::claim),
            reason,
            reason_ttl: first_sign.and_then(|sign| sign.ttl).unwrap_or(0),
            hardware,
            maker: hardware.and_then(maker).map(Maker::name),
            given_name: self.given_names.get(&address).cloned(),
            reverse_name: None,
            ports: if up || phantom.is_some() { self.host_ports(address, seen) } else { Vec::new() },
            scripts: Vec::new(),
            latency: latency(seen.iter().chain(life.unwrap_or_default()).filter(own)),
            timed_out: self.timed_out.contains(&address),
            start: self.times.0.as_second(),
            end: self.times.1.as_second(),
        })
    }

    /// Whether an error is why a host is down. As in Nmap: of those that frames bring only that the way is too long, since
    /// all others leave open whether somebody is there; of those that connections bring each.
    fn is_told(&self, error: &Observation) -> bool {
        !self.by_frames || error.icmp.is_none() || error.reason == Reason::TimeExceeded
    }

    /// Every port of a host: those that were seen, and the silent ones if the sweep is complete.
    fn host_ports(&self, address: IpAddr, seen: &[Observation]) -> Vec<Port> {
        let mut seen = seen.iter().peekable();
        let mut ports = Vec::new();
        for (protocol, port) in self.ports.iter() {
            let matching =
                seen.next_if(|seen| (seen.endpoint.protocol, seen.endpoint.port) == (protocol, port));
            let is_ours =
                || self.part.is_none_or(|part| part.contains(&Endpoint { address, protocol, port }));
            match matching {
                Some(seen) => ports.push(self.observed(seen)),
                None if self.complete && is_ours() => ports.push(silent(protocol, port)),
                None => {}
            }
        }
        ports
    }
}

impl Roster<'_> {
    fn observed(&self, seen: &Observation) -> Port {
        let told = self.services.get(&seen.endpoint).cloned();
        let phantom = self.feigned.whose_port(seen).map(Phantom::claim);
        let port = observed(seen);
        Port { service: told.or(port.service), phantom, ..port }
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
        phantom: None,
        service: service(endpoint.protocol, endpoint.port),
        scripts: Vec::new(),
    }
}

/// Silence says more of TCP than of UDP, where an open port need not answer either.
fn silent(protocol: Protocol, number: u16) -> Port {
    Port {
        number,
        protocol,
        state: if protocol == Protocol::Udp { PortState::OpenFiltered } else { PortState::Filtered },
        reason: Reason::NoResponse,
        reason_ttl: 0,
        reason_from: None,
        phantom: None,
        service: service(protocol, number),
        scripts: Vec::new(),
    }
}

fn service(protocol: Protocol, number: u16) -> Option<Service> {
    registry::service_name(number, protocol).map(Service::registered)
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

#[cfg(test)]
mod tests {
    use muster_engine::{PortNames, TargetSpec};
    use muster_model::{IcmpError, Instant};

    use super::*;

    const OPEN: (PortState, Reason) = (PortState::Open, Reason::SynAck);
    const REFUSED: (PortState, Reason) = (PortState::Closed, Reason::ConnRefused);
    const REJECTED: (PortState, Reason) = (PortState::Filtered, Reason::HostUnreach);

    struct Nameless;

    impl PortNames for Nameless {
        fn numbers(&self, _pattern: &str, _protocol: Protocol) -> Vec<u16> {
            Vec::new()
        }
    }

    fn seen(last: u8, port: u16, (state, reason): (PortState, Reason), rtt: u64) -> Observation {
        let icmp =
            (reason == Reason::HostUnreach).then(|| IcmpError { kind: 3, code: 13, from: address(200) });
        Observation {
            stack: None,
            endpoint: Endpoint::tcp(address(last), port),
            state,
            reason,
            icmp,
            ttl: None,
            rtt: Some(Duration::from_millis(rtt)),
            round: 1,
            at: Instant::START,
        }
    }

    fn address(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    /// The hosts of 10.0.0.1-3 with ports 80 and 2967.
    fn hosts(seen: &[Observation], discovered: Option<&[Observation]>, complete: bool) -> Vec<Host> {
        let Ok(TargetSpec::Addresses(targets)) = TargetSpec::parse("10.0.0.1-3") else { panic!() };
        let roster = Roster {
            targets: &targets,
            order: &TypedOrder::default(),
            ports: &PortSet::parse("80,2967", &Nameless, &[Protocol::Tcp]).unwrap(),
            seen,
            life: &discovered.map(|seen| Life { asked: &targets, seen }).into_iter().collect::<Vec<_>>(),
            feigned: &Feigned::default(),
            timed_out: &HashSet::from([address(3)]),
            given_names: &HashMap::from([(address(1), "pc".to_owned())]),
            hardware: &|address| (address == self::address(1)).then_some([0, 0x40, 0x8c, 0, 0, 1]),
            services: &HashMap::new(),
            by_frames: false,
            part: None,
            complete,
            times: (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH),
        };
        roster.hosts().collect()
    }

    fn states(host: &Host) -> Vec<(u16, &str, &str)> {
        host.ports.iter().map(|port| (port.number, port.state.name(), port.reason.name())).collect()
    }

    #[test]
    fn silence_is_filtered_where_every_host_is_taken_for_up() {
        let hosts = hosts(&[seen(1, 2967, OPEN, 1), seen(3, 80, REJECTED, 1)], None, true);
        assert!(hosts.iter().all(|host| host.up && host.reason == Reason::UserSet));
        assert_eq!(states(&hosts[0]), [(80, "filtered", "no-response"), (2967, "open", "syn-ack")]);
        assert_eq!(states(&hosts[1]), [(80, "filtered", "no-response"), (2967, "filtered", "no-response")]);
        assert_eq!(hosts[2].ports[0].reason_from, Some(address(200)));
        assert_eq!(hosts[0].ports[1].service, Some(Service::registered("symantec-av")));
        assert_eq!((hosts[0].given_name.as_deref(), hosts[1].given_name.as_deref()), (Some("pc"), None));
        assert_eq!(hosts.iter().map(|host| host.timed_out).collect::<Vec<_>>(), [false, false, true]);
    }

    #[test]
    fn silence_of_a_sweep_that_was_cut_short_is_not_reported() {
        let hosts = hosts(&[seen(2, 80, REFUSED, 1)], None, false);
        assert_eq!(hosts.len(), 1);
        assert_eq!((hosts[0].address, states(&hosts[0])), (address(2), vec![(80, "closed", "conn-refused")]));
    }

    #[test]
    fn a_host_is_up_if_it_gave_a_sign_of_life_itself() {
        let discovered = [seen(1, 443, REFUSED, 1), seen(2, 80, REJECTED, 1)];
        let hosts = hosts(&[], Some(&discovered), true);
        let makers: Vec<_> = hosts.iter().map(|host| host.maker.as_deref()).collect();
        assert_eq!(makers, [Some("Axis Communications AB"), None, None]);
        let facts: Vec<_> =
            hosts.iter().map(|host| (host.up, host.reason.name(), host.ports.len())).collect();
        assert_eq!(facts, [(true, "conn-refused", 2), (false, "host-unreach", 0), (false, "no-response", 0)]);
        assert_eq!(
            super::tests::hosts(&[], Some(&discovered), false).len(),
            1,
            "down is known only at the end"
        );
    }

    #[test]
    fn latency_is_the_mean_of_what_the_host_itself_answered() {
        let found = [seen(1, 80, OPEN, 10), seen(1, 81, REFUSED, 30), seen(1, 82, REJECTED, 500)];
        let milliseconds = Duration::from_millis;
        let expected =
            Latency { srtt: milliseconds(20), rttvar: milliseconds(20), timeout: milliseconds(100) };
        assert_eq!(latency(found.iter()), Some(expected));
        let quick = latency([seen(1, 80, OPEN, 0)].iter()).unwrap();
        assert_eq!((quick.rttvar, quick.timeout), (milliseconds(5), milliseconds(100)));
        assert_eq!(latency([seen(1, 82, REJECTED, 500)].iter()), None);
        assert_eq!(latency([].iter()), None);
    }
}
