//! What an audit did not look at: said in every report, so that nobody takes silence for an answer.

use muster_engine::PortSet;
use muster_model::{Conversation, Protocol, Service, SweepRecord};

use super::pipeline::Audit;

/// What was done, to tell what was not.
pub(crate) struct Untried<'a> {
    /// The audit as planned.
    pub(crate) audit: &'a Audit<'a>,
    /// Its sweeps.
    pub(crate) sweeps: &'a [SweepRecord],
    /// Endpoints of sweeps that were not begun, since it was stopped before.
    pub(crate) never_begun: u64,
    /// Its conversations.
    pub(crate) services: &'a [Service],
    /// Whether it was stopped before names were looked up.
    pub(crate) is_cut_short: bool,
}

impl Untried<'_> {
    /// A sentence each.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let mut sentences = vec![self.ports(), "UDP".to_owned()];
        sentences.extend(self.audit.targets.unresolved.iter().map(|error| format!("a target: {error}")));
        sentences.extend(self.stopped());
        if self.audit.signs.is_empty() {
            sentences.push("ports that tell computers from devices (--no-devices)".to_owned());
        }
        if self.audit.decoy.is_none() {
            sentences.push(
                "a decoy port: hosts that accept every connection look like hosts with agents".to_owned(),
            );
        }
        if !self.audit.asks_names {
            sentences.push("names of addresses (-n)".to_owned());
        } else if self.is_cut_short {
            sentences.push("names of addresses, since the run was stopped".to_owned());
        }
        sentences
    }

    fn ports(&self) -> String {
        let agents = self.audit.groups.iter().flat_map(|group| group.ports.iter().copied());
        let ports = PortSet::of_tcp(agents.chain(self.audit.signs.iter().copied()).chain(self.audit.decoy));
        format!("TCP ports other than {}", ports.list(Protocol::Tcp).replace(',', ", "))
    }

    fn stopped(&self) -> impl Iterator<Item = String> {
        let begun: u64 = self.sweeps.iter().map(|sweep| sweep.not_tried).sum();
        let endpoints = begun.saturating_add(self.never_begun);
        let unswept = (endpoints > 0).then(|| format!("{endpoints} endpoints when the sweep was stopped"));
        let unasked = self.services.iter().filter(|service| service.end == Conversation::Stopped).count();
        let unasked = (unasked > 0)
            .then(|| format!("conversations with {unasked} open ports when the run was stopped"));
        unswept.into_iter().chain(unasked)
    }
}
