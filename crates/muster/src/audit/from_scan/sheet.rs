//! What one file tells of one address, as far as judging needs it, in a form that can be put aside: a line a thing.

use std::fmt::Write as _;
use std::net::IpAddr;

use muster_identify::Report;
use muster_model::{
    Endpoint, Excerpt, HostName, IcmpError, Instant, NameSource, Observation, PortState, Protocol, Reason,
    Speech, Told,
};

/// What one file tells of one address.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sheet {
    /// Which file.
    pub(super) file: usize,
    /// What was asked by the run that tells it: which of the file's.
    pub(super) asked: usize,
    /// Whether it accounts for every port that was asked.
    pub(super) is_whole: bool,
    /// What was seen; the times are since 1970, and zero where the file has none.
    pub(super) seen: Vec<Observation>,
    /// What is said of services.
    pub(super) reports: Vec<(Endpoint, Report)>,
    /// The address of its network card.
    pub(super) hardware: Option<[u8; 6]>,
    /// What it is called.
    pub(super) names: Vec<HostName>,
}

impl Sheet {
    /// As text.
    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{} {} {}\n", self.file, self.asked, u8::from(self.is_whole));
        for alike in self.seen.chunk_by(is_alike) {
            let ports: Vec<String> = alike.iter().map(|seen| seen.endpoint.port.to_string()).collect();
            write_seen(&mut text, &alike[0], &ports.join(","));
        }
        for (endpoint, report) in &self.reports {
            let speech = report.speech.map_or("-", Speech::name);
            let _ = writeln!(text, "s {} {} {speech}", endpoint.protocol, endpoint.port);
            for (kind, what) in report.told.iter().filter_map(kind_of) {
                let _ = writeln!(text, "t {kind} {what}");
            }
        }
        if let Some(hardware) = self.hardware {
            let _ = writeln!(text, "h {}", hardware.map(|byte| format!("{byte:02x}")).join(":"));
        }
        for HostName { name, source } in &self.names {
            let _ = writeln!(text, "n {} {name}", source.name());
        }
        text
    }

    /// From text; a line that is none of ours is passed over.
    pub(super) fn of_text(address: IpAddr, text: &str) -> Self {
        let mut sheet = Self::default();
        let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
        let mut words = head.split(' ');
        let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
        (sheet.file, sheet.asked) = (number(), number());
        sheet.is_whole = words.next() == Some("1");
        for line in rest.split_terminator('\n') {
            let _ = sheet.take(address, line);
        }
        sheet
    }

    fn take(&mut self, address: IpAddr, line: &str) -> Option<()> {
        let (kind, rest) = line.split_once(' ')?;
        match kind {
            "o" => self.seen.extend(read_seen(address, rest)?),
            "s" => {
                let mut words = rest.splitn(3, ' ');
                let (protocol, port) = (protocol(words.next()?)?, words.next()?.parse().ok()?);
                let name = words.next()?;
                let speech = Speech::ALL.iter().copied().find(|speech| speech.name() == name);
                self.reports
                    .push((Endpoint { address, protocol, port }, Report { speech, told: Vec::new() }));
            }
            "t" => {
                let (kind, what) = rest.split_once(' ')?;
                let make = KINDS.get(kind.parse::<usize>().ok()?)?;
                self.reports.last_mut()?.1.told.push(make(Excerpt::of_kept(what)?));
            }
            "h" => self.hardware = Some(muster_catalog::makers::address(rest)?),
            "n" => {
                let (source, name) = rest.split_once(' ')?;
                let source = NameSource::ALL.iter().copied().find(|one| one.name() == source)?;
                self.names.push(HostName { name: Excerpt::of_kept(name)?, source });
            }
            _ => return None,
        }
        Some(())
    }
}

/// Whether only the ports differ.
fn is_alike(one: &Observation, other: &Observation) -> bool {
    let same = Endpoint { port: one.endpoint.port, ..other.endpoint };
    *one == Observation { endpoint: same, ..*other }
}

fn write_seen(text: &mut String, seen: &Observation, ports: &str) {
    let icmp = match seen.icmp {
        Some(icmp) => format!("{}/{}/{}", icmp.kind, icmp.code, icmp.from),
        None => "-".to_owned(),
    };
    let (protocol, state, reason) = (seen.endpoint.protocol, seen.state, seen.reason);
    let (ttl, at) = (seen.ttl.unwrap_or(0), seen.at.as_nanos());
    let _ = writeln!(text, "o {protocol} {ports} {state} {reason} {ttl} {at} {icmp}");
}

