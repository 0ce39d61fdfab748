//! A network as an address and a number of leading bits.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::AddressSet;
use super::error::{TargetError, TargetProblem};
use super::spec::split_bits;

/// All addresses that share their first bits: `192.0.2.0/24`, `2001:db8::/32` (RFC 4632, RFC 4291 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    first: IpAddr,
    bits: u8,
}

impl Prefix {
    /// The network of `bits` leading bits around `address`, whose other bits do not matter; `None` if an address of
    /// its family has fewer bits.
    pub fn new(address: IpAddr, bits: u8) -> Option<Self> {
        let free = u32::from(width(address).checked_sub(bits)?);
        let first = match address {
            IpAddr::V4(v4) => {
                Ipv4Addr::from_bits(v4.to_bits() & u32::MAX.checked_shl(free).unwrap_or(0)).into()
            }
            IpAddr::V6(v6) => {
                Ipv6Addr::from_bits(v6.to_bits() & u128::MAX.checked_shl(free).unwrap_or(0)).into()
            }
        };
        Some(Self { first, bits })
    }

    /// The least address.
    pub fn first(&self) -> IpAddr {
        self.first
    }

    /// The greatest address.
    pub fn last(&self) -> IpAddr {
        let free = u32::from(width(self.first) - self.bits);
        match self.first {
            IpAddr::V4(v4) => {
                Ipv4Addr::from_bits(v4.to_bits() | !u32::MAX.checked_shl(free).unwrap_or(0)).into()
            }
            IpAddr::V6(v6) => {
                Ipv6Addr::from_bits(v6.to_bits() | !u128::MAX.checked_shl(free).unwrap_or(0)).into()
            }
        }
    }

    /// Whether `address` is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && (self.first..=self.last()).contains(&address)
    }

    /// The longest prefix that holds all `addresses`; `None` if there are none, or of both families.
    pub fn covering(addresses: impl IntoIterator<Item = IpAddr>) -> Option<Self> {
        let mut addresses = addresses.into_iter();
        let mut covering = Self::from(addresses.next()?);
        for address in addresses {
            if address.is_ipv4() != covering.first.is_ipv4() {
                return None;
            }
            while !covering.contains(address) {
                covering = Self::new(covering.first, covering.bits - 1)?;
            }
        }
        Some(covering)
    }

    /// How many leading bits are fixed.
    pub fn bits(&self) -> u8 {
        self.bits
    }
}

impl From<IpAddr> for Prefix {
    fn from(address: IpAddr) -> Self {
        Self { first: address, bits: width(address) }
    }
}

impl From<Prefix> for AddressSet {
    fn from(prefix: Prefix) -> Self {
        match (prefix.first(), prefix.last()) {
            (IpAddr::V4(first), IpAddr::V4(last)) => Self::from(first..=last),
            (IpAddr::V6(first), IpAddr::V6(last)) => Self::from(first..=last),
            _ => unreachable!("both ends of a prefix are of its family"),
        }
    }
}

/// `address/bits`, or an address alone for itself. No octet ranges and no names.
impl FromStr for Prefix {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let parse = || {
            let (address, bits) = split_bits(text)?;
            let address: IpAddr = address.parse().map_err(|_| (0, TargetProblem::NotAPrefix))?;
            let most = width(address);
            let (at, bits) = bits.unwrap_or((0, most));
            Self::new(address, bits).ok_or((at, TargetProblem::PrefixTooLong { most }))
        };
        parse().map_err(|fault| TargetError::new(text, fault))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bits == width(self.first) {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}/{}", self.first, self.bits)
        }
    }
}

/// Bits of an address of this family.
fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_covering_prefix_is_the_longest() {
        let covering = |texts: &[&str]| {
            Prefix::covering(texts.iter().map(|text| text.parse().unwrap())).map(|prefix| prefix.to_string())
        };
        assert_eq!(covering(&["10.0.0.1"]).as_deref(), Some("10.0.0.1"));
        assert_eq!(covering(&["10.0.0.7", "10.0.0.1", "10.0.0.4"]).as_deref(), Some("10.0.0.0/29"));
        assert_eq!(covering(&["10.0.0.7", "192.0.2.1"]).as_deref(), Some("0.0.0.0/0"));
        assert_eq!(covering(&["::1", "8000::"]).as_deref(), Some("::/0"));
        assert_eq!((covering(&[]), covering(&["::1", "10.0.0.1"])), (None, None));
    }

    #[test]
    fn prefixes_cover_their_network() {
        for (text, shown, first, last) in [
            ("192.0.2.77/24", "192.0.2.0/24", "192.0.2.0", "192.0.2.255"),
            ("192.0.2.77", "192.0.2.77", "192.0.2.77", "192.0.2.77"),
            ("1.2.3.4/0", "0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
            ("2001:db8::5/126", "2001:db8::4/126", "2001:db8::4", "2001:db8::7"),
            ("::/0", "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("::1/128", "::1", "::1", "::1"),
        ] {
            let prefix: Prefix = text.parse().unwrap();
            assert_eq!(prefix.to_string(), shown);
            assert_eq!((prefix.first(), prefix.last()), (first.parse().unwrap(), last.parse().unwrap()));
        }
    }

    #[test]
    fn wrong_prefixes_are_refused() {
        for (text, message) in [
            ("10.0.0.0/33", "bad target 10.0.0.0/33: the prefix is longer than 32 bits, at character 10"),
            ("::/129", "bad target ::/129: the prefix is longer than 128 bits, at character 4"),
            ("10.0.0-1.0/8", "bad target 10.0.0-1.0/8: not an address with a prefix, at character 1"),
            ("10.0.0.0/", "bad target 10.0.0.0/: the prefix is not a number of bits, at character 10"),
        ] {
            assert_eq!(text.parse::<Prefix>().unwrap_err().to_string(), message);
        }
    }
}
