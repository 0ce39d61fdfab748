//! The questions: `RTM_GETROUTE` and `RTM_GETRULE` of rtnetlink(7).

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::overview::Rule;
use super::{Overview, Unreachable, Wanted, Way, answer, overview};
use crate::netlink::{Message, Netlink, Request};

#[derive(Debug)]
pub(super) struct Routes {
    netlink: Netlink,
    /// The wanted source that was last found to be this machine's.
    own: Option<IpAddr>,
}

impl Routes {
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self { netlink: Netlink::open()?, own: None })
    }

    pub(super) fn prefixes(&mut self) -> io::Result<Vec<(IpAddr, u8)>> {
        let mut all = WITHOUT_A_TABLE.to_vec();
        for family in [libc::AF_INET, libc::AF_INET6] {
            for table in [GETROUTE, GETRULE] {
                all.extend(self.list(table, family as u8, answer::destination)?);
            }
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    pub(super) fn overview(&mut self) -> io::Result<Overview> {
        let mut found = Overview::default();
        for (family, has_default) in
            [(libc::AF_INET, &mut found.has_default_v4), (libc::AF_INET6, &mut found.has_default_v6)]
        {
            let family = family as u8;
            *has_default =
                !self.list(GETROUTE, family, |route| overview::is_default(route, family))?.is_empty();
            let rules = self.list(GETRULE, family, |rule| overview::own_rule(rule, family))?;
            found.rules += rules.len();
            found.rules_beyond_addresses += rules.iter().filter(|rule| **rule == Rule::ByMore).count();
        }
        Ok(found)
    }

    /// `struct rtmsg` and `struct fib_rule_hdr` have family, length of the destination and its attribute in common.
    fn list<T>(
        &mut self,
        table: u16,
        family: u8,
        read: impl Fn(&Message<'_>) -> Option<T>,
    ) -> io::Result<Vec<T>> {
        let mut fixed = [0; answer::FIXED];
        fixed[0] = family;
        match self.netlink.list(&Request::new(table, &fixed), read) {
            // A kernel that was built without rules, or without the family.
            Err(error) if error.raw_os_error() == Some(libc::EOPNOTSUPP) => Ok(Vec::new()),
            listed => listed,
        }
    }

    pub(super) fn way_to(&mut self, address: IpAddr, wanted: &Wanted) -> io::Result<Way> {
        if let Some(source) = wanted.source {
            self.check_source(source, address)?;
        }
        let question = question(address, wanted);
        match self.netlink.ask(question, |message| answer::way(message, wanted.source)) {
            Ok(Some(way)) => Ok(way),
            Ok(None) => {
                Err(io::Error::new(ErrorKind::InvalidData, format!("no route in the answer for {address}")))
            }
            Err(error) => refusal(&error).map(Way::Unreachable).ok_or(error),
        }
    }

    /// The kernel refuses a foreign IPv4 source by the error of a blackhole, and takes any IPv6 source.
    fn check_source(&mut self, source: IpAddr, address: IpAddr) -> io::Result<()> {
        if source.is_ipv4() != address.is_ipv4() {
            let text = format!("source {source} and destination {address} are of two families");
            return Err(io::Error::new(ErrorKind::InvalidInput, text));
        }
        if self.own == Some(source) {
            return Ok(());
        }
        let Way::Local = self.way_to(source, &Wanted::default())? else {
            let text = format!("source {source} is not an address of this machine");
            return Err(io::Error::new(ErrorKind::AddrNotAvailable, text));
        };
        self.own = Some(source);
        Ok(())
    }
}

fn question(address: IpAddr, wanted: &Wanted) -> Request {
    let mut fixed = [0; answer::FIXED];
    fixed[0] = if address.is_ipv4() { libc::AF_INET as u8 } else { libc::AF_INET6 as u8 };
    fixed[1] = bits(address);
    fixed[2] = wanted.source.map_or(0, bits);
    let mut request = Request::new(GETROUTE, &fixed).attribute(answer::DST, octets(&address).as_slice());
    if let Some(source) = wanted.source {
        request = request.attribute(answer::SRC, octets(&source).as_slice());
    }
    match wanted.device {
        Some(device) => request.attribute(answer::OIF, &device.to_ne_bytes()),
        None => request,
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn octets(address: &IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

/// What the kernel's error says about the way; `None` for one that says nothing, such as a missing device's.
fn refusal(error: &io::Error) -> Option<Unreachable> {
    Some(match error.raw_os_error()? {
        libc::EACCES | libc::EPERM => Unreachable::Prohibited,
        libc::EHOSTUNREACH => Unreachable::Unreachable,
        libc::EINVAL => Unreachable::Blackhole,
        // EAGAIN: a route that throws the question back, with no table after its own.
        libc::EAGAIN | libc::ENETUNREACH | libc::ESRCH => Unreachable::NoRoute,
        _ => return None,
    })
}

/// What the kernel knows by heart: this network, everybody here, groups.
const WITHOUT_A_TABLE: [(IpAddr, u8); 6] = [
    (IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8),
    (IpAddr::V4(Ipv4Addr::UNSPECIFIED), 32),
    (IpAddr::V4(Ipv4Addr::new(224, 0, 0, 0)), 4),
    (IpAddr::V4(Ipv4Addr::BROADCAST), 32),
    (IpAddr::V6(Ipv6Addr::UNSPECIFIED), 128),
    (IpAddr::V6(Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0)), 8),
];
const GETROUTE: u16 = 26;
const GETRULE: u16 = 34;
