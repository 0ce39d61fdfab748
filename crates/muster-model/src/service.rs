//! What an open endpoint turned out to be.

use std::fmt;

use jiff::civil::Date;

use crate::{Endpoint, Excerpt, Exchange, ProductId};

/// An open endpoint after a connection of ours: who it is, and what says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Where.
    pub endpoint: Endpoint,
    /// Whether it is an agent's listener; `None` if no known product listens on the port.
    pub identity: Option<Identity>,
    /// What it spoke, if that could be told.
    pub speech: Option<Speech>,
    /// What was asked of it, in order. Empty: only listened to.
    pub asked: Vec<Request>,
    /// What it told, in the order it was learnt.
    pub told: Vec<Told>,
    /// How the conversation ended.
    pub end: Conversation,
    /// What was sent and what came, a connection each, in order. Empty where nothing of it was kept.
    pub exchanges: Vec<Exchange>,
}

impl Service {
    /// The product, if the service identified itself.
    pub fn genuine(&self) -> Option<&ProductId> {
        match &self.identity {
            Some(Identity::Genuine { product, .. }) => Some(product),
            _ => None,
        }
    }

    /// The computer's own name, if the service told it.
    pub fn host_name(&self) -> Option<&Excerpt> {
        self.told.iter().find_map(|told| match told {
            Told::HostName(name) => Some(name),
            _ => None,
        })
    }

    /// The date of the signatures in use, if the service told it.
    pub fn signature_date(&self) -> Option<Date> {
        self.told.iter().find_map(|told| match told {
            Told::SignatureDate(date) => Some(*date),
            _ => None,
        })
    }
}

/// How what answered compares with the products that listen on its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// It named itself in a way only this product does.
    Genuine {
        /// Which product.
        product: ProductId,
        /// The catalogue's fingerprint that fitted.
        fingerprint: Excerpt,
    },
    /// It behaves as these products are known to and did not name itself.
    Consistent {
        /// The products, in the catalogue's order; not empty.
        products: Vec<ProductId>,
        /// What it did that fits.
        by: Trait,
    },
    /// It behaves as none of the products that listen on this port does.
    Impostor {
        /// The products that listen on the port; not empty.
        products: Vec<ProductId>,
        /// What gave it away.
        by: Trait,
    },
    /// Nothing was learnt that speaks for or against these products.
    Unlearnt {
        /// The products that listen on the port; not empty.
        products: Vec<ProductId>,
    },
}

/// How a listener behaved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trait {
    /// It said something before it was asked.
    SpeaksFirst,
    /// It accepted the connection, kept it open, and said nothing.
    StaysSilent,
    /// It answered in this protocol.
    Speaks(Speech),
    /// It answered, in no protocol known to us.
    AnswersOtherwise,
}

impl fmt::Display for Trait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SpeaksFirst => f.write_str("speaks before it is asked"),
            Self::StaysSilent => f.write_str("accepts, waits and says nothing"),
            Self::Speaks(speech) => write!(f, "speaks {speech}"),
            Self::AnswersOtherwise => f.write_str("answers in no protocol known to muster"),
        }
    }
}

/// An application protocol, told by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Speech {
    /// clamd's text commands.
    Clamd,
    /// A CORBA object reference, `IOR:` and hexadecimal digits.
    CorbaReference,
    /// RFC 1035.
    Dns,
    /// RFC 959.
    Ftp,
    /// RFC 9112.
    Http,
    /// RFC 9051.
    Imap,
    /// RFC 2812.
    Irc,
    /// RFC 6762.
    MulticastDns,
    /// MySQL's and MariaDB's protocol.
    Mysql,
    /// RFC 1002's name service.
    NetbiosNames,
    /// RFC 1939.
    Pop3,
    /// PostgreSQL's protocol.
    Postgres,
    /// Redis' protocol.
    Redis,
    /// RFC 6143.
    RemoteFramebuffer,
    /// MS-SMB2.
    Smb,
    /// RFC 5321.
    Smtp,
    /// RFC 3416.
    Snmp,
    /// RFC 4253.
    Ssh,
    /// RFC 854.
    Telnet,
    /// RFC 8446.
    Tls,
    /// A program for Windows, as worms hand themselves on.
    WindowsProgram,
}

