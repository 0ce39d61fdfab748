//! Which ports to sweep: Nmap's `-p` grammar and the set it stands for.
//!
//! ```text
//! ports  = entry { "," entry } [ "," ]
//! entry  = [ "T:" | "U:" ] ( range | "[" range "]" | name )
//! range  = n | a "-" b | "-" b | a "-" | "-"
//! ```
//!
//! A transport prefix holds until the next one; before the first, an entry counts for every transport the caller asks
//! for. `[a-b]` are the ports of the range that have a name, brackets may hold several entries, `*` and `?` in a name
//! are wildcards, an open end is 1 or 65535, port 0 is meant only by who writes it. What ports are called is not known
//! here: it comes in as a [`PortNames`].

use std::fmt;
use std::ops::RangeInclusive;

use muster_model::Protocol;

use crate::targets::IntervalSet;

/// A set of TCP and UDP ports, ordered: TCP first, each by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortSet {
    tcp: IntervalSet<u16>,
    udp: IntervalSet<u16>,
}

impl PortSet {
    /// The set of these TCP and these UDP ports.
    pub fn new(tcp: IntervalSet<u16>, udp: IntervalSet<u16>) -> Self {
        Self { tcp, udp }
    }

    /// One TCP port.
    pub fn tcp(port: u16) -> Self {
        Self::new((port..=port).into(), IntervalSet::empty())
    }

    /// These TCP ports, in any order.
    pub fn of_tcp(ports: impl IntoIterator<Item = u16>) -> Self {
        let ranges = ports.into_iter().map(|port| port..=port);
        // 65,536 ports are at most 32,768 ranges, which is far from too many.
        Self::new(
            IntervalSet::from_ranges(ranges).unwrap_or_else(|_| IntervalSet::full()),
            IntervalSet::empty(),
        )
    }

    /// The TCP and the UDP ports.
    pub fn into_sets(self) -> (IntervalSet<u16>, IntervalSet<u16>) {
        (self.tcp, self.udp)
    }

    /// Reads the argument of `-p`. Entries without a transport stand for each of `default`.
    ///
    /// # Errors
    /// If the text is not in the grammar, or no port is left.
    pub fn parse(text: &str, names: &dyn PortNames, default: &[Protocol]) -> Result<Self, PortError> {
        let mut parser = Parser { names, protocols: default.to_vec(), in_brackets: false, ports: Vec::new() };
        let entries: Vec<&str> = text.split(',').collect();
        for (place, entry) in entries.iter().enumerate() {
            let is_trailing = place > 0 && place + 1 == entries.len() && entry.trim_ascii().is_empty();
            if !is_trailing {
                parser.entry(entry.trim_ascii())?;
            }
        }
        parser.finish()
    }

    /// The ports of a transport in ascending order; no two ranges touch.
    pub fn ranges(&self, protocol: Protocol) -> &[RangeInclusive<u16>] {
        self.of(protocol).ranges()
    }

    /// How many ports of a transport there are; at most 65,536.
    pub fn len(&self, protocol: Protocol) -> u32 {
        self.of(protocol).len() as u32
    }

    /// How many ports there are over both transports.
    pub fn total(&self) -> u32 {
        self.len(Protocol::Tcp) + self.len(Protocol::Udp)
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// Whether the port is one of them.
    pub fn contains(&self, protocol: Protocol, port: u16) -> bool {
        self.of(protocol).contains(port)
    }

    /// How many come before the port, if it is one of them.
    pub fn rank(&self, protocol: Protocol, port: u16) -> Option<u32> {
        let before = if protocol == Protocol::Tcp { 0 } else { self.len(Protocol::Tcp) };
        self.of(protocol).rank(port).map(|rank| before + rank as u32)
    }

    /// The port of rank `index`.
    ///
    /// # Panics
    /// If there are no more than `index`.
    pub fn select(&self, index: u32) -> (Protocol, u16) {
        match index.checked_sub(self.len(Protocol::Tcp)) {
            None => (Protocol::Tcp, self.tcp.select(index.into())),
            Some(index) => (Protocol::Udp, self.udp.select(index.into())),
        }
    }

    /// All ports in order.
    pub fn iter(&self) -> impl Iterator<Item = (Protocol, u16)> {
        let tcp = self.tcp.ranges().iter().cloned().flatten().map(|port| (Protocol::Tcp, port));
        tcp.chain(self.udp.ranges().iter().cloned().flatten().map(|port| (Protocol::Udp, port)))
    }

    /// The ports of a transport as Nmap lists them: `1-3,5`. Empty if there is none.
    pub fn list(&self, protocol: Protocol) -> String {
        let show = |range: &RangeInclusive<u16>| match (range.start(), range.end()) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        };
        self.ranges(protocol).iter().map(show).collect::<Vec<_>>().join(",")
    }

