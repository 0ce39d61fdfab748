//! The Internet checksum (RFC 1071), in pieces: the sum of what never changes is kept, and only what differs from probe
//! to probe is added to it.

/// An unfinished sum. Its pieces may be added in any order, as long as each begins at an even place of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum(u64);

impl Sum {
    pub(super) const ZERO: Self = Self(0);

    /// Of bytes, an odd one at the end filled up with a zero.
    pub(super) const fn of(bytes: &[u8]) -> Self {
        let (mut sum, mut rest) = (0, bytes);
        while let [a, b, c, d, after @ ..] = rest {
            sum += u32::from_be_bytes([*a, *b, *c, *d]) as u64;
            rest = after;
        }
        sum += match rest {
            [a] => u16::from_be_bytes([*a, 0]) as u64,
            [a, b] => u16::from_be_bytes([*a, *b]) as u64,
            [a, b, c] => u16::from_be_bytes([*a, *b]) as u64 + u16::from_be_bytes([*c, 0]) as u64,
            _ => 0,
        };
        Self(sum)
    }

    /// With a field of two bytes or of four. Four at once are right because 2^16 is 1 in the arithmetic of the sum; the
    /// 64 bits hold more fields than a frame has.
    pub(super) const fn with(self, field: u32) -> Self {
        Self(self.0 + field as u64)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// The checksum of all that was added. Zero if it was there already and is right.
    pub(super) const fn checksum(self) -> u16 {
        let sum = (self.0 >> 32) + (self.0 & 0xffff_ffff);
        let sum = (sum >> 16) + (sum & 0xffff);
        let sum = (sum >> 16) + (sum & 0xffff);
        !((sum >> 16) + (sum & 0xffff)) as u16
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_rfc_1071_comes_out() {
        assert_eq!(Sum::of(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]).checksum(), !0xddf2);
        assert_eq!(Sum::of(&[0xff]).checksum(), 0x00ff);
        assert_eq!(Sum::ZERO.checksum(), 0xffff);
    }

    proptest! {
        #[test]
        fn pieces_and_words_give_the_sum_of_the_whole(bytes in prop::collection::vec(any::<u8>(), 0..1500), cut: usize) {
            let cut = (cut % (bytes.len() + 1)) & !1;
            let (head, tail) = bytes.split_at(cut);
            prop_assert_eq!(Sum::of(head).and(Sum::of(tail)).checksum(), Sum::of(&bytes).checksum());
            let (words, rest) = bytes.as_chunks::<4>();
            let sum = words.iter().fold(Sum::of(rest), |sum, word| sum.with(u32::from_be_bytes(*word)));
            prop_assert_eq!(sum.checksum(), Sum::of(&bytes).checksum());
        }
    }
}
