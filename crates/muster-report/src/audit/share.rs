//! Coverage in numbers that can be printed.

use std::fmt;

use muster_model::{RunSummary, Verdict};

use super::words::{count, grouped};
use muster_audit::Coverage;

/// The hosts behind the two ends of coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// Hosts with an agent that runs.
    pub(crate) protected: u64,
    /// Hosts of which it is open whether one runs: unknown and suspect.
    pub(crate) open: u64,
    /// Hosts that are known to lack one that works: degraded and unprotected.
    pub(crate) lacking: u64,
}

impl Share {
    fn of_counts(count: impl Fn(Verdict) -> u64) -> Self {
        let mut share = Self { protected: 0, open: 0, lacking: 0 };
        for verdict in Verdict::ALL {
            match verdict {
                Verdict::Protected(_) => share.protected += count(verdict),
                Verdict::Unknown | Verdict::Suspect => share.open += count(verdict),
                Verdict::Degraded | Verdict::Unprotected => share.lacking += count(verdict),
                Verdict::Exempt | Verdict::OutOfScope => {}
            }
        }
        share
    }

    /// All hosts that count.
    pub(crate) fn in_scope(&self) -> u64 {
        self.protected + self.open + self.lacking
    }

    /// What `part` of the hosts in scope is; `None`: there are none. Only all of them are 100 %, only none 0 %.
    pub(crate) fn of(&self, part: u64) -> Option<Tenths> {
        match (part, self.in_scope()) {
            (_, 0) => None,
            (0, _) => Some(Tenths(0)),
            (part, all) if part >= all => Some(Tenths(1_000)),
            (part, all) => Some(Tenths(((part * 1_000 + all / 2) / all).clamp(1, 999))),
        }
    }

    /// As in `41.7 % to 83.3 %`; `None`: nobody is in scope.
    pub(crate) fn range(&self) -> Option<String> {
        let lowest = self.of(self.protected)?;
        let highest = self.of(self.protected + self.open)?;
        Some(if lowest == highest { lowest.to_string() } else { format!("{lowest} to {highest}") })
    }

    /// Coverage and its denominators in one sentence.
    pub(crate) fn sentence(&self) -> String {
        let Some(range) = self.range() else {
            return "coverage not stated: no computer in scope answered".to_owned();
        };
        format!(
            "coverage {range} of {} in scope that answered: {} protected, {} unknown or suspect, \
             {} degraded or unprotected",
            count(self.in_scope(), "computer"),
            grouped(self.protected),
            grouped(self.open),
            grouped(self.lacking),
        )
    }
}

impl From<&Coverage> for Share {
    fn from(coverage: &Coverage) -> Self {
        Self::of_counts(|verdict| coverage.count(verdict))
    }
}

impl From<&RunSummary> for Share {
    fn from(run: &RunSummary) -> Self {
        Self::of_counts(|wanted| {
            run.verdicts.iter().filter(|(verdict, _)| *verdict == wanted).map(|(_, hosts)| hosts).sum()
        })
    }
}

/// Tenths of a per cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tenths(pub(crate) u64);

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} %", self.0 / 10, self.0 % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_is_all_and_only_none_is_none() {
        let range = |protected, open, lacking| Share { protected, open, lacking }.range();
        assert_eq!(range(25, 25, 10).unwrap(), "41.7 % to 83.3 %");
        assert_eq!(range(2_999, 0, 1).unwrap(), "99.9 %");
        assert_eq!(range(1, 0, 2_999).unwrap(), "0.1 %");
        assert_eq!(range(3, 0, 0).unwrap(), "100.0 %");
        assert_eq!(range(0, 0, 4).unwrap(), "0.0 %");
        assert_eq!(range(0, 0, 0), None);
    }
}
