//! Suspect: something that is not the agent answers on its port, and no agent has identified itself.

use muster_catalog::Product;
use muster_model::Verdict;

use super::sighting::{Appearance, Sighting};
use super::{Case, Ruling};
use crate::sentence::NextStep;

pub(super) fn ruling(case: &Case<'_>) -> Option<Ruling> {
    let (mut reasons, mut next_steps) = (Vec::new(), Vec::new());
    for sighting in all(case) {
        let port = sighting.port;
        reasons.push(sighting.reason(&sighting.agents()));
        next_steps.extend([NextStep::ListProgram { port }, NextStep::Explain { port }]);
    }
    (!reasons.is_empty()).then_some(Ruling { verdict: Verdict::Suspect, reasons, next_steps })
}

/// Every open agent's port that behaves as no agent does. What answers in place of software that only manages or watches is
/// somebody else's business, unless the policy expects it.
pub(super) fn all<'c, 'a>(case: &'c Case<'a>) -> impl Iterator<Item = &'c Sighting<'a>> {
    case.sightings.iter().filter(|sighting| {
        let counts = |agent: &&Product| agent.protects() || case.expects(agent);
        let is_suspect = match sighting.appearance {
            Appearance::Impostor(..) => true,
            Appearance::Stranger(_, stranger) => stranger.is_suspect(),
            _ => false,
        };
        is_suspect && sighting.agents().iter().any(counts)
    })
}
