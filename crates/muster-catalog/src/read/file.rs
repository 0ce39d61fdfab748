//! What a file of the catalogue may hold. Keys that are not here are errors.

use jiff::civil::Date;
use muster_model::{Protocol, Request, Speech};
use serde::Deserialize;

use crate::fingerprint::{Comparison, TellKind};
use crate::product::{Binding, Confidence, Os, Part, Proof, Purpose, Status};

/// A file, of whatever kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    /// Whose products these are, where the product does not say.
    pub(super) vendor: String,
    pub(super) product: Vec<ProductTable>,
    pub(super) incident: Vec<IncidentTable>,
    pub(super) device: Vec<DeviceTable>,
    pub(super) port: Vec<PortTable>,
    pub(super) source: Vec<SourceTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductTable {
    pub(super) id: String,
    pub(super) family: Option<String>,
    pub(super) vendor: Option<String>,
    pub(super) name: String,
    pub(super) versions: String,
    pub(super) part: Part,
    #[serde(default)]
    pub(super) purpose: Purpose,
    pub(super) status: Status,
    pub(super) end_of_life: Option<Date>,
    pub(super) confidence: Confidence,
    #[serde(default)]
    pub(super) notes: Vec<String>,
    #[serde(default)]
    pub(super) other_evidence: Vec<String>,
    pub(super) source: Vec<String>,
    #[serde(default)]
    pub(super) listener: Vec<ListenerTable>,
    #[serde(default)]
    pub(super) process: Vec<ProcessTable>,
    #[serde(default)]
    pub(super) fingerprint: Vec<FingerprintTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListenerTable {
    pub(super) protocol: ProtocolWord,
    pub(super) ports: Vec<u16>,
    pub(super) role: String,
    #[serde(default)]
    pub(super) is_on_every_client: bool,
    pub(super) binding: Binding,
    pub(super) manner: MannerWord,
    pub(super) request: Option<RequestWord>,
    /// What the states prove, where it is not the rule.
    pub(super) open: Option<ProofWord>,
    pub(super) closed: Option<ProofWord>,
    pub(super) filtered: Option<ProofWord>,
    pub(super) process: Option<String>,
    pub(super) note: Option<String>,
    pub(super) confidence: Confidence,
    pub(super) source: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProcessTable {
    pub(super) os: Os,
    pub(super) name: String,
    pub(super) service: Option<String>,
    pub(super) note: Option<String>,
    pub(super) source: Vec<String>,
    #[serde(default)]
    pub(super) service_source: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FingerprintTable {
    pub(super) id: String,
    pub(super) request: Option<RequestWord>,
    pub(super) matches: Vec<MatchTable>,
    #[serde(default)]
    pub(super) tells: Vec<TellTable>,
    pub(super) confidence: Confidence,
    pub(super) source: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchTable {
    pub(super) part: String,
    pub(super) comparison: Comparison,
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TellTable {
    pub(super) what: TellKind,
    pub(super) part: String,
    #[serde(default)]
    pub(super) after: String,
    #[serde(default)]
    pub(super) before: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IncidentTable {
    pub(super) date: String,
    pub(super) name: String,
    pub(super) protocol: ProtocolWord,
    pub(super) ports: Vec<u16>,
    pub(super) products: Vec<String>,
    pub(super) summary: String,
    pub(super) source: Vec<String>,
}

/// The signs of a class of devices. Each list of `ports`, each text of `greetings` and each word of `names` is a sign.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceTable {
    pub(super) class: String,
    #[serde(default)]
    pub(super) ports: Vec<Vec<u16>>,
    #[serde(default)]
    pub(super) greetings: Vec<String>,
    #[serde(default)]
    pub(super) names: Vec<String>,
    pub(super) source: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PortTable {
    pub(super) port: u16,
    #[serde(default)]
    pub(super) registration: Vec<NoteTable>,
    #[serde(default)]
    pub(super) user: Vec<NoteTable>,
    #[serde(default)]
    pub(super) reading: Vec<ReadingTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteTable {
    pub(super) text: String,
    pub(super) source: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadingTable {
    pub(super) seen: String,
    pub(super) says: String,
    pub(super) source: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) reference: String,
    pub(super) note: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ProtocolWord {
    Tcp,
    Udp,
}

impl From<ProtocolWord> for Protocol {
    fn from(word: ProtocolWord) -> Self {
        match word {
            ProtocolWord::Tcp => Self::Tcp,
            ProtocolWord::Udp => Self::Udp,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RequestWord {
    ClamdVersion,
    HttpGet,
    HttpsGet,
    TlsHello,
}

impl From<RequestWord> for Request {
    fn from(word: RequestWord) -> Self {
        match word {
            RequestWord::ClamdVersion => Self::ClamdVersion,
            RequestWord::HttpGet => Self::HttpGet,
            RequestWord::HttpsGet => Self::HttpsGet,
            RequestWord::TlsHello => Self::TlsHello,
        }
    }
}

/// `"silent"`, `"unknown"`, `{ greets = "…" }`, `"greets-in-its-own"` or `{ answers = "…" }`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MannerWord {
    Silent,
    Greets(SpeechWord),
    GreetsInItsOwn,
    Answers(SpeechWord),
    Unknown,
}

/// The protocols that a product of the catalogue speaks.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SpeechWord {
    Clamd,
    CorbaReference,
    Http,
    Tls,
}

impl From<SpeechWord> for Speech {
    fn from(word: SpeechWord) -> Self {
        match word {
            SpeechWord::Clamd => Self::Clamd,
            SpeechWord::CorbaReference => Self::CorbaReference,
            SpeechWord::Http => Self::Http,
            SpeechWord::Tls => Self::Tls,
        }
    }
}

/// How much a port's state proves.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ProofWord {
    Nothing,
    Hint,
    Present,
    AbsentIfRequired,
}

impl From<ProofWord> for Proof {
    fn from(word: ProofWord) -> Self {
        match word {
            ProofWord::Nothing => Self::Nothing,
            ProofWord::Hint => Self::Hint,
            ProofWord::Present => Self::Present,
            ProofWord::AbsentIfRequired => Self::AbsentIfRequired,
        }
    }
}
