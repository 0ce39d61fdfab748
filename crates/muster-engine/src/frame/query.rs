//! What ICMP lets a host be asked about itself: an echo (RFC 792, RFC 4443 section 4.1), the time (RFC 792) and its
//! address mask (RFC 950, IPv4 alone as the time is). Requests and replies of all three are built alike: identifier and
//! number come back, and so does what the sender says behind them, where there is room for it.

use muster_model::{PortState, Reason};

use super::checksum::Sum;
use super::cookie::{Cookie, Ends};
use super::ip::{Address, Packet};
use super::{Forge, Recognition};
use crate::probe::{Attempt, Probe};
use crate::questions::ProbeKind;

/// One of these requests, with its reply.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) kind: ProbeKind,
    /// As people call it.
    pub(super) name: &'static str,
    /// The types of the request and of the reply.
    pub(super) types: [u8; 2],
    /// The word for a reply.
    reason: Reason,
    /// How many bytes follow the number. The first of them say a part of the cookie, the others are zero.
    room: usize,
    /// From which byte on the cookie is said.
    said_from: usize,
    /// Bits that are set in what is said.
    always: u64,
}

impl Query {
    pub(super) const ECHO: Self = Self {
        kind: ProbeKind::Echo,
        name: "echo",
        types: [8, 0],
        reason: Reason::EchoReply,
        room: 8,
        said_from: 0,
        always: 0,
    };
    pub(super) const ECHO_OF_IPV6: Self = Self { types: [128, 129], ..Self::ECHO };
    /// Three time stamps, of which the sender's own comes back. Its highest bit says that it is no time of day.
    pub(super) const TIMESTAMP: Self = Self {
        kind: ProbeKind::Timestamp,
        name: "timestamp",
        types: [13, 14],
        reason: Reason::TimestampReply,
        room: 12,
        said_from: 4,
        always: 1 << 31,
    };
    /// The mask's place is empty in a request, and in the reply holds the mask.
    pub(super) const ADDRESS_MASK: Self = Self {
        kind: ProbeKind::AddressMask,
        name: "address mask",
        types: [17, 18],
        reason: Reason::AddressMaskReply,
        room: 4,
        said_from: 8,
        always: 0,
    };

    /// The length of the longest message.
    pub(super) const LONGEST: usize = HEADER + Self::TIMESTAMP.room;

    /// The one for a kind of probe, if the family has it.
    fn of<A: Address>(kind: ProbeKind) -> Option<&'static Self> {
        A::QUERIES.iter().find(|query| query.kind == kind)
    }

    fn length(&self) -> usize {
        HEADER + self.room
    }

    /// What a request says, behind so many bytes that it does not.
    fn said(&self, cookie: Cookie) -> [u8; 8] {
        (cookie.whole() | self.always).to_be_bytes()
    }
}

/// Writes nothing, and gives 0, where the family has no such request.
pub(super) fn prepare<A: Address>(kind: ProbeKind, ttl: u8, source: A, packet: &mut [u8]) -> usize {
    let Some(query) = Query::of::<A>(kind) else { return 0 };
    source.prepare(A::ICMP, ttl, packet);
    let message = &mut packet[A::HEADER..A::HEADER + query.length()];
    message.fill(0);
    message[0] = query.types[0];
    A::HEADER + query.length()
}

/// Likewise.
pub(super) fn stamp<A: Address>(forge: &Forge, probe: &Probe, theirs: A, packet: &mut [u8]) -> usize {
    let Some(query) = Query::of::<A>(probe.kind) else { return 0 };
    let (ours, message) = A::stamp(theirs, query.length(), packet);
    let cookie = forge.key.cookie(query.kind, &Ends { ours, theirs, port: 0 });
    let number = u32::from(cookie.identifier()) << 16 | u32::from(cookie.query_number(probe.attempt));
    let said = query.said(cookie);
    let said = &said[query.said_from..];
    let sum = Sum::of(said).and(A::icmp_sum(ours, theirs, query.length()));
    let sum = sum.with(u32::from(query.types[0]) << 8).with(number);
    message[2..4].copy_from_slice(&sum.checksum().to_be_bytes());
    message[4..HEADER].copy_from_slice(&number.to_be_bytes());
    message[HEADER..HEADER + said.len()].copy_from_slice(said);
    A::HEADER + query.length()
}

/// A reply: the host lives. RFC 1122 section 3.2.2.6 has everything of an echo come back.
pub(super) fn recognize<A: Address>(
    forge: &Forge,
    packet: &Packet<'_, A>,
    query: &Query,
) -> Option<Recognition> {
    let (head, rest) = packet.body.split_first_chunk::<HEADER>()?;
    let ends = Ends { ours: packet.target, theirs: packet.source, port: 0 };
    let cookie = forge.key.cookie(query.kind, &ends);
    let attempt = attempt(cookie, *head)?;
    let is_whole = rest.len() == query.room && rest.starts_with(&query.said(cookie)[query.said_from..]);
    let outcome = (PortState::Open, query.reason);
    is_whole.then(|| Recognition::new(query.kind, &ends, attempt, packet.ttl, outcome))
}

/// The probe whose header is quoted.
pub(super) fn quoted<A: Address>(
    forge: &Forge,
    (ours, theirs): (A, A),
    head: [u8; HEADER],
) -> Option<(ProbeKind, Ends<A>, Attempt)> {
    let query = A::QUERIES.iter().find(|query| head[..2] == [query.types[0], 0])?;
    let ends = Ends { ours, theirs, port: 0 };
    let attempt = attempt(forge.key.cookie(query.kind, &ends), head)?;
    Some((query.kind, ends, attempt))
}

fn attempt(cookie: Cookie, [_, _, _, _, i0, i1, n0, n1]: [u8; HEADER]) -> Option<Attempt> {
    let attempt = cookie.attempt_of_query(u16::from_be_bytes([n0, n1]))?;
    (cookie.identifier() == u16::from_be_bytes([i0, i1])).then_some(attempt)
}

/// Type, code, checksum, identifier and number.
const HEADER: usize = 8;