    /// What has no ports has an empty set of them.
    fn of(&self, protocol: Protocol) -> &IntervalSet<u16> {
        static NONE: IntervalSet<u16> = IntervalSet::empty();
        match protocol {
            Protocol::Tcp => &self.tcp,
            Protocol::Udp => &self.udp,
            Protocol::Icmp | Protocol::Neighbor => &NONE,
        }
    }
}

/// Nmap's list, which [`PortSet::parse`] reads: TCP alone without a prefix, else `T:1-3,U:53`.
impl fmt::Display for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tcp, udp) = (self.list(Protocol::Tcp), self.list(Protocol::Udp));
        match (tcp.is_empty(), udp.is_empty()) {
            (_, true) => f.write_str(&tcp),
            (true, false) => write!(f, "U:{udp}"),
            (false, false) => write!(f, "T:{tcp},U:{udp}"),
        }
    }
}

/// Knows what ports are called.
pub trait PortNames {
    /// The ports whose name matches `pattern`, in which `*` stands for any characters and `?` for one.
    fn numbers(&self, pattern: &str, protocol: Protocol) -> Vec<u16>;
}

/// Why a list of ports was not understood. Every variant has the entry as it was given, fit to be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// No entry, or nothing between two commas.
    #[error("empty entry in the list of ports")]
    Empty,
    /// Ports have 16 bits.
    #[error("port {entry} is more than 65535")]
    TooLarge {
        /// The number.
        entry: String,
    },
    /// The range ends before it starts.
    #[error("port range {first}-{last} runs backwards")]
    Reversed {
        /// Where it starts.
        first: u16,
        /// Where it ends.
        last: u16,
    },
    /// Numbers and hyphens that are no range.
    #[error("not a port or a range of ports: {entry}")]
    NotARange {
        /// The entry.
        entry: String,
    },
    /// No port of the transports in question has such a name.
    #[error("no port is named {entry}")]
    UnknownName {
        /// The name or pattern.
        entry: String,
    },
    /// SCTP (`S:`) and IP protocols (`P:`) are not swept.
    #[error("{protocol} is not swept: {entry}")]
    NotSwept {
        /// What the prefix means.
        protocol: &'static str,
        /// The entry.
        entry: String,
    },
    /// A prefix that means nothing.
    #[error("unknown transport: {entry}")]
    UnknownTransport {
        /// The entry.
        entry: String,
    },
    /// A bracket without its partner, or one inside another.
    #[error("unbalanced bracket: {entry}")]
    Bracket {
        /// The entry.
        entry: String,
    },
    /// The list is well-formed and stands for no port.
    #[error("the list of ports stands for no port")]
    NoPort,
}

impl PortError {
    /// What to do about it, where something can be said.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Reversed { first, last } => Some(format!("write {last}-{first}")),
            Self::Empty | Self::NotARange { .. } => Some("write 2967, 1-1024, 80,443 or http*".to_owned()),
            Self::UnknownName { .. } => {
                Some("write the number; names are those of IANA's registry".to_owned())
            }
            Self::NotSwept { .. } => Some("leave it out: T: is TCP, U: is UDP".to_owned()),
            Self::UnknownTransport { .. } => Some("T: is TCP, U: is UDP, in capitals".to_owned()),
            Self::Bracket { .. } => {
                Some("write [1-1024] for the ports in 1-1024 that have a name".to_owned())
            }
            Self::TooLarge { .. } | Self::NoPort => None,
        }
    }
}

/// What carries on from entry to entry.
struct Parser<'a> {
    names: &'a dyn PortNames,
    protocols: Vec<Protocol>,
    in_brackets: bool,
    ports: Vec<(Protocol, RangeInclusive<u16>)>,
}

