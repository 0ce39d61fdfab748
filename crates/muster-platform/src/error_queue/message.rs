//! The control message that carries an entry of the error queue: Linux' `cmsghdr`, then `sock_extended_err` and the
//! sender's socket address (`linux/errqueue.h`), all in the byte order of this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::QueuedError;

/// Finds the entry in the control bytes of one received message. `None` if there is none, if it is cut short, or if it
/// is no error but a notice (time stamps use the same queue).
pub fn parse(control: &[u8]) -> Option<QueuedError> {
    Messages { rest: control }.find(Message::is_extended_error).and_then(|message| entry(message.payload))
}

/// One control message.
struct Message<'a> {
    level: i32,
    kind: i32,
    payload: &'a [u8],
}

impl Message<'_> {
    fn is_extended_error(&self) -> bool {
        matches!((self.level, self.kind), (SOL_IP, IP_RECVERR) | (SOL_IPV6, IPV6_RECVERR))
    }
}

/// The control messages in a buffer, up to the first that does not fit.
struct Messages<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Messages<'a> {
    type Item = Message<'a>;

    fn next(&mut self) -> Option<Message<'a>> {
        let length = usize::from_ne_bytes(bytes(self.rest, 0)?);
        let message = Message {
            level: i32::from_ne_bytes(bytes(self.rest, WORD)?),
            kind: i32::from_ne_bytes(bytes(self.rest, WORD + 4)?),
            payload: self.rest.get(HEADER..length)?,
        };
        // CMSG_ALIGN: the next message starts at the next multiple of a word, and the last may lack its padding.
        self.rest = self.rest.get(length.next_multiple_of(WORD)..).unwrap_or_default();
        Some(message)
    }
}

/// `struct sock_extended_err`: errno (4), origin, type, code, padding (1 each), info (4), data (4); then the address.
fn entry(payload: &[u8]) -> Option<QueuedError> {
    let errno = i32::try_from(u32::from_ne_bytes(bytes(payload, 0)?)).ok()?;
    let [origin, kind, code, _padding] = bytes(payload, 4)?;
    let icmp = match origin {
        ORIGIN_NONE | ORIGIN_LOCAL => None,
        ORIGIN_ICMP | ORIGIN_ICMP6 => sender(payload.get(EXTENDED_ERROR..)?).map(|from| (kind, code, from)),
        _ => return None,
    };
    Some(QueuedError { errno, icmp })
}

/// `struct sockaddr_in` or `struct sockaddr_in6`; a sender that is not known has another family.
fn sender(address: &[u8]) -> Option<IpAddr> {
    match u16::from_ne_bytes(bytes(address, 0)?) {
        AF_INET => Some(Ipv4Addr::from_octets(bytes(address, 4)?).into()),
        AF_INET6 => Some(IpAddr::from(Ipv6Addr::from_octets(bytes(address, 8)?)).to_canonical()),
        _ => None,
    }
}

/// The `N` bytes at `offset`, if they are there.
fn bytes<const N: usize>(from: &[u8], offset: usize) -> Option<[u8; N]> {
    from.get(offset..)?.first_chunk().copied()
}

