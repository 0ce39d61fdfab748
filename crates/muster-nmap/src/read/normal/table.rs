//! The table of ports, and the lines that count those that are not in it.

use muster_model::PortState;

use super::super::{Port, Rest, RestReason, Service, words};

/// Which columns a table has besides port, state and service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    has_reason: bool,
    has_version: bool,
}

impl Columns {
    /// `PORT STATE SERVICE REASON VERSION`
    pub(super) fn of(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let is_heading =
            [words.next(), words.next(), words.next()] == [Some("PORT"), Some("STATE"), Some("SERVICE")];
        let rest: Vec<_> = words.take(3).collect();
        is_heading
            .then(|| Self { has_reason: rest.contains(&"REASON"), has_version: rest.contains(&"VERSION") })
    }

    /// `2967/tcp open symantec-av syn-ack ttl 64 Product 1.0`
    pub(super) fn port(self, line: &str) -> Option<Port> {
        let mut rest = line;
        let (number, protocol) = word(&mut rest)?.split_once('/')?;
        let (number, protocol) = (number.parse().ok()?, words::protocol(protocol)?);
        let mut port = Port::new(protocol, number, words::state(word(&mut rest)?)?);
        let mut service = word(&mut rest).map(Service::of_cell).unwrap_or_default();
        if self.has_reason {
            take_reason(&mut port, &mut rest);
        }
        if self.has_version {
            service.product = words::excerpt(rest.trim());
            service.is_probed = service.product.is_some();
        }
        port.service = service.if_any();
        Some(port)
    }
}

/// `admin-prohibited from 10.0.0.1 ttl 63`
fn take_reason(port: &mut Port, rest: &mut &str) {
    port.reason = word(rest).and_then(words::reason);
    if let Some(value) = take_after(rest, "from") {
        port.reason_from = words::address(value);
    }
    if let Some(value) = take_after(rest, "ttl") {
        port.reason_ttl = value.parse().unwrap_or_default();
    }
}

/// The word behind `key`, if `key` comes next.
fn take_after<'a>(rest: &mut &'a str, key: &str) -> Option<&'a str> {
    let mut ahead = *rest;
    (word(&mut ahead)? == key).then(|| {
        *rest = ahead;
        word(rest).unwrap_or_default()
    })
}

fn word<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let trimmed = rest.trim_start_matches(' ');
    let end = trimmed.find(' ').unwrap_or(trimmed.len());
    let (word, behind) = trimmed.split_at(end);
    *rest = behind;
    (!word.is_empty()).then_some(word)
}

/// `23 filtered tcp ports (host-unreach), 975 closed tcp ports (reset)`, of old versions `998 closed ports`. Counts of
/// one state are one rest.
pub(super) fn not_shown(text: &str) -> Vec<Rest> {
    let mut rests: Vec<Rest> = Vec::new();
    for (state, reason) in text.split(", ").filter_map(counted) {
        match rests.iter_mut().find(|rest| rest.state == state) {
            Some(rest) => {
                rest.count = rest.count.saturating_add(reason.count);
                rest.reasons.push(reason);
            }
            None => rests.push(Rest { state, count: reason.count, reasons: vec![reason] }),
        }
    }
    for rest in &mut rests {
        rest.reasons.retain(|reason| reason.reason.is_some());
    }
    rests
}

fn counted(text: &str) -> Option<(PortState, RestReason)> {
    let (count, rest) = text.split_once(' ')?;
    let (state, rest) = rest.split_once(' ')?;
    let reason = rest.split_once('(').and_then(|(_, rest)| words::reason(rest.split_once(')')?.0));
    Some((words::state(state)?, RestReason { reason, count: count.parse().ok()?, ports: Vec::new() }))
}

