//! The nouns that cross muster's crates and are kept: where a probe went, what came of it, and why we say so.
//!
//! Nothing here does anything: no I/O, no clock, no SQL, no wire format. Each type is small, valid once built, and
//! prints itself in the trade's words.

mod asset;
mod device;
mod endpoint;
mod excerpt;
mod exchange;
mod instant;
mod observation;
mod product;
mod reason;
mod run;
mod service;
mod stack;
mod state;
mod system;
mod verdict;

pub use asset::{Asset, HostName, NameSource};
pub use device::{Device, DeviceClass, DeviceSign, SignKind};
pub use endpoint::{Endpoint, Protocol};
pub use excerpt::Excerpt;
pub use exchange::{Exchange, Said};
pub use instant::Instant;
pub use observation::{IcmpError, Observation};
pub use product::{NotAProductId, ProductId};
pub use reason::{Nature, Reason};
pub use run::{AddressRange, Host, Run, RunHeader, RunId, RunOutcome, RunSummary, SweepRecord};
pub use service::{Conversation, Identity, Request, Service, Speech, Told, Trait};
pub use stack::{Agreed, Agreement, Answered, NotAStack, Options, Stack};
pub use state::PortState;
pub use system::{ComputerRole, System, SystemFamily};
pub use verdict::{
    Assurance, Fact, Finding, FindingCode, Judgement, Protection, Severity, Statement, Verdict,
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Does not compile when an enum gains a variant, and fails when its `ALL` does not gain it too.
    macro_rules! assert_all {
        ($($enum:ident: $($variant:ident),+;)+) => {$(
            let _exhaustive = |one: $enum| match one { $($enum::$variant => ()),+ };
            assert_eq!($enum::ALL, [$($enum::$variant),+]);
        )+};
    }

    #[test]
    fn lists_of_all_are_complete() {
        assert_all! {
            ComputerRole: Workstation, Server;
            DeviceClass: Camera, Control, Hypervisor, Mobile, NetworkGear, Phone, Power, Printer, Storage;
            FindingCode: MissingAgent, ImpostorListener, UndeployedListener, StaleSignatures, EndOfLifeAgent,
                PhantomSubnet, ExemptionExpired;
            NameSource: Agent, Target, Reverse, Host;
            Reason: AddressMaskReply, AdminProhibited, ArpResponse, BeyondScope, ConnRefused, DestUnreach, EchoReply, LocalhostResponse,
                HostProhibited, HostUnreach, NdResponse, NetProhibited, NetUnreach, NoRoute, NoResponse, ParamProblem,
                PermDenied, PortUnreach, ProtoUnreach, RejectRoute, Reset, SplitHandshakeSyn, SynAck, TimeExceeded, TimestampReply,
                UdpResponse, UserSet;
            Request: ClamdVersion, DnsVersion, HttpGet, HttpsGet, MdnsName, NetbiosStatus, PostgresTls, RedisPing, SmbNegotiate, SnmpSystem, TlsHello;
            SignKind: PortPattern, Greeting, Name, Maker, Stack;
            Speech: Clamd, CorbaReference, Dns, Ftp, Http, Imap, Irc, MulticastDns, Mysql, NetbiosNames, Pop3, Postgres, Redis,
                RemoteFramebuffer, Smb, Smtp, Snmp, Ssh, Telnet, Tls, WindowsProgram;
            SystemFamily: Windows, Linux, Macos, Other;
        }
    }
}
