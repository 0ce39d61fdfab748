//! Something that is not the agent answers on its port.

use muster_model::{Severity, Speech};

use super::sighting::{Appearance, Sighting};
use super::{Case, Found, impostor};
use crate::sentence::{NextStep, Problem, Titles};

pub(super) fn found(case: &Case<'_>) -> Vec<Found> {
    let found = impostor::all(case).filter_map(|sighting| {
        let Appearance::Impostor(_, by) = sighting.appearance else { return stranger(case, sighting) };
        let (port, behaviour) = (sighting.port, sighting.behaviour(by));
        // What the worms of a port's incidents do: join a chat, or hand themselves on.
        let is_wormlike = matches!(behaviour.speech, Some(Speech::Irc | Speech::WindowsProgram));
        let is_critical = is_wormlike && case.has_incident(port);
        // Web servers are everywhere, and a device is not for an agent.
        let is_web = matches!(behaviour.speech, Some(Speech::Http | Speech::Tls));
        let is_expected = sighting.agents().iter().any(|agent| case.expects(agent));
        let is_device = case.asset.device.as_ref().is_some_and(muster_model::Device::is_certain);
        let severity = match () {
            () if is_critical => Severity::Critical,
            () if is_device || (is_web && !is_expected) => Severity::Medium,
            () => Severity::High,
        };
        Some(Found {
            severity,
            problem: Problem::Impostor { port, behaviour, products: Titles::of(sighting.agents()) },
            remedy: if is_critical { NextStep::Isolate { port } } else { NextStep::ListProgram { port } },
        })
    });
    found.collect()
}

/// What behaves as the agent does, or says nothing, is suspected by what else is known: nobody has seen it do harm.
fn stranger(case: &Case<'_>, sighting: &Sighting<'_>) -> Option<Found> {
    let agents = sighting.agents();
    let is_expected = agents.iter().any(|agent| case.expects(agent));
    Some(Found {
        severity: if is_expected { Severity::High } else { Severity::Medium },
        problem: Problem::Stranger { reason: sighting.reason(&agents) },
        remedy: NextStep::ListProgram { port: sighting.port },
    })
}
