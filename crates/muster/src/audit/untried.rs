//! What an audit did not look at: said in every report, so that nobody takes silence for an answer.

use muster_engine::PortSet;
use muster_identify::Phantom;
use muster_model::{Conversation, Protocol};

use super::learnt::Learnt;
use super::pipeline::Audit;

/// What was done, to tell what was not.
pub(super) struct Untried<'a> {
    /// The audit as planned.
    pub(super) audit: &'a Audit<'a>,
    /// What became of it.
    pub(super) learnt: &'a Learnt,
}

impl Untried<'_> {
    /// A sentence each.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut sentences = self.ports();
        sentences.push("UDP".to_owned());
        sentences.extend(self.audit.targets.unresolved.iter().map(|error| format!("a target: {error}")));
        let behind = |phantom: &Phantom| format!("whoever is behind this, who is not measured: {phantom}");
        sentences.extend(self.learnt.phantoms.iter().map(behind));
        sentences.extend(self.withheld());
        sentences.extend(self.stopped());
        sentences.extend(self.devices());
        sentences.extend(self.conversations());
        if self.audit.decoy.is_none() {
            sentences.push(
                "a decoy port: hosts that accept every connection look like hosts with agents".to_owned(),
            );
        }
        sentences.extend(self.names());
        sentences
    }

    /// Where other ports were asked in other zones, a sentence for each.
    fn ports(&self) -> Vec<String> {
        let groups = self.audit.groups;
        let sentence = |group: &muster_audit::PortGroup| {
            let ports = PortSet::of_tcp(group.ports.iter().copied().chain(self.audit.decoy));
            let ports = ports.list(Protocol::Tcp).replace(',', ", ");
            let place = match &group.zones[..] {
                _ if groups.len() < 2 => String::new(),
                [] => "outside the zones: ".to_owned(),
                zones => format!("in {}: ", zones.join(", ")),
            };
            let but = if self.audit.signs.is_empty() { "" } else { " and those that tell devices" };
            format!("{place}TCP ports other than {ports}{but}")
        };
        groups.iter().map(sentence).collect()
    }

    fn withheld(&self) -> Option<String> {
        let endpoints: u64 = self.learnt.sweeps.iter().map(|sweep| sweep.withheld).sum();
        (endpoints > 0).then(|| format!("{endpoints} endpoints without a route or given up"))
    }

    fn stopped(&self) -> impl Iterator<Item = String> {
        let begun: u64 = self.learnt.sweeps.iter().map(|sweep| sweep.not_tried).sum();
        let endpoints = begun.saturating_add(self.learnt.never_begun);
        let unswept = (endpoints > 0).then(|| format!("{endpoints} endpoints when the sweep was stopped"));
        let stopped = |service: &&muster_model::Service| service.end == Conversation::Stopped;
        let unasked = self.learnt.services.iter().filter(stopped).count();
        let unasked = (unasked > 0)
            .then(|| format!("conversations with {unasked} open ports when the run was stopped"));
        unswept.into_iter().chain(unasked)
    }

    fn devices(&self) -> Vec<String> {
        if self.audit.signs.is_empty() {
            return vec!["ports that tell computers from devices (--no-devices)".to_owned()];
        }
        let signs = PortSet::of_tcp(self.audit.signs.iter().copied()).list(Protocol::Tcp).replace(',', ", ");
        let mut sentences =
            vec![format!("ports that tell devices ({signs}) at silent addresses: of living hosts only")];
        let accepting = self.learnt.accepting.len();
        if accepting > 0 {
            sentences.push(format!(
                "most ports that tell devices at {accepting} addresses whose decoy port is open: they prove nothing there"
            ));
        }
        sentences
    }

    fn conversations(&self) -> Option<String> {
        let is_left_out = |service: &&muster_model::Service| service.end == Conversation::LeftOut;
        let left_out = self.learnt.services.iter().filter(is_left_out).count();
        (left_out > 0).then(|| {
            format!(
                "conversations with {left_out} open ports of addresses whose decoy port is open: others there said nothing"
            )
        })
    }

    fn names(&self) -> Option<String> {
        match self.learnt.unnamed {
            _ if !self.audit.asks_names => Some("names of addresses (-n)".to_owned()),
            0 if self.learnt.is_cut_short => Some("names of addresses, since the run was stopped".to_owned()),
            0 => None,
            unnamed => Some(format!("names of {unnamed} addresses: the name servers took too long")),
        }
    }
}
