//! From what was put aside to verdicts, some hosts at a time, in order of address.

use std::net::IpAddr;

use muster_engine::{AddressSet, PortSet};
use muster_model::{AddressRange, Host, Instant};
use muster_store::StoreError;

use super::file::{Aside, ScanFile, aside_failure};
use super::merge::{Merged, Merging};
use super::narrow::instant;
use super::sheet::Sheet;
use crate::audit::judging::{Judged, Judging};
use crate::audit::learnt::Learnt;
use crate::failure::Failure;

/// What all files tell is judged by.
pub(super) struct Batches<'a> {
    pub(super) files: &'a [ScanFile],
    pub(super) judging: Judging<'a>,
    /// Since when times count.
    pub(super) start: Instant,
}

/// What is left when the hosts are gone their way.
#[derive(Debug, Default)]
pub(super) struct Rest {
    pub(super) silent: Vec<AddressRange>,
    pub(super) phantom: Vec<AddressRange>,
    /// All addresses that the files tell something of.
    pub(super) addresses: Vec<AddressRange>,
    /// Endpoints at which an older answer says something else.
    pub(super) contradicted: u64,
}

impl Batches<'_> {
    /// Judges all hosts, and gives them away a batch at a time.
    ///
    /// # Errors
    /// What `give` gives; what was put aside cannot be read.
    pub(super) fn judge(
        &self,
        aside: &Aside<'_>,
        mut give: impl FnMut(Vec<Host>) -> Result<(), Failure>,
    ) -> Result<Rest, Failure> {
        let (mut rest, mut batch) = (Rest::default(), Batch::default());
        let mut merging: Option<(IpAddr, Merging)> = None;
        aside.spool.take_up(|address, text| -> Result<(), Stop> {
            if let Some((known, merged)) = merging.take_if(|(known, _)| *known != address) {
                batch.add(merged.finish(self.judging.catalog, known));
                if batch.is_full() {
                    give(self.batch(batch.take(), &mut rest)).map_err(Stop)?;
                }
            }
            let sheet = Sheet::of_text(address, text);
            let ended = instant(self.files.get(sheet.file).map(ScanFile::end));
            merging.get_or_insert_with(|| (address, Merging::default())).1.add(sheet, ended);
            Ok(())
        })?;
        if let Some((address, merged)) = merging {
            batch.add(merged.finish(self.judging.catalog, address));
        }
        give(self.batch(batch.take(), &mut rest))?;
        Ok(rest)
    }

    fn batch(&self, batch: Vec<Merged>, rest: &mut Rest) -> Vec<Host> {
        let targets = AddressSet::of_addresses(batch.iter().map(|one| one.address));
        // A batch has fewer addresses than a set has room for.
        let targets = targets.unwrap_or_else(|_| AddressSet::empty());
        let mut learnt = Learnt::default();
        self.asked(&batch, &mut learnt);
        for one in batch {
            rest.contradicted += one.contradicted;
            join(&mut rest.addresses, vec![AddressRange { first: one.address, last: one.address }]);
            let since = |seen: muster_model::Observation| {
                let at = Instant::START + seen.at.since(self.start);
                muster_model::Observation { at, ..seen }
            };
            learnt.observations.extend(one.seen.into_iter().map(since));
            learnt.services.extend(one.services);
            learnt.names.insert(one.address, one.names);
            learnt.hardware.extend(one.hardware.map(|hardware| (one.address, hardware)));
        }
        let Judged { hosts, silent, phantom } = self.judging.judge(&learnt, &targets);
        join(&mut rest.silent, silent);
        join(&mut rest.phantom, phantom);
        hosts
    }

    /// Which of the hosts were asked for what, to the end. What lists answers alone is whole for nobody unless it is
    /// whole itself.
    fn asked(&self, batch: &[Merged], learnt: &mut Learnt) {
        for (number, file) in self.files.iter().enumerate() {
            for (run, asked) in file.asked.iter().enumerate() {
                let is_whole = !asked.lists_answers || file.is_complete();
                let Some(ports) = asked.ports.as_ref().filter(|_| is_whole && asked.is_plain) else {
                    continue;
                };
                let hosts = batch.iter().filter(|one| one.whole.contains(&(number, run)));
                if let Ok(hosts) = AddressSet::of_addresses(hosts.map(|one| one.address)) {
                    learnt.asked.add(hosts, PortSet::clone(ports));
                }
            }
        }
    }
}

/// Hosts that will be judged together.
#[derive(Default)]
struct Batch {
    hosts: Vec<Merged>,
    /// What is known of them: ports and services.
    weight: usize,
}

impl Batch {
    fn add(&mut self, host: Merged) {
        self.weight += host.seen.len() + host.services.len();
        self.hosts.push(host);
    }

    fn is_full(&self) -> bool {
        self.hosts.len() >= HOSTS_AT_ONCE || self.weight >= MOST_AT_ONCE
    }

    fn take(&mut self) -> Vec<Merged> {
        std::mem::take(self).hosts
    }
}

