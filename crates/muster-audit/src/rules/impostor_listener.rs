//! Something that is not the agent answers on its port.

use muster_model::{Severity, Speech};

use super::sighting::Appearance;
use super::{Case, Found, impostor};
use crate::sentence::{NextStep, Problem, Titles};

pub(super) fn found(case: &Case<'_>) -> Vec<Found> {
    let found = impostor::all(case).filter_map(|sighting| {
        let Appearance::Impostor(_, by) = sighting.appearance else { return None };
        let (port, behaviour) = (sighting.port, sighting.behaviour(by));
        // What the worms of a port's incidents do: join a chat, or hand themselves on.
        let is_wormlike = matches!(behaviour.speech, Some(Speech::Irc | Speech::WindowsProgram));
        let is_critical = is_wormlike && case.has_incident(port);
        Some(Found {
            severity: if is_critical { Severity::Critical } else { Severity::High },
            problem: Problem::Impostor { port, behaviour, products: Titles::of(sighting.agents()) },
            remedy: if is_critical { NextStep::Isolate { port } } else { NextStep::ListProgram { port } },
        })
    });
    found.collect()
}
