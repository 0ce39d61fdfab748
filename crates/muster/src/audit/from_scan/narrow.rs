//! From a host as a file tells it to what judging needs of it: open ports, ports of agents and of devices, and otherwise that
//! somebody is there.

use std::collections::BTreeSet;

use muster_catalog::{Catalog, SIGN_PORTS};
use muster_engine::PortSet;
use muster_model::{Endpoint, HostName, Instant, NameSource, PortState, Protocol, Reason};
use muster_nmap::read::{Host, NameKind, Port, Rest, Status};

use super::asked::FileAsked;
use super::seen::{Said, Worth, life, life_of};
use super::sheet::Sheet;
use super::told::report;

/// The TCP ports whose state matters even if it is not open.
#[derive(Debug)]
pub(super) struct Telling(BTreeSet<u16>);

impl Telling {
    /// Where products of the catalogue listen, where devices show, and the decoy.
    pub(super) fn of(catalog: &Catalog, decoy: Option<u16>) -> Self {
        let listeners = catalog.products().iter().flat_map(|product| &product.listeners);
        let tcp = listeners.filter(|listener| listener.protocol == Protocol::Tcp);
        let ports = tcp.flat_map(|listener| listener.ports.iter().copied());
        Self(ports.chain(SIGN_PORTS.iter().copied()).chain(decoy).collect())
    }
}

/// What is narrowed to what.
pub(super) struct Narrow<'a> {
    /// The number of the file, and of what was asked in it.
    pub(super) file: (usize, usize),
    pub(super) asked: &'a FileAsked,
    pub(super) telling: &'a Telling,
}

