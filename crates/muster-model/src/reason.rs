//! Why a port or a host is said to be in its state, in Nmap's words.

use std::fmt;

/// What was seen, by the word Nmap prints with `--reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A reply to an ICMP request for the address mask.
    AddressMaskReply,
    /// ICMP 3/13, ICMPv6 1/1 and 1/5, or a local EACCES: an administrator forbids it.
    AdminProhibited,
    /// Somebody answered an ARP request.
    ArpResponse,
    /// ICMPv6 1/2.
    BeyondScope,
    /// A connection was refused (a RST seen through the socket interface).
    ConnRefused,
    /// ICMP type 3 with a code that has no word of its own.
    DestUnreach,
    /// An ICMP or ICMPv6 echo reply.
    EchoReply,
    /// The address is this machine's own.
    LocalhostResponse,
    /// ICMP 3/10.
    HostProhibited,
    /// ICMP 3/1, ICMPv6 1/3, or nobody answered ARP or Neighbour Discovery.
    HostUnreach,
    /// Somebody answered a Neighbour Solicitation.
    NdResponse,
    /// ICMP 3/9.
    NetProhibited,
    /// ICMP 3/0, or this machine has no route.
    NetUnreach,
    /// ICMPv6 1/0.
    NoRoute,
    /// Nothing came back.
    NoResponse,
    /// ICMP 12, ICMPv6 4.
    ParamProblem,
    /// This machine's own rules forbade the probe.
    PermDenied,
    /// ICMP 3/3, ICMPv6 1/4.
    PortUnreach,
    /// ICMP 3/2.
    ProtoUnreach,
    /// ICMPv6 1/6.
    RejectRoute,
    /// A RST segment.
    Reset,
    /// A SYN in answer to a SYN: the other side begins a connection of its own.
    SplitHandshakeSyn,
    /// A SYN-ACK, or a connection that was established.
    SynAck,
    /// ICMP 11, ICMPv6 3.
    TimeExceeded,
    /// A reply to an ICMP request for the time.
    TimestampReply,
    /// A UDP datagram.
    UdpResponse,
    /// The user said so (`-Pn`).
    UserSet,
}

/// How far a reason settles what an endpoint is: what the ledger keeps of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// The endpoint itself answered: settled.
    Answer,
    /// An error from the way or a neighbour table: may be passing, so it is asked once more.
    Soft,
    /// This machine did not or could not ask: asking again changes nothing.
    Local,
    /// Nothing was seen.
    Silence,
}

impl Reason {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::AddressMaskReply,
        Self::AdminProhibited,
        Self::ArpResponse,
        Self::BeyondScope,
        Self::ConnRefused,
        Self::DestUnreach,
        Self::EchoReply,
        Self::LocalhostResponse,
        Self::HostProhibited,
        Self::HostUnreach,
        Self::NdResponse,
        Self::NetProhibited,
        Self::NetUnreach,
        Self::NoRoute,
        Self::NoResponse,
        Self::ParamProblem,
        Self::PermDenied,
        Self::PortUnreach,
        Self::ProtoUnreach,
        Self::RejectRoute,
        Self::Reset,
        Self::SplitHandshakeSyn,
        Self::SynAck,
        Self::TimeExceeded,
        Self::TimestampReply,
        Self::UdpResponse,
        Self::UserSet,
    ];

    /// The word Nmap prints.
    pub fn name(self) -> &'static str {
        match self {
            Self::AddressMaskReply => "addressmask-reply",
            Self::AdminProhibited => "admin-prohibited",
            Self::ArpResponse => "arp-response",
            Self::BeyondScope => "beyond-scope",
            Self::ConnRefused => "conn-refused",
            Self::DestUnreach => "dest-unreach",
            Self::EchoReply => "echo-reply",
            Self::LocalhostResponse => "localhost-response",
            Self::HostProhibited => "host-prohibited",
            Self::HostUnreach => "host-unreach",
            Self::NdResponse => "nd-response",
            Self::NetProhibited => "net-prohibited",
            Self::NetUnreach => "net-unreach",
            Self::NoRoute => "no-route",
            Self::NoResponse => "no-response",
            Self::ParamProblem => "param-problem",
            Self::PermDenied => "perm-denied",
            Self::PortUnreach => "port-unreach",
            Self::ProtoUnreach => "proto-unreach",
            Self::RejectRoute => "reject-route",
            Self::Reset => "reset",
            Self::SplitHandshakeSyn => "split-handshake-syn",
            Self::SynAck => "syn-ack",
            Self::TimeExceeded => "time-exceeded",
            Self::TimestampReply => "timestamp-reply",
            Self::UdpResponse => "udp-response",
            Self::UserSet => "user-set",
        }
    }

    /// Whether the reason is an answer, a passing error, our own doing or nothing at all.
    pub fn nature(self) -> Nature {
        match self {
            Self::SynAck
            | Self::SplitHandshakeSyn
            | Self::Reset
            | Self::ConnRefused
            | Self::UdpResponse
            | Self::EchoReply
            | Self::TimestampReply
            | Self::AddressMaskReply
            | Self::ArpResponse
            | Self::NdResponse => Nature::Answer,
            Self::NoResponse => Nature::Silence,
            Self::PermDenied | Self::UserSet | Self::LocalhostResponse => Nature::Local,
            Self::AdminProhibited
            | Self::BeyondScope
            | Self::DestUnreach
            | Self::HostProhibited
            | Self::HostUnreach
            | Self::NetProhibited
            | Self::NetUnreach
            | Self::NoRoute
            | Self::ParamProblem
            | Self::PortUnreach
            | Self::ProtoUnreach
            | Self::RejectRoute
            | Self::TimeExceeded => Nature::Soft,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
