//! Ports that are open together.

use std::collections::BTreeSet;

use muster_catalog::{DeviceSignature, Sign};
use muster_model::{DeviceClass, DeviceSign, Endpoint, Excerpt, SignKind};

/// The patterns of the catalogue.
#[derive(Debug)]
pub(super) struct Patterns<'c>(Vec<(DeviceClass, &'c [u16])>);

impl<'c> Patterns<'c> {
    pub(super) fn of(signatures: &'c [DeviceSignature]) -> Self {
        let pattern = |signature: &'c DeviceSignature| match &signature.sign {
            Sign::Ports(ports) => Some((signature.class, &ports[..])),
            _ => None,
        };
        Self(signatures.iter().filter_map(pattern).collect())
    }

    pub(super) fn signs(&self, open: &BTreeSet<Endpoint>, add: &mut impl FnMut(DeviceClass, DeviceSign)) {
        for (class, ports) in &self.0 {
            if let Some(sign) = pattern(ports, open) {
                add(*class, sign);
            }
        }
    }
}

/// All the ports are open, and there is at least one.
pub(super) fn pattern(ports: &[u16], open: &BTreeSet<Endpoint>) -> Option<DeviceSign> {
    let found: Vec<&Endpoint> =
        ports.iter().map_while(|port| open.iter().find(|endpoint| endpoint.port == *port)).collect();
    if found.is_empty() || found.len() < ports.len() {
        return None;
    }
    let numbers: Vec<String> = ports.iter().map(u16::to_string).collect();
    let endpoint = if let [one] = found[..] { Some(*one) } else { None };
    let seen = Excerpt::of(&format!("{} open", numbers.join(", ")));
    Some(DeviceSign { kind: SignKind::PortPattern, endpoint, seen })
}
