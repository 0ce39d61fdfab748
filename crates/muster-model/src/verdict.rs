//! What is said of a host, and why.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::{Excerpt, ProductId};

/// One word about one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Something that is not the agent answers on its port, and nothing else verifies protection.
    Suspect,
    /// There is positive evidence that the agent is absent from a living computer in scope.
    Unprotected,
    /// The agent is there, but stale, switched off, not reporting or past its end of life.
    Degraded,
    /// Not enough evidence.
    Unknown,
    /// The agent runs.
    Protected(Assurance),
    /// The register of exemptions names the host.
    Exempt,
    /// No computer that carries an agent.
    OutOfScope,
}

/// How sure it is that an agent runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assurance {
    /// It identified itself.
    Verified,
    /// Its port is open, nothing contradicts, and it is expected or behaves like it.
    Likely,
}

impl Verdict {
    /// All of them, those that need attention first.
    pub const ALL: [Self; 8] = [
        Self::Suspect,
        Self::Unprotected,
        Self::Degraded,
        Self::Unknown,
        Self::Protected(Assurance::Likely),
        Self::Protected(Assurance::Verified),
        Self::Exempt,
        Self::OutOfScope,
    ];

    /// The verdict's word, without its assurance.
    pub fn word(self) -> &'static str {
        match self {
            Self::Suspect => "suspect",
            Self::Unprotected => "unprotected",
            Self::Degraded => "degraded",
            Self::Unknown => "unknown",
            Self::Protected(_) => "protected",
            Self::Exempt => "exempt",
            Self::OutOfScope => "out-of-scope",
        }
    }

    /// The stable name, in store and JSON: the word, and the assurance where there is one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Protected(Assurance::Verified) => "protected-verified",
            Self::Protected(Assurance::Likely) => "protected-likely",
            _ => self.word(),
        }
    }

    /// The verdict of a [`name`](Self::name).
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// Whether somebody has to do something: suspect, unprotected, degraded.
    pub fn needs_attention(self) -> bool {
        matches!(self, Self::Suspect | Self::Unprotected | Self::Degraded)
    }

    /// Whether the host counts in the denominator of coverage.
    pub fn is_in_scope(self) -> bool {
        !matches!(self, Self::Exempt | Self::OutOfScope)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Protected(Assurance::Verified) => "protected (verified)",
            Self::Protected(Assurance::Likely) => "protected (likely)",
            _ => self.word(),
        })
    }
}

/// A sentence with a stable code: a reason, a next step. Cheap to clone, since many hosts share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Statement {
    /// The stable code, as in `closed-listener`.
    pub code: Arc<str>,
    /// The sentence, without a full stop. Never holds the host's address, so that equal reasons are equal.
    pub text: Arc<str>,
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// The verdict on one host with everything behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, the strongest first; not empty.
    pub reasons: Vec<Statement>,
    /// What is to be put right, whatever the verdict.
    pub findings: Vec<Finding>,
    /// What would tell more, or put it right, cheapest first. Every `unknown` and everything that needs attention has
    /// one.
    pub next_steps: Vec<Statement>,
    /// What is known about protection on the host, a product each.
    pub protection: Vec<Protection>,
}

/// What is known about one product on one host. `None`: not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// The product.
    pub product: ProductId,
    /// Installed.
    pub present: Option<Fact>,
    /// Running.
    pub running: Option<Fact>,
    /// Real-time protection on.
    pub enforcing: Option<Fact>,
    /// Signatures current.
    pub fresh: Option<Fact>,
    /// Its console has heard from it.
    pub reporting: Option<Fact>,
}

/// Yes or no, by whom and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Yes or no.
    pub holds: bool,
    /// Who says so, as in `TCP 8081, HTTP GET /`.
    pub source: Excerpt,
    /// As of when.
    pub at: Timestamp,
}

/// Something to be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub code: FindingCode,
    /// How bad.
    pub severity: Severity,
    /// On this host.
    pub text: Statement,
    /// What to do about it.
    pub remedy: Statement,
}

/// Kinds of findings; the names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingCode {
    /// No agent on a living computer where one is required.
    MissingAgent,
    /// Something that is not the agent answers on its port.
    ImpostorListener,
    /// An agent's port is open where the policy expects another product.
    UndeployedListener,
    /// Signatures older than the policy allows.
    StaleSignatures,
    /// An agent past its end of life.
    EndOfLifeAgent,
    /// Everything in a subnet seems open: something answers for it.
    PhantomSubnet,
    /// An exemption has run out.
    ExemptionExpired,
}

impl FindingCode {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::MissingAgent,
        Self::ImpostorListener,
        Self::UndeployedListener,
        Self::StaleSignatures,
        Self::EndOfLifeAgent,
        Self::PhantomSubnet,
        Self::ExemptionExpired,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingAgent => "missing-agent",
            Self::ImpostorListener => "impostor-listener",
            Self::UndeployedListener => "undeployed-listener",
            Self::StaleSignatures => "stale-signatures",
            Self::EndOfLifeAgent => "end-of-life-agent",
            Self::PhantomSubnet => "phantom-subnet",
            Self::ExemptionExpired => "exemption-expired",
        }
    }

    /// The code of a [`name`](Self::name).
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// To be put right some day.
    Low,
    /// To be put right soon.
    Medium,
    /// To be put right now.
    High,
    /// May be an intrusion.
    Critical,
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity of a [`name`](Self::name).
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::of_name(verdict.name()), Some(verdict));
        }
        for severity in Severity::ALL {
            assert_eq!(Severity::of_name(severity.name()), Some(severity));
        }
        for &code in FindingCode::ALL {
            assert_eq!(FindingCode::of_name(code.name()), Some(code));
        }
    }

    #[test]
    fn what_needs_attention_comes_first() {
        assert!(Verdict::ALL.is_sorted_by_key(|verdict| !verdict.needs_attention()));
    }
}
