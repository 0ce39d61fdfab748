//! From `RTM_GETNEIGH` of rtnetlink(7).

use std::io;

use super::Neighbor;
use crate::netlink::{Message, Netlink, Request, address, attribute, number};

pub(super) fn neighbors() -> io::Result<Vec<Neighbor>> {
    let mut netlink = Netlink::open()?;
    let mut all = Vec::new();
    for family in [libc::AF_INET, libc::AF_INET6] {
        let mut fixed = [0; FIXED];
        fixed[0] = family as u8;
        all.extend(netlink.list(&Request::new(GETNEIGH, &fixed), read)?);
    }
    all.sort_by_key(|neighbor| (neighbor.device, neighbor.address));
    all.dedup();
    Ok(all)
}

/// `struct ndmsg`: family, padding (3), index (4), state (2), flags, type.
fn read(message: &Message<'_>) -> Option<Neighbor> {
    let (fixed, attributes) = message.parts::<FIXED>(NEWNEIGH)?;
    // A bridge's own table is asked for by another family; a kernel without IPv6 answers with all it has.
    if ![libc::AF_INET, libc::AF_INET6].contains(&i32::from(fixed[0])) {
        return None;
    }
    let state = u16::from_ne_bytes([fixed[8], fixed[9]]);
    let hardware: [u8; 6] = attribute(attributes, LLADDR)?.try_into().ok()?;
    (state & USABLE != 0 && hardware != [0; 6]).then_some(Neighbor {
        device: number(&fixed[4..8])?,
        address: address(attribute(attributes, DST)?)?,
        hardware,
    })
}

const NEWNEIGH: u16 = 28;
const GETNEIGH: u16 = 30;
const FIXED: usize = 12;
/// `NDA_…` and `NUD_…` of linux/neighbour.h.
const DST: u16 = 1;
const LLADDR: u16 = 2;
const USABLE: u16 = REACHABLE | STALE | DELAY | PROBE | PERMANENT;
const REACHABLE: u16 = 0x02;
const STALE: u16 = 0x04;
const DELAY: u16 = 0x08;
const PROBE: u16 = 0x10;
const PERMANENT: u16 = 0x80;