impl Parser<'_> {
    fn entry(&mut self, entry: &str) -> Result<(), PortError> {
        if entry.is_empty() {
            return Err(PortError::Empty);
        }
        let mut rest = self.transports(entry)?;
        if let Some(inside) = rest.strip_prefix('[') {
            self.bracket(true, entry)?;
            rest = self.transports(inside)?;
        }
        let closed = rest.strip_suffix(']');
        self.ports(closed.unwrap_or(rest))?;
        if closed.is_some() {
            self.bracket(false, entry)?;
        }
        Ok(())
    }

    /// Takes the transport prefixes off an entry; as with Nmap the last one counts.
    fn transports<'e>(&mut self, entry: &'e str) -> Result<&'e str, PortError> {
        let mut rest = entry;
        while let Some((prefix, after)) = rest.split_once(':') {
            let entry = shown(entry);
            self.protocols = match prefix {
                "T" => vec![Protocol::Tcp],
                "U" => vec![Protocol::Udp],
                "S" => return Err(PortError::NotSwept { protocol: "SCTP", entry }),
                "P" => return Err(PortError::NotSwept { protocol: "a scan of IP protocols", entry }),
                _ => return Err(PortError::UnknownTransport { entry }),
            };
            rest = after;
        }
        Ok(rest)
    }

    fn bracket(&mut self, opens: bool, entry: &str) -> Result<(), PortError> {
        if self.in_brackets == opens {
            return Err(PortError::Bracket { entry: shown(entry) });
        }
        self.in_brackets = opens;
        Ok(())
    }

    /// What is left of an entry: a range, a name, or nothing behind a prefix.
    fn ports(&mut self, text: &str) -> Result<(), PortError> {
        if text.is_empty() {
            return Ok(());
        }
        if text.contains(['[', ']']) {
            return Err(PortError::Bracket { entry: shown(text) });
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return self.named(text);
        }
        let range = range(text)?;
        for protocol in self.protocols.clone() {
            if self.in_brackets {
                let registered = self.names.numbers("*", protocol);
                let inside = registered.into_iter().filter(|port| range.contains(port));
                self.ports.extend(inside.map(|port| (protocol, port..=port)));
            } else {
                self.ports.push((protocol, range.clone()));
            }
        }
        Ok(())
    }

    fn named(&mut self, pattern: &str) -> Result<(), PortError> {
        let before = self.ports.len();
        for &protocol in &self.protocols {
            let ports = self.names.numbers(pattern, protocol);
            self.ports.extend(ports.into_iter().map(|port| (protocol, port..=port)));
        }
        if self.ports.len() == before {
            Err(PortError::UnknownName { entry: shown(pattern) })
        } else {
            Ok(())
        }
    }

    fn finish(self) -> Result<PortSet, PortError> {
        if self.in_brackets {
            return Err(PortError::Bracket { entry: "[ is not closed".to_owned() });
        }
        let set = |protocol| {
            let ranges =
                self.ports.iter().filter(|(its, _)| *its == protocol).map(|(_, range)| range.clone());
            IntervalSet::from_ranges(ranges).map_err(|_| PortError::NoPort)
        };
        let ports = PortSet::new(set(Protocol::Tcp)?, set(Protocol::Udp)?);
        if ports.is_empty() { Err(PortError::NoPort) } else { Ok(ports) }
    }
}

/// Digits and hyphens. An open start is 1: port 0 is reserved, and swept only when written.
fn range(text: &str) -> Result<RangeInclusive<u16>, PortError> {
    let Some((first, last)) = text.split_once('-') else {
        let port = number(text)?;
        return Ok(port..=port);
    };
    if last.contains('-') {
        return Err(PortError::NotARange { entry: shown(text) });
    }
    let first = if first.is_empty() { 1 } else { number(first)? };
    let last = if last.is_empty() { u16::MAX } else { number(last)? };
    if first > last { Err(PortError::Reversed { first, last }) } else { Ok(first..=last) }
}

fn number(digits: &str) -> Result<u16, PortError> {
    let significant = digits.trim_start_matches('0');
    let value = if significant.is_empty() { Ok(0) } else { significant.parse() };
    value.map_err(|_| PortError::TooLarge { entry: shown(digits) })
}

