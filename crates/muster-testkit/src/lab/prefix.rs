//! The networks a lab may have: private prefixes of at most 65,536 addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::LabError;
use super::plan::{RELAY_V4, RELAY_V6, SEGMENT_V4, SEGMENT_V6};

/// An address prefix that a lab can serve: private (RFC 1918, RFC 4193), 16 host bits at most, apart from the lab's
/// own segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefix {
    first: IpAddr,
    bits: u8,
}

impl Prefix {
    /// 10.77.0.0/16.
    pub const DEFAULT_V4: Self = Self { first: IpAddr::V4(Ipv4Addr::new(10, 77, 0, 0)), bits: 16 };
    /// fd77::/112.
    pub const DEFAULT_V6: Self =
        Self { first: IpAddr::V6(Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, 0)), bits: 112 };

    /// Every address, from the first to the last.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + use<> {
        let first = self.first;
        (0..self.len()).map(move |offset| plus(first, offset))
    }

    /// How many addresses there are.
    pub fn len(&self) -> u32 {
        1 << (width(self.first) - self.bits)
    }

    /// Never: a prefix has at least one address.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Whether the address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let shift = width(self.first) - self.bits;
        // Shifted by its whole width nothing is left of either.
        address.is_ipv4() == self.is_ipv4()
            && number(address).checked_shr(shift.into()) == number(self.first).checked_shr(shift.into())
    }

    /// Whether these are IPv4 addresses.
    pub fn is_ipv4(&self) -> bool {
        self.first.is_ipv4()
    }

    fn is_allowed(&self) -> bool {
        let (v4, v6) = ([SEGMENT_V4, RELAY_V4], [SEGMENT_V6, RELAY_V6]);
        match self.first {
            IpAddr::V4(first) => {
                first.is_private() && !v4.iter().any(|own| covers((own.0.into(), own.1), *self))
            }
            IpAddr::V6(first) => {
                first.is_unique_local() && !v6.iter().any(|own| covers((own.0.into(), own.1), *self))
            }
        }
    }
}

impl FromStr for Prefix {
    type Err = LabError;

    /// Reads `address/bits`; host bits must be zero.
    fn from_str(text: &str) -> Result<Self, LabError> {
        let (first, bits) =
            text.split_once('/').ok_or(LabError::Plan("a network is written address/bits"))?;
        let first: IpAddr = first.parse().map_err(|_| LabError::Plan("not an address"))?;
        let bits: u8 = bits.parse().map_err(|_| LabError::Plan("not a prefix length"))?;
        let prefix = Self { first, bits };
        match bits {
            _ if bits > width(first) => Err(LabError::Plan("prefix longer than the address")),
            _ if width(first) - bits > 16 => Err(LabError::Plan("more than 65,536 addresses")),
            _ if !number(first).is_multiple_of(prefix.len().into()) => {
                Err(LabError::Plan("host bits are set"))
            }
            _ if !prefix.is_allowed() => {
                Err(LabError::Plan("network is not private, or is the lab's segment"))
            }
            _ => Ok(prefix),
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

fn plus(first: IpAddr, offset: u32) -> IpAddr {
    match first {
        IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4) | offset).into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) | u128::from(offset)).into(),
    }
}

/// Whether the two have an address in common; prefixes overlap only where one contains the other's first address.
fn covers((segment, bits): (IpAddr, u8), prefix: Prefix) -> bool {
    let shift = width(segment) - bits.min(prefix.bits);
    number(segment) >> shift == number(prefix.first) >> shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_read_and_counted() {
        let prefix: Prefix = "10.77.3.0/24".parse().unwrap();
        assert_eq!(prefix.len(), 256);
        assert_eq!(prefix.addresses().last().unwrap().to_string(), "10.77.3.255");
        assert_eq!(Prefix::DEFAULT_V6.to_string().parse::<Prefix>().unwrap(), Prefix::DEFAULT_V6);
        assert_eq!(Prefix::DEFAULT_V6.addresses().last().unwrap().to_string(), "fd77::ffff");
    }

    #[test]
    fn a_prefix_contains_its_own_addresses_alone() {
        let prefix: Prefix = "10.77.3.0/24".parse().unwrap();
        assert!(prefix.addresses().all(|address| prefix.contains(address)));
        for other in ["10.77.4.0", "10.77.2.255", "::10.77.3.1"] {
            assert!(!prefix.contains(other.parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "10.77.0.0",
            "10.0.0.0/8",
            "10.77.0.1/24",
            "8.8.8.0/24",
            "10.78.0.128/25",
            "10.78.0.0/16",
            "10.79.0.0/24",
            "fe80::/112",
        ] {
            assert!(text.parse::<Prefix>().is_err(), "{text}");
        }
    }
}