impl Narrow<'_> {
    /// The sheet of a host; `None` if the file says nothing of it, not even that it was silent.
    pub(super) fn sheet(&self, host: &Host) -> Option<Sheet> {
        let mut gathered = Gathered { sheet: Sheet::default(), life: None };
        (gathered.sheet.file, gathered.sheet.asked) = self.file;
        gathered.sheet.is_whole = self.is_whole(host);
        gathered.sheet.hardware = host.hardware;
        gathered.sheet.names = host.names.iter().map(name).collect();
        let at = instant(host.times.1.or(host.times.0));
        for port in &host.ports {
            self.port(host, port, at, &mut gathered);
        }
        for rest in &host.rest {
            self.rest(host, rest, at, &mut gathered);
        }
        let Gathered { mut sheet, life: other } = gathered;
        if !sheet.seen.iter().any(muster_model::Observation::is_sign_of_life) {
            let stated = life_of(host).map(|reason| (reason, host.reason_ttl));
            let found = stated.or(other).map(|(reason, ttl)| life(host.address, reason, ttl, at));
            sheet.seen.extend(found);
        }
        (!sheet.seen.is_empty() || is_silent(host)).then_some(sheet)
    }

    fn port(&self, host: &Host, port: &Port, at: Instant, gathered: &mut Gathered) {
        let endpoint = Endpoint { address: host.address, protocol: port.protocol, port: port.number };
        let at = port.at.map_or(at, |at| instant(Some(at)));
        let worth = Said::of(port, at).worth(endpoint, self.asked);
        let is_open = matches!(worth, Worth::Seen(seen) if seen.state == PortState::Open);
        self.take(worth, gathered);
        if is_open && endpoint.protocol == Protocol::Tcp {
            gathered.sheet.reports.extend(report(port).map(|report| (endpoint, report)));
        }
    }

    /// Ports that are only counted: as many as matter, where it can be told which they are.
    fn rest(&self, host: &Host, rest: &Rest, at: Instant, gathered: &mut Gathered) {
        let said = |reason| Said { state: rest.state, reason, ttl: 0, from: None, at };
        let is_only = host.rest.len() == 1 && rest.reasons.len() < 2;
        if rest.reasons.is_empty() {
            let ports = if is_only { self.unlisted(host) } else { Vec::new() };
            self.counted(host, said(None), (&ports, rest.count), gathered);
        }
        for one in &rest.reasons {
            let is_named = |port: &&u16| {
                one.ports.iter().any(|(protocol, range)| *protocol == Protocol::Tcp && range.contains(port))
            };
            let ports = match one.ports.is_empty() {
                true if is_only => self.unlisted(host),
                true => Vec::new(),
                false => self.telling.0.iter().filter(is_named).copied().collect(),
            };
            self.counted(host, said(one.reason), (&ports, one.count), gathered);
        }
    }

    fn counted(&self, host: &Host, said: Said, (ports, count): (&[u16], u32), gathered: &mut Gathered) {
        for &port in ports {
            self.take(said.worth(Endpoint::tcp(host.address, port), self.asked), gathered);
        }
        // Some port, whichever it is.
        let some = said.worth(Endpoint::tcp(host.address, 0), self.asked);
        if count > 0 && said.state == PortState::Closed && asks_tcp(self.asked) {
            let reason = match some {
                Worth::Seen(seen) if seen.is_sign_of_life() => Some(seen.reason),
                Worth::Life(reason) => Some(reason),
                _ => None,
            };
            gathered.life = gathered.life.or(reason.map(|reason| (reason, 0)));
        }
    }

    fn take(&self, worth: Worth, gathered: &mut Gathered) {
        match worth {
            Worth::Seen(seen) => {
                let is_open = seen.state == PortState::Open;
                let is_tcp = seen.endpoint.protocol == Protocol::Tcp;
                if is_open || (is_tcp && self.telling.0.contains(&seen.endpoint.port)) {
                    gathered.sheet.seen.push(seen);
                } else if seen.is_sign_of_life() {
                    gathered.life.get_or_insert((seen.reason, seen.ttl.unwrap_or(0)));
                }
            }
            Worth::Life(reason) => _ = gathered.life.get_or_insert((reason, 0)),
            Worth::Nothing => {}
        }
    }

    /// The ports that matter, were asked and are not listed one by one. None, unless only TCP was asked and the counts say
    /// that they are all there is.
    fn unlisted(&self, host: &Host) -> Vec<u16> {
        let Some(asked) = self.asked.ports.as_ref().filter(|_| self.is_whole(host)) else {
            return Vec::new();
        };
        if asked.len(Protocol::Udp) > 0 {
            return Vec::new();
        }
        let listed: BTreeSet<u16> = host.ports.iter().map(|port| port.number).collect();
        let is_meant = |port: &&u16| asked.contains(Protocol::Tcp, **port) && !listed.contains(port);
        self.telling.0.iter().filter(is_meant).copied().collect()
    }

    /// Whether all that was asked is accounted for: only then silence follows from what is not listed. Nmap's `--open`
    /// leaves out what is closed.
    fn is_whole(&self, host: &Host) -> bool {
        if self.asked.lists_answers {
            return true;
        }
        let listed =
            host.ports.len() as u64 + host.rest.iter().map(|rest| u64::from(rest.count)).sum::<u64>();
        host.status == Status::Up && !host.timed_out && self.asked.total() == Some(listed) && listed > 0
    }
}

/// A sheet in the making, and a sign of life that is of no port in it, with its time-to-live.
struct Gathered {
    sheet: Sheet,
    life: Option<(Reason, u8)>,
}

/// Whether a host without any answer was silent. One that is called up without a reason may have answered; one that was
/// given up may have wanted to.
fn is_silent(host: &Host) -> bool {
    match host.status {
        Status::Down => true,
        Status::Up => {
            let is_assumed =
                host.reason.is_some_and(|reason| matches!(reason, Reason::UserSet | Reason::NoResponse));
            is_assumed && !host.timed_out && !(host.ports.is_empty() && host.rest.is_empty())
        }
        Status::Unknown => false,
    }
}

/// Whether ports that are only counted are TCP's, as far as the file says.
fn asks_tcp(asked: &FileAsked) -> bool {
    !asked.asks_otherwise && asked.ports.as_ref().is_none_or(|ports: &PortSet| ports.len(Protocol::Tcp) > 0)
}

