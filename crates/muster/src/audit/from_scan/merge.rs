//! All sheets of one address together: the newest answer at each endpoint counts.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use muster_catalog::Catalog;
use muster_identify::{Report, reported};
use muster_model::{Endpoint, HostName, Instant, Nature, Observation, Service};

use super::sheet::Sheet;

/// What all files together tell of one address.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) address: IpAddr,
    /// In order of endpoint; the times are since 1970.
    pub(super) seen: Vec<Observation>,
    pub(super) services: Vec<Service>,
    pub(super) names: Vec<HostName>,
    pub(super) hardware: Option<[u8; 6]>,
    /// Who accounts for every port that was asked of it: a file, and which of the things it asked.
    pub(super) whole: BTreeSet<(usize, usize)>,
    /// Endpoints at which an older answer says something else.
    pub(super) contradicted: u64,
}

/// The sheets of an address, joined as they come: however many there are, this is no larger than what there is to be told.
#[derive(Debug, Default)]
pub(super) struct Merging {
    seen: BTreeMap<Endpoint, (Observation, bool)>,
    reports: BTreeMap<Endpoint, (Instant, Report)>,
    names: Vec<HostName>,
    hardware: Option<([u8; 6], Instant)>,
    whole: BTreeSet<(usize, usize)>,
}

impl Merging {
    /// Adds a sheet of a file whose scan `ended` then, for what has no time of its own.
    pub(super) fn add(&mut self, sheet: Sheet, ended: Instant) {
        let at = |own: Instant| if own == Instant::START { ended } else { own };
        for one in sheet.seen {
            add(&mut self.seen, Observation { at: at(one.at), ..one });
        }
        for (endpoint, report) in sheet.reports {
            add_report(&mut self.reports, endpoint, (ended, report));
        }
        // Another card may have the address by now.
        if let Some(hardware) = sheet.hardware.filter(|_| self.hardware.is_none_or(|(_, at)| at <= ended)) {
            self.hardware = Some((hardware, ended));
        }
        for name in sheet.names {
            if !self.names.contains(&name) && self.names.len() < MOST_NAMES {
                self.names.push(name);
            }
        }
        if sheet.is_whole {
            self.whole.insert((sheet.file, sheet.asked));
        }
    }

    /// All of it together.
    pub(super) fn finish(self, catalog: &Catalog, address: IpAddr) -> Merged {
        let Self { seen, reports, names, hardware, whole } = self;
        let hardware = hardware.map(|(hardware, _)| hardware);
        // Of a port that is not open any more, what it once said is history.
        let is_open = |endpoint: &Endpoint| {
            seen.get(endpoint).is_some_and(|(one, _)| one.state == muster_model::PortState::Open)
        };
        let told = reports.into_iter().filter(|(endpoint, _)| is_open(endpoint));
        let services = told.map(|(endpoint, (_, report))| reported(catalog, endpoint, report)).collect();
        let contradicted = seen.values().filter(|(_, is_contradicted)| *is_contradicted).count() as u64;
        let seen = seen.into_values().map(|(one, _)| one).collect();
        Merged { address, seen, services, names, hardware, whole, contradicted }
    }
}

/// An answer counts before an error from the way, and the newer before the older.
fn add(seen: &mut BTreeMap<Endpoint, (Observation, bool)>, new: Observation) {
    let weight = |one: &Observation| (one.reason.nature() == Nature::Answer, one.at);
    let known = seen.entry(new.endpoint).or_insert((new, false));
    known.1 |= known.0.state != new.state && weight(&known.0).0 && weight(&new).0;
    if weight(&new) >= weight(&known.0) {
        known.0 = new;
    }
}

/// What one file says in several records is joined; what another says later replaces it.
fn add_report(
    reports: &mut BTreeMap<Endpoint, (Instant, Report)>,
    endpoint: Endpoint,
    new: (Instant, Report),
) {
    match reports.get_mut(&endpoint) {
        Some(known) if known.0 == new.0 => known.1.join(new.1),
        Some(known) if known.0 > new.0 => {}
        _ => _ = reports.insert(endpoint, new),
    }
}

/// Names that are kept of one address.
const MOST_NAMES: usize = 16;

#[cfg(test)]
mod tests {
    use muster_model::{PortState, Reason, Speech};

    use super::*;

    const HOST: [u8; 4] = [10, 0, 0, 7];

    fn seen(port: u16, state: PortState, reason: Reason, at: u64) -> Observation {
        Observation {
            endpoint: Endpoint::tcp(HOST.into(), port),
            state,
            reason,
            icmp: None,
            ttl: None,
            stack: None,
            rtt: None,
            round: 0,
            at: Instant::from_nanos(at),
        }
    }

    fn sheet(file: usize, seen: Vec<Observation>) -> Sheet {
        Sheet { file, is_whole: true, seen, ..Sheet::default() }
    }

    fn merged(sheets: &[Sheet]) -> Merged {
        let mut merging = Merging::default();
        for sheet in sheets {
            merging.add(sheet.clone(), Instant::from_nanos(100 * (sheet.file as u64 + 1)));
        }
        merging.finish(Catalog::builtin(), HOST.into())
    }

    #[test]
    fn the_newest_answer_counts_in_whatever_order_files_are_named() {
        let (open, closed) =
            (seen(22, PortState::Open, Reason::SynAck, 5), seen(22, PortState::Closed, Reason::Reset, 9));
        for sheets in
            [[sheet(0, vec![open]), sheet(1, vec![closed])], [sheet(0, vec![closed]), sheet(1, vec![open])]]
        {
            let merged = merged(&sheets);
            assert_eq!(merged.seen[0].state, PortState::Closed);
            assert_eq!((merged.seen.len(), merged.contradicted), (1, 1));
        }
    }

    #[test]
    fn an_error_from_the_way_refutes_no_answer() {
        let open = seen(22, PortState::Open, Reason::SynAck, 5);
        let error = seen(22, PortState::Filtered, Reason::AdminProhibited, 9);
        let merged = merged(&[sheet(0, vec![open]), sheet(1, vec![error])]);
        assert_eq!((merged.seen[0].state, merged.contradicted), (PortState::Open, 0));
    }

    #[test]
    fn records_of_one_port_are_one_service_and_a_closed_port_has_none() {
        let endpoint = Endpoint::tcp(HOST.into(), 22);
        let report = |speech| (endpoint, Report { speech, told: Vec::new() });
        let first = Sheet {
            reports: vec![report(Some(Speech::Ssh)), report(None)],
            ..sheet(0, vec![seen(22, PortState::Open, Reason::SynAck, 0)])
        };
        let open = merged(std::slice::from_ref(&first));
        assert_eq!((open.services.len(), open.services[0].speech), (1, Some(Speech::Ssh)));
        assert_eq!(open.seen[0].at, Instant::from_nanos(100), "the end of its file");
        let later = sheet(1, vec![seen(22, PortState::Closed, Reason::Reset, 0)]);
        assert!(merged(&[first, later]).services.is_empty());
    }
}
