//! From what was learnt to hosts with their verdicts: for what was asked just now and for what files tell alike.

use jiff::Timestamp;
use muster_audit::{Evidence, Judge, Policy, reconcile};
use muster_catalog::Catalog;
use muster_engine::AddressSet;
use muster_identify::Classifier;
use muster_model::{AddressRange, Host};

use super::learnt::Learnt;
use super::refused::Parted;

/// By what is judged.
#[derive(Clone, Copy)]
pub(super) struct Judging<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) policy: &'a Policy,
    /// The port on which nothing listens.
    pub(super) decoy: Option<u16>,
    /// The moment as of which is judged.
    pub(super) now: Timestamp,
}

/// What there is.
pub(super) struct Judged {
    pub(super) hosts: Vec<Host>,
    pub(super) silent: Vec<AddressRange>,
    pub(super) phantom: Vec<AddressRange>,
}

impl Judging<'_> {
    /// Judges all that was learnt of `targets`.
    pub(super) fn judge(&self, learnt: &Learnt, targets: &AddressSet) -> Judged {
        let parted = Parted::of(&learnt.observations, &learnt.phantoms);
        let targets = &targets.difference(&parted.nobody);
        let evidence = Evidence {
            observations: &parted.own,
            services: &learnt.services,
            hardware: &learnt.hardware,
            names: &learnt.names,
            targets,
            decoy: self.decoy,
            complete: learnt.agents_complete(),
        };
        let classifier = Classifier::new(self.catalog);
        let found =
            reconcile(&evidence, self.policy, |asset| (classifier.device(asset), classifier.system(asset)));
        let judge = Judge { policy: self.policy, catalog: self.catalog, asked: &learnt.asked, now: self.now };
        Judged {
            hosts: judge.judge_all(found.assets),
            silent: found.silent,
            phantom: parted.with_nobody(found.phantom),
        }
    }
}
