//! `--fail-on`: the condition under which a run that came to its end still counts as failed.

use std::collections::HashSet;
use std::net::IpAddr;
use std::str::FromStr;

use muster_model::{FindingCode, Run, Severity};

use crate::policy::nearest;
use crate::worklist::open_findings;

/// A condition on the findings of a run. Findings that an exemption covers do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Never.
    #[default]
    Never,
    /// A finding at least as bad as this.
    Severity(Severity),
    /// A finding of one of these kinds.
    Codes(Vec<FindingCode>),
    /// A finding of one of these kinds that the host did not have in the run before. Without a run before, every
    /// finding is new.
    NewCodes(Vec<FindingCode>),
}

impl FailOn {
    /// Whether the condition holds for `run`.
    pub fn holds(&self, run: &Run, previous: Option<&Run>) -> bool {
        let mut found = found(run);
        match self {
            Self::Never => false,
            Self::Severity(least) => {
                run.hosts.iter().flat_map(open_findings).any(|finding| finding.severity >= *least)
            }
            Self::Codes(codes) => found.any(|(_, code)| codes.contains(&code)),
            Self::NewCodes(codes) => {
                let before: HashSet<_> = previous.into_iter().flat_map(self::found).collect();
                found.any(|seen| codes.contains(&seen.1) && !before.contains(&seen))
            }
        }
    }

    /// Whether the run before has to be looked up.
    pub fn needs_previous(&self) -> bool {
        matches!(self, Self::NewCodes(_))
    }
}

fn found(run: &Run) -> impl Iterator<Item = (IpAddr, FindingCode)> {
    run.hosts
        .iter()
        .flat_map(|host| open_findings(host).map(move |finding| (host.asset.address, finding.code)))
}

impl FromStr for FailOn {
    type Err = UnknownCondition;

    fn from_str(text: &str) -> Result<Self, UnknownCondition> {
        if text == NEVER {
            return Ok(Self::Never);
        }
        if let Some(severity) = Severity::of_name(text) {
            return Ok(Self::Severity(severity));
        }
        match text.strip_prefix(NEW) {
            Some(list) => Ok(Self::NewCodes(codes(list)?)),
            None => Ok(Self::Codes(codes(text)?)),
        }
    }
}

/// A word of `--fail-on` that is neither `never`, nor a severity, nor the code of a finding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown condition: `{}`", word.escape_debug())]
pub struct UnknownCondition {
    /// The word.
    pub word: String,
}

impl UnknownCondition {
    /// What to write instead.
    pub fn hint(&self) -> String {
        if Severity::of_name(&self.word).is_some() {
            return format!("a severity stands alone; in a list or after {NEW} only codes of findings");
        }
        let codes = FindingCode::ALL.iter().map(|code| code.name());
        let severities = Severity::ALL.iter().map(|severity| severity.name());
        match nearest(&self.word, codes.clone().chain(severities.clone()).chain([NEVER])) {
            Some(word) => format!("did you mean `{word}`?"),
            None => {
                let [severities, codes]: [Vec<&str>; 2] = [severities.collect(), codes.collect()];
                format!(
                    "write {NEVER}, a severity ({}), or codes of findings ({}), after {NEW} only those of this run",
                    severities.join(", "),
                    codes.join(", ")
                )
            }
        }
    }
}

fn codes(list: &str) -> Result<Vec<FindingCode>, UnknownCondition> {
    let code =
        |word: &str| FindingCode::of_name(word).ok_or_else(|| UnknownCondition { word: word.to_owned() });
    list.split(',').map(str::trim).map(code).collect()
}

const NEVER: &str = "never";
const NEW: &str = "new:";

#[cfg(test)]
mod tests {
    use muster_model::{Finding, Host, Verdict};

    use super::*;
    use crate::testing::{empty_run, host, ip, with_verdict};

