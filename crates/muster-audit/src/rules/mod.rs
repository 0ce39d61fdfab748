//! The rules of judgement, a file each.
//!
//! Two lists. Of the rules for the verdict the first that speaks decides, from the strongest evidence to the weakest;
//! `unknown` always has something to say. The rules for findings are all asked, whatever the verdict.

mod absent;
mod case;
mod device;
mod end_of_life_agent;
mod exemption;
mod exemption_expired;
mod impostor;
mod impostor_listener;
mod likely;
mod missing_agent;
mod phantom;
mod protection;
mod sighting;
mod stale_signatures;
mod stranger;
mod undeployed_listener;
mod unknown;
mod verified;

#[cfg(test)]
mod sentences;
#[cfg(test)]
mod tests;

use muster_model::{Finding, Judgement, Severity, Statement, Verdict};

use crate::sentence::{NextStep, Problem, Sentence, VerdictReason};

pub(crate) use case::Case;

/// Judges a host.
pub(crate) fn judge(case: &Case<'_>) -> Judgement {
    let ruling = VERDICTS.iter().find_map(|rule| rule(case)).unwrap_or_else(|| unknown::ruling(case));
    let findings = FINDINGS.iter().flat_map(|rule| rule(case));
    Judgement {
        verdict: ruling.verdict,
        reasons: statements(&ruling.reasons),
        findings: findings.map(Found::finding).collect(),
        next_steps: statements(&ruling.next_steps),
        protection: protection::facts(case),
    }
}

type VerdictRule = fn(&Case<'_>) -> Option<Ruling>;
type FindingRule = fn(&Case<'_>) -> Vec<Found>;

const VERDICTS: &[VerdictRule] =
    &[exemption::ruling, device::ruling, verified::ruling, impostor::ruling, likely::ruling, absent::ruling];

const FINDINGS: &[FindingRule] = &[
    impostor_listener::found,
    missing_agent::found,
    undeployed_listener::found,
    stale_signatures::found,
    end_of_life_agent::found,
    phantom::found,
    exemption_expired::found,
];

/// What a rule for the verdict says.
struct Ruling {
    verdict: Verdict,
    /// The strongest first; not empty.
    reasons: Vec<VerdictReason>,
    /// The cheapest first.
    next_steps: Vec<NextStep>,
}

/// What a rule for findings found.
struct Found {
    severity: Severity,
    problem: Problem,
    remedy: NextStep,
}

impl Found {
    fn finding(self) -> Finding {
        Finding {
            code: self.problem.finding(),
            severity: self.severity,
            text: self.problem.statement(),
            remedy: self.remedy.statement(),
        }
    }
}

/// Each sentence once, in the order of the rules.
fn statements(sentences: &[impl Sentence]) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::with_capacity(sentences.len());
    for statement in sentences.iter().map(Sentence::statement) {
        if !statements.contains(&statement) {
            statements.push(statement);
        }
    }
    statements
}
