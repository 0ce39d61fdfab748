//! What changed between two scans: hosts, names, ports, services, scripts and verdicts.
//!
//! A [`Side`] is one of the two, read piece by piece from a file or taken from a run that is kept. Equal texts, lists of
//! ports and results are held once and known by a number, so a host takes some forty bytes however much is said of it, and
//! two hosts are alike if their numbers are. A [`Comparison`] goes through both sides once, in the order of their
//! addresses. The three writers say the same: as `ndiff` does, as JSON lines, and in `ndiff`'s XML.
//!
//! What was not looked at is unknown: a host that a side does not have is gone or new only if the side speaks of the whole
//! network. Of a file that breaks off, or a run that never asked the address, nothing follows.

mod change;
mod comparison;
mod intern;
mod jsonl;
mod lines;
mod pack;
mod side;
mod table;
mod text;
mod xml;

#[cfg(test)]
mod tests;

pub use comparison::{Comparison, Tally};
pub use jsonl::write_diff_jsonl;
pub use side::{Origin, Side};
pub use text::write_diff_text;
pub use xml::write_diff_xml;

/// Which hosts a diff shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Those that differ.
    Different,
    /// All, with all their ports.
    All,
}