impl Speech {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Clamd,
        Self::CorbaReference,
        Self::Dns,
        Self::Ftp,
        Self::Http,
        Self::Imap,
        Self::Irc,
        Self::MulticastDns,
        Self::Mysql,
        Self::NetbiosNames,
        Self::Pop3,
        Self::Postgres,
        Self::Redis,
        Self::RemoteFramebuffer,
        Self::Smb,
        Self::Smtp,
        Self::Snmp,
        Self::Ssh,
        Self::Telnet,
        Self::Tls,
        Self::WindowsProgram,
    ];

    /// The trade's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clamd => "clamd",
            Self::CorbaReference => "CORBA",
            Self::Dns => "DNS",
            Self::Ftp => "FTP",
            Self::Http => "HTTP",
            Self::Imap => "IMAP",
            Self::Irc => "IRC",
            Self::MulticastDns => "multicast DNS",
            Self::Mysql => "MySQL",
            Self::NetbiosNames => "NetBIOS names",
            Self::Pop3 => "POP3",
            Self::Postgres => "PostgreSQL",
            Self::Redis => "Redis",
            Self::RemoteFramebuffer => "VNC",
            Self::Smb => "SMB",
            Self::Smtp => "SMTP",
            Self::Snmp => "SNMP",
            Self::Ssh => "SSH",
            Self::Telnet => "Telnet",
            Self::Tls => "TLS",
            Self::WindowsProgram => "a Windows program file",
        }
    }
}

impl fmt::Display for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A benign request that a service may be asked, after it had its chance to speak first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Request {
    /// `VERSION`, clamd's own command.
    ClamdVersion,
    /// `version.bind`, which name servers answer with their own.
    DnsVersion,
    /// `GET /`.
    HttpGet,
    /// `GET /` within TLS.
    HttpsGet,
    /// The name of its address, as multicast DNS has it, and then which kinds of services it announces.
    MdnsName,
    /// Its names in NetBIOS.
    NetbiosStatus,
    /// Whether PostgreSQL would go on in TLS.
    PostgresTls,
    /// `PING`, Redis' own command.
    RedisPing,
    /// Which dialect of SMB, and who the computer is; nobody logs in.
    SmbNegotiate,
    /// What a device says of itself, by a community that the user gave.
    SnmpSystem,
    /// A TLS session, in which nothing is asked.
    TlsHello,
}

impl Request {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::ClamdVersion,
        Self::DnsVersion,
        Self::HttpGet,
        Self::HttpsGet,
        Self::MdnsName,
        Self::NetbiosStatus,
        Self::PostgresTls,
        Self::RedisPing,
        Self::SmbNegotiate,
        Self::SnmpSystem,
        Self::TlsHello,
    ];

    /// What was asked, for a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClamdVersion => "VERSION",
            Self::HttpGet => "HTTP GET /",
            Self::HttpsGet => "HTTPS GET /",
            Self::DnsVersion => "DNS version.bind",
            Self::MdnsName => "multicast DNS name and services",
            Self::NetbiosStatus => "NetBIOS status",
            Self::PostgresTls => "PostgreSQL SSLRequest",
            Self::RedisPing => "PING",
            Self::SmbNegotiate => "SMB negotiation",
            Self::SnmpSystem => "SNMP system group",
            Self::TlsHello => "TLS hello",
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One thing that a service told about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// What it said before it was asked.
    Greeting(Excerpt),
    /// The first bytes of its answer, where nothing better is known about them.
    Answer(Excerpt),
    /// HTTP's status line.
    Status(Excerpt),
    /// HTTP's `Server` field.
    Server(Excerpt),
    /// A page's title.
    Title(Excerpt),
    /// A certificate's subject.
    CertificateSubject(Excerpt),
    /// A certificate's issuer.
    CertificateIssuer(Excerpt),
    /// The version of the protocol that was agreed on, and what belongs to it.
    Protocol(Excerpt),
    /// The kinds of services that it announces, as in `_ipp._tcp, _smb._tcp`.
    Announced(Excerpt),
    /// The computer's name.
    HostName(Excerpt),
    /// The computer's domain or work group.
    Domain(Excerpt),
    /// The computer's system and its version.
    System(Excerpt),
    /// The address of its network card, as in `00:1B:21:AA:BB:CC`.
    HardwareAddress(Excerpt),
    /// The product's version.
    Version(Excerpt),
    /// The version of the signatures in use.
    Signatures(Excerpt),
    /// The date of the signatures in use.
    SignatureDate(Date),
    /// The server that manages it.
    Manager(Excerpt),
    /// The agent's own number.
    AgentId(Excerpt),
}

