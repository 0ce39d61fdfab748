//! Holds what a tool reports against what is true.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;

use muster_model::PortState;
use muster_testkit::lab::Lab;

/// What is true of each address, for one port.
#[derive(Debug)]
pub(super) struct Truth(HashMap<IpAddr, PortState>);

/// What a tool says.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) states: HashMap<IpAddr, PortState>,
    /// Whether it ever reports anything but open ports.
    pub(super) only_open: bool,
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
}

impl Truth {
    /// The same state everywhere.
    pub(super) fn uniform(addresses: impl Iterator<Item = IpAddr>, state: PortState) -> Self {
        Self(addresses.map(|address| (address, state)).collect())
    }

    /// What the lab was built to do.
    pub(super) fn of(lab: &Lab) -> Self {
        Self(lab.truth().map(|(address, _, state, _)| (address, state)).collect())
    }

    /// Counts the differences.
    pub(super) fn score(&self, report: &Report) -> Score {
        let mut score = Score::default();
        for (address, truth) in &self.0 {
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

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} wrong, {} open and {} closed missed", self.wrong, self.missed_open, self.missed_closed)
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
        Report { states: states.iter().map(|(last, state)| (at(*last), *state)).collect(), only_open }
    }

    #[test]
    fn each_difference_counts_once() {
        use PortState::{Closed, Filtered, Open};
        let truth = Truth([(at(1), Open), (at(2), Closed), (at(3), Filtered), (at(4), Open)].into());
        let score = |states: &[(u8, PortState)], only_open| {
            let score = truth.score(&report(states, only_open));
            (score.wrong, score.missed_open, score.missed_closed)
        };
        assert_eq!(score(&[(1, Open), (2, Closed), (3, Filtered), (4, Open)], false), (0, 0, 0));
        assert_eq!(score(&[(1, Open), (4, Open)], true), (0, 0, 0));
        assert_eq!(score(&[(1, Open), (4, Open)], false), (0, 0, 1));
        assert_eq!(score(&[(1, Closed), (2, Filtered), (3, Open), (9, Open)], false), (3, 1, 1));
    }
}