fn read_seen(address: IpAddr, line: &str) -> Option<Vec<Observation>> {
    let words: Vec<&str> = line.split(' ').collect();
    let [protocol_word, ports, state_word, reason, ttl, at, icmp] = words[..] else { return None };
    let (protocol, state) = (protocol(protocol_word)?, state(state_word)?);
    let reason = Reason::ALL.iter().copied().find(|one| one.name() == reason)?;
    let ttl = Some(ttl.parse().ok()?).filter(|&ttl| ttl > 0);
    let at = Instant::from_nanos(at.parse().ok()?);
    let icmp = if icmp == "-" { None } else { Some(read_icmp(icmp)?) };
    let seen = |port: &str| {
        let endpoint = Endpoint { address, protocol, port: port.parse().ok()? };
        Some(Observation { endpoint, state, reason, icmp, ttl, stack: None, rtt: None, round: 0, at })
    };
    ports.split(',').map(seen).collect()
}

fn read_icmp(text: &str) -> Option<IcmpError> {
    let mut words = text.splitn(3, '/');
    let mut next = || words.next();
    let (kind, code) = (next()?.parse().ok()?, next()?.parse().ok()?);
    Some(IcmpError { kind, code, from: next()?.parse().ok()? })
}

fn protocol(word: &str) -> Option<Protocol> {
    let all = [Protocol::Tcp, Protocol::Udp, Protocol::Icmp, Protocol::Neighbor];
    all.into_iter().find(|one| one.name() == word)
}

fn state(word: &str) -> Option<PortState> {
    let all = [PortState::Open, PortState::Closed, PortState::Filtered, PortState::OpenFiltered];
    all.into_iter().find(|one| one.name() == word)
}

/// The kind of a piece by its number in [`KINDS`], and its text.
fn kind_of(told: &Told) -> Option<(usize, String)> {
    let label = |make: &fn(Excerpt) -> Told| make(Excerpt::default()).label();
    let kind = KINDS.iter().position(|make| label(make) == told.label())?;
    Some((kind, told.value()))
}

/// The kinds of pieces that files tell.
const KINDS: [fn(Excerpt) -> Told; 6] =
    [Told::Greeting, Told::Answer, Told::Status, Told::Server, Told::Title, Told::CertificateSubject];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_aside_comes_back() {
        let address: IpAddr = "10.0.0.7".parse().unwrap();
        let icmp = Some(IcmpError { kind: 3, code: 13, from: "10.0.0.1".parse().unwrap() });
        let seen = |protocol, port, state, reason, icmp| Observation {
            endpoint: Endpoint { address, protocol, port },
            state,
            reason,
            icmp,
            ttl: Some(64),
            stack: None,
            rtt: None,
            round: 0,
            at: Instant::from_nanos(7),
        };
        let kinds = KINDS.iter().map(|make| make(Excerpt::of("a b\\\r\n \u{202e}c"))).collect();
        let sheet = Sheet {
            file: 3,
            asked: 1,
            is_whole: true,
            seen: vec![
                seen(Protocol::Tcp, 22, PortState::Open, Reason::SynAck, None),
                seen(Protocol::Tcp, 80, PortState::Open, Reason::SynAck, None),
                seen(Protocol::Tcp, 81, PortState::Filtered, Reason::AdminProhibited, icmp),
                seen(Protocol::Icmp, 0, PortState::Filtered, Reason::EchoReply, None),
            ],
            reports: vec![
                (Endpoint::tcp(address, 22), Report { speech: Some(Speech::WindowsProgram), told: kinds }),
                (Endpoint::tcp(address, 80), Report::default()),
            ],
            hardware: Some([0x00, 0x40, 0x8c, 1, 2, 0xff]),
            names: vec![HostName { name: Excerpt::of("pc 7"), source: NameSource::Reverse }],
        };
        let text = sheet.to_text();
        assert_eq!(Sheet::of_text(address, &text), sheet, "{text}");
        assert!(text.contains("o tcp 22,80 open syn-ack"), "{text}");
    }

    #[test]
    fn strange_text_is_passed_over() {
        for text in
            ["", "x", "1 0 1\no tcp x open syn-ack 0 0 -\nt 0 a\nt 99 a\nn who a\nq\n\n", "1 0 1\ns tcp"]
        {
            let sheet = Sheet::of_text([10, 0, 0, 1].into(), text);
            assert!(sheet.seen.is_empty() && sheet.reports.is_empty() && sheet.names.is_empty(), "{text}");
        }
    }
}
