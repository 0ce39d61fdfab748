//! The answers: `struct rtmsg` and `struct fib_rule_hdr` with their attributes (rtnetlink(7), linux/rtnetlink.h).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Unreachable, Way};
use crate::netlink::{Message, address, attribute, number};

/// The destination of a route or a rule; everything, where it names none.
pub(super) fn destination(message: &Message<'_>) -> Option<(IpAddr, u8)> {
    let (fixed, attributes) = message.parts::<FIXED>(NEWROUTE).or_else(|| message.parts(NEWRULE))?;
    let everything: IpAddr = match i32::from(fixed[0]) {
        libc::AF_INET => Ipv4Addr::UNSPECIFIED.into(),
        libc::AF_INET6 => Ipv6Addr::UNSPECIFIED.into(),
        _ => return None,
    };
    let destination = attribute(attributes, DST).and_then(address).unwrap_or(everything);
    (destination.is_ipv4() == everything.is_ipv4()).then_some((destination, fixed[1]))
}

/// The way that an answer describes.
pub(super) fn way(message: &Message<'_>, wanted: Option<IpAddr>) -> Option<Way> {
    let (fixed, attributes) = message.parts::<FIXED>(NEWROUTE)?;
    if let Some(special) = special(fixed[7]) {
        return Some(special);
    }
    if attribute(attributes, ENCAP_TYPE).is_some() {
        return Some(Way::Unreachable(Unreachable::Encapsulated));
    }
    let device = attribute(attributes, OIF).and_then(number)?;
    let told = attribute(attributes, PREFSRC).and_then(address).filter(|source| is_of_a_link(*source));
    let Some(source) = wanted.or(told) else {
        return Some(Way::Unreachable(Unreachable::NoSource));
    };
    Some(match gateway(attributes) {
        Some(gateway) => Way::Via { device, source, gateway },
        None => Way::OnLink { device, source },
    })
}

/// Where no device has an address, the kernel names loopback's, from which nothing comes back.
fn is_of_a_link(source: IpAddr) -> bool {
    !source.is_unspecified() && !source.is_loopback()
}

/// What the type of a route alone decides.
fn special(kind: u8) -> Option<Way> {
    Some(match kind {
        // An anycast address that is in the table is one of this machine's (RFC 4291 section 2.6).
        LOCAL | ANYCAST => Way::Local,
        BROADCAST | MULTICAST => Way::Unreachable(Unreachable::NotOneHost),
        BLACKHOLE => Way::Unreachable(Unreachable::Blackhole),
        UNREACHABLE => Way::Unreachable(Unreachable::Unreachable),
        PROHIBIT => Way::Unreachable(Unreachable::Prohibited),
        THROW => Way::Unreachable(Unreachable::NoRoute),
        _ => return None,
    })
}

/// `RTA_GATEWAY`, or `RTA_VIA` with a family before the address.
fn gateway(attributes: &[u8]) -> Option<IpAddr> {
    let other = || attribute(attributes, VIA).and_then(|value| address(value.get(2..)?));
    attribute(attributes, GATEWAY).and_then(address).or_else(other)
}

