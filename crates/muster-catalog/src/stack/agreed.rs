//! Families by what a connection agreed on.
//!
//! Weaker than a segment: of the options the order is not known, and Linux is tuned to any shift, on small devices by
//! itself. So one family alone has to fit, and what fits it has to be more than half of all stacks have.

use muster_model::{Agreed, Agreement};

use super::{Confidence, FamilyGuess, StackSignature, fitting};

/// Every family that fits. Where several do, none is surer than low.
pub(super) fn families(agreed: &Agreed) -> Vec<FamilyGuess> {
    let mut guesses = fitting(|signature| fits(signature, agreed));
    if guesses.len() > 1 {
        guesses.iter_mut().for_each(|guess| guess.confidence = Confidence::Low);
    }
    guesses
}

/// How well it fits, if it does: of the options that were offered, those have to be agreed on that one of its answers has.
fn fits(signature: &StackSignature, agreed: &Agreed) -> Option<Confidence> {
    let has_shift = match agreed.scale {
        Agreement::Agreed(_) if signature.scales.is_empty() => false,
        Agreement::Agreed(shift) if signature.scales.contains(&shift) => true,
        Agreement::Agreed(_) => return None,
        _ => false,
    };
    if !signature.options.iter().any(|order| is_of(order, agreed)) {
        return None;
    }
    let others = [agreed.sack, agreed.timestamps].iter().any(|option| option.came_about() == Some(true));
    Some(if has_shift && others { Confidence::Medium } else { Confidence::Low })
}

/// Whether an answer has just what was agreed on, as far as it was offered. Where nothing was, that is nothing.
fn is_of(order: &str, agreed: &Agreed) -> bool {
    let options = [
        ('S', agreed.sack.came_about()),
        ('T', agreed.timestamps.came_about()),
        ('W', agreed.scale.came_about()),
    ];
    let is_alike =
        |(letter, came): &(char, Option<bool>)| came.is_none_or(|came| came == order.contains(*letter));
    options.iter().any(|(_, came)| came.is_some()) && options.iter().all(is_alike)
}
