//! Local ports that nobody on this machine uses: answers to frames that come from them meet no socket.
//!
//! Read from `/proc` on Linux; elsewhere the range of RFC 6335 stands for the kernel's own, and no port is known to be in
//! use.

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;

/// A range of ports, 4,096 where possible, that the kernel does not give to connections by itself and on which no
/// socket is bound. The kernel answers what comes in for them with a reset, and no program notices.
pub fn quiet_ports() -> RangeInclusive<u16> {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
    let ephemeral = range.ok().and_then(|text| ephemeral(&text)).unwrap_or(RFC_6335);
    let tables = ["tcp", "tcp6", "udp", "udp6"].map(|name| fs::read_to_string(format!("/proc/net/{name}")));
    let bound = tables.iter().flatten().flat_map(|table| bound(table)).collect();
    quiet(&ephemeral, &bound)
}

/// The highest free range of the greatest length that there is room for.
fn quiet(ephemeral: &RangeInclusive<u16>, bound: &BTreeSet<u16>) -> RangeInclusive<u16> {
    let is_quiet = |range: &RangeInclusive<u16>| {
        let is_apart = range.end() < ephemeral.start() || ephemeral.end() < range.start();
        is_apart && bound.range(range.clone()).next().is_none()
    };
    let lengths = (0..WIDEST.ilog2()).map(|halvings| WIDEST >> halvings);
    let mut ranges = lengths.flat_map(|length| {
        let starts = (LEAST..=u16::MAX - (length - 1)).rev().step_by(usize::from(length / 4).max(1));
        starts.map(move |start| start..=start + (length - 1))
    });
    // With every port taken somebody shares: the cookies tell whose answer it is.
    ranges.find(is_quiet).unwrap_or(u16::MAX - (WIDEST - 1)..=u16::MAX)
}

/// Two numbers: the first and the last port (ip(7)).
fn ephemeral(text: &str) -> Option<RangeInclusive<u16>> {
    let mut words = text.split_whitespace().map(|word| word.parse().ok());
    Some(words.next()??..=words.next()??)
}

/// The local ports of a socket table: the second column is `ADDRESS:PORT` in hexadecimal (proc_net_tcp.rst).
fn bound(table: &str) -> impl Iterator<Item = u16> {
    let column = |line: &str| {
        let (_, port) = line.split_whitespace().nth(1)?.rsplit_once(':')?;
        u16::from_str_radix(port, 16).ok()
    };
    table.lines().skip(1).filter_map(column)
}

/// The dynamic ports (RFC 6335, section 6).
const RFC_6335: RangeInclusive<u16> = 49_152..=65_535;
const WIDEST: u16 = 4_096;
/// Below are the ports of well-known services.
const LEAST: u16 = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_free_range_is_taken() {
        let linux = ephemeral("32768\t60999\n").unwrap();
        assert_eq!(quiet(&linux, &BTreeSet::new()), 61_440..=65_535);
        assert_eq!(quiet(&linux, &BTreeSet::from([65_000])), 28_672..=32_767);
        assert_eq!(quiet(&(1_024..=65_535), &BTreeSet::new()), 61_440..=65_535);
    }

    #[test]
    fn a_crowded_machine_gives_fewer() {
        let every = |step| (LEAST..=u16::MAX).step_by(step).collect::<BTreeSet<_>>();
        let range = quiet(&(32_768..=60_999), &every(1_000));
        assert_eq!(range.len(), 512);
        assert!(every(1_000).range(range).next().is_none());
    }

    #[test]
    fn tables_of_sockets_are_read() {
        let table = "  sl  local_address rem_address   st\n   \
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000\n   \
            1: 00000000000000000000000001000000:0016 00000000:0000 0A\n";
        assert_eq!(bound(table).collect::<Vec<_>>(), [8_080, 22]);
        assert_eq!(bound("nonsense\n\n:\n").count(), 0);
        assert_eq!(ephemeral("7"), None);
    }

    #[test]
    fn this_machine_has_a_range() {
        assert!(!quiet_ports().is_empty());
    }
}
