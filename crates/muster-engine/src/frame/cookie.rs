//! What a probe carries so that its answer can be told from anything else: a keyed hash, SipHash-1-3, of both
//! addresses, the target's port and the kind of probe. Source port, sequence number and identifier are pieces of it.

use std::fmt;
use std::hash::Hasher;
use std::ops::RangeInclusive;

use siphasher::sip::SipHasher13;

use super::ip::Address;
use crate::probe::{Attempt, Purpose};
use crate::questions::ProbeKind;

/// The secret of one sweep.
#[derive(Clone, Copy)]
pub(super) struct Key(u64, u64);

/// Both ends of a probe, seen from here; in an answer they have changed places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends<A> {
    pub(super) ours: A,
    pub(super) theirs: A,
    /// The port of the target.
    pub(super) port: u16,
}

/// The hash for one question to one endpoint; all tries of it share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cookie(u64);

impl Key {
    pub(super) fn new(bytes: [u8; 16]) -> Self {
        let both = u128::from_le_bytes(bytes);
        Self(both as u64, (both >> 64) as u64)
    }

    /// Whole words go in, out of registers: bytes put together in memory first would cost as much as the hash.
    pub(super) fn cookie<A: Address>(self, kind: ProbeKind, ends: &Ends<A>) -> Cookie {
        let mut hasher = SipHasher13::new_with_keys(self.0, self.1);
        A::hash(ends.ours, ends.theirs, &mut hasher);
        hasher.write_u32(u32::from(ends.port) << 16 | kind as u32);
        Cookie(hasher.finish())
    }
}

/// A key is a secret, also in a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Cookie {
    /// Of a TCP segment: the try in the top five bits, 26 bits of the cookie, and a zero, so that stacks which
    /// acknowledge the number itself can be told from those that acknowledge the next one.
    pub(super) fn sequence(self, attempt: Attempt) -> u32 {
        code(attempt) << 27 | self.sequence_bits()
    }

    /// The try that a number gives back: ours, or the one after it.
    pub(super) fn attempt_of_sequence(self, number: u32) -> Option<Attempt> {
        if number & SEQUENCE_BITS != self.sequence_bits() { None } else { attempt(number >> 27) }
    }

    /// For the time stamp of a SYN, of which nothing depends.
    pub(super) fn time_stamp(self) -> u32 {
        (self.0 >> 16) as u32
    }

    /// The identifier of a request of ICMP.
    pub(super) fn identifier(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// Its number: the try, and eleven bits of the cookie.
    pub(super) fn query_number(self, attempt: Attempt) -> u16 {
        (code(attempt) as u16) << 11 | self.number_bits()
    }

    /// The try that such a number gives back.
    pub(super) fn attempt_of_query(self, number: u16) -> Option<Attempt> {
        if number & NUMBER_BITS != self.number_bits() { None } else { attempt(u32::from(number >> 11)) }
    }

    /// All of it: what an echo request says.
    pub(super) fn whole(self) -> u64 {
        self.0
    }

    fn sequence_bits(self) -> u32 {
        self.0 as u32 & SEQUENCE_BITS
    }

    fn number_bits(self) -> u16 {
        (self.0 >> 32) as u16 & NUMBER_BITS
    }
}

const SEQUENCE_BITS: u32 = 0x07ff_fffe;
const NUMBER_BITS: u16 = 0x07ff;

/// The ports that probes come from. Each try of a question has its own, one after the other from a place that follows
/// from the cookie: a second SYN from the port of the first, with another number, would be answered as an error of
/// the first connection (RFC 9293 section 3.10.7.4) where the first answer was lost.
#[derive(Clone, Copy, Debug)]
pub(super) struct SourcePorts {
    first: u16,
    /// 1 to 65,536.
    count: u32,
}

impl SourcePorts {
    /// An empty range counts as its first port.
    pub(super) fn new(range: &RangeInclusive<u16>) -> Self {
        let count = u32::from(*range.end()).saturating_sub(u32::from(*range.start())) + 1;
        Self { first: *range.start(), count }
    }

    /// The port of one try.
    pub(super) fn port(self, cookie: Cookie, attempt: Attempt) -> u16 {
        let place = self.start(cookie) + if self.tells_attempts() { code(attempt) } else { 0 };
        self.first.wrapping_add((if place < self.count { place } else { place - self.count }) as u16)
    }

