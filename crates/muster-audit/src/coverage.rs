//! How much of what is there is protected, in numbers whose denominators have names.

use muster_model::{AddressRange, Assurance, Run, Verdict};

/// Hosts by verdict, and the addresses that no verdict is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Hosts whose agent identified itself.
    pub protected_verified: u64,
    /// Hosts whose agent's port is open and nothing contradicts.
    pub protected_likely: u64,
    /// Hosts with an agent that is stale or past its end of life.
    pub degraded: u64,
    /// Hosts without the agent that the policy requires.
    pub unprotected: u64,
    /// Hosts on which something else answers on the agent's port.
    pub suspect: u64,
    /// Hosts about which too little is known.
    pub unknown: u64,
    /// Hosts in the register of exemptions.
    pub exempt: u64,
    /// Devices that carry no agent.
    pub out_of_scope: u64,
    /// Addresses from which nothing came; they may hold firewalled computers.
    pub silent: u128,
    /// Addresses for which something on the way answered: not measured.
    pub phantom: u128,
}

impl Coverage {
    /// Counts a run.
    pub fn of(run: &Run) -> Self {
        let mut coverage =
            Self { silent: addresses(&run.silent), phantom: addresses(&run.phantom), ..Self::default() };
        for host in &run.hosts {
            *coverage.place(host.judgement.verdict) += 1;
        }
        coverage
    }

    /// How many hosts have the verdict.
    pub fn count(&self, verdict: Verdict) -> u64 {
        let mut copy = *self;
        *copy.place(verdict)
    }

    /// Hosts that are there, whatever their verdict.
    pub fn hosts(&self) -> u64 {
        Verdict::ALL.into_iter().map(|verdict| self.count(verdict)).sum()
    }

    /// The denominator: hosts that should carry an agent, so neither exempt nor devices.
    pub fn in_scope(&self) -> u64 {
        Verdict::ALL
            .into_iter()
            .filter(|verdict| verdict.is_in_scope())
            .map(|verdict| self.count(verdict))
            .sum()
    }

    /// Hosts whose agent runs.
    pub fn protected(&self) -> u64 {
        self.protected_verified + self.protected_likely
    }

    /// The part of the hosts in scope that is protected, 0 to 1; `None` if none is in scope.
    pub fn lowest(&self) -> Option<f64> {
        self.share(self.protected())
    }

    /// The part that would be protected if every unknown and every suspect host were, 0 to 1; `None` if no host is in
    /// scope.
    pub fn highest(&self) -> Option<f64> {
        self.share(self.protected() + self.unknown + self.suspect)
    }

    fn share(&self, hosts: u64) -> Option<f64> {
        let in_scope = self.in_scope();
        (in_scope > 0).then(|| hosts as f64 / in_scope as f64)
    }

    fn place(&mut self, verdict: Verdict) -> &mut u64 {
        match verdict {
            Verdict::Suspect => &mut self.suspect,
            Verdict::Unprotected => &mut self.unprotected,
            Verdict::Degraded => &mut self.degraded,
            Verdict::Unknown => &mut self.unknown,
            Verdict::Protected(Assurance::Likely) => &mut self.protected_likely,
            Verdict::Protected(Assurance::Verified) => &mut self.protected_verified,
            Verdict::Exempt => &mut self.exempt,
            Verdict::OutOfScope => &mut self.out_of_scope,
        }
    }
}

fn addresses(ranges: &[AddressRange]) -> u128 {
    ranges.iter().fold(0, |sum, range| sum.saturating_add(range.len()))
}

#[cfg(test)]
mod tests {
    use muster_model::Host;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{empty_run, host, ip, with_verdict};

    fn run(verdicts: &[Verdict]) -> Run {
        let hosts: Vec<Host> = verdicts.iter().map(|&verdict| with_verdict(host(), verdict, &[])).collect();
        Run { hosts, ..empty_run() }
    }

    #[test]
    fn the_range_goes_from_what_is_known_to_what_may_be() {
        let coverage = Coverage::of(&run(&Verdict::ALL));
        assert!(Verdict::ALL.into_iter().all(|verdict| coverage.count(verdict) == 1));
        assert_eq!((coverage.hosts(), coverage.in_scope()), (8, 6));
        assert_eq!((coverage.lowest(), coverage.highest()), (Some(2.0 / 6.0), Some(4.0 / 6.0)));
    }

    #[test]
    fn there_is_no_share_of_nobody() {
        for verdicts in [&[][..], &[Verdict::Exempt, Verdict::OutOfScope]] {
            let coverage = Coverage::of(&run(verdicts));
            assert_eq!((coverage.in_scope(), coverage.lowest(), coverage.highest()), (0, None, None));
        }
    }

    #[test]
    fn addresses_without_a_verdict_are_counted_apart() {
        let range = |first: &str, last: &str| AddressRange { first: ip(first), last: ip(last) };
        let silent =
            vec![range("10.0.0.0", "10.0.0.9"), range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")];
        let phantom = vec![range("10.0.1.0", "10.0.1.255")];
        let coverage = Coverage::of(&Run { silent, phantom, ..empty_run() });
        assert_eq!((coverage.silent, coverage.phantom, coverage.hosts()), (u128::MAX, 256, 0));
    }

    proptest! {
        #[test]
        fn the_numbers_add_up(verdicts in prop::collection::vec(prop::sample::select(Verdict::ALL.to_vec()), 0..60)) {
            let coverage = Coverage::of(&run(&verdicts));
            prop_assert_eq!(coverage.hosts(), verdicts.len() as u64);
            prop_assert_eq!(coverage.in_scope() + coverage.exempt + coverage.out_of_scope, coverage.hosts());
            prop_assert!(coverage.lowest() <= coverage.highest());
            prop_assert!(coverage.highest().is_none_or(|share| (0.0..=1.0).contains(&share)));
        }
    }
}
