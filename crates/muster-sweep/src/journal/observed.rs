//! An observation as bytes: some thirty of them.

use muster_model::{Endpoint, IcmpError, Observation, PortState, Protocol, Reason};

use super::bytes::{Put, Rest};

pub(super) fn put(out: &mut Vec<u8>, seen: &Observation) {
    out.byte(number_of(&PROTOCOLS, seen.endpoint.protocol));
    out.address(seen.endpoint.address);
    out.number(seen.endpoint.port.into());
    out.byte(number_of(&STATES, seen.state));
    out.byte(number_of(&REASONS, seen.reason));
    out.optional(seen.icmp, |out, icmp| {
        out.raw(&[icmp.kind, icmp.code]);
        out.address(icmp.from);
    });
    out.optional(seen.ttl, Put::byte);
    out.optional(seen.stack, |out, stack| out.text(&stack.to_string()));
    out.optional(seen.rtt, Put::duration);
    out.byte(seen.round);
    out.instant(seen.at);
}

pub(super) fn take(rest: &mut Rest<'_>) -> Option<Observation> {
    let protocol = item(&PROTOCOLS, rest.byte()?)?;
    let endpoint = Endpoint { protocol, address: rest.address()?, port: rest.port()? };
    Some(Observation {
        endpoint,
        state: item(&STATES, rest.byte()?)?,
        reason: item(&REASONS, rest.byte()?)?,
        icmp: rest.optional(|rest| {
            Some(IcmpError { kind: rest.byte()?, code: rest.byte()?, from: rest.address()? })
        })?,
        ttl: rest.optional(Rest::byte)?,
        stack: rest.optional(|rest| rest.text()?.parse().ok())?,
        rtt: rest.optional(Rest::duration)?,
        round: rest.byte()?,
        at: rest.instant()?,
    })
}

/// What is not in the list is written as a number that nobody reads; a test holds the lists against the types.
fn number_of<T: Copy + PartialEq>(list: &[T], item: T) -> u8 {
    list.iter().position(|listed| *listed == item).map_or(u8::MAX, |place| place as u8)
}

fn item<T: Copy>(list: &[T], number: u8) -> Option<T> {
    list.get(usize::from(number)).copied()
}

// The place in its list is what is written of each: lists grow at their ends only.

const PROTOCOLS: [Protocol; 4] = [Protocol::Tcp, Protocol::Udp, Protocol::Icmp, Protocol::Neighbor];
const STATES: [PortState; 4] =
    [PortState::Open, PortState::Closed, PortState::Filtered, PortState::OpenFiltered];
const REASONS: [Reason; 27] = [
    Reason::AdminProhibited,
    Reason::ArpResponse,
    Reason::BeyondScope,
    Reason::ConnRefused,
    Reason::DestUnreach,
    Reason::EchoReply,
    Reason::LocalhostResponse,
    Reason::HostProhibited,
    Reason::HostUnreach,
    Reason::NdResponse,
    Reason::NetProhibited,
    Reason::NetUnreach,
    Reason::NoRoute,
    Reason::NoResponse,
    Reason::ParamProblem,
    Reason::PermDenied,
    Reason::PortUnreach,
    Reason::ProtoUnreach,
    Reason::RejectRoute,
    Reason::Reset,
    Reason::SplitHandshakeSyn,
    Reason::SynAck,
    Reason::TimeExceeded,
    Reason::UdpResponse,
    Reason::UserSet,
    Reason::TimestampReply,
    Reason::AddressMaskReply,
];

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use muster_model::Instant;

    use super::*;

    #[test]
    fn every_word_has_a_number() {
        for reason in Reason::ALL {
            assert!(REASONS.contains(reason), "{reason}: add it at the end of the list");
        }
        for kind in muster_engine::ProbeKind::ALL {
            assert!(PROTOCOLS.contains(&kind.protocol()));
        }
    }

    #[test]
    fn observations_are_written_and_read() {
        let address = [10, 0, 0, 1].into();
        let bare = Observation {
            endpoint: Endpoint::tcp(address, 2967),
            state: PortState::Open,
            reason: Reason::SynAck,
            icmp: None,
            ttl: None,
            stack: None,
            rtt: None,
            round: 1,
            at: Instant::START,
        };
        let full = Observation {
            endpoint: Endpoint {
                protocol: Protocol::Neighbor,
                ..Endpoint::tcp("fe80::1".parse().unwrap(), 0)
            },
            icmp: Some(IcmpError { kind: 3, code: 13, from: address }),
            ttl: Some(255),
            stack: "64240 1460 MSTNWX".parse().ok(),
            rtt: Some(Duration::from_nanos(1_234_567)),
            round: 255,
            at: Instant::NEVER,
            ..bare
        };
        for seen in [bare, full] {
            let mut bytes = Vec::new();
            put(&mut bytes, &seen);
            let mut rest = Rest(&bytes);
            assert_eq!((take(&mut rest), rest.is_empty()), (Some(seen), true));
            for length in 0..bytes.len() {
                assert_eq!(take(&mut Rest(&bytes[..length])), None, "{length}");
            }
        }
    }
}
