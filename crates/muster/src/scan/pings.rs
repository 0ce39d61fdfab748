//! How hosts are looked for: which questions count as knocking.

use muster_engine::{AddressSet, IntervalSet, ProbeKind, Questions};
use muster_model::Protocol;

use super::args::PingArgs;
use crate::failure::Failure;
use crate::sweep::{NetworkKind, parse_port_list};

/// The questions that show whether a host is there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pings {
    /// Those that were typed; none of them leaves the usual ones.
    typed: Questions,
    /// The first of the typed ones that only frames can ask.
    needed: Option<&'static str>,
    ignore_resets: bool,
}

impl Pings {
    /// Reads the lists of ports.
    ///
    /// # Errors
    /// A usage error that names what is wrong with which list, or what some of the targets cannot be asked.
    pub(crate) fn new(args: &PingArgs, targets: &AddressSet) -> Result<Self, Failure> {
        let mut typed = Questions::none();
        for (kind, option, protocol, list) in [
            (ProbeKind::Syn, "-PS", Protocol::Tcp, &args.syn),
            (ProbeKind::Ack, "-PA", Protocol::Tcp, &args.ack),
            (ProbeKind::Udp, "-PU", Protocol::Udp, &args.udp),
        ] {
            if let Some(list) = list {
                typed = typed.with(kind, ports(option, list, protocol)?);
            }
        }
        let of_hosts = [
            (args.echo, "-PE", ProbeKind::Echo),
            (args.timestamp, "-PP", ProbeKind::Timestamp),
            (args.address_mask, "-PM", ProbeKind::AddressMask),
        ];
        for (_, option, kind) in of_hosts.into_iter().filter(|(is_typed, ..)| *is_typed) {
            if !kind.is_of_family(false) && !targets.v6().is_empty() {
                return Err(Failure::usage(format!("{option}: ICMPv6 has no such request"))
                    .hint("leave it out, or sweep IPv4 and IPv6 apart".to_owned()));
            }
            typed = typed.with_host(kind);
        }
        let of_ports = [(args.ack.is_some(), "-PA"), (args.udp.is_some(), "-PU")];
        let mut options =
            of_ports.into_iter().chain(of_hosts.map(|(is_typed, option, _)| (is_typed, option)));
        let needed = options.find(|(is_typed, _)| *is_typed).map(|(_, option)| option);
        Ok(Self { typed, needed, ignore_resets: args.ignore_resets })
    }

    /// An option that connections cannot do, as it is typed.
    pub(crate) fn needs_frames(&self) -> Option<&'static str> {
        self.needed
    }

    /// Whether a reset is no sign of life.
    pub(crate) fn ignore_resets(&self) -> bool {
        self.ignore_resets
    }

    /// The questions over such a network. By frames, where nothing was typed, Nmap's: an echo request, a SYN to port
    /// 443, an ACK to port 80 and a request for the time.
    pub(crate) fn questions(&self, kind: NetworkKind) -> Questions {
        match kind {
            NetworkKind::Raw if !self.typed.is_empty() => self.typed.clone(),
            NetworkKind::Connect => Questions::none().with(ProbeKind::Syn, self.by_connections()),
            NetworkKind::Raw => {
                let of_ports =
                    Questions::none().with(ProbeKind::Syn, of([443])).with(ProbeKind::Ack, of([80]));
                of_ports.with_host(ProbeKind::Echo).with_host(ProbeKind::Timestamp)
            }
        }
    }

    /// The ports of `-PS` and `-PA`, or else the usual ones: nothing else shows by connections whether a host is there.
    fn by_connections(&self) -> IntervalSet<u16> {
        let [syn, ack] = [ProbeKind::Syn, ProbeKind::Ack].map(|kind| self.typed.ports(kind));
        let ranges = syn.ranges().iter().chain(ack.ranges()).cloned();
        IntervalSet::from_ranges(ranges).ok().filter(|ports| !ports.is_empty()).unwrap_or(of([80, 443]))
    }
}

/// What hosts are looked for by, in words: `ports 80 and 443`, `ICMP echo, TCP SYN 443 and TCP ACK 80`, in Nmap's order.
pub(crate) fn describe(questions: &Questions, kind: NetworkKind) -> String {
    if kind == NetworkKind::Connect {
        let ports = list(questions, ProbeKind::Syn);
        return format!("{} {}", if ports.len() == 1 { "port" } else { "ports" }, joined(&ports));
    }
    let words = [
        (ProbeKind::Echo, "ICMP echo"),
        (ProbeKind::Syn, "TCP SYN"),
        (ProbeKind::Ack, "TCP ACK"),
        (ProbeKind::Timestamp, "ICMP timestamp"),
        (ProbeKind::Udp, "UDP"),
        (ProbeKind::AddressMask, "ICMP address mask"),
        (ProbeKind::Neighbor, "ARP and Neighbour Discovery"),
    ];
    let asked = words.into_iter().filter(|(kind, _)| !questions.ports(*kind).is_empty());
    let parts: Vec<String> = asked
        .map(|(kind, word)| match kind {
            ProbeKind::Syn | ProbeKind::Ack | ProbeKind::Udp => {
                format!("{word} {}", list(questions, kind).join(","))
            }
            _ => word.to_owned(),
        })
        .collect();
    joined(&parts)
}

