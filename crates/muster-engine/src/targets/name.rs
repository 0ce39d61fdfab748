//! The syntax of host names, checked before anybody is asked about them.

use super::error::{Fault, TargetProblem};
use super::octets::pieces;

/// Checks a name by RFC 1123 section 2.1. An underscore is let through: RFC 2181 section 11 allows it to the DNS, and
/// Windows networks are full of computers that have one.
pub(super) fn check(name: &str) -> Result<(), Fault> {
    let name = name.strip_suffix('.').unwrap_or(name);
    for (at, label) in pieces(name, '.') {
        check_label(label).map_err(|(offset, problem)| (at + offset, problem))?;
    }
    if name.len() > 253 { Err((253, TargetProblem::NameTooLong)) } else { Ok(()) }
}

fn check_label(label: &str) -> Result<(), Fault> {
    let belongs = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    if let Some((at, character)) = label.char_indices().find(|&(_, character)| !belongs(character)) {
        return Err((at, TargetProblem::StrayCharacter { character }));
    }
    if label.is_empty() {
        return Err((0, TargetProblem::EmptyLabel));
    }
    if label.len() > 63 {
        return Err((63, TargetProblem::LabelTooLong));
    }
    if label.starts_with('-') || label.ends_with('-') {
        let at = if label.starts_with('-') { 0 } else { label.len() - 1 };
        return Err((at, TargetProblem::HyphenAtEdge));
    }
    Ok(())
}
