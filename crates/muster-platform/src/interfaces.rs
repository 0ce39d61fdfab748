//! The addresses of this machine, with the networks they are on.

use std::io;
use std::net::{IpAddr, Ipv4Addr};

use if_addrs::{IfAddr, Ifv4Addr};

/// One address of one interface; an interface with several addresses comes several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The interface's name, such as `eth0`.
    pub name: String,
    /// The address, one of this machine's own.
    pub address: IpAddr,
    /// The length of the network's prefix in bits.
    pub prefix: u8,
    /// The address that reaches every host of the network; `None` for IPv6, point-to-point links and networks without
    /// room for one (RFC 3021).
    pub broadcast: Option<IpAddr>,
}

/// Every address of every interface of this machine, loopback included.
///
/// # Errors
/// The system does not give its list.
pub fn interfaces() -> io::Result<Vec<Interface>> {
    Ok(if_addrs::get_if_addrs()?.into_iter().map(Interface::from).collect())
}

impl From<if_addrs::Interface> for Interface {
    fn from(interface: if_addrs::Interface) -> Self {
        let (prefix, broadcast) = match &interface.addr {
            IfAddr::V4(address) => (address.prefixlen, broadcast(address, interface.is_p2p)),
            IfAddr::V6(address) => (address.prefixlen, None),
        };
        Self { address: interface.ip(), name: interface.name, prefix, broadcast: broadcast.map(IpAddr::V4) }
    }
}

/// What the interface says, or the network's last address: Linux treats that one as broadcast even where none is
/// configured. Then the C library gives the interface's own address in its place, since the two share a field with the
/// peer of a point-to-point link.
fn broadcast(address: &Ifv4Addr, point_to_point: bool) -> Option<Ipv4Addr> {
    if point_to_point || address.prefixlen > LONGEST_WITH_BROADCAST {
        return None;
    }
    let hosts = u32::MAX.checked_shr(address.prefixlen.into()).unwrap_or(0);
    address
        .broadcast
        .filter(|broadcast| *broadcast != address.ip)
        .or(Some(Ipv4Addr::from_bits(address.ip.to_bits() | hosts)))
}

const LONGEST_WITH_BROADCAST: u8 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    fn broadcast_of(prefix: u8, configured: Option<Ipv4Addr>, point_to_point: bool) -> Option<Ipv4Addr> {
        let ip = Ipv4Addr::new(10, 0, 5, 9);
        let netmask = Ipv4Addr::from_bits(u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0));
        broadcast(&Ifv4Addr { ip, netmask, prefixlen: prefix, broadcast: configured }, point_to_point)
    }

    #[test]
    fn loopback_is_listed_with_its_network() {
        let all = interfaces().unwrap();
        let own = all.iter().find(|interface| interface.address == Ipv4Addr::LOCALHOST).unwrap();
        assert_eq!((own.prefix, own.broadcast), (8, Some(Ipv4Addr::new(127, 255, 255, 255).into())));
    }

    #[test]
    fn the_broadcast_address_is_the_networks_last_unless_configured() {
        assert_eq!(broadcast_of(24, None, false), Some(Ipv4Addr::new(10, 0, 5, 255)));
        let own = Some(Ipv4Addr::new(10, 0, 5, 9));
        assert_eq!(broadcast_of(24, own, false), Some(Ipv4Addr::new(10, 0, 5, 255)));
        assert_eq!(broadcast_of(30, None, false), Some(Ipv4Addr::new(10, 0, 5, 11)));
        assert_eq!(broadcast_of(0, None, false), Some(Ipv4Addr::BROADCAST));
        assert_eq!(
            broadcast_of(24, Some(Ipv4Addr::new(10, 0, 5, 0)), false),
            Some(Ipv4Addr::new(10, 0, 5, 0))
        );
    }

    #[test]
    fn links_of_two_have_no_broadcast_address() {
        assert_eq!(broadcast_of(31, None, false), None);
        assert_eq!(broadcast_of(32, None, false), None);
        assert_eq!(broadcast_of(24, None, true), None);
    }
}