fn ports(option: &str, text: &str, protocol: Protocol) -> Result<IntervalSet<u16>, Failure> {
    let ports = parse_port_list(option, text, &[protocol])?;
    let other = if protocol == Protocol::Tcp { Protocol::Udp } else { Protocol::Tcp };
    if ports.len(other) > 0 {
        let hint = "-PS and -PA take TCP ports, -PU takes UDP ports".to_owned();
        return Err(Failure::usage(format!("{option}{text}: ports of the other transport")).hint(hint));
    }
    let (tcp, udp) = ports.into_sets();
    Ok(if protocol == Protocol::Tcp { tcp } else { udp })
}

fn of<const N: usize>(ports: [u16; N]) -> IntervalSet<u16> {
    muster_engine::PortSet::of_tcp(ports).into_sets().0
}

fn list(questions: &Questions, kind: ProbeKind) -> Vec<String> {
    let show = |range: &std::ops::RangeInclusive<u16>| match (range.start(), range.end()) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}-{last}"),
    };
    questions.ranges(kind).iter().map(show).collect()
}

/// `a`, `a and b`, `a, b and c`.
fn joined(parts: &[String]) -> String {
    match parts {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pings(args: &PingArgs) -> Result<Pings, Failure> {
        Pings::new(args, &"10.0.0.1".parse().map(targets).unwrap())
    }

    fn targets(address: std::net::IpAddr) -> AddressSet {
        AddressSet::of_addresses([address]).unwrap()
    }

    fn told(args: &PingArgs, kind: NetworkKind) -> String {
        describe(&pings(args).unwrap().questions(kind), kind)
    }

    #[test]
    fn the_usual_questions_are_nmaps() {
        let none = PingArgs::default();
        assert_eq!(told(&none, NetworkKind::Connect), "ports 80 and 443");
        assert_eq!(told(&none, NetworkKind::Raw), "ICMP echo, TCP SYN 443, TCP ACK 80 and ICMP timestamp");
        assert_eq!(pings(&none).unwrap().needs_frames(), None);
    }

    #[test]
    fn what_is_typed_replaces_the_usual() {
        let syn = PingArgs { syn: Some("22,80-81,8080".to_owned()), ..PingArgs::default() };
        assert_eq!(told(&syn, NetworkKind::Connect), "ports 22, 80-81 and 8080");
        assert_eq!(told(&syn, NetworkKind::Raw), "TCP SYN 22,80-81,8080");
        assert_eq!(pings(&syn).unwrap().needs_frames(), None);
        let all = PingArgs { ack: Some("443".to_owned()), udp: Some("53".to_owned()), echo: true, ..syn };
        assert_eq!(told(&all, NetworkKind::Raw), "ICMP echo, TCP SYN 22,80-81,8080, TCP ACK 443 and UDP 53");
        assert_eq!(pings(&all).unwrap().needs_frames(), Some("-PA"));
        assert_eq!(told(&all, NetworkKind::Connect), "ports 22, 80-81, 443 and 8080");
        let echo = PingArgs { echo: true, ..PingArgs::default() };
        assert_eq!(told(&echo, NetworkKind::Connect), "ports 80 and 443");
        let of_icmp = PingArgs { timestamp: true, address_mask: true, udp: Some("53".to_owned()), ..echo };
        assert_eq!(
            told(&of_icmp, NetworkKind::Raw),
            "ICMP echo, ICMP timestamp, UDP 53 and ICMP address mask"
        );
    }

    #[test]
    fn what_icmpv6_has_not_is_not_asked() {
        let v6 = targets("fd00::1".parse().unwrap());
        for (args, option) in [
            (PingArgs { timestamp: true, ..PingArgs::default() }, "-PP"),
            (PingArgs { address_mask: true, echo: true, ..PingArgs::default() }, "-PM"),
        ] {
            assert_eq!(pings(&args).unwrap().needs_frames(), Some(if args.echo { "-PE" } else { option }));
            let failure = Pings::new(&args, &v6).unwrap_err();
            assert_eq!(failure.message(), format!("{option}: ICMPv6 has no such request"));
        }
        assert!(Pings::new(&PingArgs { echo: true, ..PingArgs::default() }, &v6).is_ok());
    }

    #[test]
    fn lists_are_of_one_transport() {
        for (args, expected) in [
            (PingArgs { syn: Some("x".to_owned()), ..PingArgs::default() }, "-PSx: "),
            (PingArgs { ack: Some("U:53".to_owned()), ..PingArgs::default() }, "-PAU:53: ports of the other"),
            (PingArgs { udp: Some("T:53".to_owned()), ..PingArgs::default() }, "-PUT:53: ports of the other"),
        ] {
            let failure = pings(&args).unwrap_err();
            assert!(failure.message().starts_with(expected), "{}", failure.message());
        }
    }
}