/// An argument made fit for a terminal.
fn shown(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Protocol::{Tcp, Udp};

    /// A registry of six ports that knows `*` at an end only.
    struct Few;

    impl PortNames for Few {
        fn numbers(&self, pattern: &str, protocol: Protocol) -> Vec<u16> {
            let known = [
                ("ssh", 22),
                ("domain", 53),
                ("http", 80),
                ("https", 443),
                ("symantec-av", 2967),
                ("3com", 106),
            ];
            let matches = |name: &str| match pattern.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => name == pattern,
            };
            let udp_too = |name: &str| protocol == Tcp || name == "domain";
            known.iter().filter(|(name, _)| matches(name) && udp_too(name)).map(|&(_, port)| port).collect()
        }
    }

    fn check(text: &str, default: &[Protocol]) -> String {
        PortSet::parse(text, &Few, default).map_or_else(|error| error.to_string(), |ports| ports.to_string())
    }

    #[test]
    fn the_grammar() {
        for (text, expected) in [
            ("2967", "2967"),
            ("1-3,5", "1-3,5"),
            ("5,1,2,3,3-3", "1-3,5"),
            ("-3", "1-3"),
            ("65534-", "65534-65535"),
            ("-", "1-65535"),
            ("0", "0"),
            ("0-", "0-65535"),
            ("00080", "80"),
            ("1, 2", "1-2"),
            ("1,", "1"),
            ("T:1,2,U:3,4,T:5", "T:1-2,5,U:3-4"),
            ("1,U:53", "T:1,U:53"),
            ("U:53", "U:53"),
            ("T:U:53", "U:53"),
            ("T:1-3,U:", "1-3"),
            ("http", "80"),
            ("http*", "80,443"),
            ("symantec-av,22", "22,2967"),
            ("3com", "106"),
            ("*", "22,53,80,106,443,2967"),
            ("[-100]", "22,53,80"),
            ("[-]", "22,53,80,106,443,2967"),
            ("[1-60,http*],5", "5,22,53,80,443"),
            ("[1-60,U:1-60],5", "T:22,53,U:5,53"),
            ("[http]", "80"),
            ("T:[22],[53]", "22,53"),
        ] {
            assert_eq!(check(text, &[Tcp]), expected, "{text}");
        }
        assert_eq!(check("22,53", &[Tcp, Udp]), "T:22,53,U:22,53");
        assert_eq!(check("domain,ssh", &[Tcp, Udp]), "T:22,53,U:53");
        assert_eq!(check("[1-60],T:9", &[Udp]), "T:9,U:53");
    }

    #[test]
    fn every_error() {
        for (text, expected) in [
            ("", "empty entry in the list of ports"),
            (",", "empty entry in the list of ports"),
            ("1,,2", "empty entry in the list of ports"),
            ("1,2,,", "empty entry in the list of ports"),
            (",1", "empty entry in the list of ports"),
            ("65536", "port 65536 is more than 65535"),
            ("1-99999999999999999999", "port 99999999999999999999 is more than 65535"),
            ("5-3", "port range 5-3 runs backwards"),
            ("-0", "port range 1-0 runs backwards"),
            ("1-2-3", "not a port or a range of ports: 1-2-3"),
            ("--", "not a port or a range of ports: --"),
            ("1 - 3", "no port is named 1 - 3"),
            ("+1", "no port is named +1"),
            ("nosuch", "no port is named nosuch"),
            ("U:http", "no port is named http"),
            ("a\u{1b}[2J", "unbalanced bracket: a\\u{1b}[2J"),
            ("S:1", "SCTP is not swept: S:1"),
            ("P:1", "a scan of IP protocols is not swept: P:1"),
            ("t:1", "unknown transport: t:1"),
            ("1:3", "unknown transport: 1:3"),
            ("[1-5", "unbalanced bracket: [ is not closed"),
            ("1-5]", "unbalanced bracket: 1-5]"),
            ("[[1-5]]", "unbalanced bracket: [1-5]"),
            ("[[1-5", "unbalanced bracket: [1-5"),
            ("[1],2]", "unbalanced bracket: 2]"),
            ("[1-5]x", "unbalanced bracket: 1-5]x"),
            ("[1000-2000]", "the list of ports stands for no port"),
            ("T:", "the list of ports stands for no port"),
        ] {
            assert_eq!(check(text, &[Tcp]), expected, "{text}");
        }
        assert_eq!(PortSet::parse("5-3", &Few, &[Tcp]).unwrap_err().hint().unwrap(), "write 3-5");
    }

    #[test]
    fn ports_are_numbered_tcp_first() {
        let ports = PortSet::parse("T:80,1-2,U:53,1", &Few, &[]).unwrap();
        let all = [(Tcp, 1), (Tcp, 2), (Tcp, 80), (Udp, 1), (Udp, 53)];
        assert_eq!(ports.iter().collect::<Vec<_>>(), all);
        for (index, (protocol, port)) in (0..).zip(all) {
            assert_eq!(ports.select(index), (protocol, port));
            assert_eq!(ports.rank(protocol, port), Some(index));
            assert!(ports.contains(protocol, port));
        }
        assert_eq!((ports.rank(Udp, 80), ports.contains(Udp, 80)), (None, false));
        assert_eq!((ports.len(Tcp), ports.len(Udp), ports.total()), (3, 2, 5));
        assert_eq!(ports.ranges(Tcp), [1..=2, 80..=80]);
        assert_eq!(PortSet::parse("0-", &Few, &[Tcp, Udp]).unwrap().total(), 2 << 16);
        assert_eq!(PortSet::tcp(2967).to_string(), "2967");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same(ports in prop::collection::vec((any::<bool>(), any::<u16>(), 0_u16..50), 1..20)) {
            let set = |wanted| IntervalSet::from_ranges(
                ports.iter().filter(|(udp, ..)| *udp == wanted).map(|&(_, first, more)| first..=first.saturating_add(more)),
            ).unwrap();
            let ports = PortSet::new(set(false), set(true));
            prop_assert_eq!(PortSet::parse(&ports.to_string(), &Few, &[Tcp]).unwrap(), ports);
        }

        #[test]
        fn any_text_is_read(text in "[-0-9TUSP:,*?\\[\\] a-c]{0,30}") {
            let _ = PortSet::parse(&text, &Few, &[Tcp, Udp]);
        }
    }
}
