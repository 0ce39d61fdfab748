//! What changed between two scans: hosts, names, ports, services, scripts and verdicts.
//!
//! A [`Side`] is one of the two, read piece by piece from a file or taken from a run that is kept. Equal lists of
//! ports, services and results are held once and known by a number, so a host takes some forty bytes beside its names,
//! however much is said of it, and two hosts are alike if their names and numbers are. A [`Comparison`] goes through both
//! sides once, in the order of their addresses. The three writers say the same: as `ndiff` does, as JSON lines, and in `ndiff`'s XML.
//!
//! What was not looked at is unknown: a host that a side does not have is gone or new only if the side speaks of the whole
//! network. Of a file that breaks off, or a run that never asked the address, nothing follows. Neither does anything of a
//! port that is missing where a host may be half written (all scanners but Nmap write what they find when they find it); where
//! answers alone are listed, as in masscan's files, such a port was not open, and more is not known.
//!
//! Of what muster does not judge by, only Nmap's XML tells: states and transports that are not muster's, guesses at a host's
//! system, and what scripts say of no host. It is compared where both sides are such files. A run keeps what it judges by.
//!
//! A run beside a file of another program: muster keeps what it judges by and has its own words for services and software, so
//! hosts, names and the states of ports are compared, counts, services and results of scripts are not.

mod aligned;
mod change;
mod comparison;
mod intern;
mod jsonl;
mod lines;
mod missing;
mod names;
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
