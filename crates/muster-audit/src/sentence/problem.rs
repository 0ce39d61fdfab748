//! What is to be put right on a host.

use std::fmt;

use jiff::civil::Date;
use muster_model::{Excerpt, FindingCode};

use super::{Behaviour, Sentence, Titles, VerdictReason};

/// What is to be put right on a host. Ports are TCP ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    EndOfLifeAgent { products: Titles, since: Option<Date> },
    ExemptionExpired { expired: Date, owner: Excerpt, reason: Excerpt },
    Impostor { port: u16, behaviour: Behaviour, products: Titles },
    MissingAgent { products: Titles, zone: Excerpt },
    Phantom,
    StaleSignatures { date: Date, days: u32 },
    Stranger { reason: VerdictReason },
    Undeployed { port: u16, found: Titles, is_identified: bool, expected: Titles, zone: Excerpt },
}

impl Problem {
    pub(crate) fn finding(&self) -> FindingCode {
        match self {
            Self::EndOfLifeAgent { .. } => FindingCode::EndOfLifeAgent,
            Self::ExemptionExpired { .. } => FindingCode::ExemptionExpired,
            Self::Impostor { .. } | Self::Stranger { .. } => FindingCode::ImpostorListener,
            Self::MissingAgent { .. } => FindingCode::MissingAgent,
            Self::Phantom => FindingCode::PhantomSubnet,
            Self::StaleSignatures { .. } => FindingCode::StaleSignatures,
            Self::Undeployed { .. } => FindingCode::UndeployedListener,
        }
    }
}

impl Sentence for Problem {
    fn code(&self) -> &'static str {
        self.finding().name()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndOfLifeAgent { products, since } => {
                VerdictReason::EndOfLife { products: products.clone(), since: *since }.fmt(f)
            }
            Self::ExemptionExpired { expired, owner, reason } => {
                write!(f, "its exemption ran out on {expired} (owner: {owner}): {reason}")
            }
            Self::Impostor { port, behaviour, products } => {
                let (behaviour, products) = (*behaviour, products.clone());
                VerdictReason::Impostor { port: *port, behaviour, products }.fmt(f)
            }
            Self::MissingAgent { products, zone } => {
                write!(f, "{products} is missing, which the policy requires in zone {zone}")
            }
            Self::Phantom => VerdictReason::Phantom.fmt(f),
            Self::StaleSignatures { date, days } => {
                VerdictReason::StaleSignatures { date: *date, days: *days }.fmt(f)
            }
            Self::Stranger { reason } => reason.fmt(f),
            Self::Undeployed { port, found, is_identified: true, expected, zone } => write!(
                f,
                "TCP {port} identifies itself as {found}, but the policy expects {expected} in zone {zone}"
            ),
            Self::Undeployed { port, found, is_identified: false, expected, zone } => write!(
                f,
                "TCP {port} is open, where {found} is known to listen, but the policy expects {expected} in zone {zone}"
            ),
        }
    }
}
