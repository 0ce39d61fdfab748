//! From what was put aside to verdicts, some hosts at a time, in order of address.

use std::net::IpAddr;

use muster_engine::{AddressSet, PortSet};
use muster_model::{AddressRange, Host, Instant};
use muster_store::StoreError;

use super::file::{Aside, ScanFile};
use super::merge::{Merged, merge};
use super::narrow::instant;
use super::sheet::Sheet;
use crate::audit::judging::{Judged, Judging};
use crate::audit::learnt::Learnt;
use crate::failure::Failure;
use crate::keeping::store_failure;

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
        let (mut rest, mut batch) = (Rest::default(), Vec::new());
        let (mut sheets, mut weight): (Vec<(IpAddr, Sheet)>, usize) = Default::default();
        aside.spool.take_up(|address, text| -> Result<(), Stop> {
            if sheets.first().is_some_and(|(known, _)| *known != address) {
                batch.push(self.merged(&mut sheets));
                weight = 0;
                if batch.len() >= HOSTS_AT_ONCE {
                    give(self.batch(std::mem::take(&mut batch), &mut rest)).map_err(Stop)?;
                }
            }
            weight += text.len();
            if weight < HEAVIEST {
                sheets.push((address, Sheet::of_text(address, text)));
            }
            Ok(())
        })?;
        if !sheets.is_empty() {
            batch.push(self.merged(&mut sheets));
        }
        give(self.batch(batch, &mut rest))?;
        Ok(rest)
    }

    fn merged(&self, sheets: &mut Vec<(IpAddr, Sheet)>) -> Merged {
        let address = sheets[0].0;
        let sheets: Vec<Sheet> = sheets.drain(..).map(|(_, sheet)| sheet).collect();
        merge(self.judging.catalog, address, &sheets, |file| instant(self.files.get(file).map(ScanFile::end)))
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
            let is_whole = !file.asked.lists_answers || file.is_complete();
            let Some(ports) = file.asked.ports.as_ref().filter(|_| is_whole && file.asked.is_plain) else {
                continue;
            };
            let hosts = batch.iter().filter(|one| one.whole.contains(&number)).map(|one| one.address);
            if let Ok(hosts) = AddressSet::of_addresses(hosts) {
                learnt.asked.add(hosts, PortSet::clone(ports));
            }
        }
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
        Self(store_failure(&error))
    }
}

impl From<Stop> for Failure {
    fn from(Stop(failure): Stop) -> Self {
        failure
    }
}

/// Hosts that are judged together.
const HOSTS_AT_ONCE: usize = 1_024;
/// Bytes of what is told of one address. All ports of two transports, each with a banner, are fewer.
const HEAVIEST: usize = 32 << 20;

#[cfg(test)]
mod tests {
    use super::*;

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
