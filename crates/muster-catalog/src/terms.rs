//! The terms that files of the catalogue have for its values: one list each, for reading, writing and the schema.

use muster_model::{Protocol, Request, Speech};

use crate::fingerprint::{Comparison, TellKind};
use crate::product::{Binding, Confidence, Os, Part, Proof, Purpose, Status};

/// A value that a file names by one of a few terms.
pub trait Term: Copy + PartialEq + 'static {
    /// Every term and what it stands for.
    const TERMS: &'static [(&'static str, Self)];

    /// The term of this value; empty for a value that no file can name.
    fn term(self) -> &'static str {
        Self::TERMS.iter().find(|(_, value)| *value == self).map_or("", |(term, _)| term)
    }

    /// The value of a term.
    fn of_term(term: &str) -> Option<Self> {
        Self::TERMS.iter().find(|(other, _)| *other == term).map(|(_, value)| *value)
    }

    /// The terms alone.
    fn terms() -> Vec<&'static str> {
        Self::TERMS.iter().map(|(term, _)| *term).collect()
    }
}

impl Term for Part {
    const TERMS: &'static [(&'static str, Self)] =
        &[("agent", Self::Agent), ("relay", Self::Relay), ("server", Self::Server)];
}

impl Term for Purpose {
    const TERMS: &'static [(&'static str, Self)] = &[
        ("protection", Self::Protection),
        ("management", Self::Management),
        ("monitoring", Self::Monitoring),
    ];
}

impl Term for Status {
    const TERMS: &'static [(&'static str, Self)] =
        &[("current", Self::Current), ("legacy", Self::Legacy), ("end-of-life", Self::EndOfLife)];
}

impl Term for Confidence {
    const TERMS: &'static [(&'static str, Self)] =
        &[("low", Self::Low), ("medium", Self::Medium), ("high", Self::High)];
}

impl Term for Binding {
    const TERMS: &'static [(&'static str, Self)] = &[
        ("fixed", Self::Fixed),
        ("default", Self::Default),
        ("default-configurable", Self::DefaultConfigurable),
        ("off-by-default", Self::OffByDefault),
        ("random", Self::Random),
        ("unknown", Self::Unknown),
    ];
}

impl Term for Proof {
    const TERMS: &'static [(&'static str, Self)] = &[
        ("nothing", Self::Nothing),
        ("hint", Self::Hint),
        ("present", Self::Present),
        ("absent-if-required", Self::AbsentIfRequired),
    ];
}

impl Term for Os {
    const TERMS: &'static [(&'static str, Self)] = &[
        ("linux", Self::Linux),
        ("macos", Self::Macos),
        ("netware", Self::Netware),
        ("windows", Self::Windows),
    ];
}

impl Term for Comparison {
    const TERMS: &'static [(&'static str, Self)] =
        &[("equals", Self::Equals), ("starts-with", Self::StartsWith), ("contains", Self::Contains)];
}

impl Term for TellKind {
    const TERMS: &'static [(&'static str, Self)] = &[
        ("host-name", Self::HostName),
        ("version", Self::Version),
        ("signatures", Self::Signatures),
        ("signature-date", Self::SignatureDate),
        ("manager", Self::Manager),
        ("agent-id", Self::AgentId),
    ];
}

impl Term for Protocol {
    const TERMS: &'static [(&'static str, Self)] = &[("tcp", Self::Tcp), ("udp", Self::Udp)];
}

impl Term for Request {
    const TERMS: &'static [(&'static str, Self)] = &[
        ("clamd-version", Self::ClamdVersion),
        ("http-get", Self::HttpGet),
        ("https-get", Self::HttpsGet),
        ("tls-hello", Self::TlsHello),
    ];
}

/// The protocols that a product of the catalogue speaks.
impl Term for Speech {
    const TERMS: &'static [(&'static str, Self)] = &[
        ("clamd", Self::Clamd),
        ("corba-reference", Self::CorbaReference),
        ("http", Self::Http),
        ("tls", Self::Tls),
    ];
}
