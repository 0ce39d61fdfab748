//! Which hosts somebody has to look at, and in which order.

use std::cmp::Reverse;

use muster_model::{Finding, FindingCode, Host, Run, Severity, Verdict};

/// Hosts that need attention, and those with a finding of medium severity or more that no exemption covers; the worst
/// first, then in order of verdict and address.
pub fn worklist(run: &Run) -> Vec<&Host> {
    let mut hosts: Vec<&Host> = run.hosts.iter().filter(|host| is_work(host)).collect();
    hosts.sort_by_key(|host| (Reverse(worst(host)), host.judgement.verdict, host.asset.address));
    hosts
}

/// The findings of a host that are still to be dealt with. An exemption in force covers what an exemption is asked for:
/// an agent that is missing, old or stale. It covers nothing else.
pub fn open_findings(host: &Host) -> impl Iterator<Item = &Finding> {
    let is_exempt = host.judgement.verdict == Verdict::Exempt;
    host.judgement.findings.iter().filter(move |finding| !(is_exempt && COVERED.contains(&finding.code)))
}

fn is_work(host: &Host) -> bool {
    host.judgement.verdict.needs_attention() || worst(host) >= Some(Severity::Medium)
}

fn worst(host: &Host) -> Option<Severity> {
    open_findings(host).map(|finding| finding.severity).max()
}

const COVERED: &[FindingCode] =
    &[FindingCode::MissingAgent, FindingCode::StaleSignatures, FindingCode::EndOfLifeAgent];

#[cfg(test)]
mod tests {
    use muster_model::Assurance;

    use super::*;
    use crate::testing::{empty_run, host, ip, with_verdict};

    #[test]
    fn the_worst_comes_first_and_what_is_well_does_not_come() {
        use FindingCode::*;
        let verified = Verdict::Protected(Assurance::Verified);
        type Row = (&'static str, Verdict, &'static [(FindingCode, Severity)]);
        let rows: [Row; 10] = [
            ("10.0.0.1", verified, &[]),
            ("10.0.0.2", verified, &[(UndeployedListener, Severity::Medium)]),
            ("10.0.0.3", Verdict::Unknown, &[(PhantomSubnet, Severity::Low)]),
            ("10.0.0.4", Verdict::Degraded, &[(EndOfLifeAgent, Severity::Medium)]),
            ("10.0.0.10", Verdict::Unprotected, &[(MissingAgent, Severity::High)]),
            ("10.0.0.9", Verdict::Unprotected, &[(MissingAgent, Severity::High)]),
            ("10.0.0.7", Verdict::Suspect, &[(ImpostorListener, Severity::Critical)]),
            ("10.0.0.8", verified, &[(ImpostorListener, Severity::High)]),
            // What the exemption is about is no work; what it is not about is.
            ("10.0.0.5", Verdict::Exempt, &[(MissingAgent, Severity::High)]),
            (
                "10.0.0.6",
                Verdict::Exempt,
                &[(MissingAgent, Severity::High), (ImpostorListener, Severity::High)],
            ),
        ];
        let hosts = rows.map(|(address, verdict, findings)| {
            let mut asset = host();
            asset.address = ip(address);
            with_verdict(asset, verdict, findings)
        });
        let run = Run { hosts: hosts.to_vec(), ..empty_run() };
        let listed: Vec<String> = worklist(&run).iter().map(|host| host.asset.address.to_string()).collect();
        let expected = ["10.0.0.7", "10.0.0.9", "10.0.0.10", "10.0.0.8", "10.0.0.6", "10.0.0.4", "10.0.0.2"];
        assert_eq!(listed, expected);
    }
}
