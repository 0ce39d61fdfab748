//! Who answers to which address on the local links: the gateways, and the targets that share a link with us.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use muster_model::Instant;

/// A hardware address.
pub(super) type Hardware = [u8; 6];

/// A router that was silent is asked again after so long.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// The table. Only routers and targets have a place in it, so that nothing that others send can make it grow.
#[derive(Debug, Default)]
pub(super) struct Neighbors {
    gateways: Vec<Gateway>,
    targets: HashMap<IpAddr, Hardware>,
}

/// A router on the link of an interface.
#[derive(Clone, Debug)]
pub(super) struct Gateway {
    /// The number of the interface.
    pub(super) device: u32,
    pub(super) address: IpAddr,
    /// What questions for it leave with; `None` where no address of ours is of its family.
    pub(super) departure: Option<usize>,
    pub(super) hardware: Option<Hardware>,
    asked: Option<Instant>,
}

impl Neighbors {
    /// The number of a router, a new one if it is new.
    pub(super) fn gateway(&mut self, device: u32, address: IpAddr, departure: Option<usize>) -> usize {
        let is_it = |known: &Gateway| known.device == device && known.address == address;
        self.gateways.iter().position(is_it).unwrap_or_else(|| {
            self.gateways.push(Gateway { device, address, departure, hardware: None, asked: None });
            self.gateways.len() - 1
        })
    }

    pub(super) fn gateways(&self) -> &[Gateway] {
        &self.gateways
    }

    /// The hardware address of the router with this number.
    pub(super) fn hardware_of_gateway(&self, number: usize) -> Option<Hardware> {
        self.gateways[number].hardware
    }

    /// The hardware address of a target on a link.
    pub(super) fn hardware_of(&self, address: IpAddr) -> Option<Hardware> {
        self.targets.get(&address).copied()
    }

    /// Notes who answers to an address on an interface's link, where it is a router's. The first answer stands: a later
    /// one of somebody else may be forged.
    pub(super) fn learn_gateway(&mut self, device: u32, address: IpAddr, hardware: Hardware) -> bool {
        let mut is_gateway = false;
        for gateway in &mut self.gateways {
            if gateway.device == device && gateway.address == address {
                gateway.hardware.get_or_insert(hardware);
                is_gateway = true;
            }
        }
        is_gateway
    }

    /// The same for a target, which the caller knows to be on that link.
    pub(super) fn learn_target(&mut self, address: IpAddr, hardware: Hardware) {
        self.targets.entry(address).or_insert(hardware);
    }

    /// The silent router with this number, if it is time to ask it (again).
    pub(super) fn due(&mut self, number: usize, now: Instant) -> Option<&Gateway> {
        let gateway = &mut self.gateways[number];
        if gateway.hardware.is_some() || gateway.asked.is_some_and(|asked| now.since(asked) < ASK_AGAIN) {
            return None;
        }
        gateway.asked = Some(now);
        Some(gateway)
    }

    /// The numbers of the routers that have not answered.
    pub(super) fn silent_gateways(&self) -> Vec<usize> {
        let silent = self.gateways.iter().enumerate().filter(|(_, gateway)| gateway.hardware.is_none());
        silent.map(|(number, _)| number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Hardware = [2, 0, 0, 0, 0, 1];
    const OTHER: Hardware = [2, 0, 0, 0, 0, 2];

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn the_first_answer_stands() {
        let mut table = Neighbors::default();
        let number = table.gateway(3, address(1), Some(0));
        assert_eq!(table.gateway(3, address(1), Some(0)), number);
        assert_ne!(table.gateway(4, address(1), Some(1)), number);
        assert!(table.learn_gateway(3, address(1), FIRST));
        assert!(table.learn_gateway(3, address(1), OTHER));
        assert!(!table.learn_gateway(3, address(2), OTHER));
        assert_eq!(table.hardware_of_gateway(number), Some(FIRST));
        table.learn_target(address(9), FIRST);
        table.learn_target(address(9), OTHER);
        assert_eq!(table.hardware_of(address(9)), Some(FIRST));
        assert_eq!(table.silent_gateways().len(), 1);
    }

    #[test]
    fn a_silent_gateway_is_asked_once_a_second() {
        let mut table = Neighbors::default();
        let number = table.gateway(3, address(1), Some(0));
        let at = |milliseconds| Instant::START + Duration::from_millis(milliseconds);
        assert!(table.due(number, at(0)).is_some());
        assert!(table.due(number, at(999)).is_none());
        assert!(table.due(number, at(1_000)).is_some());
        table.learn_gateway(3, address(1), FIRST);
        assert!(table.due(number, at(5_000)).is_none());
    }
}
