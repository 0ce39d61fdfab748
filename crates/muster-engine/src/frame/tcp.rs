//! TCP segments (RFC 9293): how they are read, and which probe they answer.
//!
//! Checksums of what comes in are not looked at, here and in UDP and ICMP: a packet that never left this machine, or that
//! a network card will only finish on its way out, is captured with half a checksum. The cookie is the stronger test.

use muster_model::Answered;

use super::cookie::Ends;
use super::ip::{Address, Packet};
use super::{Forge, Recognition, ack, syn};
use crate::probe::Attempt;
use crate::questions::ProbeKind;

pub(super) const PROTOCOL: u8 = 6;

pub(super) const SYN: u8 = 0x02;
pub(super) const RST: u8 = 0x04;
pub(super) const ACK: u8 = 0x10;

/// A segment that came in, of which at least the header is whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) source: u16,
    pub(super) target: u16,
    pub(super) sequence: u32,
    pub(super) acknowledgment: u32,
    pub(super) flags: u8,
    window: u16,
    options: &'a [u8],
}

impl<'a> Segment<'a> {
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let [s0, s1, t0, t1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, w0, w1, ..] =
            *body.first_chunk::<HEADER>()?;
        Some(Self {
            source: u16::from_be_bytes([s0, s1]),
            target: u16::from_be_bytes([t0, t1]),
            sequence: u32::from_be_bytes([q0, q1, q2, q3]),
            acknowledgment: u32::from_be_bytes([a0, a1, a2, a3]),
            flags,
            window: u16::from_be_bytes([w0, w1]),
            options: body.get(HEADER..usize::from(offset >> 4) * 4)?,
        })
    }

    /// How the sender's TCP shows itself. Options after a broken one are not read.
    pub(super) fn stack(&self) -> Answered {
        let mut stack = Answered { window: self.window, ..Answered::default() };
        let mut rest = self.options;
        while let [kind, after @ ..] = rest {
            rest = match (kind, after) {
                (0, _) => &[],
                (1, _) => after,
                (_, [length, ..]) if *length >= 2 => match rest.get(usize::from(*length)..) {
                    Some(after) => after,
                    None => return stack,
                },
                _ => return stack,
            };
            if let (2, [4, high, low, ..]) = (kind, after) {
                stack.mss = Some(u16::from_be_bytes([*high, *low]));
            }
            stack.options.push(*kind);
        }
        stack
    }
}

/// The probe that a segment answers. Which flags mean what is Nmap's table for SYN scans and ACK pings.
pub(super) fn recognize<A: Address>(forge: &Forge, packet: &Packet<'_, A>) -> Option<Recognition> {
    let segment = Segment::read(packet.body)?;
    const SYN_ACK: u8 = SYN | ACK;
    const RST_ACK: u8 = RST | ACK;
    match segment.flags & (SYN | ACK | RST) {
        SYN_ACK => syn::accepted(forge, packet, &segment),
        SYN => syn::split(forge, packet, &segment),
        // A reset that acknowledges answers a segment without an acknowledgement: ours was a SYN. Some answer otherwise.
        RST_ACK => syn::refused(forge, packet, &segment).or_else(|| ack::refused(forge, packet, &segment)),
        RST => ack::refused(forge, packet, &segment).or_else(|| syn::refused(forge, packet, &segment)),
        _ => None,
    }
}

/// The ends of the probe that a segment would answer.
pub(super) fn ends<A: Address>(packet: &Packet<'_, A>, segment: &Segment<'_>) -> Ends<A> {
    Ends { ours: packet.target, theirs: packet.source, port: segment.source }
}

/// The try whose number came back, if it came back to the port it was sent from.
pub(super) fn attempt<A: Address>(
    forge: &Forge,
    kind: ProbeKind,
    ends: &Ends<A>,
    number: u32,
    port: u16,
) -> Option<Attempt> {
    let cookie = forge.key.cookie(kind, ends);
    cookie.attempt_of_sequence(number).filter(|attempt| forge.ports.port(cookie, *attempt) == port)
}

/// The probe whose first eight bytes are quoted: SYN and ACK have their number in the same place.
pub(super) fn quoted<A: Address>(
    forge: &Forge,
    (ours, theirs): (A, A),
    head: [u8; 8],
) -> Option<(ProbeKind, Ends<A>, Attempt)> {
    let [s0, s1, t0, t1, q0, q1, q2, q3] = head;
    let number = u32::from_be_bytes([q0, q1, q2, q3]);
    let ends = Ends { ours, theirs, port: u16::from_be_bytes([t0, t1]) };
    [ProbeKind::Syn, ProbeKind::Ack].into_iter().filter(|_| number & 1 == 0).find_map(|kind| {
        let attempt = attempt(forge, kind, &ends, number, u16::from_be_bytes([s0, s1]))?;
        Some((kind, ends, attempt))
    })
}

/// The header's length, without options.
pub(super) const HEADER: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn stack_of(options: &[u8]) -> Option<String> {
        let mut segment = [0; HEADER].to_vec();
        segment[12] = ((HEADER + options.len()) as u8 / 4) << 4;
        segment[14..16].copy_from_slice(&8192_u16.to_be_bytes());
        segment.extend(options);
        Some(Segment::read(&segment)?.stack().to_string())
    }

    #[test]
    fn stacks_are_read_from_options() {
        for (options, expected) in [
            (&[][..], "8192 - "),
            (&[2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2], "8192 1460 MNWNNS"),
            (&[2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7], "8192 1460 MSTNW"),
            (&[0, 2, 4, 5], "8192 - E"),
            (&[1, 2, 4, 5], "8192 - N"),
            (&[34, 0, 1, 1], "8192 - "),
            (&[34, 1, 1, 1], "8192 - "),
            (&[34, 4, 1, 1], "8192 - X"),
            (&[2, 2, 1, 1], "8192 - MNN"),
        ] {
            assert_eq!(stack_of(options).as_deref(), Some(expected), "{options:?}");
        }
    }

    #[test]
    fn headers_that_end_before_or_after_the_segment_are_not_read() {
        let mut segment = [0; HEADER];
        for offset in [0, 4, 6, 15] {
            segment[12] = offset << 4;
            assert!(Segment::read(&segment).is_none(), "offset {offset}");
        }
        segment[12] = 5 << 4;
        assert!(Segment::read(&segment).is_some());
        assert!(Segment::read(&segment[..19]).is_none());
    }
}
