//! The verdict on a host: rules, one after the other.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use muster_catalog::Catalog;
use muster_model::{Asset, Host, Judgement, Statement};

use crate::asked::Asked;
use crate::policy::Policy;

/// Everything but the host that a verdict depends on.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    /// What is expected.
    pub policy: &'a Policy,
    /// What is known of products.
    pub catalog: &'a Catalog,
    /// What was asked of whom.
    pub asked: &'a Asked,
    /// The moment as of which is judged.
    pub now: Timestamp,
}

impl Judge<'_> {
    /// Judges one host.
    pub fn judge(&self, asset: &Asset) -> Judgement {
        crate::rules::judge(&crate::rules::Case::new(*self, asset))
    }

    /// Judges hosts, and keeps every sentence once however many share it.
    pub fn judge_all(&self, assets: Vec<Asset>) -> Vec<Host> {
        let mut sentences = Sentences::default();
        let judged = assets.into_iter().map(|asset| {
            let mut judgement = self.judge(&asset);
            sentences.share(&mut judgement);
            Host { asset, judgement }
        });
        judged.collect()
    }
}

/// Sentences that were said before.
#[derive(Default)]
struct Sentences(HashSet<Arc<str>>);

impl Sentences {
    fn share(&mut self, judgement: &mut Judgement) {
        let findings =
            judgement.findings.iter_mut().flat_map(|finding| [&mut finding.text, &mut finding.remedy]);
        for statement in judgement.reasons.iter_mut().chain(&mut judgement.next_steps).chain(findings) {
            let Statement { code, text } = statement;
            self.share_text(code);
            self.share_text(text);
        }
    }

    fn share_text(&mut self, text: &mut Arc<str>) {
        match self.0.get(text) {
            Some(known) => *text = known.clone(),
            None => {
                self.0.insert(text.clone());
            }
        }
    }
}
