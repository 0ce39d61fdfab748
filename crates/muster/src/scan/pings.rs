//! How hosts are looked for: which questions count as knocking.

use muster_engine::{IntervalSet, ProbeKind, Questions};
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
}

impl Pings {
    /// Reads the lists of ports.
    ///
    /// # Errors
    /// A usage error that names what is wrong with which list.
    pub(crate) fn new(args: &PingArgs) -> Result<Self, Failure> {
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
        if args.echo {
            typed = typed.with_echo();
        }
        let options = [(args.ack.is_some(), "-PA"), (args.udp.is_some(), "-PU"), (args.echo, "-PE")];
        let needed = options.into_iter().find(|(is_typed, _)| *is_typed).map(|(_, option)| option);
        Ok(Self { typed, needed })
    }

    /// An option that connections cannot do, as it is typed.
    pub(crate) fn needs_frames(&self) -> Option<&'static str> {
        self.needed
    }

    /// The questions over such a network. By frames, where nothing was typed, Nmap's: an echo request, a SYN to port
    /// 443 and an ACK to port 80; but no request for a time stamp, which few hosts answer that do not answer these.
    pub(crate) fn questions(&self, kind: NetworkKind) -> Questions {
        match kind {
            NetworkKind::Raw if !self.typed.is_empty() => self.typed.clone(),
            NetworkKind::Connect => Questions::none().with(ProbeKind::Syn, self.by_connections()),
            NetworkKind::Raw => {
                Questions::none().with(ProbeKind::Syn, of([443])).with(ProbeKind::Ack, of([80])).with_echo()
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

/// What hosts are looked for by, in words: `ports 80 and 443`, `ICMP echo, TCP SYN 443 and TCP ACK 80`.
pub(crate) fn describe(questions: &Questions, kind: NetworkKind) -> String {
    if kind == NetworkKind::Connect {
        let ports = list(questions, ProbeKind::Syn);
        return format!("{} {}", if ports.len() == 1 { "port" } else { "ports" }, joined(&ports));
    }
    let words = [
        (ProbeKind::Echo, "ICMP echo"),
        (ProbeKind::Syn, "TCP SYN"),
        (ProbeKind::Ack, "TCP ACK"),
        (ProbeKind::Udp, "UDP"),
        (ProbeKind::Neighbor, "ARP and Neighbour Discovery"),
    ];
    let asked = words.into_iter().filter(|(kind, _)| !questions.ports(*kind).is_empty());
    let parts: Vec<String> = asked
        .map(|(kind, word)| match kind {
            ProbeKind::Echo | ProbeKind::Neighbor => word.to_owned(),
            _ => format!("{word} {}", list(questions, kind).join(",")),
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

    fn told(args: &PingArgs, kind: NetworkKind) -> String {
        describe(&Pings::new(args).unwrap().questions(kind), kind)
    }

    #[test]
    fn the_usual_questions_are_nmaps() {
        let none = PingArgs::default();
        assert_eq!(told(&none, NetworkKind::Connect), "ports 80 and 443");
        assert_eq!(told(&none, NetworkKind::Raw), "ICMP echo, TCP SYN 443 and TCP ACK 80");
        assert_eq!(Pings::new(&none).unwrap().needs_frames(), None);
    }

    #[test]
    fn what_is_typed_replaces_the_usual() {
        let syn = PingArgs { syn: Some("22,80-81,8080".to_owned()), ..PingArgs::default() };
        assert_eq!(told(&syn, NetworkKind::Connect), "ports 22, 80-81 and 8080");
        assert_eq!(told(&syn, NetworkKind::Raw), "TCP SYN 22,80-81,8080");
        assert_eq!(Pings::new(&syn).unwrap().needs_frames(), None);
        let all = PingArgs { ack: Some("443".to_owned()), udp: Some("53".to_owned()), echo: true, ..syn };
        assert_eq!(told(&all, NetworkKind::Raw), "ICMP echo, TCP SYN 22,80-81,8080, TCP ACK 443 and UDP 53");
        assert_eq!(Pings::new(&all).unwrap().needs_frames(), Some("-PA"));
        assert_eq!(told(&all, NetworkKind::Connect), "ports 22, 80-81, 443 and 8080");
        let echo = PingArgs { echo: true, ..PingArgs::default() };
        assert_eq!(told(&echo, NetworkKind::Connect), "ports 80 and 443");
    }

    #[test]
    fn lists_are_of_one_transport() {
        for (args, expected) in [
            (PingArgs { syn: Some("x".to_owned()), ..PingArgs::default() }, "-PSx: "),
            (PingArgs { ack: Some("U:53".to_owned()), ..PingArgs::default() }, "-PAU:53: ports of the other"),
            (PingArgs { udp: Some("T:53".to_owned()), ..PingArgs::default() }, "-PUT:53: ports of the other"),
        ] {
            let failure = Pings::new(&args).unwrap_err();
            assert!(failure.message().starts_with(expected), "{}", failure.message());
        }
    }
}
