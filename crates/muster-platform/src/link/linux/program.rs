//! A [`Filter`] as a program of classic BPF, which the kernel runs on every frame before it costs us anything.
//!
//! Instructions and their numbers: `Documentation/networking/filter.rst` of the kernel. A load past the end of the frame
//! ends the program and drops the frame, so that no length has to be asked for.

use crate::link::{Filter, Framing};

mod assembler;
#[cfg(test)]
mod tests;

use assembler::{Assembler, Load};

/// The program for a filter.
pub(super) fn compile(filter: &Filter, framing: Framing) -> Vec<libc::sock_filter> {
    let mut program = Assembler::default();
    program.load(Load::PacketType);
    program.drop_if_equal(u32::from(libc::PACKET_OUTGOING));
    match framing {
        Framing::Ethernet => by_type(&mut program, filter),
        Framing::RawIp => by_version(&mut program, filter),
    }
    program.finish()
}

/// The kernel has taken off the VLAN tag before: the frames of a VLAN belong to its own device, but those of number 0
/// are merely given a priority (IEEE 802.1Q).
fn by_type(program: &mut Assembler, filter: &Filter) {
    program.load(Load::VlanTag);
    program.and(VLAN_NUMBER);
    program.drop_unless_equal(0);
    program.load(Load::Half(ETHERNET_TYPE));
    program.when(libc::ETH_P_IP as u32, |program| ipv4(program, filter, Framing::Ethernet));
    program.when(libc::ETH_P_IPV6 as u32, |program| ipv6(program, filter, Framing::Ethernet));
    if filter.arp {
        program.when(libc::ETH_P_ARP as u32, Assembler::take);
    }
}

fn by_version(program: &mut Assembler, filter: &Filter) {
    program.load(Load::Byte(0));
    program.and(VERSION);
    program.when(0x40, |program| ipv4(program, filter, Framing::RawIp));
    program.when(0x60, |program| ipv6(program, filter, Framing::RawIp));
}

/// RFC 791: the header's length is in its first byte. Of a fragment, only the first has ports, and none is of use.
fn ipv4(program: &mut Assembler, filter: &Filter, framing: Framing) {
    let start = framing.header() as u32;
    program.load(Load::Half(start + 6));
    program.drop_if_any(MORE_FRAGMENTS | FRAGMENT_OFFSET);
    program.load_header_length(start);
    program.load(Load::Byte(start + 9));
    by_protocol(program, filter, libc::IPPROTO_ICMP, Load::HalfBehindHeader(start + PORT));
}

/// RFC 8200: a fixed header.
fn ipv6(program: &mut Assembler, filter: &Filter, framing: Framing) {
    let start = framing.header() as u32;
    program.load(Load::Byte(start + 6));
    by_protocol(program, filter, libc::IPPROTO_ICMPV6, Load::Half(start + 40 + PORT));
}

fn by_protocol(program: &mut Assembler, filter: &Filter, icmp: libc::c_int, port: Load) {
    if filter.icmp {
        program.when(icmp as u32, Assembler::take);
    }
    for protocol in [libc::IPPROTO_TCP, libc::IPPROTO_UDP] {
        program.when(protocol as u32, |program| {
            program.load(port);
            program.take_if_within(u32::from(*filter.ports.start()), u32::from(*filter.ports.end()));
        });
    }
}

/// Where an Ethernet frame says what it carries.
const ETHERNET_TYPE: u32 = 12;
/// Where TCP and UDP have the destination port.
const PORT: u32 = 2;
const VLAN_NUMBER: u32 = 0x0fff;
const VERSION: u32 = 0xf0;
const MORE_FRAGMENTS: u32 = 0x2000;
const FRAGMENT_OFFSET: u32 = 0x1fff;
