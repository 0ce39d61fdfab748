//! Answers requests for address masks (RFC 950) as whoever was asked. Linux has given that up, and hands them to whoever
//! reads all of ICMP; the lab's rules let those through that are to be answered.

use std::io::{self, Read as _};
use std::net::Ipv4Addr;
use std::thread;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// Answers on a thread of its own until the process ends.
pub(super) fn serve_masks() -> io::Result<()> {
    let mut socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4))?;
    socket.set_header_included_v4(true)?;
    thread::spawn(move || {
        let mut packet = [0; 2048];
        loop {
            let answer = socket.read(&mut packet).ok().and_then(|length| answer(&packet[..length]));
            if let Some((to, reply)) = answer {
                // Somebody who cannot be reached any more gets none.
                let _ = socket.send_to(&reply, &SockAddr::from(std::net::SocketAddr::from((to, 0))));
            }
        }
    });
    Ok(())
}

/// The reply to a packet that is such a request, and for whom. The kernel fills in the checksum of the IP header.
fn answer(packet: &[u8]) -> Option<(Ipv4Addr, [u8; 32])> {
    let header = usize::from(packet.first()? & 15) * 4;
    let [17, 0, _, _, i0, i1, n0, n1] = *packet.get(header..)?.first_chunk::<8>()? else { return None };
    let [s0, s1, s2, s3, t0, t1, t2, t3] = *packet.get(12..)?.first_chunk::<8>()?;
    let mut reply = [
        0x45, 0, 0, 32, 0, 0, 0x40, 0, 64, 1, 0, 0, t0, t1, t2, t3, s0, s1, s2, s3, 18, 0, 0, 0, i0, i1, n0,
        n1, 255, 255, 255, 0,
    ];
    let checksum = checksum(&reply[20..]).to_be_bytes();
    reply[22..24].copy_from_slice(&checksum);
    Some((Ipv4Addr::new(s0, s1, s2, s3), reply))
}

/// RFC 1071, of an even number of bytes.
fn checksum(message: &[u8]) -> u16 {
    let words = message.chunks_exact(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])));
    let sum: u32 = words.sum();
    !((sum >> 16) + (sum & 0xffff)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_nothing_else_are_answered() {
        let head = [0x45, 0, 0, 32, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        let packet = |kind| [&head[..], &[kind, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]].concat();
        let (to, reply) = answer(&packet(17)).unwrap();
        assert_eq!((to, &reply[12..20]), (Ipv4Addr::new(10, 0, 0, 1), &[10, 0, 0, 2, 10, 0, 0, 1][..]));
        assert_eq!((&reply[20..22], &reply[24..]), (&[18, 0][..], &[1, 2, 3, 4, 255, 255, 255, 0][..]));
        assert_eq!(checksum(&reply[20..]), 0);
        assert_eq!((answer(&packet(8)), answer(&head), answer(&[])), (None, None, None));
    }
}