// Linux' numbers, so that the parser can be tested on every system; they are part of its ABI and never change.
const WORD: usize = size_of::<usize>();
const HEADER: usize = WORD + 8;
const EXTENDED_ERROR: usize = 16;
const SOL_IP: i32 = 0;
const IP_RECVERR: i32 = 11;
const SOL_IPV6: i32 = 41;
const IPV6_RECVERR: i32 = 25;
const ORIGIN_NONE: u8 = 0;
const ORIGIN_LOCAL: u8 = 1;
const ORIGIN_ICMP: u8 = 2;
const ORIGIN_ICMP6: u8 = 3;
const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    const EHOSTUNREACH: u32 = 113;

    /// A control message around `payload`, padded to a word as the kernel pads it.
    fn control(level: i32, kind: i32, payload: &[u8]) -> Vec<u8> {
        let mut message = (HEADER + payload.len()).to_ne_bytes().to_vec();
        message.extend(level.to_ne_bytes());
        message.extend(kind.to_ne_bytes());
        message.extend(payload);
        message.resize(message.len().next_multiple_of(WORD), 0);
        message
    }

    fn extended_error(origin: u8, kind: u8, code: u8, sender: &[u8]) -> Vec<u8> {
        let mut payload = EHOSTUNREACH.to_ne_bytes().to_vec();
        payload.extend([origin, kind, code, 0]);
        payload.extend([0; 8]);
        payload.extend(sender);
        payload
    }

    fn ipv4_sender(octets: [u8; 4]) -> Vec<u8> {
        let mut address = AF_INET.to_ne_bytes().to_vec();
        address.extend([0, 0]);
        address.extend(octets);
        address.extend([0; 8]);
        address
    }

    fn ipv6_sender(address: &str) -> Vec<u8> {
        let mut sender = AF_INET6.to_ne_bytes().to_vec();
        sender.extend([0; 6]);
        sender.extend(address.parse::<Ipv6Addr>().unwrap().octets());
        sender.extend([0; 4]);
        sender
    }

    fn icmp(kind: u8, code: u8, from: &str) -> Option<QueuedError> {
        Some(QueuedError { errno: 113, icmp: Some((kind, code, from.parse().unwrap())) })
    }

    #[test]
    fn icmp_errors_of_both_families_are_read() {
        let v4 = control(SOL_IP, IP_RECVERR, &extended_error(2, 3, 13, &ipv4_sender([10, 77, 1, 1])));
        assert_eq!(parse(&v4), icmp(3, 13, "10.77.1.1"));
        let v6 = control(SOL_IPV6, IPV6_RECVERR, &extended_error(3, 1, 3, &ipv6_sender("fd99::2")));
        assert_eq!(parse(&v6), icmp(1, 3, "fd99::2"));
        let mapped =
            control(SOL_IPV6, IPV6_RECVERR, &extended_error(2, 3, 1, &ipv6_sender("::ffff:10.0.0.1")));
        assert_eq!(parse(&mapped), icmp(3, 1, "10.0.0.1"));
    }

    #[test]
    fn an_entry_without_icmp_keeps_its_error_number() {
        let without = Some(QueuedError { errno: 113, icmp: None });
        let local = control(SOL_IP, IP_RECVERR, &extended_error(1, 0, 0, &ipv4_sender([0; 4])));
        assert_eq!(parse(&local), without);
        let unknown_sender = control(SOL_IP, IP_RECVERR, &extended_error(2, 3, 1, &[0; 16]));
        assert_eq!(parse(&unknown_sender), without);
    }

    #[test]
    fn notices_and_other_messages_are_passed_over() {
        let time_stamp = control(SOL_IP, IP_RECVERR, &extended_error(4, 0, 0, &[0; 16]));
        assert_eq!(parse(&time_stamp), None);
        let mut behind_another = control(1, 29, &[7; 13]);
        behind_another.extend(control(
            SOL_IP,
            IP_RECVERR,
            &extended_error(2, 3, 0, &ipv4_sender([10, 0, 0, 1])),
        ));
        assert_eq!(parse(&behind_another), icmp(3, 0, "10.0.0.1"));
    }

    #[test]
    fn every_cut_and_every_length_is_survived() {
        let whole = control(SOL_IPV6, IPV6_RECVERR, &extended_error(3, 1, 1, &ipv6_sender("fd99::2")));
        let sender_ends = HEADER + EXTENDED_ERROR + 24;
        for cut in 0..whole.len() {
            assert!(cut >= sender_ends || parse(&whole[..cut]).is_none(), "{cut} of {}", whole.len());
        }
        for length in (0..80).chain([usize::MAX, usize::MAX - 7, isize::MAX as usize]) {
            let mut lying = whole.clone();
            lying[..WORD].copy_from_slice(&length.to_ne_bytes());
            parse(&lying);
        }
    }
}