    fn run(findings: &[(&str, FindingCode, Severity)]) -> Run {
        let host = |&(address, code, severity): &(&str, FindingCode, Severity)| {
            let mut asset = host();
            asset.address = ip(address);
            with_verdict(asset, Verdict::Unprotected, &[(code, severity)])
        };
        Run { hosts: findings.iter().map(host).collect::<Vec<Host>>(), ..empty_run() }
    }

    fn holds(condition: &str, run: &Run, previous: Option<&Run>) -> bool {
        condition.parse::<FailOn>().unwrap().holds(run, previous)
    }

    #[test]
    fn conditions_are_about_findings() {
        let now = run(&[
            ("10.0.0.1", FindingCode::MissingAgent, Severity::High),
            ("10.0.0.2", FindingCode::EndOfLifeAgent, Severity::Medium),
        ]);
        for (condition, expected) in [
            ("never", false),
            ("info", true),
            ("medium", true),
            ("high", true),
            ("critical", false),
            ("missing-agent", true),
            ("impostor-listener", false),
            ("impostor-listener, end-of-life-agent", true),
            ("new:missing-agent", true),
            ("new:impostor-listener", false),
        ] {
            assert_eq!(holds(condition, &now, None), expected, "{condition}");
        }
        assert!(!holds("info", &run(&[]), None));
    }

    #[test]
    fn new_is_what_the_host_did_not_have_before() {
        let before = run(&[("10.0.0.1", FindingCode::MissingAgent, Severity::High)]);
        let moved = run(&[("10.0.0.2", FindingCode::MissingAgent, Severity::High)]);
        assert!(!holds("new:missing-agent", &before, Some(&before)));
        assert!(holds("new:missing-agent", &moved, Some(&before)));
        assert!(holds("missing-agent", &before, Some(&before)));
        assert!("new:missing-agent".parse::<FailOn>().unwrap().needs_previous());
        assert!(!"missing-agent".parse::<FailOn>().unwrap().needs_previous());
    }

    #[test]
    fn an_exemption_in_force_holds_no_condition() {
        let mut exempt = run(&[("10.0.0.1", FindingCode::MissingAgent, Severity::High)]);
        exempt.hosts[0].judgement.verdict = Verdict::Exempt;
        assert!(!holds("info", &exempt, None) && !holds("new:missing-agent", &exempt, None));
        let finding: &mut Finding = &mut exempt.hosts[0].judgement.findings[0];
        finding.code = FindingCode::ImpostorListener;
        assert!(holds("info", &exempt, None));
    }

    #[test]
    fn a_wrong_word_is_named_with_the_nearest_right_one() {
        for (text, word, hint) in [
            ("hihg", "hihg", "did you mean `high`?"),
            ("missing-agnet", "missing-agnet", "did you mean `missing-agent`?"),
            ("missing-agent,stale-signature", "stale-signature", "did you mean `stale-signatures`?"),
            ("new:imposter-listener", "imposter-listener", "did you mean `impostor-listener`?"),
            ("nevr", "nevr", "did you mean `never`?"),
            ("high,impostor-listener", "high", ALONE),
            ("impostor-listener,critical", "critical", ALONE),
            ("new:info", "info", ALONE),
        ] {
            let error = text.parse::<FailOn>().unwrap_err();
            assert_eq!(
                (error.to_string(), error.hint()),
                (format!("unknown condition: `{word}`"), hint.to_owned())
            );
        }
        for text in ["", "new:", "missing-agent,", "missing-agent,new:missing-agent", "\u{1b}[31m"] {
            let error = text.parse::<FailOn>().unwrap_err();
            assert!(!error.to_string().chars().any(char::is_control), "{error}");
            assert!(!error.hint().is_empty());
        }
        let hint = "".parse::<FailOn>().unwrap_err().hint();
        assert!(
            hint.starts_with("write never, a severity (info, low, medium, high, critical), or codes"),
            "{hint}"
        );
    }
    const ALONE: &str = "a severity stands alone; in a list or after new: only codes of findings";
}