/// Both headers have twelve bytes: family, length of the destination, of the source, type of service, and from there
/// on each its own. A route has its type in the last byte before its flags.
pub(super) const FIXED: usize = 12;
pub(super) const NEWROUTE: u16 = 24;
pub(super) const NEWRULE: u16 = 32;
/// `RTA_…`; the destination of a rule, `FRA_DST`, has the same number.
pub(super) const DST: u16 = 1;
pub(super) const SRC: u16 = 2;
pub(super) const OIF: u16 = 4;
const GATEWAY: u16 = 5;
const PREFSRC: u16 = 7;
const VIA: u16 = 18;
const ENCAP_TYPE: u16 = 21;
/// `RTN_…`.
const LOCAL: u8 = 2;
const BROADCAST: u8 = 3;
const ANYCAST: u8 = 4;
const MULTICAST: u8 = 5;
const BLACKHOLE: u8 = 6;
const UNREACHABLE: u8 = 7;
const PROHIBIT: u8 = 8;
const THROW: u8 = 9;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::{Request, read_back};

    const V4: u8 = libc::AF_INET as u8;
    const V6: u8 = libc::AF_INET6 as u8;

    /// An answer about a route of this family and type.
    fn answer(family: u8, kind: u8) -> Request {
        Request::new(NEWROUTE, &[family, 32, 0, 0, 254, 0, 0, kind, 0, 0, 0, 0])
    }

    fn told(answer: Request) -> Option<Way> {
        read_back(answer, |message| way(message, None))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_type_alone_may_decide() {
        for (kind, expected) in [
            (2, Way::Local),
            (3, Way::Unreachable(Unreachable::NotOneHost)),
            (4, Way::Local),
            (5, Way::Unreachable(Unreachable::NotOneHost)),
            (6, Way::Unreachable(Unreachable::Blackhole)),
            (7, Way::Unreachable(Unreachable::Unreachable)),
            (8, Way::Unreachable(Unreachable::Prohibited)),
            (9, Way::Unreachable(Unreachable::NoRoute)),
        ] {
            let answer =
                answer(V4, kind).attribute(OIF, &7_u32.to_ne_bytes()).attribute(PREFSRC, &[10, 0, 0, 1]);
            assert_eq!(told(answer), Some(expected), "{kind}");
        }
    }

    #[test]
    fn a_unicast_answer_names_device_source_and_gateway() {
        let (source, gateway) = (ip("10.0.0.1"), ip("10.0.0.2"));
        let on_link = answer(V4, 1).attribute(OIF, &7_u32.to_ne_bytes()).attribute(PREFSRC, &[10, 0, 0, 1]);
        assert_eq!(told(on_link.clone()), Some(Way::OnLink { device: 7, source }));
        let via = on_link.clone().attribute(GATEWAY, &[10, 0, 0, 2]);
        assert_eq!(told(via.clone()), Some(Way::Via { device: 7, source, gateway }));
        let wanted = ip("10.0.0.9");
        let from = read_back(via.clone(), |message| way(message, Some(wanted)));
        assert_eq!(from, Some(Way::Via { device: 7, source: wanted, gateway }));
        let other = [&(libc::AF_INET6 as u16).to_ne_bytes()[..], &[0xfe, 0x80], &[0; 13], &[9]].concat();
        let gateway = ip("fe80::9");
        assert_eq!(told(on_link.attribute(VIA, &other)), Some(Way::Via { device: 7, source, gateway }));
        let wrapped = via.attribute(ENCAP_TYPE, &1_u16.to_ne_bytes());
        assert_eq!(told(wrapped), Some(Way::Unreachable(Unreachable::Encapsulated)));
    }

    #[test]
    fn without_a_source_there_is_no_way_and_without_a_device_no_answer() {
        let nowhere = answer(V6, 1);
        assert_eq!(told(nowhere.clone()), None);
        let device = nowhere.attribute(OIF, &7_u32.to_ne_bytes());
        let no_source = Some(Way::Unreachable(Unreachable::NoSource));
        assert_eq!(told(device.clone()), no_source);
        let (unspecified, loopback) = (Ipv6Addr::UNSPECIFIED.octets(), Ipv6Addr::LOCALHOST.octets());
        assert_eq!(told(device.clone().attribute(PREFSRC, &unspecified)), no_source);
        assert_eq!(told(device.attribute(PREFSRC, &loopback)), no_source);
        assert_eq!(told(Request::new(NEWRULE, &[V4; FIXED])), None, "a rule is no way");
    }

    #[test]
    fn destinations_are_those_of_routes_and_rules() {
        let of = |kind, family, length| Request::new(kind, &[family, length, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for (answer, expected) in [
            (of(NEWROUTE, V4, 8).attribute(DST, &[10, 0, 0, 0]), Some((ip("10.0.0.0"), 8))),
            (of(NEWRULE, V4, 24).attribute(DST, &[10, 9, 8, 0]), Some((ip("10.9.8.0"), 24))),
            (of(NEWROUTE, V4, 0), Some((ip("0.0.0.0"), 0))),
            (of(NEWRULE, V6, 0), Some((ip("::"), 0))),
            (of(NEWROUTE, V6, 128).attribute(DST, &[0; 16]), Some((ip("::"), 128))),
            // MPLS, and an address that is not of its family.
            (of(NEWROUTE, 28, 20).attribute(DST, &[0; 4]), None),
            (of(NEWROUTE, V6, 32).attribute(DST, &[0; 4]), None),
            (of(28, V4, 0), None),
        ] {
            assert_eq!(read_back(answer.clone(), destination), expected, "{answer:?}");
        }
    }
}
