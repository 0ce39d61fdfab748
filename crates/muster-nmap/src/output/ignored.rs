//! Which ports are listed one by one and which are only counted: the rule that all formats share.
//!
//! A state is only counted ("ignored", "not shown", `extraports`) if more than 25 ports of the host are in it; each
//! `-v` and `-d` raises that number. Open ports are always listed. With `--open` nothing else is. A scan of one port
//! therefore lists every host's state.

use muster_model::{PortState, Protocol};

use super::{Host, Port, Scan};

/// The ports of a host, divided.
#[derive(Debug)]
pub(super) struct Division<'a> {
    /// Listed, by transport and number.
    pub(super) shown: Vec<&'a Port>,
    /// Only counted; the most frequent state first.
    pub(super) ignored: Vec<IgnoredState>,
}

/// Ports of one state that are only counted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IgnoredState {
    pub(super) state: PortState,
    pub(super) count: usize,
    /// The most frequent reason first.
    pub(super) reasons: Vec<IgnoredReason>,
}

/// Ports of one state, reason and transport that are only counted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IgnoredReason {
    /// Nmap's word.
    pub(super) reason: &'static str,
    pub(super) protocol: Protocol,
    /// Ascending; never empty.
    pub(super) ports: Vec<u16>,
}

impl<'a> Division<'a> {
    pub(super) fn new(scan: &Scan, host: &'a Host) -> Self {
        let mut ports: Vec<&Port> = host.ports.iter().collect();
        ports.sort_by_key(|port| (port.protocol, port.number));
        let mut division = Self { shown: Vec::new(), ignored: Vec::new() };
        for state in BY_NUMBER {
            let of_state: Vec<_> = ports.extract_if(.., |port| port.state == state).collect();
            if is_ignored(scan, state, of_state.len()) {
                division.ignored.push(IgnoredState::new(state, &of_state));
            } else {
                division.shown.extend(of_state);
            }
        }
        division.shown.sort_by_key(|port| (port.protocol, port.number));
        division.ignored.sort_by_key(|ignored| std::cmp::Reverse(ignored.count));
        division
    }
}

impl IgnoredState {
    /// Among equally frequent reasons the one met last stands first, as in Nmap.
    fn new(state: PortState, ports: &[&Port]) -> Self {
        let mut reasons: Vec<IgnoredReason> = Vec::new();
        for port in ports {
            match reasons
                .iter_mut()
                .find(|known| (known.reason, known.protocol) == (port.why(), port.protocol))
            {
                Some(known) => known.ports.push(port.number),
                None => reasons.insert(0, IgnoredReason::new(port)),
            }
        }
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.ports.len()));
        Self { state, count: ports.len(), reasons }
    }
}

impl IgnoredReason {
    fn new(port: &Port) -> Self {
        Self { reason: port.why(), protocol: port.protocol, ports: vec![port.number] }
    }
}

fn is_ignored(scan: &Scan, state: PortState, count: usize) -> bool {
    if count == 0 || state == PortState::Open || scan.debugging > 2 {
        return false;
    }
    if state == PortState::OpenFiltered && scan.verbosity > 2 {
        return false;
    }
    let closed_or_filtered = state != PortState::OpenFiltered;
    let listed = LISTED_AT_MOST * (1 + usize::from(scan.verbosity) + 20 * usize::from(scan.debugging));
    (scan.only_open && closed_or_filtered) || count > listed
}

const LISTED_AT_MOST: usize = 25;

/// The order in which equally frequent states are named: that of Nmap's numbers for them.
const BY_NUMBER: [PortState; 4] =
    [PortState::Closed, PortState::Open, PortState::Filtered, PortState::OpenFiltered];

#[cfg(test)]
mod tests {
    use muster_model::Reason;

    use super::*;
    use crate::output::tests::{host, port, scan};

    fn counts(scan: &Scan, ports: &[(u16, u16, PortState, Reason)]) -> (usize, String) {
        let ports = ports.iter().flat_map(|(first, count, state, reason)| {
            (*first..first + count).map(|number| port(number, *state, *reason))
        });
        let host = Host { ports: ports.collect(), ..host(1) };
        let division = Division::new(scan, &host);
        let ignored = division.ignored.iter().map(|ignored| {
            let reasons =
                ignored.reasons.iter().map(|reason| format!(" {} {}", reason.reason, reason.ports.len()));
            format!("{} {}:{}", ignored.state, ignored.count, reasons.collect::<String>())
        });
        (division.shown.len(), ignored.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn a_state_is_ignored_from_26_ports_on_and_later_with_every_v() {
        use {PortState::Closed, Reason::ConnRefused};
        for (verbosity, debugging, limit) in [(0, 0, 25), (1, 0, 50), (2, 0, 75), (1, 1, 550)] {
            let scan = Scan { verbosity, debugging, ..scan() };
            let of = |count| counts(&scan, &[(2000, count, Closed, ConnRefused)]);
            assert_eq!(of(limit), (usize::from(limit), String::new()));
            let above = limit + 1;
            assert_eq!(of(above), (0, format!("closed {above}: conn-refused {above}")));
        }
    }

    #[test]
    fn open_ports_are_always_shown_and_with_open_nothing_else() {
        use {PortState::*, Reason::*};
        let ports = [(1, 60, Open, SynAck), (100, 1, Closed, ConnRefused), (200, 2, Filtered, NoResponse)];
        assert_eq!(counts(&scan(), &ports), (63, String::new()));
        let only_open = Scan { only_open: true, ..scan() };
        assert_eq!(
            counts(&only_open, &ports),
            (60, "filtered 2: no-response 2; closed 1: conn-refused 1".into())
        );
        assert_eq!(counts(&only_open, &[(1, 3, OpenFiltered, NoResponse)]), (3, String::new()));
    }

    #[test]
    fn frequent_states_and_reasons_stand_first() {
        use {PortState::*, Reason::*};
        let tied = [(2950, 30, Filtered, NoResponse), (2980, 30, Closed, ConnRefused)];
        assert_eq!(
            counts(&scan(), &tied),
            (0, "closed 30: conn-refused 30; filtered 30: no-response 30".into())
        );
        let reasons = [
            (1, 10, Filtered, NoResponse),
            (11, 10, Filtered, HostUnreach),
            (21, 11, Filtered, ProtoUnreach),
        ];
        assert_eq!(
            counts(&scan(), &reasons),
            (0, "filtered 31: proto-unreach 11 host-unreach 10 no-response 10".into())
        );
    }
}
