//! Large sets as one number: the same set gives the same number on every machine and in every version.

use muster_engine::{AddressSet, ProbeKind, Questions};

/// FNV-1a of 64 bits (draft-eastlake-fnv): tells sets apart that differ by mistake. It is no proof against malice, and
/// need not be: whoever may write the journal may start any sweep.
#[derive(Debug)]
pub(super) struct Digest(u64);

impl Digest {
    pub(super) fn of_addresses(set: &AddressSet) -> u64 {
        let mut digest = Self::new();
        for range in set.v4().ranges() {
            digest.add(&[4]);
            digest.add(&range.start().to_le_bytes());
            digest.add(&range.end().to_le_bytes());
        }
        for range in set.v6().ranges() {
            digest.add(&[6]);
            digest.add(&range.start().to_le_bytes());
            digest.add(&range.end().to_le_bytes());
        }
        digest.0
    }

    pub(super) fn of_questions(questions: &Questions) -> u64 {
        let mut digest = Self::new();
        for kind in ProbeKind::ALL {
            for range in questions.ranges(kind) {
                digest.add(&[kind as u8]);
                digest.add(&range.start().to_le_bytes());
                digest.add(&range.end().to_le_bytes());
            }
        }
        digest.0
    }

    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use muster_engine::{IntervalSet, PortSet};

    use super::*;

    #[test]
    fn sets_that_differ_have_digests_that_differ() {
        let mut digest = Digest::new();
        digest.add(b"foobar");
        assert_eq!(digest.0, 0x8594_4171_f739_67e8, "the test vector of the draft");
        let four = |first: u32, last: u32| AddressSet::from(IntervalSet::from(first..=last));
        let digests = [
            Digest::of_addresses(&AddressSet::empty()),
            Digest::of_addresses(&four(1, 2)),
            Digest::of_addresses(&four(1, 3)),
            Digest::of_addresses(&AddressSet::from(IntervalSet::from(1_u128..=2))),
            Digest::of_questions(&PortSet::tcp(2967).into()),
            Digest::of_questions(&Questions::none().with(ProbeKind::Udp, (2967..=2967).into())),
            Digest::of_questions(&Questions::neighbor()),
        ];
        for (place, digest) in digests.iter().enumerate() {
            assert!(!digests[..place].contains(digest), "{place}");
        }
    }
}
