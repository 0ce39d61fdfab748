//! The words by which enumerations are kept.
//!
//! Where the model has names that it promises not to change, those; elsewhere its names are made for sentences and may
//! be improved, so the words are here.

use muster_model::{
    ComputerRole, Conversation, DeviceClass, FindingCode, NameSource, PortState, Protocol, Reason, Request,
    Severity, SignKind, Speech, SystemFamily, Verdict,
};

/// Something that is kept as a word.
pub(crate) trait Word: Copy {
    /// The word. `None`: the model has gained a variant that the store does not know.
    fn word(self) -> Option<&'static str>;

    /// What the word means.
    fn of_word(word: &str) -> Option<Self>;
}

/// The model's names are promised.
macro_rules! named {
    ($($type:ty)+) => {$(
        impl Word for $type {
            fn word(self) -> Option<&'static str> {
                Some(self.name())
            }

            fn of_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == word)
            }
        }
    )+};
}

/// The words are the store's; `[_]` where the model may gain variants without our noticing when we are built.
macro_rules! worded {
    ($($type:ident $([$other:tt])?: $($variant:ident = $word:literal),+;)+) => {$(
        impl Word for $type {
            fn word(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($word),)+
                    $($other => None,)?
                }
            }

            fn of_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    )+};
}

named! { ComputerRole DeviceClass FindingCode NameSource Reason Severity SystemFamily Verdict }

worded! {
    Conversation: Satisfied = "satisfied", Closed = "closed", Reset = "reset", TimedOut = "timed-out",
        TooLong = "too-long", NotConnected = "not-connected", Stopped = "stopped", NotAsked = "not-asked",
        LeftOut = "left-out", Reported = "reported";
    PortState: Open = "open", Closed = "closed", Filtered = "filtered", OpenFiltered = "open|filtered";
    Protocol: Tcp = "tcp", Udp = "udp", Icmp = "icmp", Neighbor = "neighbor";
    Request [_]: ClamdVersion = "clamd-version", DnsVersion = "dns-version", HttpGet = "http-get",
        HttpsGet = "https-get", MdnsName = "mdns-name", NetbiosStatus = "netbios-status",
        PostgresTls = "postgres-tls", RedisPing = "redis-ping",
        SmbNegotiate = "smb-negotiate", SnmpSystem = "snmp-system", TlsHello = "tls-hello";
    SignKind [_]: PortPattern = "port-pattern", Greeting = "greeting", Name = "name",
        Maker = "maker", Stack = "stack";
    Speech [_]: Clamd = "clamd", CorbaReference = "corba-reference", Dns = "dns", Ftp = "ftp", Http = "http", Imap = "imap",
        Irc = "irc", MulticastDns = "multicast-dns", Mysql = "mysql", NetbiosNames = "netbios-names", Pop3 = "pop3", Postgres = "postgres", Redis = "redis",
        RemoteFramebuffer = "remote-framebuffer", Smb = "smb", Smtp = "smtp", Snmp = "snmp", Ssh = "ssh", Telnet = "telnet", Tls = "tls",
        WindowsProgram = "windows-program";
    IdentityKind: Genuine = "genuine", Consistent = "consistent", Impostor = "impostor", Unlearnt = "unlearnt";
    Manner: SpeaksFirst = "speaks-first", StaysSilent = "stays-silent", Speaks = "speaks",
        AnswersOtherwise = "answers-otherwise";
    RangeKind: Silent = "silent", Phantom = "phantom";
    ToldKind: Greeting = "greeting", Answer = "answer", Status = "status", Server = "server", Title = "title",
        CertificateSubject = "certificate-subject", CertificateIssuer = "certificate-issuer",
        Protocol = "protocol",
        Announced = "announced", HostName = "host-name", Domain = "domain", System = "system", HardwareAddress = "hardware-address", Version = "version", Signatures = "signatures",
        SignatureDate = "signature-date", Manager = "manager", AgentId = "agent-id";
}

/// [`muster_model::Identity`] without what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdentityKind {
    Genuine,
    Consistent,
    Impostor,
    Unlearnt,
}

/// [`muster_model::Trait`] without what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    SpeaksFirst,
    StaysSilent,
    Speaks,
    AnswersOtherwise,
}

/// What a range of addresses is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RangeKind {
    Silent,
    Phantom,
}

/// [`muster_model::Told`] without what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ToldKind {
    Greeting,
    Answer,
    Status,
    Server,
    Title,
    CertificateSubject,
    CertificateIssuer,
    Protocol,
    Announced,
    HostName,
    Domain,
    System,
    HardwareAddress,
    Version,
    Signatures,
    SignatureDate,
    Manager,
    AgentId,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_both_ways<T: Word + PartialEq + std::fmt::Debug>(all: &[T]) {
        assert!(!all.is_empty());
        for &one in all {
            let word = one.word().unwrap_or_else(|| panic!("no word for {one:?}"));
            assert_eq!(T::of_word(word), Some(one), "{word}");
        }
        assert_eq!(T::of_word("no such word"), None);
    }

    #[test]
    fn every_variant_has_a_word_of_its_own() {
        assert_both_ways(DeviceClass::ALL);
        assert_both_ways(FindingCode::ALL);
        assert_both_ways(NameSource::ALL);
        assert_both_ways(Reason::ALL);
        assert_both_ways(&Severity::ALL);
        assert_both_ways(&Verdict::ALL);
        assert_both_ways(Request::ALL);
        assert_both_ways(SignKind::ALL);
        assert_both_ways(Speech::ALL);
    }
}
