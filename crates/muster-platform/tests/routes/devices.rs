//! What is told about devices.

use muster_platform::{DeviceKind, devices};

use crate::network::{CABLE, in_own_network, ip, is_accepted, say};

#[test]
fn a_cable_and_loopback_are_told_apart() {
    in_own_network(|| {
        ip(CABLE);
        let all = devices().unwrap();
        assert!(all.is_sorted_by_key(|device| device.index));
        let named = |name: &str| all.iter().find(|device| device.name == name).unwrap();
        let (loopback, near) = (named("lo"), named("near"));
        assert_eq!((loopback.kind, loopback.hardware, loopback.is_up), (DeviceKind::Loopback, None, true));
        assert_eq!((near.kind, near.mtu, near.is_up), (DeviceKind::Ethernet, 1400, true));
        assert_eq!(near.hardware, Some([2, 0, 0, 0, 0x90, 1]));
        assert_eq!(near.driver.as_deref(), Some("veth"));
        assert_eq!(all.len(), 3, "no device of another network: {all:?}");
    });
}

#[test]
fn a_pulled_cable_is_down() {
    in_own_network(|| {
        ip(CABLE);
        ip("link set far down");
        let all = devices().unwrap();
        let is_up = |name: &str| all.iter().find(|device| device.name == name).unwrap().is_up;
        assert_eq!([is_up("near"), is_up("far")], [false, false], "near is switched on and has no carrier");
    });
}

#[test]
fn a_tunnel_carries_bare_packets() {
    in_own_network(|| {
        if !is_accepted("tuntap add mode tun name tunnel\ntuntap add mode tap name tap") {
            return say("skipped: this kernel has no tun");
        }
        let all = devices().unwrap();
        let named = |name: &str| all.iter().find(|device| device.name == name).unwrap();
        let (tunnel, tap) = (named("tunnel"), named("tap"));
        assert_eq!((tunnel.kind, tunnel.hardware, tunnel.is_up), (DeviceKind::RawIp, None, false));
        assert_eq!((tap.kind, tap.hardware.is_some()), (DeviceKind::Ethernet, true));
        assert_eq!(tunnel.driver.as_deref(), Some("tun"));
    });
}