impl Told {
    /// What kind of thing it is, for a sentence or a table.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Greeting(_) => "greeting",
            Self::Answer(_) => "answer",
            Self::Status(_) => "status",
            Self::Server(_) => "server",
            Self::Title(_) => "title",
            Self::CertificateSubject(_) => "certificate subject",
            Self::CertificateIssuer(_) => "certificate issuer",
            Self::Protocol(_) => "protocol",
            Self::Announced(_) => "announced",
            Self::HostName(_) => "host name",
            Self::Domain(_) => "domain",
            Self::System(_) => "system",
            Self::HardwareAddress(_) => "hardware address",
            Self::Version(_) => "version",
            Self::Signatures(_) => "signatures",
            Self::SignatureDate(_) => "signature date",
            Self::Manager(_) => "manager",
            Self::AgentId(_) => "agent id",
        }
    }

    /// What was told.
    pub fn value(&self) -> String {
        match self {
            Self::SignatureDate(date) => date.to_string(),
            Self::Greeting(text)
            | Self::Answer(text)
            | Self::Status(text)
            | Self::Server(text)
            | Self::Title(text)
            | Self::CertificateSubject(text)
            | Self::CertificateIssuer(text)
            | Self::Protocol(text)
            | Self::Announced(text)
            | Self::HostName(text)
            | Self::Domain(text)
            | Self::System(text)
            | Self::HardwareAddress(text)
            | Self::Version(text)
            | Self::Signatures(text)
            | Self::Manager(text)
            | Self::AgentId(text) => text.to_string(),
        }
    }
}

/// How a conversation with a service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Conversation {
    /// Enough was learnt, and we ended it.
    Satisfied,
    /// The service closed the connection.
    Closed,
    /// The service reset the connection.
    Reset,
    /// It said nothing, or not enough, in the time it had.
    TimedOut,
    /// It said more than we were willing to hear.
    TooLong,
    /// No second connection came about, although the sweep found the port open.
    NotConnected,
    /// The run was stopped before or during the conversation.
    Stopped,
    /// By its catalogue entry nothing may be sent to the port, nor is anything to be heard there.
    NotAsked,
    /// It was not begun: the host accepts everything, and others of its ports said nothing.
    LeftOut,
    /// It was another program's, whose file says what came of it.
    Reported,
}

impl Conversation {
    /// For a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Satisfied => "answered",
            Self::Closed => "closed by the service",
            Self::Reset => "reset by the service",
            Self::TimedOut => "time ran out",
            Self::TooLong => "said more than muster hears",
            Self::NotConnected => "no second connection",
            Self::Stopped => "stopped",
            Self::NotAsked => "not asked",
            Self::LeftOut => "left out, since other ports of the host accept everything and say nothing",
            Self::Reported => "told by another program's file",
        }
    }
}

impl fmt::Display for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