/// Adds ranges behind those that are known; two that touch are one.
fn join(ranges: &mut Vec<AddressRange>, new: Vec<AddressRange>) {
    for range in new {
        match ranges.last_mut() {
            Some(last) if next(last.last) == Some(range.first) => last.last = range.last,
            _ => ranges.push(range),
        }
    }
}

fn next(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => {
            address.to_bits().checked_add(1).map(|bits| std::net::Ipv4Addr::from_bits(bits).into())
        }
        IpAddr::V6(address) => {
            address.to_bits().checked_add(1).map(|bits| std::net::Ipv6Addr::from_bits(bits).into())
        }
    }
}

/// What ended the taking up.
struct Stop(Failure);

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self(aside_failure(&error))
    }
}

impl From<Stop> for Failure {
    fn from(Stop(failure): Stop) -> Self {
        failure
    }
}

/// Hosts that are judged together.
const HOSTS_AT_ONCE: usize = 1_024;
/// Ports and services of hosts that are judged together, but for the host that comes last: it may have all there are.
const MOST_AT_ONCE: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use muster_audit::Policy;
    use muster_catalog::Catalog;
    use muster_identify::Report;
    use muster_model::{Endpoint, Excerpt, Observation, PortState, Reason, Told};
    use muster_store::Spool;

    use super::*;
    use crate::audit::from_scan::narrow::Telling;

    fn open(address: IpAddr, port: u16, reports: Vec<(Endpoint, Report)>) -> Sheet {
        let (endpoint, state, reason) = (Endpoint::tcp(address, port), PortState::Open, Reason::SynAck);
        let (icmp, ttl, stack, rtt, round, at) = (None, None, None, None, 0, Instant::START);
        let seen = Observation { endpoint, state, reason, icmp, ttl, stack, rtt, round, at };
        Sheet { seen: vec![seen], reports, ..Sheet::default() }
    }

    /// The batches in which hosts are judged.
    fn batches(sheets: impl Iterator<Item = (IpAddr, Sheet)>) -> Vec<Vec<Host>> {
        let (catalog, policy) = (Catalog::builtin(), Policy::none());
        let telling = Telling::of(catalog, None);
        let mut aside = Aside { spool: Spool::new().unwrap(), telling: &telling, targets: None };
        sheets.for_each(|(address, sheet)| aside.spool.put(address, &sheet.to_text()).unwrap());
        let judging = Judging { catalog, policy: &policy, decoy: None, now: jiff::Timestamp::UNIX_EPOCH };
        let mut batches = Vec::new();
        let judged = Batches { files: &[], judging, start: Instant::START }.judge(&aside, |hosts| {
            batches.push(hosts);
            Ok(())
        });
        assert!(judged.is_ok());
        batches
    }

    #[test]
    fn what_is_told_of_a_host_last_counts_however_much_was_told_before() {
        let address: IpAddr = [10, 0, 0, 7].into();
        let report = |number: usize| {
            let told = (0..20)
                .map(|line| Told::Greeting(Excerpt::of(&format!("{number} {line} {}", "a".repeat(240)))));
            (Endpoint::tcp(address, 22), Report { speech: None, told: told.collect() })
        };
        let sheets = (0..8_000).map(|number| open(address, 22, vec![report(number)]));
        let size = open(address, 22, vec![report(0)]).to_text().len();
        assert!(8_000 * size > 32 << 20, "{size}");
        let sheets = sheets.chain([open(address, 2967, Vec::new())]).map(|sheet| (address, sheet));
        let hosts = batches(sheets).concat();
        let ports: Vec<u16> = hosts[0].asset.ports.iter().map(|seen| seen.endpoint.port).collect();
        assert_eq!((hosts.len(), ports), (1, vec![22, 2967]));
    }

    #[test]
    fn hosts_of_many_ports_are_judged_in_small_batches() {
        let sheet = |number: u8| {
            let address: IpAddr = [10, 0, 0, number].into();
            let seen = (1..=20_000).flat_map(|port| open(address, port, Vec::new()).seen).collect();
            (address, Sheet { seen, ..Sheet::default() })
        };
        let numbers: Vec<usize> = batches((0..10).map(sheet)).iter().map(Vec::len).collect();
        assert_eq!(numbers, [4, 4, 2]);
    }

    #[test]
    fn ranges_that_touch_are_one() {
        let range = |first: &str, last: &str| AddressRange {
            first: first.parse().unwrap(),
            last: last.parse().unwrap(),
        };
        let mut ranges = vec![range("10.0.0.1", "10.0.0.255")];
        join(
            &mut ranges,
            vec![range("10.0.1.0", "10.0.1.7"), range("10.0.1.9", "10.0.1.9"), range("::", "::1")],
        );
        assert_eq!(
            ranges,
            [range("10.0.0.1", "10.0.1.7"), range("10.0.1.9", "10.0.1.9"), range("::", "::1")]
        );
        let end = range("255.255.255.255", "255.255.255.255");
        join(&mut ranges, vec![end]);
        assert_eq!(ranges.len(), 4);
    }
}