fn name((name, kind): &(muster_model::Excerpt, NameKind)) -> HostName {
    let source = match kind {
        NameKind::User => NameSource::Target,
        NameKind::Reverse => NameSource::Reverse,
    };
    HostName { name: name.clone(), source }
}

/// A moment as time since 1970; what is not known is zero.
pub(super) fn instant(at: Option<jiff::Timestamp>) -> Instant {
    let nanoseconds = at.map_or(0, jiff::Timestamp::as_nanosecond);
    Instant::from_nanos(u64::try_from(nanoseconds.max(0)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::from_scan::testing::{pieces, xml};

    fn narrowed(hosts: &str) -> Vec<Option<Sheet>> {
        let (head, hosts) = pieces(&xml(hosts));
        let (asked, telling) = (FileAsked::of(&head), Telling::of(Catalog::builtin(), Some(7239)));
        let narrow = Narrow { file: (0, 0), asked: &asked, telling: &telling };
        hosts.iter().map(|host| narrow.sheet(host)).collect()
    }

    fn one(host: &str) -> Option<Sheet> {
        narrowed(&format!("<host>{host}<address addr=\"10.0.0.7\" addrtype=\"ipv4\"/></host>")).remove(0)
    }

    fn ports(sheet: &Sheet) -> Vec<(u16, PortState)> {
        sheet.seen.iter().map(|seen| (seen.endpoint.port, seen.state)).collect()
    }

    const USER_SET: &str = r#"<status state="up" reason="user-set" reason_ttl="0"/>"#;

    #[test]
    fn closed_ports_that_are_only_counted_are_known_where_the_counts_fit() {
        let open = r#"<port protocol="tcp" portid="22"><state state="open" reason="syn-ack" reason_ttl="64"/></port>"#;
        let rest = |count: u32| {
            format!(
                r#"{USER_SET}<ports><extraports state="closed" count="{count}"><extrareasons reason="reset" count="{count}"/></extraports>{open}</ports>"#
            )
        };
        let sheet = one(&rest(3)).unwrap();
        assert!(sheet.is_whole);
        assert_eq!(
            ports(&sheet),
            [
                (22, PortState::Open),
                (80, PortState::Closed),
                (2967, PortState::Closed),
                (8081, PortState::Closed)
            ]
        );
        let unclear = one(&rest(2)).unwrap();
        assert!(!unclear.is_whole);
        assert_eq!(ports(&unclear), [(22, PortState::Open)], "which of them are meant is not known");
    }

    #[test]
    fn what_was_not_answered_is_silent_and_what_is_not_said_is_unknown() {
        let filtered = r#"<ports><extraports state="filtered" count="4"><extrareasons reason="no-response" count="4"/></extraports></ports>"#;
        let silent = one(&format!("{USER_SET}{filtered}")).unwrap();
        assert!(silent.seen.is_empty() && silent.is_whole);
        assert!(
            one(r#"<status state="down" reason="no-response"/>"#).is_some_and(|sheet| sheet.seen.is_empty())
        );
        assert_eq!(one(r#"<status state="up"/>"#), None);
        assert_eq!(one(USER_SET), None, "no port of it was asked");
        assert_eq!(one(r#"<status state="unknown"/>"#), None);
    }

    #[test]
    fn a_ping_that_was_answered_is_a_sign_of_life_and_user_set_is_none() {
        let seen = |status: &str| {
            let sheet = one(&format!(r#"<status state="up" reason="{status}" reason_ttl="64"/>"#));
            sheet.map_or(0, |sheet| sheet.seen.iter().filter(|seen| seen.is_sign_of_life()).count())
        };
        for (status, expected) in [
            ("echo-reply", 1),
            ("arp-response", 1),
            ("reset", 1),
            ("port-unreach", 1),
            ("proto-unreach", 1),
            ("host-unreach", 0),
            ("user-set", 0),
            ("no-response", 0),
        ] {
            assert_eq!(seen(status), expected, "{status}");
        }
    }
}
