//! Holds what a tool reports against what is true.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;

use muster_model::PortState;
use muster_testkit::lab::{Asked, Lab};

/// What is true of each address, for one port: state, and the word of its reason where there is one.
#[derive(Debug, Default)]
pub(super) struct Truth(HashMap<IpAddr, (PortState, Option<&'static str>)>);

/// What a tool says.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) states: HashMap<IpAddr, PortState>,
    /// Whether it ever reports anything but open ports.
    pub(super) only_open: bool,
    /// The word it gives as the reason, where it gives one.
    pub(super) reasons: HashMap<IpAddr, String>,
    /// How many it says that it may have missed.
    pub(super) stated: Option<u64>,
}

/// Differences between the two, in addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Score {
    /// Said open or closed, and is not.
    pub(super) wrong: usize,
    /// Open, and neither said so nor anything wrong.
    pub(super) missed_open: usize,
    /// The same for closed; nothing where a tool does not report closed ports.
    pub(super) missed_closed: usize,
    /// The reason is not the right one, or there is none but for silence; nothing where a tool gives no reasons.
    pub(super) wrong_reasons: usize,
}

impl Truth {
    /// The same state everywhere.
    pub(super) fn uniform(addresses: impl Iterator<Item = IpAddr>, state: PortState) -> Self {
        Self(addresses.map(|address| (address, (state, None))).collect())
    }

    /// What the lab was built to do.
    pub(super) fn of(lab: &Lab) -> Self {
        Self(lab.truth().map(|(address, _, state, _)| (address, (state, None))).collect())
    }

    /// What a raw sweep must find of the addresses that are `wanted`, with its reasons.
    pub(super) fn raw(lab: &Lab, wanted: impl Fn(IpAddr) -> bool) -> Self {
        let truth = lab.raw_truth(Asked::Syn).filter(|(address, ..)| wanted(*address));
        Self(truth.map(|(address, _, state, reason)| (address, (state, Some(reason.name())))).collect())
    }

    /// How many addresses there are in each state: open, closed, filtered with an error, silent.
    pub(super) fn counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        for (state, reason) in self.0.values() {
            let kind = match state {
                PortState::Open => 0,
                PortState::Closed => 1,
                _ if *reason != Some(SILENCE) => 2,
                _ => 3,
            };
            counts[kind] += 1;
        }
        counts
    }

    /// Counts the differences.
    pub(super) fn score(&self, report: &Report) -> Score {
        let mut score = Score::default();
        for (address, (truth, reason)) in &self.0 {
            if let Some(reason) = reason.filter(|_| !report.reasons.is_empty()) {
                let said = report.reasons.get(address).map_or(SILENCE, String::as_str);
                score.wrong_reasons += usize::from(said != reason);
            }
            match (truth, report.states.get(address)) {
                (truth, Some(said)) if truth == said => {}
                (_, Some(PortState::Open | PortState::Closed)) => score.wrong += 1,
                (PortState::Open, _) => score.missed_open += 1,
                (PortState::Closed, _) if !report.only_open => score.missed_closed += 1,
                _ => {}
            }
        }
        let strangers = report.states.keys().filter(|address| !self.0.contains_key(address));
        score.wrong += strangers.count();
        score
    }
}

/// The reason of those about whom nothing is said.
const SILENCE: &str = "no-response";

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} wrong, {} open and {} closed missed",
            self.wrong, self.missed_open, self.missed_closed
        )?;
        if self.wrong_reasons == 0 { Ok(()) } else { write!(f, ", {} reasons wrong", self.wrong_reasons) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn at(last: u8) -> IpAddr {
        Ipv4Addr::new(10, 77, 0, last).into()
    }

    fn report(states: &[(u8, PortState)], only_open: bool) -> Report {
        let states = states.iter().map(|(last, state)| (at(*last), *state)).collect();
        Report { states, only_open, ..Report::default() }
    }

    #[test]
    fn each_difference_counts_once() {
        use PortState::{Closed, Filtered, Open};
        let truth = [(1, Open), (2, Closed), (3, Filtered), (4, Open)];
        let truth = Truth(truth.map(|(last, state)| (at(last), (state, None))).into());
        let score = |states: &[(u8, PortState)], only_open| {
            let score = truth.score(&report(states, only_open));
            (score.wrong, score.missed_open, score.missed_closed)
        };
        assert_eq!(score(&[(1, Open), (2, Closed), (3, Filtered), (4, Open)], false), (0, 0, 0));
        assert_eq!(score(&[(1, Open), (4, Open)], true), (0, 0, 0));
        assert_eq!(score(&[(1, Open), (4, Open)], false), (0, 0, 1));
        assert_eq!(score(&[(1, Closed), (2, Filtered), (3, Open), (9, Open)], false), (3, 1, 1));
    }

    #[test]
    fn reasons_count_where_they_are_given() {
        use PortState::{Filtered, Open};
        let truth = [(1, Open, "syn-ack"), (2, Filtered, "admin-prohibited"), (3, Filtered, "no-response")];
        let truth = Truth(truth.map(|(last, state, reason)| (at(last), (state, Some(reason)))).into());
        assert_eq!(truth.counts(), [1, 0, 1, 1]);
        let mut said = report(&[(1, Open)], false);
        assert_eq!(truth.score(&said).wrong_reasons, 0);
        said.reasons = [(at(1), "syn-ack".to_owned())].into();
        assert_eq!(truth.score(&said).wrong_reasons, 1);
        said.reasons.insert(at(2), "admin-prohibited".to_owned());
        assert_eq!(truth.score(&said), Score::default());
    }
}