/// `All 1000 scanned ports on 10.0.0.1 are closed`, of some versions `are closed because of 1000 resets` or
/// `are filtered (900) or closed (100)`.
pub(super) fn all_in_one_line(line: &str) -> Vec<Rest> {
    let split = line.strip_prefix("All ").and_then(|rest| rest.split_once(" scanned ports on "));
    let Some((all, (_, said))) = split.and_then(|(all, rest)| Some((all, rest.split_once(" are ")?))) else {
        return Vec::new();
    };
    said.split(" or ").filter_map(|part| in_one_state(all, part)).collect()
}

fn in_one_state(all: &str, said: &str) -> Option<Rest> {
    let (state, more) = said.split_once(' ').unwrap_or((said, ""));
    let counted = more.strip_prefix('(').and_then(|more| more.split_once(')'));
    let count = counted.map_or(all, |(count, _)| count).parse().ok()?;
    let reason = more.strip_prefix("because of ").and_then(|more| words::reason(more.rsplit(' ').next()?));
    let reasons = reason.map(|_| RestReason { reason, count, ports: Vec::new() });
    Some(Rest { state: words::state(state)?, count, reasons: reasons.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use muster_model::{Protocol, Reason};

    use super::*;

    #[test]
    fn rows_of_every_table() {
        let row = |heading: &str, row: &str| Columns::of(heading).unwrap().port(row);
        let port = row("PORT     STATE SERVICE", "2967/tcp open  symantec-av").unwrap();
        assert_eq!((port.number, port.state, port.reason), (2967, PortState::Open, None));
        let reasons = "PORT STATE SERVICE REASON";
        let port = row(reasons, "53/udp open|filtered domain no-response").unwrap();
        assert_eq!((port.protocol, port.state), (Protocol::Udp, PortState::OpenFiltered));
        assert_eq!(port.reason, Some(Reason::NoResponse));
        let port = row(reasons, "1/tcp filtered unknown admin-prohibited from 10.0.0.254 ttl 63").unwrap();
        assert_eq!((port.reason_from, port.reason_ttl), ("10.0.0.254".parse().ok(), 63));
        assert_eq!(port.service, None);
        let all = "PORT STATE SERVICE REASON VERSION";
        let port = row(all, "443/tcp open ssl/http syn-ack ttl 64 nginx 1.2 (Debian)").unwrap();
        let service = port.service.unwrap();
        assert!(service.is_in_tls && service.is_probed);
        assert_eq!(service.product.unwrap().as_str(), "nginx 1.2 (Debian)");
        for none in ["22/sctp open x", "22/tcp unfiltered x", "22 open", "", "x/tcp open", "70000/tcp open x"]
        {
            assert_eq!(row(all, none), None, "{none}");
        }
    }

    #[test]
    fn counts_of_every_version() {
        let said = |text: &str| {
            let rests = not_shown(text).into_iter();
            rests.map(|rest| (rest.state, rest.count, rest.reasons.len())).collect::<Vec<_>>()
        };
        assert_eq!(said("998 closed ports"), [(PortState::Closed, 998, 0)]);
        assert_eq!(
            said(
                "900 filtered tcp ports (no-response), 90 closed tcp ports (reset), 8 filtered tcp ports (host-unreach)"
            ),
            [(PortState::Filtered, 908, 2), (PortState::Closed, 90, 1)]
        );
        assert_eq!(said("3 unfiltered tcp ports (reset)"), []);
        let all = |said: &str| {
            let rests =
                all_in_one_line(&format!("All 1000 scanned ports on 10.0.0.1 are {said}")).into_iter();
            rests.map(|rest| (rest.state, rest.count, rest.reasons.len())).collect::<Vec<_>>()
        };
        assert_eq!(all("closed"), [(PortState::Closed, 1000, 0)]);
        assert_eq!(all("filtered because of 1000 no-responses"), [(PortState::Filtered, 1000, 1)]);
        assert_eq!(
            all("filtered (900) or closed (100)"),
            [(PortState::Filtered, 900, 0), (PortState::Closed, 100, 0)]
        );
        assert_eq!(all("in ignored states."), []);
    }
}
