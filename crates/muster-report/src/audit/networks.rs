//! The IPv4 hosts of a run by /24, for the address maps.

use std::net::{IpAddr, Ipv4Addr};

use muster_model::{AddressRange, Host, Run, Verdict};

/// A /24 in which at least one host answered.
#[derive(Debug)]
pub(crate) struct Network<'a> {
    /// Its address without the last octet.
    pub(crate) prefix: u32,
    /// Its hosts, in order of address.
    pub(crate) hosts: Vec<&'a Host>,
}

impl<'a> Network<'a> {
    /// The /24s of `run`, in order.
    pub(crate) fn all(run: &'a Run) -> Vec<Self> {
        let mut hosts: Vec<(u32, &Host)> = run
            .hosts
            .iter()
            .filter_map(|host| match host.asset.address {
                IpAddr::V4(address) => Some((u32::from(address), host)),
                IpAddr::V6(_) => None,
            })
            .collect();
        hosts.sort_by_key(|(address, _)| *address);
        hosts
            .chunk_by(|(first, _), (second, _)| first >> 8 == second >> 8)
            .map(|hosts| Self {
                prefix: hosts[0].0 >> 8,
                hosts: hosts.iter().map(|(_, host)| *host).collect(),
            })
            .collect()
    }

    /// Its first address.
    pub(crate) fn first(&self) -> Ipv4Addr {
        Ipv4Addr::from(self.prefix << 8)
    }

    /// How many of its hosts have a verdict that `is_meant`.
    pub(crate) fn count(&self, is_meant: impl Fn(Verdict) -> bool) -> u64 {
        self.hosts.iter().filter(|host| is_meant(host.judgement.verdict)).count() as u64
    }

    /// The last octets of its addresses that lie in one of `ranges`, which are in order.
    pub(crate) fn within(&self, ranges: &[AddressRange]) -> Vec<u8> {
        let (first, last) = (self.prefix << 8, self.prefix << 8 | 0xff);
        let octets = |range: &AddressRange| match (range.first, range.last) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let (from, to) = (u32::from(from).max(first), u32::from(to).min(last));
                (from <= to).then_some((from & 0xff) as u8..=(to & 0xff) as u8)
            }
            _ => None,
        };
        let start = ranges.partition_point(|range| range.last < IpAddr::V4(Ipv4Addr::from(first)));
        ranges[start..]
            .iter()
            .take_while(|range| range.first <= IpAddr::V4(Ipv4Addr::from(last)))
            .filter_map(octets)
            .flatten()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_network() {
        let network = Network { prefix: 0x0a_00_01, hosts: Vec::new() };
        let range = |first: &str, last: &str| AddressRange {
            first: first.parse().unwrap(),
            last: last.parse().unwrap(),
        };
        let ranges = [
            range("10.0.0.0", "10.0.0.255"),
            range("10.0.0.255", "10.0.1.1"),
            range("10.0.1.7", "10.0.1.7"),
            range("10.0.1.254", "10.9.0.0"),
            range("fd00::", "fd00::ff"),
        ];
        assert_eq!(network.within(&ranges), [0, 1, 7, 254, 255]);
        assert_eq!(network.within(&[range("0.0.0.0", "255.255.255.255")]).len(), 256);
        assert!(network.within(&[]).is_empty());
    }
}
