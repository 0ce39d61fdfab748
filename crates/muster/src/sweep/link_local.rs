//! Targets whose addresses are those of a link (RFC 4291 section 2.5.6): every link has such addresses of its own, so that
//! an interface has to be named wherever there are several.

use std::net::IpAddr;

use muster_engine::{AddressSet, Prefix};
use muster_platform::{Device, DeviceKind};

use super::choice::NetworkKind;
use super::network_args::NetworkArgs;
use crate::failure::Failure;

/// Sees that it is known by which interface targets of a link are asked, this machine's own not among them; gives a warning
/// where they cannot be.
///
/// # Errors
/// Several interfaces may lead to such addresses, and none is named.
pub(super) fn check(
    targets: &AddressSet,
    args: &NetworkArgs,
    kind: NetworkKind,
) -> Result<Option<String>, Failure> {
    let Some(first) = first_of(targets) else { return Ok(None) };
    // Where they cannot be listed no frame is sent either.
    checked(first, &names(&muster_platform::devices().unwrap_or_default()), args, kind)
}

fn checked(
    first: IpAddr,
    names: &[&str],
    args: &NetworkArgs,
    kind: NetworkKind,
) -> Result<Option<String>, Failure> {
    let name = names.first().copied().unwrap_or("IFACE");
    match kind {
        NetworkKind::Connect => {
            let leave_out = if args.connect { "leave out -sT and " } else { "" };
            Ok(Some(format!(
                "warning: {first} and the like are addresses of a link, which connections cannot name: they are not asked\n\
                 hint: {leave_out}name the interface by -e {name}, which takes frames\n"
            )))
        }
        NetworkKind::Raw if args.device.is_none() && names.len() > 1 => {
            let message =
                format!("{first} is an address of a link, and there are several: {}", names.join(", "));
            Err(Failure::usage(message).hint(format!("name the interface that leads there, as in -e {name}")))
        }
        NetworkKind::Raw => Ok(None),
    }
}

fn first_of(targets: &AddressSet) -> Option<IpAddr> {
    let link_local = AddressSet::from(LINK_LOCAL.parse::<Prefix>().ok()?);
    targets.intersection(&link_local).iter().next()
}

/// The interfaces by which frames may leave.
fn names(devices: &[Device]) -> Vec<&str> {
    let carries =
        |device: &&Device| device.is_up && matches!(device.kind, DeviceKind::Ethernet | DeviceKind::RawIp);
    devices.iter().filter(carries).map(|device| device.name.as_str()).collect()
}

const LINK_LOCAL: &str = "fe80::/10";

#[cfg(test)]
mod tests {
    use super::*;

    fn told(names: &[&str], args: &NetworkArgs, kind: NetworkKind) -> Result<Option<String>, String> {
        let first =
            first_of(&AddressSet::of_addresses(["fe80::7", "10.0.0.1"].map(|a| a.parse().unwrap())).unwrap());
        checked(first.unwrap(), names, args, kind).map_err(|failure| format!("{failure:?}"))
    }

    #[test]
    fn the_interface_has_to_be_named_where_there_are_several() {
        let (none, named) = (
            NetworkArgs::default(),
            NetworkArgs { device: Some("eth1".to_owned()), ..NetworkArgs::default() },
        );
        let refused = told(&["eth0", "eth1"], &none, NetworkKind::Raw).unwrap_err();
        assert!(refused.contains("fe80::7 is an address of a link, and there are several: eth0, eth1"));
        assert!(refused.contains("-e eth0"), "{refused}");
        assert_eq!(told(&["eth0"], &none, NetworkKind::Raw), Ok(None));
        assert_eq!(told(&["eth0", "eth1"], &named, NetworkKind::Raw), Ok(None));
    }

    #[test]
    fn connections_cannot_name_it() {
        let connect = NetworkArgs { connect: true, ..NetworkArgs::default() };
        let warned = told(&["eth0"], &connect, NetworkKind::Connect).unwrap().unwrap();
        assert!(
            warned.ends_with("hint: leave out -sT and name the interface by -e eth0, which takes frames\n")
        );
    }

    #[test]
    fn other_addresses_are_asked_by_the_routing_table() {
        let others =
            ["10.0.0.1", "169.254.1.1", "fd00::1", "fec0::1"].map(|address| address.parse().unwrap());
        assert_eq!(first_of(&AddressSet::of_addresses(others).unwrap()), None);
    }
}
