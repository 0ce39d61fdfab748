//! What follows from a host or a port that one side does not have.

use std::net::IpAddr;

use muster_model::AddressRange;

/// What it means that a side does not have a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// It was not there.
    Gone,
    /// Nothing.
    Nothing,
    /// No port of it was open: only answers are listed.
    NothingOpen,
    /// It was not there if it lies in one of these ranges, which are in order as all are; outside of them it was not asked.
    GoneIn(Vec<AddressRange>),
    /// It was not there, as files tell of their networks.
    GoneInFiles {
        /// Only in these ranges, where the files were narrowed to some.
        targets: Option<Vec<AddressRange>>,
        /// Not in these ranges: there something else answered.
        phantom: Vec<AddressRange>,
    },
}

impl Absence {
    /// Whether it follows that something has changed of a host at this address, which has an open port or not.
    pub(super) fn tells(&self, address: IpAddr, has_open_port: impl FnOnce() -> bool) -> bool {
        match self {
            Self::Gone => true,
            Self::Nothing => false,
            Self::NothingOpen => has_open_port(),
            Self::GoneIn(ranges) => is_in(ranges, address),
            Self::GoneInFiles { targets, phantom } => {
                targets.as_ref().is_none_or(|targets| is_in(targets, address)) && !is_in(phantom, address)
            }
        }
    }

    /// Why nothing follows, though the side is whole.
    pub(super) fn why(&self) -> &'static str {
        match self {
            Self::Gone | Self::Nothing | Self::GoneIn(_) => "it did not ask for them",
            Self::NothingOpen => "it lists open ports only",
            Self::GoneInFiles { targets: Some(_), phantom } if phantom.is_empty() => {
                "it was narrowed to others"
            }
            Self::GoneInFiles { targets: Some(_), .. } => {
                "it was narrowed to others, or one device answered for all of them"
            }
            Self::GoneInFiles { targets: None, .. } => "one device answered for all of them",
        }
    }
}

/// What it means that a side does not have a port of a host that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// It was not found; whatever else is not said of the host is not so.
    Gone,
    /// It was not open. What else is not said of the host is not known.
    NotOpen,
    /// Nothing: the host may be half written.
    Unknown,
}

fn is_in(ranges: &[AddressRange], address: IpAddr) -> bool {
    let at = ranges.partition_point(|range| range.last < address);
    ranges.get(at).is_some_and(|range| range.first <= address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_a_host_that_is_missing() {
        let at = |last: u8| IpAddr::from([10, 0, 0, last]);
        let range = |first, last| AddressRange { first: at(first), last: at(last) };
        let ranges = || vec![range(2, 3), range(6, 6)];
        let told = |absence: Absence, is_open| -> Vec<bool> {
            (1..8).map(|last| absence.tells(at(last), || is_open)).collect()
        };
        let within = [false, true, true, false, false, true, false];
        assert_eq!(told(Absence::GoneIn(ranges()), false), within);
        let of_files = |targets, phantom| Absence::GoneInFiles { targets, phantom };
        assert_eq!(told(of_files(None, ranges()), false), within.map(|is_in| !is_in));
        assert_eq!(told(of_files(Some(ranges()), Vec::new()), false), within);
        let left = [false, true, true, false, false, false, false];
        assert_eq!(told(of_files(Some(ranges()), vec![range(6, 6)]), false), left);
        for (absence, is_open, expected) in [
            (Absence::Gone, false, true),
            (Absence::Nothing, true, false),
            (Absence::NothingOpen, true, true),
            (Absence::NothingOpen, false, false),
        ] {
            assert_eq!(told(absence, is_open), [expected; 7]);
        }
    }
}
