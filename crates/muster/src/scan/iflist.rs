//! `--iflist`: this machine's interfaces and routes, as tables. Nothing is sent.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;

use muster_platform::{Device, DeviceKind, Routes, Wanted, Way};

use crate::failure::Failure;
use crate::output::print;

/// Prints both tables.
///
/// # Errors
/// If the system does not tell, or stdout cannot be written.
pub(crate) fn list_interfaces() -> Result<ExitCode, Failure> {
    let devices = known(muster_platform::devices())
        .map_err(|error| Failure::environment(format!("cannot list this machine's interfaces: {error}")))?;
    let interfaces = interfaces(&devices)
        .map_err(|error| Failure::environment(format!("cannot list this machine's addresses: {error}")))?;
    let routes = known(routes(&devices))
        .map_err(|error| Failure::environment(format!("cannot list this machine's routes: {error}")))?;
    print(|out| {
        writeln!(out, "INTERFACES")?;
        lines(&interfaces).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        writeln!(out, "\nROUTES")?;
        lines(&routes).iter().try_for_each(|line| writeln!(out, "{line}"))
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A row of a table.
type Row = Vec<String>;

/// What a system does not have is an empty list.
fn known<T>(list: io::Result<Vec<T>>) -> io::Result<Vec<T>> {
    match list {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(Vec::new()),
        list => list,
    }
}

/// A row for each address, and one for each device without any.
fn interfaces(devices: &[Device]) -> io::Result<Vec<Row>> {
    let mut rows = vec![row(["DEV", "IP/MASK", "TYPE", "UP", "MTU", "MAC"])];
    let addresses = muster_platform::interfaces()?;
    for device in devices {
        let of_device =
            addresses.iter().filter(|found| found.name.split(':').next() == Some(device.name.as_str()));
        let before = rows.len();
        rows.extend(of_device.map(|found| of(device, &format!("{}/{}", found.address, found.prefix))));
        if rows.len() == before {
            rows.push(of(device, "(none)"));
        }
    }
    let is_unknown = |name: &str| devices.iter().all(|device| name.split(':').next() != Some(&device.name));
    let unknown = addresses.iter().filter(|found| is_unknown(&found.name));
    rows.extend(unknown.map(|found| {
        let address = format!("{}/{}", found.address, found.prefix);
        row([found.name.as_str(), &address, "?", "?", "?", ""])
    }));
    Ok(rows)
}

fn of(device: &Device, address: &str) -> Row {
    let kind = match device.kind {
        DeviceKind::Ethernet => "ethernet",
        DeviceKind::Loopback => "loopback",
        DeviceKind::RawIp => "point2point",
        DeviceKind::Other => "other",
    };
    let hardware = device.hardware.filter(|_| device.kind == DeviceKind::Ethernet);
    let hardware = hardware.map(|bytes| bytes.map(|byte| format!("{byte:02X}")).join(":"));
    let (mtu, up) = (device.mtu.to_string(), if device.is_up { "up" } else { "down" });
    row([device.name.as_str(), address, kind, up, &mtu, &hardware.unwrap_or_default()])
}

/// The way that the kernel takes to each network of its tables.
fn routes(devices: &[Device]) -> io::Result<Vec<Row>> {
    let names: HashMap<u32, &str> =
        devices.iter().map(|device| (device.index, device.name.as_str())).collect();
    let mut rows = vec![row(["DST/MASK", "DEV", "GATEWAY"])];
    let mut routes = Routes::open()?;
    let prefixes = routes.prefixes()?;
    for &(address, length) in prefixes.iter().filter(|prefix| !is_of_no_table(**prefix)) {
        let Some(host) = inside(address, length, &prefixes) else { continue };
        let (device, gateway) = match routes.way_to(host, &Wanted::default())? {
            Way::OnLink { device, .. } => (device, None),
            Way::Via { device, gateway, .. } => (device, Some(gateway)),
            Way::Local | Way::Unreachable(_) => continue,
        };
        let name = names.get(&device).map_or_else(|| device.to_string(), |name| (*name).to_owned());
        let gateway = gateway.map_or(String::new(), |gateway: IpAddr| gateway.to_string());
        rows.push(vec![format!("{address}/{length}"), name, gateway]);
    }
    Ok(rows)
}

/// Whether the kernel knows a network without having a route for it: RFC 791's own and the address of nobody.
fn is_of_no_table(prefix: (IpAddr, u8)) -> bool {
    [(Ipv4Addr::UNSPECIFIED.into(), 8), (Ipv6Addr::UNSPECIFIED.into(), 128)].contains(&prefix)
}

/// An address of the network that the kernel takes for a host's. Of the network of all others it is one that is kept for
/// examples and tests and belongs to no other route, if there is such; it is looked up in the kernel's tables, not asked.
fn inside(address: IpAddr, length: u8, prefixes: &[(IpAddr, u8)]) -> Option<IpAddr> {
    match address {
        _ if length == 0 => EXAMPLES.into_iter().find(|example| {
            let is_within =
                |(network, length): &(IpAddr, u8)| *length > 0 && contains(*network, *length, *example);
            example.is_ipv4() == address.is_ipv4() && !prefixes.iter().any(is_within)
        }),
        IpAddr::V4(first) if length < 31 => Some(Ipv4Addr::from_bits(first.to_bits() | 1).into()),
        IpAddr::V6(first) if length < 127 => Some(Ipv6Addr::from_bits(first.to_bits() | 1).into()),
        single => Some(single),
    }
}

/// RFC 5737, RFC 2544, RFC 3849 and RFC 9637.
const EXAMPLES: [IpAddr; 6] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)),
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)),
    IpAddr::V4(Ipv4Addr::new(198, 18, 0, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
    IpAddr::V6(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 1)),
];

