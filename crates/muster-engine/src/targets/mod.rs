//! What to sweep: the target grammar of Nmap, and address sets that stay small however many addresses they hold.
//!
//! Text becomes a [`TargetSpec`], a spec becomes an [`AddressSet`] (host names by way of a resolver that this crate
//! does not have), and sets are joined, cut and numbered. Nothing here looks a name up or reads a file.

mod address_set;
mod error;
mod interval;
mod list;
mod name;
mod octets;
mod prefix;
mod spec;

pub use address_set::AddressSet;
pub use error::{TargetError, TargetProblem};
pub use interval::{IntervalSet, MAX_INTERVALS, Number, TooManyRanges};
pub use list::{ListError, TargetList, parse_exclude};
pub use prefix::Prefix;
pub use spec::TargetSpec;