    /// The try that a port gives back. With too few ports to tell there is one port for all tries, and the first one
    /// stands for them.
    pub(super) fn attempt_of(self, cookie: Cookie, port: u16) -> Option<Attempt> {
        let place = u32::from(port).checked_sub(u32::from(self.first)).filter(|place| *place < self.count)?;
        let start = self.start(cookie);
        let code = if place < start { place + self.count - start } else { place - start };
        match self.tells_attempts() {
            true => attempt(code),
            false => (code == 0).then_some(FIRST),
        }
    }

    /// Whether a port alone says which try it belongs to.
    pub(super) fn tells_attempts(self) -> bool {
        self.count >= CODES
    }

    fn start(self, cookie: Cookie) -> u32 {
        ((cookie.0 >> 48) as u32 * self.count) >> 16
    }
}

/// The try that stands for all where an answer cannot tell them apart.
pub(super) const FIRST: Attempt = Attempt { round: 1, purpose: Purpose::Target };

const CODES: u32 = 32;

/// Five bits: the purpose and the round, which goes up to 15.
fn code(attempt: Attempt) -> u32 {
    debug_assert!((1..=15).contains(&attempt.round), "round {}", attempt.round);
    u32::from(attempt.round & 15) | (attempt.purpose as u32) << 4
}

fn attempt(code: u32) -> Option<Attempt> {
    let purpose = match code >> 4 {
        0 => Purpose::Target,
        1 => Purpose::Control,
        _ => return None,
    };
    let round = (code & 15) as u8;
    (round > 0).then_some(Attempt { round, purpose })
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn attempts() -> impl Iterator<Item = Attempt> {
        let each = |purpose| (1..=15).map(move |round| Attempt { round, purpose });
        each(Purpose::Target).chain(each(Purpose::Control))
    }

    #[test]
    fn a_cookie_is_bound_to_everything_that_names_a_question() {
        let (a, b) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2));
        let cookie = |key: u8, kind, ours, theirs, port| {
            Key::new([key; 16]).cookie(kind, &Ends { ours, theirs, port })
        };
        let cookies = [
            cookie(1, ProbeKind::Syn, a, b, 80),
            cookie(2, ProbeKind::Syn, a, b, 80),
            cookie(1, ProbeKind::Ack, a, b, 80),
            cookie(1, ProbeKind::Syn, b, a, 80),
            cookie(1, ProbeKind::Syn, a, a, 80),
            cookie(1, ProbeKind::Syn, a, b, 81),
        ];
        for (place, cookie) in cookies.iter().enumerate() {
            assert!(!cookies[..place].contains(cookie));
        }
        assert_eq!(format!("{:?}", Key::new([7; 16])), "Key", "secrets are not printed");
    }

    #[test]
    fn a_key_and_words_are_hashed_as_siphash_says() {
        let hasher = SipHasher13::new_with_key(&std::array::from_fn(|place| place as u8));
        let ends = Ends { ours: Ipv4Addr::new(1, 2, 3, 4), theirs: Ipv4Addr::new(5, 6, 7, 8), port: 0x0b97 };
        let key = Key::new(std::array::from_fn(|place| place as u8));
        let bytes = [4, 3, 2, 1, 8, 7, 6, 5, 2, 0, 0x97, 0x0b];
        assert_eq!(key.cookie(ProbeKind::Udp, &ends), Cookie(hasher.hash(&bytes)));
    }

    proptest! {
        #[test]
        fn every_number_gives_its_try_back(hash: u64, first: u16, count in 1u32..=65_536) {
            let cookie = Cookie(hash);
            let last = (u32::from(first) + count - 1).min(65_535) as u16;
            let ports = SourcePorts::new(&(first..=last));
            for attempt in attempts() {
                let number = cookie.sequence(attempt);
                prop_assert_eq!(cookie.attempt_of_sequence(number), Some(attempt));
                prop_assert_eq!(cookie.attempt_of_sequence(number + 1), Some(attempt));
                prop_assert_eq!(cookie.attempt_of_sequence(number ^ 2), None);
                prop_assert_eq!(cookie.attempt_of_query(cookie.query_number(attempt)), Some(attempt));
                let port = ports.port(cookie, attempt);
                prop_assert!((first..=last).contains(&port));
                let expected = if ports.tells_attempts() { attempt } else { FIRST };
                prop_assert_eq!(ports.attempt_of(cookie, port), Some(expected));
            }
            prop_assert_eq!(cookie.attempt_of_sequence(cookie.sequence_bits()), None, "there is no round 0");
            let believed = (0..=u16::MAX).filter(|port| ports.attempt_of(cookie, *port).is_some()).count();
            prop_assert_eq!(believed, if ports.tells_attempts() { 30 } else { 1 });
        }
    }
}