fn contains(network: IpAddr, length: u8, address: IpAddr) -> bool {
    let length = u32::from(length);
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (network.to_bits() ^ address.to_bits()).leading_zeros() >= length
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            (network.to_bits() ^ address.to_bits()).leading_zeros() >= length
        }
        _ => false,
    }
}

fn row<const N: usize>(cells: [&str; N]) -> Row {
    cells.map(str::to_owned).to_vec()
}

/// Columns as wide as what is in them, a blank apart.
fn lines(rows: &[Row]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(String::len).max();
    let widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or(0)).collect();
    let line = |row: &Row| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join(" ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let rows = [
            row(["DEV", "IP/MASK", "MAC"]),
            row(["lo", "127.0.0.1/8", ""]),
            row(["enp0s31f6", "(none)", "X"]),
        ];
        assert_eq!(
            lines(&rows),
            ["DEV       IP/MASK     MAC", "lo        127.0.0.1/8", "enp0s31f6 (none)      X"]
        );
        assert!(lines(&[]).is_empty());
    }

    #[test]
    fn a_host_of_each_network_is_looked_up() {
        let prefixes = ["192.0.2.0", "198.51.100.0", "0.0.0.0", "::"].map(|text| text.parse().unwrap());
        let prefixes: Vec<(IpAddr, u8)> = prefixes.into_iter().zip([24, 25, 0, 0]).collect();
        for (address, length, host) in [
            ("10.0.0.0", 8, "10.0.0.1"),
            ("10.0.0.7", 32, "10.0.0.7"),
            ("10.0.0.6", 31, "10.0.0.6"),
            ("0.0.0.0", 0, "203.0.113.1"),
            ("fd00::", 64, "fd00::1"),
            ("::", 0, "2001:db8::1"),
        ] {
            let found = inside(address.parse().unwrap(), length, &prefixes);
            assert_eq!(found, host.parse().ok(), "{address}/{length}");
        }
    }

    #[test]
    fn loopback_is_an_interface_of_every_machine() {
        let devices = known(muster_platform::devices()).unwrap();
        let rows = interfaces(&devices).unwrap();
        assert!(rows.iter().any(|row| row[1] == "127.0.0.1/8"), "{rows:?}");
    }
}
